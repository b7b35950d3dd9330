/// Whom a drop cancelled. It holds for records that come back later, too: a rejected one that is corrected, or one
/// whose message failed and that is sent again.
package struct CancelledKeys: Equatable {
    /// Of ids as they are written, of numbers and of addresses.
    package private(set) var exact: Set<UInt64> = []
    /// What ids share with those that differ from them only in writing, where nobody had the id as it is written.
    package private(set) var loose: Set<UInt64> = []

    package init() {}

    package var isEmpty: Bool { exact.isEmpty && loose.isEmpty }

    package mutating func add(_ key: UInt64) { exact.insert(key) }

    package mutating func add(loosely key: UInt64) { loose.insert(key) }

    /// As kept: how many are exact, these, and the others.
    fileprivate var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for word in [UInt64(exact.count)] + exact.sorted() + loose.sorted() {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return bytes
    }

    fileprivate init?(_ bytes: [UInt8]) {
        guard bytes.count % 8 == 0, !bytes.isEmpty else { return nil }
        let words = stride(from: 0, to: bytes.count, by: 8).map { place in
            bytes[place..<place + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        guard words[0] < UInt64(words.count) else { return nil }
        exact = Set(words[1...Int(words[0])])
        loose = Set(words[(Int(words[0]) + 1)...])
    }
}

extension Settings {
    /// Whom a batch cancelled; nil: nobody.
    package func cancelledKeys(of batch: BatchID) throws -> CancelledKeys? {
        guard let kept = try setting(.cancelled(batch)) else { return nil }
        guard let keys = CancelledKeys(kept) else {
            throw StoreProblem.damaged(what: "whom batch \(batch) cancelled")
        }
        return keys
    }

    package func noteCancelled(_ keys: CancelledKeys, of batch: BatchID) throws {
        if !keys.isEmpty { try set(.cancelled(batch), to: keys.bytes) }
    }
}
