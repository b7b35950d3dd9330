/// Who was contacted when, and who responded, as far as caps look back: read from the store when it is first asked for,
/// and kept up to date from then on.
final class ContactTimes {
    private let store: any Store
    private var known: RecentContacts?

    init(_ store: any Store) { self.store = store }

    /// Nil where nothing is capped.
    func recent(_ configuration: Configuration, at now: Timestamp) throws -> RecentContacts? {
        guard let horizon = configuration.capHorizon else { return nil }
        if let known { return known }
        let found = try store.recentContacts(
            after: Timestamp(milliseconds: now.milliseconds - horizon.milliseconds), caps: configuration.caps,
            sorts: configuration.sorts)
        known = found
        return found
    }

    /// Notes responses or refusals that the store has.
    func noteResponses(
        _ keys: [(key: UInt64, subject: Policy.CapSubject?)], channel: Channel, campaign: String,
        counted: Policy.Counted, at moment: Timestamp
    ) {
        known?.note(keys, channel: channel, campaign: .init(campaign), counted: counted, at: moment)
    }

    /// Forgets who was contacted so long ago that no cap looks back to it.
    func forget(before bound: Timestamp) { known?.forget(before: bound) }

    /// Has all of it read again: it holds what did not happen, or other caps are in force.
    func readAgain() { known = nil }
}
