/// The contact records of one segment as they lie in the store: only those that are asked for are read, since a parcel mostly
/// asks for a few of many.
///
/// Mostly they are of a few kinds, since whole parcels and whole answers move on together. Then each kind is written once, and for each
/// contact which one it is:
///
///     0xFF, count of kinds: UInt8, kinds: count × ContactRecord, for each contact: UInt8
///
/// Where there are more than 255 of them, all records stand one behind the other, from then on. No state begins with 0xFF.
package struct ContactRecords: RandomAccessCollection, MutableCollection, Sendable {
    private(set) var bytes: [UInt8]

    private static let mark: UInt8 = 0xFF
    private static let mostKinds = 255

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// So many that are all as they came in.
    init(count: Int) {
        bytes = [Self.mark, 1] + ContactRecord.encode([ContactRecord()]) + Array(repeating: 0, count: count)
    }

    private var isByKind: Bool { bytes.first == Self.mark && bytes.count > 1 }
    private var kinds: Int { Int(bytes[1]) }
    /// Where the kinds of the contacts begin.
    private var places: Int { 2 + kinds * ContactRecord.size }

    package var startIndex: Int { 0 }
    package var endIndex: Int { isByKind ? Swift.max(0, bytes.count - places) : bytes.count / ContactRecord.size }

    package subscript(index: Int) -> ContactRecord {
        get {
            guard isByKind else { return ContactRecord(bytes, at: index * ContactRecord.size) }
            return kind(bytes[places + index])
        }
        set {
            precondition(indices.contains(index), "no contact of that number in the segment")
            if isByKind, let kind = kind(for: newValue) {
                bytes[places + index] = kind
            } else {
                newValue.store(in: &bytes, at: index * ContactRecord.size)
            }
        }
    }

    private func kind(_ number: UInt8) -> ContactRecord {
        ContactRecord(bytes, at: 2 + Int(number) * ContactRecord.size)
    }

    /// The number of a kind, a new one if need be; nil when there are too many, and from then on there are no kinds.
    private mutating func kind(for record: ContactRecord) -> UInt8? {
        // The latest first: it is mostly meant.
        for number in (0..<kinds).reversed() where record.stands(in: bytes, at: 2 + number * ContactRecord.size) {
            return UInt8(number)
        }
        if kinds == Self.mostKinds { forgetUnusedKinds() }
        guard kinds < Self.mostKinds else {
            bytes = ContactRecord.encode(Array(self))
            return nil
        }
        bytes.insert(contentsOf: ContactRecord.encode([record]), at: places)
        bytes[1] += 1
        return UInt8(kinds - 1)
    }

    /// Keeps the kinds that contacts are of.
    private mutating func forgetUnusedKinds() {
        var renumbered: [UInt8: UInt8] = [:]
        var kept: [ContactRecord] = []
        let old = bytes[places...]
        for number in old where renumbered[number] == nil {
            renumbered[number] = UInt8(kept.count)
            kept.append(kind(number))
        }
        // As good as full: it would soon be so again.
        guard kept.count <= Self.mostKinds / 2 else { return }
        bytes = [Self.mark, UInt8(kept.count)] + ContactRecord.encode(kept) + old.map { renumbered[$0] ?? 0 }
    }
}
