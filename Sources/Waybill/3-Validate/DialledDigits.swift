/// The digits of a phone number as somebody wrote it, with the punctuation passed over.
///
/// Allowed between digits: white space and dashes of any kind, `.` `/` `(` `)`, and invisible formatting marks that are
/// copied along from other programs. Before the number: `tel:` and the apostrophe that makes a spreadsheet cell text.
/// Digits may be ASCII, full-width, Arabic-Indic or Extended Arabic-Indic.
struct DialledDigits {
    /// What stopped the reading.
    struct Stray: Equatable {
        let scalar: UInt32
    }

    /// The digits as one number; not to be used above `mostDigits`.
    private(set) var value: UInt64 = 0
    private(set) var count = 0
    private(set) var hasPlus = false
    /// Whether anything but a leading `+` and ASCII digits was passed over.
    private(set) var isChanged = false
    /// How many digits stood before a `(0)` inside the number, which is not dialled from abroad; that 0 is not counted.
    private(set) var digitsBeforeBracketedZero: Int?

    /// As many as surely fit in 64 bits.
    static let mostDigits = 19

    /// Fails with the first character that has no place in a phone number.
    init(_ text: Span<UInt8>) throws(Stray) {
        var position = Self.lengthOfPrefix(of: text)
        isChanged = position > 0
        while position < text.count {
            let byte = text[position]
            if byte &- 0x30 < 10 {
                append(byte &- 0x30)
                position += 1
            } else {
                position += try pass(text, at: position)
            }
        }
    }

    private mutating func append(_ digit: UInt8) {
        count += 1
        if count <= Self.mostDigits { value = value * 10 + UInt64(digit) }
    }

    /// Passes what is no ASCII digit, and returns its length.
    private mutating func pass(_ text: Span<UInt8>, at position: Int) throws(Stray) -> Int {
        let (scalar, length) = Self.scalar(of: text, at: position)
        switch scalar {
        case 0x2B, 0xFF0B:
            guard count == 0, !hasPlus else { throw Stray(scalar: scalar) }
            hasPlus = true
            if position > 0 || scalar != 0x2B { isChanged = true }
            return length
        case 0x28
        where count > 0 && digitsBeforeBracketedZero == nil && position + 2 < text.count
            && text[position + 1] == 0x30 && text[position + 2] == 0x29:
            digitsBeforeBracketedZero = count
            isChanged = true
            return 3
        case 0xFF10...0xFF19: append(UInt8(scalar - 0xFF10))
        case 0x0660...0x0669: append(UInt8(scalar - 0x0660))
        case 0x06F0...0x06F9: append(UInt8(scalar - 0x06F0))
        default:
            guard Self.isPunctuation(scalar), !(Self.isDash(scalar) && count == 0) else { throw Stray(scalar: scalar) }
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

    /// A dash before the first digit is a sign, not punctuation.
    private static func isDash(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x2D, 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63, 0xFF0D: true
        default: false
        }
    }

    private static func isPunctuation(_ scalar: UInt32) -> Bool {
        switch scalar {
        // Space and tab, ( ) . / and the no-break space.
        case 0x20, 0x09, 0x28, 0x29, 0x2E, 0x2F, 0xA0: true
        // Spaces of other widths, marks without width, marks of writing direction, the ideographic space.
        case 0x2000...0x200F, 0x202A...0x202F, 0x205F, 0x2060, 0x2066...0x2069, 0x3000, 0xFEFF: true
        // Full-width ( ) . /
        case 0xFF08, 0xFF09, 0xFF0E, 0xFF0F: true
        default: isDash(scalar)
        }
    }

    /// The scalar that begins at a byte and its length; U+FFFD and one byte where none does.
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
