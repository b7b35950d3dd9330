package import SystemIO

/// What one look at an inbox found.
package struct InboxScan: Sendable {
    /// What may be taken: everything known, or only what became ready since the last scan.
    package var ready: [Candidate] = []
    package var tellsAll = true
    /// Whether anything reported now or before may be taken.
    package var hasReady = false
    /// Whether everything was looked at; otherwise the next scan continues.
    package var isWhole = true
    package var unready: [UnreadyFile] = []
    /// Files here that may say who must not be contacted, or what became of a message: nothing is sent before them.
    package var words: [Word] = []
    /// The earliest moment (monotonic milliseconds) at which a file may have become ready.
    package var lookAgainAt: Int64?
    /// Folders and files that could not be looked at; all the others were.
    package var problems: [String] = []
    /// Folders of words that are a file system of their own, and those that were and are none now.
    package var mounts: Set<String> = []
    package var goneMounts: Set<String> = []
    /// Whether events report changes here; otherwise only the next look finds them.
    package var hasEvents = false

    /// A place that holds drops: the inbox itself, a folder in it, or the urgent folder of either.
    package struct Place: Hashable, Sendable {
        /// The folder that gives its files their purpose, relative to the inbox; empty for the inbox itself.
        package let folder: String
        /// Whether it is `_urgent` there: its drops are taken before all others.
        package let isUrgent: Bool

        package static let urgentName = "_urgent"

        /// - Parameter folder: the folder, or the path of the urgent folder in it.
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

        /// The path of a file in it, relative to the inbox.
        package func path(of name: String) -> String { path.isEmpty ? name : path + "/" + name }
    }

    /// A file that may be claimed.
    package struct Candidate: Equatable, Sendable {
        package let place: Place
        package let name: String
        /// The status that was judged: whoever claims the file compares it.
        package let status: FileStatus
        /// 0–9, 9 first: its side-car's, else 9 in an urgent folder, else 5.
        package let priority: Int
        package let marker: String
        /// It has a side-car, which may name another campaign than the folder does.
        package let hasSidecar: Bool
        /// Nobody had it open when it was judged. After a while that is checked again.
        package let mayHaveWriter: Bool
        /// Monotonic milliseconds.
        package let judgedAt: Int64

        package var size: Int64 { status.size }
        /// When it got its name or its contents, whichever was later: nanoseconds since 1970, by the file system's
        /// clock.
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
        /// Since when it is waited for: monotonic milliseconds.
        package let firstSeen: Int64
        /// In whose campaign's folder it lies; nil: it may be any campaign's.
        package let campaign: String?
        /// Distinguishes it from other files of this name: its size and time of change.
        package let mark: String
        /// Its writer has not handed it over yet, as far as can be told: it holds nothing while Waybill runs.
        package var isComing = false
    }

    /// A file in the inbox that is not ready.
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

/// An inbox that is not there as before: a share that is not mounted, or that no longer answers.
package struct InboxAway: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
