import Synchronization
package import SystemIO

/// What the kernel reports about the folders of all inboxes, and where an idle program waits for it.
///
/// Scanners ask for watches on their threads while one other thread waits.
package final class InboxEvents: Sendable {
    private let inotify = Inotify()
    /// Rung by a scanner that is done.
    package let bell = Bell()
    private let watches = Mutex<[Int32: Watched]>([:])

    private struct Watched {
        let inbox: String
        let place: InboxScan.Place
    }

    package init() {}

    /// Asks for the events of a place; false when there are none to be had.
    package func watch(_ place: InboxScan.Place, of inbox: Inbox) -> Bool {
        // The same folder again gives the same number; another folder in its place gives another.
        guard let id = try? inotify.watch(inbox.path(of: place)) else { return false }
        watches.withLock { $0[id] = Watched(inbox: inbox.path, place: place) }
        return true
    }

    /// What a wait came to.
    package struct News {
        /// Files that were renamed into place, by the inbox's path.
        package var arrivals: [(inbox: String, arrival: InboxView.Arrival)] = []
        /// Where else something happened, likewise.
        package var touched: [(inbox: String, place: InboxScan.Place)] = []
        /// Something happened, nobody knows where.
        package var isAnywhere = false

        /// Whether anything happened that makes a look worth while.
        package var isWorthALook: Bool { !arrivals.isEmpty || !touched.isEmpty || isAnywhere }
    }

    /// Waits until something happens in an inbox, a scan is done, a signal waits, or the time is over.
    package func wait(milliseconds: Int, waking signals: SignalReceiver?) -> News {
        var news = News()
        let events = (try? inotify.wait(milliseconds: milliseconds, waking: signals, bell: bell)) ?? []
        for event in events {
            switch event.kind {
            case .movedIn:
                guard let watched = watches.withLock({ $0[event.watch] }) else { continue }
                news.arrivals.append((watched.inbox, .init(place: watched.place, name: event.name)))
            case .gone:
                // With a name, a file left, such as the temporary name of one that is renamed into place.
                if event.name.isEmpty { watches.withLock { $0[event.watch] = nil } }
            case .created, .closedAfterWriting:
                if let watched = watches.withLock({ $0[event.watch] }) {
                    news.touched.append((watched.inbox, watched.place))
                } else {
                    news.isAnywhere = true
                }
            // Anything may have happened.
            case .overflow: news.isAnywhere = true
            case .other: break
            }
        }
        return news
    }
}
