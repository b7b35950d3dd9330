import SystemIO

/// Which mails of a parcel were given to a relay: a line before each mail that can be taken, and one with its outcome.
/// It survives the process, so that after a crash only mails in doubt at that moment become `Dangling`:
///
///     boot 1f0c2a9d
///     > 12
///     < 12 accepted
///     > 13
///
/// It is not synced: after a power failure, which `boot` shows, a mail without an answer may have been sent.
final class SMTPJournal {
    private let file: AppendingFile

    init(_ path: String) throws(SystemError) {
        file = try AppendingFile(path: path, mode: 0o600)
        try write("boot \(ProcessIdentity.current.bootID)")
    }

    func begin(_ record: UInt32) throws(SystemError) { try write("> \(record)") }

    func end(_ record: UInt32, _ outcome: MessageOutcome) throws(SystemError) {
        switch outcome {
        case .accepted: try write("< \(record) accepted")
        case .later, .postponed, .stopping, .recalled: try write("< \(record) later")
        case .refused(let code, let detail): try write("< \(record) refused \(code) \(detail)")
        // A missing line says the same.
        case .unknown, .lost: break
        }
    }

    private func write(_ line: String) throws(SystemError) {
        try file.write(Array((line + "\n").utf8))
        try file.flush()
    }

    /// The outcomes of a parcel's messages, as far as the journal says; nil if there is none.
    static func read(_ path: String) throws(SystemError) -> ((UInt32) -> MessageOutcome)? {
        guard try Files.exists(path) else { return nil }
        let text = String(decoding: try Files.read(path, limit: 1 << 26), as: UTF8.self)
        var begun: Set<UInt32> = []
        var outcomes: [UInt32: MessageOutcome] = [:]
        var isOfThisBoot = false
        // A last line without its line end is cut off.
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let words = line.split(separator: " ", maxSplits: 4)
            guard words.count > 1 else { continue }
            if words[0] == "boot" { isOfThisBoot = words[1] == ProcessIdentity.current.bootID }
            guard let record = UInt32(words[1]) else { continue }
            if words[0] == ">" {
                begun.insert(record)
                outcomes[record] = nil
            }
            guard words[0] == "<", words.count > 2 else { continue }
            switch words[2] {
            case "accepted": outcomes[record] = .accepted
            case "later": outcomes[record] = .later
            case "refused" where words.count > 3:
                outcomes[record] = .refused(
                    code: String(words[3]), detail: words.count > 4 ? String(words[4]) : "")
            case _: break
            }
        }
        return { record in outcomes[record] ?? (begun.contains(record) || !isOfThisBoot ? .lost : .later) }
    }
}
