/// The ids of the contacts that a drop brings, with the first and the last record of each.
struct OwnIDs {
    private struct Records {
        let first: UInt32
        var last: UInt32
    }

    private var exact: [UInt64: Records] = [:]
    /// By the key that an id shares with those that differ from it only in writing, where that is another.
    private var loose: [UInt64: Records] = [:]

    mutating func note(_ key: UInt64, loosely looseKey: UInt64, of record: UInt32) {
        exact[key, default: Records(first: record, last: record)].last = record
        if looseKey != key { loose[looseKey, default: Records(first: record, last: record)].last = record }
    }

    /// Whether a record before this one has the id as it is written.
    func has(_ key: UInt64, before record: UInt32) -> Bool { exact[key].map { $0.first < record } ?? false }

    /// Whether a record after this one has it.
    func has(_ key: UInt64, after record: UInt32) -> Bool { exact[key].map { $0.last > record } ?? false }

    /// Whether a record before this one has an id that differs from it in writing at the most.
    func hasLoosely(_ looseKey: UInt64, before record: UInt32) -> Bool {
        has(looseKey, before: record) || loose[looseKey].map { $0.first < record } ?? false
    }
}
