package import SystemIO

/// A file in an inbox that is watched until it is whole.
///
/// Its age counts from our own first sight: Windows copies keep old modification times, and clocks of shares differ.
package struct SettlingFile: Sendable {
    package private(set) var status: FileStatus
    /// Monotonic milliseconds.
    package let firstSeen: Int64
    package private(set) var unchangedSince: Int64
    /// It was renamed into place as it is now, so its writer has finished.
    package private(set) var arrivedWhole = false
    /// Whether its content has the digest its side-car gives; kept so a file is hashed once per change of either.
    package var checksum: (status: FileStatus, wanted: String, agrees: Bool)?
    /// What its `.meta.json` said, kept so it is read once per change; nil inside if it could not be understood.
    package var meta: (status: FileStatus, sidecar: Sidecar?)?

    package init(status: FileStatus, at now: Int64) {
        self.status = status
        firstSeen = now
        unchangedSince = now
    }

    /// - Parameter sight: what an earlier run saw; it counts if the file is unchanged and the time is in the past.
    init(status: FileStatus, at now: Int64, since sight: FirstSight?) {
        self.status = status
        let known = sight.flatMap { $0.isOf(status) ? $0 : nil }
        firstSeen = min(now, known?.firstSeen ?? now)
        unchangedSince = min(now, known?.unchangedSince ?? now)
    }

    package mutating func observe(_ newer: FileStatus, at now: Int64) {
        if newer != status {
            status = newer
            unchangedSince = now
            arrivedWhole = false
        }
    }

    /// Notes that a rename put the file here in the state last seen.
    package mutating func arrived() { arrivedWhole = status.size > 0 }

    package enum Verdict: Equatable, Sendable {
        case ready
        /// Look again at this moment (monotonic milliseconds).
        case later(Int64, Unready)
        /// Only a change can make it ready.
        case waiting(Unready)

        /// Why it is not ready.
        var reason: Unready? {
            switch self {
            case .ready: nil
            case .later(_, let reason), .waiting(let reason): reason
            }
        }
    }

    /// Whether a file under `ready: "auto"` may be taken; `ending` is only called once the file has been quiet.
    package func auto(quiet: Int64, at now: Int64, ending: () throws -> Ending) rethrows -> Verdict {
        // Links, FIFOs and devices never become anything else: they are taken and refused.
        if status.kind != .regular { return .ready }
        // An empty file is a name that somebody is about to fill.
        guard status.size > 0 else { return .waiting(.empty) }
        if arrivedWhole { return .ready }
        let age = now - unchangedSince
        if age < quiet { return .later(unchangedSince + quiet, .changing) }
        let needed: Int64 =
            switch try ending() {
            case .whole: quiet
            case .openLine: 2 * quiet
            case .openJSON, .notWritten: max(quiet, 60_000)
            }
        return age >= needed ? .ready : .later(unchangedSince + needed, .unfinished)
    }

    /// Whether a file announced by a marker or side-car may be taken.
    ///
    /// A companion made or changed after the file's last change is the sender's word that the file is whole; both times
    /// are the file system's. A companion from before says nothing about later changes: then the file must rest, and an
    /// empty one twice as long (attributes of network file systems arrive late).
    package func announced(by companion: FileStatus, quiet: Int64, at now: Int64) -> Verdict {
        if status.kind != .regular || arrivedWhole { return .ready }
        if status.size > 0, companion.changed >= status.changed { return .ready }
        let needed = status.size > 0 ? quiet : 2 * quiet
        return now - unchangedSince >= needed ? .ready : .later(unchangedSince + needed, .changing)
    }

    /// What the last bytes of a file tell about whether it is whole.
    package enum Ending: Equatable, Sendable {
        case whole
        /// Text that does not end with a line end, or compressed data, whose end is not visible.
        case openLine
        /// JSON whose last bracket is missing.
        case openJSON
        /// NULs: the space of bytes that a copy under way has not written yet.
        case notWritten

        /// Judges by the first and the last bytes of a file.
        package init(head: [UInt8], tail: [UInt8]) {
            let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
            // Text in UTF-16 ends in one NUL. Compressed data ends in its size, and some tools append an empty member.
            let zeros = tail.reversed().prefix { $0 == 0 }.count
            if zeros >= (head.starts(with: [0x1F, 0x8B]) ? 16 : head.contains(0) ? 4 : 1) {
                self = .notWritten
                return
            }
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

/// Why a file in an inbox is not taken (yet).
package enum Unready: Equatable, Sendable {
    case empty
    case changing
    case unfinished
    case openForWriting
    case noMarker(String)
    case noSidecar
    case sidecarUnreadable
    case checksumDiffers
    case withoutFile
    case folder
    /// A folder among lists, replies, receipts or commands.
    case folderOfWords
    /// A file with the name of such a folder.
    case notAFolder
    /// A folder in an inbox whose name begins with `_` and has no meaning.
    case strangeFolder(nearest: String?)
    /// A folder that is reserved, but not read yet.
    case unbuiltFolder
    /// A folder that has a meaning only directly in the inbox.
    case misplacedFolder
    /// A side-car or marker whose name is not the drop's own with the ending in lower case.
    case companionNamed(String)
    case unreadable(String)

    /// A folder that is left alone: reported at once, and nothing waits for it. It may hold files that say who must not
    /// be contacted.
    package var isFolderLeftAlone: Bool {
        switch self {
        case .strangeFolder, .unbuiltFolder, .misplacedFolder, .folderOfWords, .notAFolder: true
        case .empty, .changing, .unfinished, .openForWriting, .noMarker, .noSidecar, .sidecarUnreadable,
            .checksumDiffers, .withoutFile,
            .folder,
            .companionNamed, .unreadable:
            false
        }
    }

    /// Whether no file could ever become readable here, so there is nothing to wait for.
    var isOfNoFile: Bool {
        switch self {
        case .withoutFile, .folder, .folderOfWords, .notAFolder, .strangeFolder, .unbuiltFolder, .misplacedFolder: true
        case .empty, .changing, .unfinished, .openForWriting, .noMarker, .noSidecar, .sidecarUnreadable,
            .checksumDiffers,
            .companionNamed, .unreadable:
            false
        }
    }

    /// In words, for `status` and the log.
    package var words: String {
        switch self {
        case .empty: "it has no bytes"
        case .changing: "it is still being written"
        case .unfinished: "its end is missing, as if it were still being written"
        case .openForWriting: "its writer still has it open; ready: \"quiet\" takes it all the same"
        case .noMarker(let name): "its marker \(name) has not come"
        case .noSidecar: "neither its .meta.json nor its .sha256 has come"
        case .sidecarUnreadable: "its side-car cannot be understood"
        case .checksumDiffers: "its content has not the SHA-256 that its side-car says"
        case .withoutFile: "the file that it speaks for is not here"
        case .folder: "folders are not looked into here; put its files beside it"
        case .folderOfWords: "folders are not looked into here, and nothing in it counts; put its files beside it"
        case .notAFolder:
            "it has the name of a folder, and is a file or a link that leads to none; put a folder in its place, and what it "
                + "says into that"
        case .strangeFolder(let nearest):
            "a folder whose name begins with _ is no campaign's, and this one is none that is read; nothing in it counts"
                + (nearest.map { "; did you mean \($0)?" } ?? "; rename or move it")
        case .unbuiltFolder: "folders of this name are not read yet; nothing in it counts"
        case .misplacedFolder:
            "a folder of this name is read in the inbox itself only; nothing in it counts, move it there"
        case .companionNamed(let name):
            "\(name) is beside it, which differs from its side-car or marker in capitals; rename that"
        case .unreadable(let error): error
        }
    }
}
