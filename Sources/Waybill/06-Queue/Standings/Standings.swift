/// The standings of one segment's contacts in their stored form. Only those asked for are decoded, since a parcel
/// mostly needs a few of many.
///
/// Mostly there are few kinds, since whole parcels and whole answers move together. Then each kind is written once, and
/// for each contact its kind:
///
///     0xFF, count of kinds: UInt8, kinds: count × Standing, for each contact: UInt8
///
/// With more than 255 kinds, all standings are written one after the other, from then on. No state begins with 0xFF.
package struct Standings: RandomAccessCollection, MutableCollection, Sendable {
    private(set) var bytes: [UInt8]
    /// The kind that was written last: mostly the next one too.
    private var latest: (standing: Standing, number: UInt8)?

    private static let mark: UInt8 = 0xFF
    private static let mostKinds = 255

    /// What the store has of a segment. All of it is checked here once: an invalid byte is damage, and no standing is
    /// guessed.
    init(bytes: [UInt8], of segment: SegmentID) throws {
        self.bytes = bytes
        guard isWhole else { throw Self.damage(of: segment) }
    }

    static func damage(of segment: SegmentID) -> StoreProblem {
        .damaged(what: "where the contacts of segment \(segment.number) of batch \(segment.batch) stand")
    }

    /// Visits the standings; if they have few kinds, each kind once.
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

    /// Standings for `count` contacts that are all as they came in.
    package init(count: Int) {
        bytes = [Self.mark, 1] + Standing.encode([Standing()]) + Array(repeating: 0, count: count)
    }

    private var isByKind: Bool { bytes.first == Self.mark && bytes.count > 1 }
    private var kinds: Int { Int(bytes[1]) }
    /// Where the contacts' kinds begin.
    private var places: Int { 2 + kinds * Standing.size }

    package var startIndex: Int { 0 }
    package var endIndex: Int { isByKind ? Swift.max(0, bytes.count - places) : bytes.count / Standing.size }

    package subscript(index: Int) -> Standing {
        get {
            guard isByKind else { return Standing(bytes, at: index * Standing.size) }
            return kind(bytes[places + index])
        }
        set { set(CollectionOfOne(index), to: newValue) }
    }

    /// Gives several contacts the same standing.
    package mutating func set(_ indices: some Collection<Int>, to standing: Standing) {
        let all = self.indices
        if isByKind, let kind = latest?.standing == standing ? latest?.number : kind(for: standing) {
            let first = places
            for index in indices {
                precondition(all.contains(index), "no contact of that number in the segment")
                bytes[first + index] = kind
            }
            latest = (standing, kind)
        } else {
            for index in indices {
                precondition(all.contains(index), "no contact of that number in the segment")
                standing.store(in: &bytes, at: index * Standing.size)
            }
        }
    }

    private func kind(_ number: UInt8) -> Standing {
        Standing(bytes, at: 2 + Int(number) * Standing.size)
    }

    /// The number of a kind, added if needed. Nil if there are too many; then the kinds are given up.
    private mutating func kind(for record: Standing) -> UInt8? {
        // The latest first: it is the most likely.
        for number in (0..<kinds).reversed() where record.stands(in: bytes, at: 2 + number * Standing.size) {
            return UInt8(number)
        }
        if kinds == Self.mostKinds { forgetUnusedKinds() }
        guard kinds < Self.mostKinds else {
            bytes = Standing.encode(Array(self))
            latest = nil
            return nil
        }
        bytes.insert(contentsOf: Standing.encode([record]), at: places)
        bytes[1] += 1
        return UInt8(kinds - 1)
    }

    /// Keeps only kinds that contacts have.
    private mutating func forgetUnusedKinds() {
        var renumbered: [UInt8: UInt8] = [:]
        var kept: [Standing] = []
        let old = bytes[places...]
        for number in old where renumbered[number] == nil {
            renumbered[number] = UInt8(kept.count)
            kept.append(kind(number))
        }
        // If nearly all are used, it would soon be full again.
        guard kept.count <= Self.mostKinds / 2 else { return }
        bytes = [Self.mark, UInt8(kept.count)] + Standing.encode(kept) + old.map { renumbered[$0] ?? 0 }
    }
}
