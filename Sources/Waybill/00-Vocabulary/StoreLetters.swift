/// The start of a store's references: six lower-case letters, drawn when the store is made, and again when it is
/// restored. So no two workspaces issue the same reference, nor do a store and its restored copy.
///
/// They have no vowels and no `y`, so they spell no word, and no `l`, which looks like a one.
package struct StoreLetters: Hashable, Sendable, CustomStringConvertible {
    /// The six bytes, the first in the highest place; 0 where there are no letters.
    private let code: UInt64

    package static let count = 6
    package static let alphabet = Array("bcdfghjkmnpqrstvwxz".utf8)

    /// For references from before stores had letters.
    package static let absent = StoreLetters(code: 0)
    /// For a rehearsal in a workspace that never ran. Its references never leave, and no store draws them.
    package static let rehearsal = StoreLetters("yyyyyy".utf8)!

    private init(code: UInt64) { self.code = code }

    /// Any six letters in either case, whether of this store or not; nil for anything else.
    package init?(_ text: some Collection<UInt8>) {
        guard text.count == Self.count else { return nil }
        var code: UInt64 = 0
        for byte in text {
            let letter = byte | 0x20
            guard letter >= 0x61, letter <= 0x7A else { return nil }
            code = code << 8 | UInt64(letter)
        }
        self.code = code
    }

    /// Draws letters of the alphabet by number, from 0.
    package init(drawing number: () -> Int) {
        code = (0..<Self.count).reduce(0) { code, _ in
            code << 8 | UInt64(Self.alphabet[number() % Self.alphabet.count])
        }
    }

    package static func drawn() -> StoreLetters { StoreLetters { Int.random(in: 0..<alphabet.count) } }

    package var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }

    /// Appends the letters and the dash after them; nothing if there are none.
    @inline(__always)
    package func append(to bytes: inout [UInt8]) {
        guard code != 0 else { return }
        var shift: UInt64 = 48
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: code >> shift))
        }
        bytes.append(UInt8(ascii: "-"))
    }
}
