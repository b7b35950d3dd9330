/// Who was contacted when, and who responded, as far as caps look back: read from the store when first asked for, then
/// kept up to date.
final class ContactTimes {
    private let store: any Store
    private var known: RecentContacts?

    init(_ store: any Store) { self.store = store }

    /// Nil if nothing is capped.
    func recent(_ configuration: Configuration, at now: Timestamp) throws -> RecentContacts? {
        guard let horizon = configuration.capHorizon else { return nil }
        if let known { return known }
        let found = try store.recentContacts(
            after: Timestamp(milliseconds: now.milliseconds - horizon.milliseconds), caps: configuration.caps,
            sorts: configuration.sorts)
        known = found
        return found
    }

    /// Notes responses or refusals that the store already has.
    func noteResponses(
        _ keys: [(key: UInt64, subject: Policy.CapSubject?)], channel: Channel, campaign: String,
        counted: Policy.Counted, at moment: Timestamp
    ) {
        known?.note(keys, channel: channel, campaign: .init(campaign), counted: counted, at: moment)
    }

    /// Forgets contacts so long ago that no cap looks back to them.
    func forget(before bound: Timestamp) { known?.forget(before: bound) }

    /// Makes everything be read again: it contains what did not happen, or the caps have changed.
    func readAgain() { known = nil }
}
