/// The 64-bit name of a recipient, the same in every drop, on every machine and in every later version.
///
/// Duplicates, caps, suppression and look-ups compare these keys, and the store keeps them: the arithmetic below must
/// never change. A phone number is mapped one to one, so two numbers never share a key. E-mail addresses and ids are
/// hashed to 62 bits; among 20 million of them, the chance that any two collide is 1 in 20,000. Whoever wants to can
/// make two that do: within a drop, `check` tells them apart. The two top bits of the word before the last mixing give
/// the kind, so a number never collides with an address.
///
///     bit 63 62 61                             0
///        [ kind ][ E.164 number, or the hash    ]
///          11      0 domain's hash, or 1, count of digits, beginning of a number, or 1, 31, a column's value
package enum RecipientKey {
    /// For a contact without phone 1, e-mail address and id: no recipient has this key.
    package static let none: UInt64 = 0

    /// The key of a phone number.
    @inline(__always)
    package static func phone(_ number: E164Number) -> UInt64 { mixed(number.digits) }

    /// The number that a key stands for; nil if it stands for something else.
    package static func number(of key: UInt64) -> E164Number? {
        // Undoes what `mixed` does, from its end.
        func inverse(_ factor: UInt64) -> UInt64 {
            (0..<6).reduce(factor) { found, _ in found &* (2 &- factor &* found) }
        }
        var word = key ^ key >> 32
        word &*= inverse(secondFactor)
        word ^= word >> 29 ^ word >> 58
        word &*= inverse(firstFactor)
        word ^= word >> 32
        return word == 0 || word >> 62 != 0 ? nil : E164Number(digits: word)
    }

    /// The key of an e-mail address. ASCII letters are compared without case; other letters must be as
    /// `EmailAddress.recipient` writes them.
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

    /// The key of an e-mail domain and its subdomains, in the form that travels, without case.
    package static func domain(_ domain: Span<UInt8>) -> UInt64 {
        mixed(3 << 62 | digest(domain, foldingCase: true) >> 3)
    }

    /// The key of all numbers that begin with these digits (E.164, without the plus).
    package static func prefix(_ digits: UInt64, count: Int) -> UInt64 {
        // 18 digits take 60 bits, and longer prefixes are truncated: nobody lists whole numbers this way.
        mixed(7 << 61 | UInt64(count & 31) << 56 | digits & (1 << 56 - 1))
    }

    /// The key of all contacts with the same value in a column that caps count by. `column` is a digest of its name.
    package static func tag(_ value: Span<UInt8>, column: UInt64) -> UInt64 {
        // 31 takes the place of a prefix's digit count, which is never that high.
        mixed(7 << 61 | 31 << 56 | mixed(digest(value, foldingCase: false) ^ column) & (1 << 56 - 1))
    }

    /// Differs for two e-mail addresses or ids with the same key, however they were chosen: a hash with a key that this
    /// process drew. It is never kept.
    static func check(_ bytes: Span<UInt8>, foldingCase: Bool) -> UInt32 {
        var hasher = Hasher()
        var word: UInt64 = 0
        for index in bytes.indices {
            var byte = bytes[index]
            if foldingCase, byte &- 0x41 < 26 { byte |= 0x20 }
            word = word << 8 | UInt64(byte)
            if index & 7 == 7 {
                hasher.combine(word)
                word = 0
            }
        }
        hasher.combine(word)
        hasher.combine(bytes.count)
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }

    /// A hash of bytes that is as stable as the keys.
    static func digest(_ bytes: Span<UInt8>, foldingCase: Bool) -> UInt64 {
        // The length is hashed first, so the padding of the last word is unambiguous.
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

    /// The fractions of the golden ratio and of the square root of 3, made odd where needed.
    private static let firstFactor: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let secondFactor: UInt64 = 0xBB67_AE85_84CA_A73B

    /// One-to-one over 64 bits (each step can be undone); every input bit affects every output bit.
    @inline(__always)
    static func mixed(_ word: UInt64) -> UInt64 {
        var word = word
        word ^= word >> 32
        word &*= firstFactor
        word ^= word >> 29
        word &*= secondFactor
        word ^= word >> 32
        return word
    }
}
