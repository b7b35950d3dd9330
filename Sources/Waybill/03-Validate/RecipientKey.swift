/// The 64-bit name of a recipient, the same in every drop, on every machine and in every later version.
///
/// Duplicates, caps, suppression and look-ups compare these keys, and they are stored: the arithmetic below must never
/// change. A phone number is mapped one to one, so two numbers never share a key; e-mail addresses and ids are
/// hashed to 62 bits (20 million of them: a chance of 1 in 20,000 that any two meet). The two top bits of the word that
/// goes into the last mixing say which it is, so a number never meets an address.
///
///     bit 63 62 61                             0
///        [ kind ][ E.164 number, or the hash    ]
///          11      0 domain's hash, or 1, count of digits, beginning of a number, or 1, 31, a column's value
package enum RecipientKey {
    /// Of a contact without phone 1, e-mail address and id: no recipient has it.
    package static let none: UInt64 = 0

    /// The key of a phone number.
    @inline(__always)
    package static func phone(_ number: E164Number) -> UInt64 { mixed(number.digits) }

    /// The key of an e-mail address, ASCII letters compared without case; others as `EmailAddress.recipient` has them.
    package static func email(_ address: Span<UInt8>) -> UInt64 {
        guard EmailAddress.isASCII(address) else {
            return email(ascii: EmailAddress.recipient(address.indices.map { address[$0] }).span)
        }
        return email(ascii: address)
    }

    @inline(__always)
    private static func email(ascii address: Span<UInt8>) -> UInt64 {
        mixed(1 << 62 | digest(address, foldingCase: true) >> 2)
    }

    /// The key of a sender's own id, compared byte by byte.
    package static func id(_ id: Span<UInt8>) -> UInt64 {
        mixed(2 << 62 | digest(id, foldingCase: false) >> 2)
    }

    /// The key of an e-mail domain and all beneath it, as it travels, letters compared without case.
    package static func domain(_ domain: Span<UInt8>) -> UInt64 {
        mixed(3 << 62 | digest(domain, foldingCase: true) >> 3)
    }

    /// The key of all numbers that begin with some digits (E.164, without the plus).
    package static func prefix(_ digits: UInt64, count: Int) -> UInt64 {
        // 18 digits take 60 bits: a beginning of as many is left out, nobody lists whole numbers so.
        mixed(7 << 61 | UInt64(count & 31) << 56 | digits & (1 << 56 - 1))
    }

    /// The key of all contacts with one value in a column that caps count by. `column` is a digest of its name.
    package static func tag(_ value: Span<UInt8>, column: UInt64) -> UInt64 {
        // Where the count of a beginning's digits stands, which no number has so many of.
        mixed(7 << 61 | 31 << 56 | mixed(digest(value, foldingCase: false) ^ column) & (1 << 56 - 1))
    }

    /// A hash of some bytes that is stable like the keys.
    static func digest(_ bytes: Span<UInt8>, foldingCase: Bool) -> UInt64 {
        // The length stands at the start, so that the padding of the last word is unambiguous.
        var state = mixed(UInt64(bytes.count) &+ 0x9E37_79B9_7F4A_7C15)
        var word: UInt64 = 0
        var filled = 0
        for index in bytes.indices {
            var byte = bytes[index]
            if foldingCase, byte &- 0x41 < 26 { byte |= 0x20 }
            word = word << 8 | UInt64(byte)
            filled += 1
            if filled == 8 {
                state = mixed(state ^ word)
                word = 0
                filled = 0
            }
        }
        return filled == 0 ? state : mixed(state ^ word)
    }

    /// One-to-one over 64 bits (each step can be undone), and each bit in reaches every bit out.
    ///
    /// The factors are the fractions of the golden ratio and of the square root of 3, made odd where they are not.
    @inline(__always)
    static func mixed(_ word: UInt64) -> UInt64 {
        var word = word
        word ^= word >> 32
        word &*= 0x9E37_79B9_7F4A_7C15
        word ^= word >> 29
        word &*= 0xBB67_AE85_84CA_A73B
        word ^= word >> 32
        return word
    }
}
