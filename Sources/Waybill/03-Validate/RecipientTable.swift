/// A hash table of recipient keys that is always in key order.
///
/// A key's home is proportional to its value, and collisions move right in key order (linear probing, sorted). So a
/// walk over the slots is a sorted run: nothing has to be sorted when the table is spilled. A slot is three words:
///
///     [ key, upper half ][ key, lower half ][ record number, 0 = empty ]
///
/// Keys are well mixed, so a displacement of `margin` slots does not happen by chance. Equal keys (if a drop may repeat
/// recipients) or a hostile sender can cause one; then the insertion returns `crowded` instead of slowing down.
struct RecipientTable {
    /// The result of an insertion.
    enum Outcome: Equatable {
        case inserted
        /// The table has the key already, for this record.
        case found(UInt32)
        /// Too many keys with nearly the same value: the table must be emptied first.
        case crowded
    }

    static let margin = 1_024

    private(set) var count = 0
    private let slots: Int
    private var words: [UInt32]
    /// Has no meaning: without a place to keep the results, the compiler would drop the reads.
    private var touched: UInt32 = 0

    init(slots: Int) {
        self.slots = slots
        words = Array(repeating: 0, count: 3 * (slots + Self.margin))
    }

    /// Three quarters full; beyond that, probe sequences grow quickly.
    var isFull: Bool { count >= slots / 4 * 3 }

    /// The number of slots in a walk.
    var end: Int { slots + Self.margin }

    @inline(__always)
    private func home(of key: UInt64) -> Int { Int(truncatingIfNeeded: ((key >> 32) &* UInt64(slots)) >> 32) }

    /// Reads the homes of keys, so they are in the cache when the keys are inserted.
    mutating func touch(_ keys: Span<UInt64>) {
        var sum: UInt32 = 0
        for index in keys.indices { sum &+= words[3 * home(of: keys[index]) + 2] }
        touched = sum
    }

    mutating func insert(_ key: UInt64, record: UInt32, keepsRepeats: Bool) -> Outcome {
        let home = home(of: key)
        var slot = home
        while words[3 * slot + 2] != 0 {
            let present = self.key(at: slot)
            if present >= key {
                if present > key { return shift(from: slot, home: home, key: key, record: record) }
                if !keepsRepeats { return .found(words[3 * slot + 2]) }
            }
            slot += 1
            if slot - home >= Self.margin { return .crowded }
        }
        put(key, record, at: slot)
        count += 1
        return .inserted
    }

    /// Makes room at `slot` by moving everything up to the next empty slot to the right by one.
    private mutating func shift(from slot: Int, home: Int, key: UInt64, record: UInt32) -> Outcome {
        var empty = slot + 1
        while empty - home < Self.margin, words[3 * empty + 2] != 0 { empty += 1 }
        guard empty - home < Self.margin else { return .crowded }
        var word = 3 * empty + 2
        while word >= 3 * slot + 3 {
            words[word] = words[word - 3]
            word -= 1
        }
        put(key, record, at: slot)
        count += 1
        return .inserted
    }

    @inline(__always)
    private mutating func put(_ key: UInt64, _ record: UInt32, at slot: Int) {
        words[3 * slot] = UInt32(truncatingIfNeeded: key >> 32)
        words[3 * slot + 1] = UInt32(truncatingIfNeeded: key)
        words[3 * slot + 2] = record
    }

    @inline(__always)
    private func key(at slot: Int) -> UInt64 {
        UInt64(words[3 * slot]) << 32 | UInt64(words[3 * slot + 1])
    }

    /// The entry in a slot; nil if the slot is empty.
    @inline(__always)
    func entry(at slot: Int) -> RecipientEntry? {
        let record = words[3 * slot + 2]
        return record == 0 ? nil : RecipientEntry(key: key(at: slot), record: record)
    }

    /// Appends the entries from `slot` on until there are `most`, and moves `slot` past the last slot seen.
    func copy(from slot: inout Int, into entries: inout [RecipientEntry], upTo most: Int) {
        while slot < end, entries.count < most {
            if let entry = entry(at: slot) { entries.append(entry) }
            slot += 1
        }
    }

    /// Removes all entries but keeps the memory.
    mutating func removeAll() {
        for index in words.indices { words[index] = 0 }
        count = 0
    }
}

/// One recipient of a drop and the accepted record that has it.
package struct RecipientEntry: Hashable, Comparable, Sendable {
    package let key: UInt64
    package let record: UInt32

    package init(key: UInt64, record: UInt32) {
        self.key = key
        self.record = record
    }

    @inline(__always)
    package static func < (left: RecipientEntry, right: RecipientEntry) -> Bool {
        left.key != right.key ? left.key < right.key : left.record < right.record
    }
}
