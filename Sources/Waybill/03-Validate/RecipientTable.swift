/// A hash table of recipient keys that is always in key order.
///
/// A key's home is proportional to its value, and collisions move right in key order (linear probing, sorted). So a
/// walk over the slots is a sorted run: nothing has to be sorted when the table is spilled. A slot is three words:
///
///     [ key, upper half ][ key, lower half ][ record number, 0 = empty ]
///
/// From the first recipient with a check on (`RecipientKey.check`), each slot has one beside these words; equal keys
/// are in the order of their checks.
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
    /// Empty while all checks are 0, as those of numbers are.
    private var checks: [UInt32] = []
    /// Has no meaning: without a place to keep the results, the compiler would drop the reads.
    private var touched: UInt32 = 0

    init(slots: Int) {
        self.slots = slots
        words = Array(repeating: 0, count: 3 * (slots + Self.margin))
    }

    var hasChecks: Bool { !checks.isEmpty }

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

    mutating func insert(_ key: UInt64, record: UInt32, check: UInt32 = 0, keepsRepeats: Bool) -> Outcome {
        if check != 0, checks.isEmpty { checks = Array(repeating: 0, count: end) }
        let home = home(of: key)
        var slot = home
        while words[3 * slot + 2] != 0 {
            let present = self.key(at: slot)
            if present >= key {
                if present > key { return shift(from: slot, home: home, key: key, record: record, check) }
                if !keepsRepeats {
                    let known = self.check(at: slot)
                    if known == check { return .found(words[3 * slot + 2]) }
                    if known > check { return shift(from: slot, home: home, key: key, record: record, check) }
                }
            }
            slot += 1
            if slot - home >= Self.margin { return .crowded }
        }
        put(key, record, check, at: slot)
        count += 1
        return .inserted
    }

    /// Makes room at `slot` by moving everything up to the next empty slot to the right by one.
    private mutating func shift(
        from slot: Int, home: Int, key: UInt64, record: UInt32, _ check: UInt32
    ) -> Outcome {
        var empty = slot + 1
        while empty - home < Self.margin, words[3 * empty + 2] != 0 { empty += 1 }
        guard empty - home < Self.margin else { return .crowded }
        var word = 3 * empty + 2
        while word >= 3 * slot + 3 {
            words[word] = words[word - 3]
            word -= 1
        }
        if hasChecks {
            for place in stride(from: empty, to: slot, by: -1) { checks[place] = checks[place - 1] }
        }
        put(key, record, check, at: slot)
        count += 1
        return .inserted
    }

    @inline(__always)
    private mutating func put(_ key: UInt64, _ record: UInt32, _ check: UInt32, at slot: Int) {
        if hasChecks { checks[slot] = check }
        words[3 * slot] = UInt32(truncatingIfNeeded: key >> 32)
        words[3 * slot + 1] = UInt32(truncatingIfNeeded: key)
        words[3 * slot + 2] = record
    }

    @inline(__always)
    private func key(at slot: Int) -> UInt64 {
        UInt64(words[3 * slot]) << 32 | UInt64(words[3 * slot + 1])
    }

    @inline(__always)
    private func check(at slot: Int) -> UInt32 { hasChecks ? checks[slot] : 0 }

    /// The entry in a slot; nil if the slot is empty.
    @inline(__always)
    func entry(at slot: Int) -> RecipientEntry? {
        let record = words[3 * slot + 2]
        return record == 0 ? nil : RecipientEntry(key: key(at: slot), record: record, check: check(at: slot))
    }

    /// Appends the entries from `slot` on until there are `most`, and moves `slot` past the last slot seen.
    func copy(from slot: inout Int, into entries: inout [RecipientEntry], upTo most: Int) {
        var count = entries.count
        // Room for all there can be, and for an empty slot behind the last.
        let room = min(most, count + self.count + 1)
        entries += repeatElement(.end, count: max(0, room - count))
        while slot < end, count < most {
            // Empty slots are written too, and overwritten: whether a slot is empty could not be predicted.
            let record = words[3 * slot + 2]
            entries[count] = RecipientEntry(key: key(at: slot), record: record, check: check(at: slot))
            count += record == 0 ? 0 : 1
            slot += 1
        }
        entries.removeLast(entries.count - count)
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
    /// `RecipientKey.check` of an e-mail address or id; 0 for a number.
    let check: UInt32

    package init(key: UInt64, record: UInt32, check: UInt32 = 0) {
        self.key = key
        self.record = record
        self.check = check
    }

    @inline(__always)
    package static func < (left: RecipientEntry, right: RecipientEntry) -> Bool {
        if left.key != right.key { return left.key < right.key }
        return left.check != right.check ? left.check < right.check : left.record < right.record
    }
}
