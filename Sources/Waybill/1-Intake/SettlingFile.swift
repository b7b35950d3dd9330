package import SystemIO

/// A file in an inbox that is watched until it is whole.
///
/// Ages count from our own first sight: Windows copies keep old modification times, and clocks of shares differ.
package struct SettlingFile: Sendable {
    package private(set) var status: FileStatus
    /// Monotonic milliseconds.
    package let firstSeen: Int64
    package private(set) var unchangedSince: Int64
    /// It was renamed into place: a writer that does so has finished.
    package var arrivedWhole = false
    /// The status at which its checksum file last agreed or not, so that a file is hashed once per change.
    package var checksum: (status: FileStatus, agrees: Bool)?

    package init(status: FileStatus, at now: Int64) {
        self.status = status
        firstSeen = now
        unchangedSince = now
    }

    package mutating func observe(_ newer: FileStatus, at now: Int64) {
        if newer != status {
            status = newer
            unchangedSince = now
        }
    }

    package enum Verdict: Equatable, Sendable {
        case ready
        /// Look again at this moment (monotonic milliseconds).
        case later(Int64)
        /// Only a change can make it ready.
        case waiting
    }

    /// Whether a file under `ready: "auto"` may be taken; `ending` is called only once it has been quiet.
    package func auto(quiet: Int64, at now: Int64, ending: () throws -> Ending) rethrows -> Verdict {
        // A zero-byte file is a name that somebody is about to fill.
        guard status.size > 0 || status.kind != .regular else { return .waiting }
        if arrivedWhole || status.kind != .regular { return .ready }
        let age = now - unchangedSince
        if age < quiet { return .later(unchangedSince + quiet) }
        let needed: Int64 =
            switch try ending() {
            case .whole: quiet
            case .openLine: 2 * quiet
            case .openJSON: max(quiet, 60_000)
            }
        return age >= needed ? .ready : .later(unchangedSince + needed)
    }

    /// What the last bytes of a file tell about whether it is whole.
    package enum Ending: Equatable, Sendable {
        case whole
        /// Text that does not end with a line end, or compressed data, whose end cannot be seen.
        case openLine
        /// JSON whose last bracket has not come.
        case openJSON

        /// Judges by the first and the last bytes of a file.
        package init(head: [UInt8], tail: [UInt8]) {
            let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
            let body = head.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(head.dropFirst(3)) : head
            switch body.first(where: { !isSpace($0) }) {
            case UInt8(ascii: "["):
                self = tail.last(where: { !isSpace($0) }) == UInt8(ascii: "]") ? .whole : .openJSON
            case UInt8(ascii: "{"):
                self = tail.last(where: { !isSpace($0) }) == UInt8(ascii: "}") ? .whole : .openJSON
            default:
                // The last unit of UTF-16 little-endian text is 0A 00.
                let last = tail.last == 0 && tail.count > 1 ? tail[tail.count - 2] : tail.last
                let isCompressed = head.starts(with: [0x1F, 0x8B])
                self = !isCompressed && (last == 0x0A || last == 0x0D) ? .whole : .openLine
            }
        }
    }
}
