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
        /// Something else happened that makes a look worth while.
        package var isWorthALook = false
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
                news.isWorthALook = true
            case .gone:
                // With a name, a file left, such as the temporary name of one that is renamed into place.
                if event.name.isEmpty { watches.withLock { $0[event.watch] = nil } }
            // After an overflow anything may have happened.
            case .created, .closedAfterWriting, .overflow: news.isWorthALook = true
            case .other: break
            }
        }
        return news
    }
}
