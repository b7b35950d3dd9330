package import SystemIO

/// What the kernel reports about the folders of all inboxes; an idle program waits here.
///
/// Scanners add watches on their threads while one other thread waits.
package final class InboxEvents: Sendable {
    private let inotify = Inotify()
    /// A scanner rings it when a scan is done.
    package let bell = Bell()
    private let watches = Mutex<[Int32: Watched]>([:])

    private struct Watched {
        let inbox: String
        let place: InboxScan.Place
    }

    package init() {}

    /// Starts watching a folder. False where inotify is not available.
    package func watch(_ place: InboxScan.Place, of inbox: Inbox) -> Bool {
        // The same folder gets the same number again; a different folder in its place gets a new one.
        guard let id = try? inotify.watch(inbox.path(of: place)) else { return false }
        watches.withLock { $0[id] = Watched(inbox: inbox.path, place: place) }
        return true
    }

    /// What a wait returned.
    package struct News {
        /// Files renamed into place, with the inbox's path.
        package var arrivals: [(inbox: String, arrival: InboxView.Arrival)] = []
        /// Other places where something happened, likewise.
        package var touched: [(inbox: String, place: InboxScan.Place)] = []
        /// Something happened, but the place is unknown.
        package var isAnywhere = false
        /// Whether it may be a list, a result or a command, or a folder of such.
        package var mayBeWords = false

        /// Whether anything happened that is worth a look.
        package var isWorthALook: Bool { !arrivals.isEmpty || !touched.isEmpty || isAnywhere }

        fileprivate mutating func note(_ name: String, in place: InboxScan.Place) {
            mayBeWords = mayBeWords || place.folder.first == "_" || name.first == "_"
        }
    }

    /// Waits until something happens in an inbox, a scan ends, a signal is pending, or the time is over.
    package func wait(milliseconds: Int, waking signals: SignalReceiver?) -> News {
        var news = News()
        let events = (try? inotify.wait(milliseconds: milliseconds, waking: signals, bell: bell)) ?? []
        for event in events {
            switch event.kind {
            case .movedIn:
                guard let watched = watches.withLock({ $0[event.watch] }) else { continue }
                news.arrivals.append((watched.inbox, .init(place: watched.place, name: event.name)))
                news.note(event.name, in: watched.place)
            case .gone:
                // With a name, a file left the folder, such as the temporary name of a file renamed into place.
                if event.name.isEmpty { watches.withLock { $0[event.watch] = nil } }
            case .created, .closedAfterWriting:
                if let watched = watches.withLock({ $0[event.watch] }) {
                    news.touched.append((watched.inbox, watched.place))
                    news.note(event.name, in: watched.place)
                } else {
                    (news.isAnywhere, news.mayBeWords) = (true, true)
                }
            // Events were lost, so anything may have happened.
            case .overflow: (news.isAnywhere, news.mayBeWords) = (true, true)
            case .other: break
            }
        }
        return news
    }
}
