import Foundation

/// The letters that the references of this store's messages begin with (`StoreLetters`): those in force, and earlier
/// ones with the parcels that left under them.
///
/// A reference is known by the letters that its parcel left with, and by no others: after a store was restored, an
/// older message of the lost one and a new one may have the same batch, record, step and attempt.
package struct ReferenceLetters: Sendable {
    package let current: StoreLetters
    /// The oldest first.
    private let earlier: [Earlier]

    /// Letters that were in force when the parcels up to `lastParcel` left, but for those that still waited.
    private struct Earlier: Sendable {
        let letters: StoreLetters
        let lastParcel: UInt32
        /// No later batch had parcels then.
        let lastBatch: BatchID
        let waiting: Set<UInt32>
    }

    /// All without letters, as before there were any.
    package static let older = ReferenceLetters(current: .absent, earlier: [])

    private init(current: StoreLetters, earlier: [Earlier]) {
        self.current = current
        self.earlier = earlier
    }

    /// What the messages of a parcel have that left, or leaves now.
    package func letters(of parcel: ParcelID) -> StoreLetters {
        for era in earlier where parcel.rawValue <= era.lastParcel && !era.waiting.contains(parcel.rawValue) {
            return era.letters
        }
        return current
    }

    /// Whether any message of this store can have had them.
    package func knows(_ letters: StoreLetters) -> Bool {
        letters == current || earlier.contains { $0.letters == letters }
    }

    /// Whether all messages of a batch have those in force.
    package func areCurrent(in batch: BatchID) -> Bool { earlier.allSatisfy { batch > $0.lastBatch } }

    // MARK: - As the store keeps them

    private struct Kept: Codable {
        let letters: String
        var earlier: [Era] = []

        /// Letters of "" are none.
        struct Era: Codable {
            let letters: String
            let lastParcel: UInt32
            let lastBatch: Int64
            let waiting: [UInt32]
        }
    }

    /// Bytes that say nothing are damage: who could be meant by a reference would be a guess.
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

    /// With others in force from now on.
    fileprivate func followed(by next: StoreLetters, _ departed: DepartedParcels?) -> Self {
        guard let departed else { return ReferenceLetters(current: next, earlier: earlier) }
        let era = Earlier(
            letters: current, lastParcel: departed.last.rawValue, lastBatch: departed.lastBatch,
            waiting: Set(departed.waiting.map(\.rawValue)))
        return ReferenceLetters(current: next, earlier: earlier + [era])
    }
}

extension Store {
    /// Nil where none were drawn yet: in a new store, and in one of a program that knew no letters.
    package func referenceLetters() throws -> ReferenceLetters? {
        try setting(.letters).map { try ReferenceLetters(kept: $0) }
    }

    /// Draws letters that this store never had, durably and in a transaction of its own: where it has none yet, and
    /// where it may be a copy of another, as when it was restored. Whatever has left until now keeps the letters that
    /// it left with.
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
