import Waybill

/// Random numbers, hardly any of which occur in a generated batch.
enum ListedNumbers {
    static func keys(_ count: Int, seed: UInt64) -> [UInt64] {
        var random = RandomStream(seed: seed)
        return (0..<count).map { _ in
            RecipientKey.phone(E164Number(digits: 10_000_000_000 + random.next() % 900_000_000_000))
        }
    }

    /// Puts `count` numbers on a do-not-contact list.
    static func list(_ count: Int, in store: any Store) throws {
        let keys = keys(count, seed: 7).sorted()
        let listing = Listing(key: RecipientKey.none, kind: .phone, reason: "do not call")
        for start in stride(from: 0, to: count, by: 65_536) {
            try store.transiently {
                try store.carryOut(
                    listing, isRemoval: false, for: keys[start..<min(start + 65_536, count)],
                    source: BatchID(rawValue: 1), at: Timestamp(milliseconds: 0))
            }
        }
    }
}
