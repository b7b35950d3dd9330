/// The standings of the contacts of one segment as they lie in the store: only those that are asked for are read,
/// since a parcel mostly asks for a few of many.
///
/// Mostly they are of a few kinds, since whole parcels and whole answers move on together. Then each kind is written
/// once, and for each contact which one it is:
///
///     0xFF, count of kinds: UInt8, kinds: count × Standing, for each contact: UInt8
///
/// Where there are more than 255 of them, all standings stand one behind the other, from then on. No state begins
/// with 0xFF.
package struct Standings: RandomAccessCollection, MutableCollection, Sendable {
    private(set) var bytes: [UInt8]

    private static let mark: UInt8 = 0xFF
    private static let mostKinds = 255

    /// What the store has of a segment. Everything in it is checked here, once for all that is asked for: a byte that
    /// says nothing is damage, and no standing is guessed.
    init(bytes: [UInt8], of segment: SegmentID) throws {
        self.bytes = bytes
        guard isWhole else { throw Self.damage(of: segment) }
    }

    static func damage(of segment: SegmentID) -> StoreProblem {
        .damaged(what: "where the contacts of segment \(segment.number) of batch \(segment.batch) stand")
    }

    /// Those of the contacts, each once where they are of few kinds.
    func forEachKind(_ body: (Standing) throws -> Void) rethrows {
        guard isByKind else { return try forEach(body) }
        for number in 0..<kinds { try body(kind(UInt8(number))) }
    }

    private var isWhole: Bool {
        if isByKind {
            guard kinds > 0, bytes.count >= places else { return false }
            var most: UInt8 = 0
            let span = bytes.span
            for place in places..<span.count { most = Swift.max(most, span[place]) }
            return most < UInt8(kinds)
                && (0..<kinds).allSatisfy { Standing.isWhole(in: bytes, at: 2 + $0 * Standing.size) }
        }
        return bytes.count % Standing.size == 0
            && stride(from: 0, to: bytes.count, by: Standing.size).allSatisfy { Standing.isWhole(in: bytes, at: $0) }
    }

    /// So many that are all as they came in.
    package init(count: Int) {
        bytes = [Self.mark, 1] + Standing.encode([Standing()]) + Array(repeating: 0, count: count)
    }

    private var isByKind: Bool { bytes.first == Self.mark && bytes.count > 1 }
    private var kinds: Int { Int(bytes[1]) }
    /// Where the kinds of the contacts begin.
    private var places: Int { 2 + kinds * Standing.size }

    package var startIndex: Int { 0 }
    package var endIndex: Int { isByKind ? Swift.max(0, bytes.count - places) : bytes.count / Standing.size }

    package subscript(index: Int) -> Standing {
        get {
            guard isByKind else { return Standing(bytes, at: index * Standing.size) }
            return kind(bytes[places + index])
        }
        set {
            precondition(indices.contains(index), "no contact of that number in the segment")
            if isByKind, let kind = kind(for: newValue) {
                bytes[places + index] = kind
            } else {
                newValue.store(in: &bytes, at: index * Standing.size)
            }
        }
    }

    private func kind(_ number: UInt8) -> Standing {
        Standing(bytes, at: 2 + Int(number) * Standing.size)
    }

    /// The number of a kind, a new one if need be; nil when there are too many, and from then on there are no kinds.
    private mutating func kind(for record: Standing) -> UInt8? {
        // The latest first: it is mostly meant.
        for number in (0..<kinds).reversed() where record.stands(in: bytes, at: 2 + number * Standing.size) {
            return UInt8(number)
        }
        if kinds == Self.mostKinds { forgetUnusedKinds() }
        guard kinds < Self.mostKinds else {
            bytes = Standing.encode(Array(self))
            return nil
        }
        bytes.insert(contentsOf: Standing.encode([record]), at: places)
        bytes[1] += 1
        return UInt8(kinds - 1)
    }

    /// Keeps the kinds that contacts are of.
    private mutating func forgetUnusedKinds() {
        var renumbered: [UInt8: UInt8] = [:]
        var kept: [Standing] = []
        let old = bytes[places...]
        for number in old where renumbered[number] == nil {
            renumbered[number] = UInt8(kept.count)
            kept.append(kind(number))
        }
        // As good as full: it would soon be so again.
        guard kept.count <= Self.mostKinds / 2 else { return }
        bytes = [Self.mark, UInt8(kept.count)] + Standing.encode(kept) + old.map { renumbered[$0] ?? 0 }
    }
}
