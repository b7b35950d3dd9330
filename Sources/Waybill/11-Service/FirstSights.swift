import Foundation

/// What the last run saw of files that were not ready, kept for the next one: by path, in milliseconds since 1970.
struct FirstSights {
    private let store: any Store
    /// What waits in the inboxes is a handful of files; of a flood the rest is seen for the first time again.
    private static let most = 10_000

    init(_ store: any Store) { self.store = store }

    /// The first sights of the files in an inbox, by relative path, for a clock that is this far ahead.
    func known(below inbox: String, lead: Int64) throws -> [String: FirstSight] {
        guard let kept = try store.setting(.firstSights) else { return [:] }
        let all = (try? JSONDecoder().decode([String: FirstSight].self, from: Data(kept))) ?? [:]
        let found = all.filter { $0.key.hasPrefix(inbox + "/") }.map {
            (String($0.key.dropFirst(inbox.count + 1)), $0.value.moved(by: lead))
        }
        return Dictionary(found) { first, _ in first }
    }

    func keep(_ sights: [String: FirstSight]) throws {
        let kept = sights.count > Self.most ? Dictionary(Array(sights.prefix(Self.most))) { first, _ in first } : sights
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let bytes = kept.isEmpty ? nil : Array(try encoder.encode(kept))
        guard try bytes != store.setting(.firstSights) else { return }
        try store.transiently {
            if let bytes { try store.set(.firstSights, to: bytes) } else { try store.removeSetting(.firstSights) }
        }
    }
}
