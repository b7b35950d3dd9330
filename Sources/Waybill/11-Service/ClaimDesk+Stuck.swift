/// Files that are not taken, and are told.
extension ClaimDesk {
    /// Ten minutes: longer than any pause of a sender that is not a fault.
    private static let stuckAfter: Int64 = 600_000

    /// Files that were not taken for a long time, with since when (monotonic milliseconds) and why.
    var stuckFiles: [(path: String, since: Int64, reason: String)] {
        let moment = context.monotonic()
        let workspace = context.workspace
        return scanners.flatMap { scanner in
            scanner.unready.filter { $0.reason.isLeftAlone || moment - $0.firstSeen >= Self.stuckAfter }.map {
                file in
                (workspace.relative(scanner.inbox.path + "/" + file.path), file.firstSeen, file.reason.words)
            }
        }
            + foreignClaims.map { claim in
                let words =
                    "a drop that another workspace had claimed and did not finish; only that one can, start it again"
                return (workspace.relative(claim), moment, words)
            }
    }

    /// Reports each stuck file in the log, once an hour.
    func tellStuck() {
        let moment = context.monotonic()
        let stuck = stuckFiles
        let leftAlone = Dictionary(
            scanners.flatMap { scanner in
                scanner.unready.filter(\.reason.isLeftAlone).map {
                    (
                        context.workspace.relative(scanner.inbox.path + "/" + $0.path),
                        $0.reason.isOfFile ? "file" : "folder"
                    )
                }
            }
        ) { first, _ in first }
        for file in stuck where stuckNamed[file.path].map({ moment - $0 >= 3_600_000 }) ?? true {
            stuckNamed[file.path] = moment
            if let word = leftAlone[file.path] {
                context.log.error(word + ".left-alone", [word: .text(file.path), "reason": .text(file.reason)])
            } else {
                context.log.warning("file.stuck", ["file": .text(file.path), "reason": .text(file.reason)])
            }
        }
        if !stuckNamed.isEmpty {
            let present = Set(stuck.map(\.path))
            stuckNamed = stuckNamed.filter { present.contains($0.key) }
        }
    }
}
