/// The digits of a phone number as somebody wrote it, without its punctuation.
///
/// Between digits it allows white space and dashes of any kind, `.` `/` `~` and brackets, and invisible formatting
/// marks copied from other programs. Before the number it allows `tel:` and the apostrophe that makes a spreadsheet
/// cell text. Digits may be of any script. Three or more letters may stand for the digits of their keys (ITU-T E.161).
struct DialledDigits {
    /// What stopped the reading.
    struct Stray: Equatable {
        let scalar: UInt32
    }

    private(set) var digits = NumberDigits()
    private(set) var hasPlus = false
    /// How letters are treated.
    enum Letters {
        case refused
        /// Letters are skipped.
        case dropped
        /// Three or more letters become the digits of their keys.
        case dialled
    }

    /// The first letter that became a digit.
    private(set) var firstLetter: UInt8?
    /// Whether anything but a leading `+` and ASCII digits was skipped or replaced.
    private(set) var isChanged = false

    /// Throws the first character that no phone number has.
    init(_ text: Span<UInt8>, letters: Letters = .refused) throws(Stray) {
        var position = Self.lengthOfPrefix(of: text)
        isChanged = position > 0
        let hasWord = letters == .dialled && Self.letters(in: text, from: position) >= 3
        while position < text.count {
            let byte = text[position]
            if byte &- 0x30 < 10 {
                digits.append(byte)
                position += 1
            } else if digits.count > 0, Self.isPlainPunctuation(byte) {
                isChanged = true
                position += 1
            } else if hasWord, digits.count > 0 || hasPlus, let key = NumberShape.key(of: UInt32(byte)) {
                digits.append(key)
                firstLetter = firstLetter ?? byte
                isChanged = true
                position += 1
            } else if letters == .dropped, (byte | 0x20) &- 0x61 < 26 {
                position += 1
            } else {
                position += try pass(text, at: position)
            }
        }
    }

    private static func letters(in text: Span<UInt8>, from start: Int) -> Int {
        (start..<text.count).count { (text[$0] | 0x20) &- 0x61 < 26 }
    }

    /// Skips a character that is not an ASCII digit, and returns its length.
    private mutating func pass(_ text: Span<UInt8>, at position: Int) throws(Stray) -> Int {
        let (scalar, length) = Self.scalar(of: text, at: position)
        if scalar == 0x2B || scalar == 0xFF0B {
            guard digits.count == 0, !hasPlus else { throw Stray(scalar: scalar) }
            hasPlus = true
            if position > 0 || scalar != 0x2B { isChanged = true }
            return length
        }
        if let digit = NumberShape.digit(scalar) {
            digits.append(0x30 + digit)
        } else if !Self.isPunctuation(scalar) || Self.isDash(scalar) && digits.count == 0 {
            throw Stray(scalar: scalar)
        }
        isChanged = true
        return length
    }

    private static func lengthOfPrefix(of text: Span<UInt8>) -> Int {
        if text.count > 0, text[0] == 0x27 { return 1 }
        guard text.count > 4, text[0] | 0x20 == 0x74, text[1] | 0x20 == 0x65, text[2] | 0x20 == 0x6C, text[3] == 0x3A
        else { return 0 }
        return 4
    }

    /// Space ( ) - . /, which are enough for nearly all numbers.
    @inline(__always)
    private static func isPlainPunctuation(_ byte: UInt8) -> Bool {
        byte &- 0x20 < 0x10 && 1 << (byte &- 0x20) & 0b1110_0011_0000_0001 as UInt16 != 0
    }

    /// A dash before the first digit is a sign, not punctuation.
    private static func isDash(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x2D, 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63, 0xFF0D: true
        default: false
        }
    }

    private static func isPunctuation(_ scalar: UInt32) -> Bool {
        switch scalar {
        // Space and tab, ( ) . / [ ] ~, the no-break space and the soft hyphen.
        case 0x20, 0x09, 0x28, 0x29, 0x2E, 0x2F, 0x5B, 0x5D, 0x7E, 0xA0, 0xAD: true
        // Spaces of other widths, marks without width, marks of writing direction, the ideographic space.
        case 0x2000...0x200F, 0x202A...0x202F, 0x205F, 0x2060, 0x2066...0x2069, 0x3000, 0xFEFF: true
        // Full-width ( ) . / [ ]
        case 0xFF08, 0xFF09, 0xFF0E, 0xFF0F, 0xFF3B, 0xFF3D: true
        default: isDash(scalar)
        }
    }

    /// The scalar that begins at `position`, and its length; U+FFFD and one byte if none does.
    static func scalar(of text: Span<UInt8>, at position: Int) -> (scalar: UInt32, length: Int) {
        let first = text[position]
        let length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
        guard length > 0, position + length <= text.count else { return (0xFFFD, 1) }
        if length == 1 { return (UInt32(first), 1) }
        var scalar = UInt32(first) & (0x7F >> UInt32(length))
        for index in position + 1..<position + length {
            guard text[index] & 0xC0 == 0x80 else { return (0xFFFD, 1) }
            scalar = scalar << 6 | UInt32(text[index] & 0x3F)
        }
        return (scalar, length)
    }
}

extension DialledDigits.Stray: Error {}
