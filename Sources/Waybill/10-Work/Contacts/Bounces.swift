import Foundation

/// Addresses that messages come back from. After as many as `lists.bounces` says they are listed for the channel, as by
/// a list: `suppress list` shows them, and `suppress remove` takes them off.
struct Bounces {
    private let context: WorkContext
    private var store: any Store { context.store }

    init(_ context: WorkContext) { self.context = context }

    /// A message that came back.
    struct Bounce {
        /// The address is not gone: its mailbox is full, say.
        let isSoft: Bool
        /// What was said of it, codes and words.
        let said: String
        let address: AddressReading
        let channel: Channel
    }

    /// What is kept of an address while it has not bounced often enough.
    private struct Kept: Codable {
        let key: UInt64
        let since: Int64
        var hard = 0
        var soft = 0
    }

    /// A message has come back, each counted once. True where the address is listed for it. Call it in the transaction
    /// that says so.
    @discardableResult
    func note(_ bounce: Bounce, source: BatchID) throws -> Bool {
        let rule = context.configuration.lists.bounces
        guard let limit = bounce.isSoft ? rule.soft : rule.hard else { return false }
        let count = limit == 1 ? 1 : try count(bounce, rule)
        guard count >= limit else { return false }
        let sort = bounce.isSoft ? "soft" : "hard"
        let code = BounceCause.status(in: bounce.said).map { " (\($0))" } ?? ""
        let listing = Listing(
            key: bounce.address.key, kind: bounce.address.kind, scope: Listing.Scope(channel: bounce.channel),
            reason: count == 1 ? "\(sort) bounce\(code)" : "\(count) \(sort) bounces\(code)",
            expires: rule.lasts.map { context.now.adding($0) })
        try store.carryOut(listing, isRemoval: false, for: [listing.key], source: source, at: context.now)
        if limit > 1 { try forget(listing.key) }
        return true
    }

    private func count(_ bounce: Bounce, _ rule: Configuration.BounceRule) throws -> Int {
        let key = bounce.address.key
        let first = context.now.milliseconds - rule.within.milliseconds
        var all = try kept(beside: key).filter { $0.since >= first }
        var own = all.first { $0.key == key } ?? Kept(key: key, since: context.now.milliseconds)
        if bounce.isSoft { own.soft += 1 } else { own.hard += 1 }
        all.removeAll { $0.key == key }
        try set(all + [own], beside: key)
        return bounce.isSoft ? own.soft : own.hard
    }

    private func forget(_ key: UInt64) throws { try set(try kept(beside: key).filter { $0.key != key }, beside: key) }

    // Of a few thousand keys each, so that what is written for one bounce stays small.

    private func kept(beside key: UInt64) throws -> [Kept] {
        guard let kept = try store.setting(.bounces(share: Self.share(of: key))) else { return [] }
        // What is lost of it, they are given once more.
        return (try? JSONDecoder().decode([Kept].self, from: Data(kept))) ?? []
    }

    private func set(_ kept: [Kept], beside key: UInt64) throws {
        let name = SettingKey.bounces(share: Self.share(of: key))
        if kept.isEmpty { return try store.removeSetting(name) }
        try store.set(name, to: Array(try JSONEncoder().encode(kept)))
    }

    private static func share(of key: UInt64) -> Int { Int(key >> 52) }
}
