/// Who was contacted when, as far as the caps look back. It is read from the store when first asked for, and kept up to date.
final class CapsMemory {
    private let context: WorkContext
    private var known: RecentContacts?

    init(_ context: WorkContext) { self.context = context }

    /// Nil where nothing is capped.
    func contacts(at now: Timestamp) throws -> RecentContacts? {
        guard let horizon = context.configuration.capHorizon else { return nil }
        if let known { return known }
        let found = try context.store.recentContacts(
            after: Timestamp(milliseconds: now.milliseconds - horizon.milliseconds), caps: context.configuration.caps)
        known = found
        return found
    }

    /// What it holds if it was asked for.
    var loaded: RecentContacts? { known }

    /// Has it read anew.
    func forget() { known = nil }
}
