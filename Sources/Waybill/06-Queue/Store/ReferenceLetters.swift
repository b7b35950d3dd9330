import Foundation

/// The letters that this store's references begin with (`StoreLetters`): the present ones, and earlier ones with the
/// parcels that left under them.
///
/// A reference is only recognised with the letters its parcel left with. After a restore, an older message of the lost
/// store and a new one may have the same batch, record, step and attempt.
package struct ReferenceLetters: Sendable {
    package let current: StoreLetters
    /// The oldest first.
    private let earlier: [Earlier]

    /// Letters in force when the parcels up to `lastParcel` left, except for those that were still waiting.
    private struct Earlier: Sendable {
        let letters: StoreLetters
        let lastParcel: UInt32
        /// No later batch had parcels at that time.
        let lastBatch: BatchID
        let waiting: Set<UInt32>
    }

    /// References without letters, as before letters existed.
    package static let older = ReferenceLetters(current: .absent, earlier: [])

    private init(current: StoreLetters, earlier: [Earlier]) {
        self.current = current
        self.earlier = earlier
    }

    /// The letters of a parcel's messages, which left or leave now.
    package func letters(of parcel: ParcelID) -> StoreLetters {
        for era in earlier where parcel.rawValue <= era.lastParcel && !era.waiting.contains(parcel.rawValue) {
            return era.letters
        }
        return current
    }

    /// Whether any message of this store can have these letters.
    package func knows(_ letters: StoreLetters) -> Bool {
        letters == current || earlier.contains { $0.letters == letters }
    }

    /// Whether all messages of a batch have the present letters.
    package func areCurrent(in batch: BatchID) -> Bool { earlier.allSatisfy { batch > $0.lastBatch } }

    // MARK: - As stored

    private struct Kept: Codable {
        let letters: String
        var earlier: [Era] = []

        /// "" means no letters.
        struct Era: Codable {
            let letters: String
            let lastParcel: UInt32
            let lastBatch: Int64
            let waiting: [UInt32]
        }
    }

    /// Invalid bytes are damage: otherwise it would be a guess whom a reference means.
    fileprivate init(kept bytes: [UInt8]) throws {
        let letters = { (text: String) throws -> StoreLetters in
            if text.isEmpty { return .absent }
            guard let letters = StoreLetters(text.utf8) else { throw Self.damage }
            return letters
        }
        guard let kept = try? JSONDecoder().decode(Kept.self, from: Data(bytes)) else { throw Self.damage }
        current = try letters(kept.letters)
        earlier = try kept.earlier.map {
            Earlier(
                letters: try letters($0.letters), lastParcel: $0.lastParcel,
                lastBatch: BatchID(rawValue: $0.lastBatch), waiting: Set($0.waiting))
        }
    }

    private static let damage = StoreProblem.damaged(what: "the letters that its references begin with")

    fileprivate func bytes() throws -> [UInt8] {
        let text = { (letters: StoreLetters) in letters == .absent ? "" : letters.description }
        let kept = Kept(
            letters: text(current),
            earlier: earlier.map {
                .init(
                    letters: text($0.letters), lastParcel: $0.lastParcel, lastBatch: $0.lastBatch.rawValue,
                    waiting: $0.waiting.sorted())
            })
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Array(try encoder.encode(kept))
    }

    /// The same, with new letters in force from now on.
    fileprivate func followed(by next: StoreLetters, _ departed: DepartedParcels?) -> Self {
        guard let departed else { return ReferenceLetters(current: next, earlier: earlier) }
        let era = Earlier(
            letters: current, lastParcel: departed.last.rawValue, lastBatch: departed.lastBatch,
            waiting: Set(departed.waiting.map(\.rawValue)))
        return ReferenceLetters(current: next, earlier: earlier + [era])
    }
}

extension Store {
    /// Nil if none were drawn yet: in a new store, and in one of a program that knew no letters.
    package func referenceLetters() throws -> ReferenceLetters? {
        try setting(.letters).map { try ReferenceLetters(kept: $0) }
    }

    /// Draws letters that this store never had, durably and in a transaction of its own: if it has none yet, and if it
    /// may be a copy of another store, as after a restore. Everything that left before keeps its letters.
    @discardableResult
    package func drawNewLetters(_ draw: () -> StoreLetters = StoreLetters.drawn) throws -> ReferenceLetters {
        let known = try referenceLetters() ?? .older
        var drawn = draw()
        while known.knows(drawn) { drawn = draw() }
        let letters = known.followed(by: drawn, try departed())
        let bytes = try letters.bytes()
        try durably { try set(.letters, to: bytes) }
        return letters
    }
}
