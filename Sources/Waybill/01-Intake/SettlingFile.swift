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

        /// ZIP and the workbooks made of it, older workbooks, PDF.
        private static let refused: [[UInt8]] = [
            Array("PK\u{3}\u{4}".utf8), Array("PK\u{5}\u{6}".utf8), [0xD0, 0xCF, 0x11, 0xE0], Array("%PDF".utf8),
        ]

        /// Judges by the first and the last bytes of a file.
        package init(head: [UInt8], tail: [UInt8]) {
            // What is refused for what it is need not be whole, and many an archive ends in NULs.
            if Self.refused.contains(where: { head.starts(with: $0) }) {
                self = .openLine
                return
            }
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
    /// A folder of contacts by its name, which is that of one for lists, replies or receipts without its `_`.
    case folderLike(String)
    /// A file among contacts whose name is that of a do-not-contact list that the configuration names.
    case listAmongContacts(String)
    /// A side-car or marker whose name is not the drop's own with the ending in small letters.
    case companionNamed(String)
    case unreadable(String)

    /// A folder, or a list out of place, that is left alone: told at once, and waited for by nobody. What lies in it
    /// may say who must not be contacted.
    package var isLeftAlone: Bool {
        switch self {
        case .strangeFolder, .unbuiltFolder, .misplacedFolder, .folderOfWords, .notAFolder, .folderLike,
            .listAmongContacts:
            true
        case .empty, .changing, .unfinished, .openForWriting, .noMarker, .noSidecar, .sidecarUnreadable,
            .checksumDiffers, .withoutFile,
            .folder,
            .companionNamed, .unreadable:
            false
        }
    }

    /// It becomes ready by itself once its writer leaves it alone.
    var isSettling: Bool {
        switch self {
        case .empty, .changing, .unfinished, .openForWriting: true
        case .noMarker, .noSidecar, .sidecarUnreadable, .checksumDiffers, .withoutFile, .folder, .folderOfWords,
            .notAFolder, .strangeFolder, .unbuiltFolder, .misplacedFolder, .folderLike, .listAmongContacts,
            .companionNamed, .unreadable:
            false
        }
    }

    /// A folder that is not looked into, and has the files of such that are: what they say is not known.
    var mayHideWords: Bool {
        switch self {
        case .folderOfWords, .misplacedFolder: true
        case .empty, .changing, .unfinished, .openForWriting, .noMarker, .noSidecar, .sidecarUnreadable,
            .checksumDiffers, .withoutFile, .folder, .notAFolder, .strangeFolder, .unbuiltFolder, .companionNamed,
            .unreadable, .folderLike, .listAmongContacts:
            false
        }
    }

    /// What is left alone is a file.
    package var isOfFile: Bool {
        if case .listAmongContacts = self { true } else { false }
    }

    /// There is no file that could be read one day, and so nothing to wait for.
    package var isOfNoFile: Bool {
        switch self {
        case .withoutFile, .folder, .folderOfWords, .notAFolder, .strangeFolder, .unbuiltFolder, .misplacedFolder,
            .folderLike, .listAmongContacts:
            true
        case .empty, .changing, .unfinished, .openForWriting, .noMarker, .noSidecar, .sidecarUnreadable,
            .checksumDiffers,
            .companionNamed, .unreadable:
            false
        }
    }

    /// Whether its words say what to do.
    package var tellsRemedy: Bool {
        switch self {
        case .folder, .folderOfWords, .notAFolder, .strangeFolder, .folderLike, .listAmongContacts, .misplacedFolder,
            .companionNamed, .openForWriting:
            true
        case .empty, .changing, .unfinished, .noMarker, .noSidecar, .sidecarUnreadable, .checksumDiffers, .withoutFile,
            .unbuiltFolder, .unreadable:
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
        case .folderOfWords: "folders are not looked into here, and nobody knows what its files say; put them beside it"
        case .notAFolder:
            "it has the name of a folder, and is a file or a link that leads to none; put a folder in its place, and what it "
                + "says into that"
        case .strangeFolder(let nearest):
            "it is not read, so nobody in it is contacted or left alone: "
                + (nearest.map { "did you mean \($0)?" }
                    ?? "move do-not-contact lists to _suppress, and contacts to a campaign's folder")
        case .folderLike(let folder):
            "no campaign has this name, and contacts are not looked for in it: move what it holds to \(folder), or to the folder "
                + "of a campaign"
        case .listAmongContacts(let list):
            "its name is that of the do-not-contact list \(list), so that nobody in it is contacted: move it to _suppress, or "
                + "give contacts another name"
        case .unbuiltFolder: "folders of this name are not read yet; nothing in it counts"
        case .misplacedFolder:
            "a folder of this name is read in the inbox itself only, and nobody knows what its files say; move them there"
        case .companionNamed(let name):
            "\(name) is beside it, and is not called as its side-car would be (its whole name, and .meta.json or .sha256 in small "
                + "letters); rename that"
        case .unreadable(let error): error
        }
    }
}
