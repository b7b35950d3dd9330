import SystemIO

/// Why no folder can be made at a path: what stands there, or above it, is none.
package enum FolderObstacle {
    /// In words, with the path of what is in the way; nil where nothing is known to be. A share is waited for a while.
    package static func words(at path: String) -> String? {
        guard Mounts.now.share(of: path) != nil else { return obstacle(at: path) }
        guard let answer = Patience.result(within: patience, of: { obstacle(at: path) }) else {
            return silence(of: path)
        }
        return answer
    }

    /// That a path could not be looked at in time.
    package static func silence(of path: String) -> String {
        let share = Mounts.now.share(of: path)
        return "\(path) does not answer"
            + (share.map { ": see to \($0.source), mounted at \($0.point) (\($0.kind.name))" } ?? "")
    }

    private static let patience: Int64 = 5_000

    private static func obstacle(at path: String) -> String? {
        var path = path
        while true {
            if let status = try? FileStatus.of(path, followLinks: true) {
                return status.kind == .folder
                    ? nil : "\(path) is a file, and a folder is needed there: move it away, or write another path"
            }
            if let status = try? FileStatus.of(path), status.kind == .link {
                return "\(path) is a link to something that is not there: mount it, or remove the link"
            }
            let parent = Files.folder(of: path)
            if parent == path || parent == "." { return nil }
            path = parent
        }
    }
}
