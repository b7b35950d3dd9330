package import SystemIO

/// What one look at an inbox found.
package struct InboxScan: Sendable {
    /// What may be taken: all that is known of, or what has become so since the last scan.
    package var ready: [Candidate] = []
    package var tellsAll = true
    /// Whether anything may be taken that was told now or before.
    package var hasReady = false
    /// Whether everything was looked at; else there is more to look at in the next scan.
    package var isWhole = true
    package var unready: [UnreadyFile] = []
    /// What lies here that may say who must not be contacted, or what became of a message: nothing leaves past it.
    package var words: [Word] = []
    /// The earliest moment (monotonic milliseconds) at which a file may have become ready.
    package var lookAgainAt: Int64?
    /// Folders and files that could not be looked at; all others were.
    package var problems: [String] = []
    /// Whether events tell of changes here; else only the next look does.
    package var hasEvents = false

    /// A place where drops lie: the inbox itself, a folder of it, or the urgent folder of either.
    package struct Place: Hashable, Sendable {
        /// The folder that says what the files are for, relative to the inbox; empty for the inbox itself.
        package let folder: String
        /// `_urgent` in it: its drops are taken before all others.
        package let isUrgent: Bool

        package static let urgentName = "_urgent"

        /// - Parameter folder: or the path of the urgent folder in it.
        package init(folder: String, isUrgent: Bool = false) {
            if folder == Self.urgentName {
                (self.folder, self.isUrgent) = ("", true)
            } else if folder.hasSuffix("/" + Self.urgentName) {
                (self.folder, self.isUrgent) = (String(folder.dropLast(Self.urgentName.count + 1)), true)
            } else {
                (self.folder, self.isUrgent) = (folder, isUrgent)
            }
        }

        /// Relative to the inbox.
        package var path: String {
            guard isUrgent else { return folder }
            return folder.isEmpty ? Self.urgentName : folder + "/" + Self.urgentName
        }

        /// Of a file in it, relative to the inbox.
        package func path(of name: String) -> String { path.isEmpty ? name : path + "/" + name }
    }

    /// A file that may be claimed.
    package struct Candidate: Equatable, Sendable {
        package let place: Place
        package let name: String
        /// As it was judged: whoever claims it sees whether it is so still.
        package let status: FileStatus
        /// 0–9, 9 first: its side-car's, else 9 in an urgent folder, else 5.
        package let priority: Int
        package let marker: String
        /// A side-car came with it, which may name another campaign than the folder.
        package let hasSidecar: Bool
        /// Nobody had it open when it was judged; once that is some time ago it is asked again.
        package let mayHaveWriter: Bool
        /// Monotonic milliseconds.
        package let judgedAt: Int64

        package var size: Int64 { status.size }
        /// When it got its name or its contents, the later: nanoseconds since 1970, by the clock of the file system.
        package var arrived: Int64 { status.changed }

        package static func == (left: Candidate, right: Candidate) -> Bool {
            left.status == right.status && left.name == right.name && left.place == right.place
                && left.priority == right.priority && left.marker == right.marker
                && left.hasSidecar == right.hasSidecar
        }
    }

    /// A list, reply, receipt or command, or a folder of such that cannot be listed or is not looked into.
    package struct Word: Sendable {
        /// Relative to the inbox.
        package let path: String
        /// Why it is not taken; nil: it is ready.
        package let reason: Unready?
        /// Monotonic milliseconds.
        package let firstSeen: Int64
        /// In whose campaign's folder it lies; nil: it may be any campaign's.
        package let campaign: String?
        /// Tells it from another file of this name: its size and when it changed.
        package let mark: String
    }

    /// A file that lies in the inbox and is not ready.
    package struct UnreadyFile: Sendable {
        /// Relative to the inbox.
        package let path: String
        /// Monotonic milliseconds.
        package let firstSeen: Int64
        package let reason: Unready
        /// Nil for a folder.
        package var sight: FirstSight?
    }
}

/// An inbox that is not there as it was: a share that is not mounted, or that answers no more.
package struct InboxAway: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
