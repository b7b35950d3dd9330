/// Finds where an array element ends by its brackets and strings alone, for elements that are damaged or too large.
///
/// It looks at each byte once, keeps none, and continues where the last text ended.
struct JSONElementEnd {
    enum Outcome {
        /// The text ended first.
        case more
        /// The `,` or `]` after the element is here.
        case followed(Int)
        /// The next record begins here, although nothing separates it from this one.
        case next(Int)
        /// A string ran across a line end into what looks like the next record, which begins here.
        case overrun(Int)
        /// From here on the brackets tell nothing: one closes what another kind opened.
        case broken(Int)
    }

    /// What a record begins with: `{`, or `[` in a dispatch request.
    private let opener: UInt8
    private var depth = 0
    /// Levels deeper than those whose opening bracket is remembered.
    private var beyond = 0
    /// One bit per level: 1 inside an object, 0 inside an array.
    private var levels = InlineArray<8, UInt64>(repeating: 0)
    private var isInString = false
    private var isEscaped = false
    /// Whether the element's own bracket was closed.
    private var isClosed = false
    /// In a string: whether only white space and commas came since the last line end.
    private var isAtLineStart = false

    init(opener: UInt8) {
        self.opener = opener
    }

    mutating func run(_ bytes: JSONBytes, _ range: Range<Int>) -> Outcome {
        for position in range {
            let byte = bytes[position]
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                if byte == 0x0A || byte == 0x0D {
                    isAtLineStart = true
                } else if isAtLineStart {
                    if byte == opener { return .overrun(position) }
                    isAtLineStart = byte == 0x20 || byte == 0x09 || byte == UInt8(ascii: ",")
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                if isClosed { return .broken(position) }
                isInString = true
                isAtLineStart = false
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if isClosed { return byte == opener ? .next(position) : .broken(position) }
                if depth == JSONBytes.maximumDepth {
                    beyond += 1
                    continue
                }
                let bit: UInt64 = 1 << UInt64(depth & 63)
                if byte == UInt8(ascii: "{") { levels[depth >> 6] |= bit } else { levels[depth >> 6] &= ~bit }
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if beyond > 0 {
                    beyond -= 1
                    continue
                }
                if depth == 0 { return byte == UInt8(ascii: "]") ? .followed(position) : .broken(position) }
                depth -= 1
                let isObject = levels[depth >> 6] >> UInt64(depth & 63) & 1 == 1
                if isObject != (byte == UInt8(ascii: "}")) { return .broken(position) }
                isClosed = depth == 0
            case UInt8(ascii: ","):
                if depth == 0 { return .followed(position) }
            case 0x20, 0x09, 0x0A, 0x0D:
                break
            default:
                if isClosed { return .broken(position) }
            }
        }
        return .more
    }
}

/// Finds the next physical line that begins with a record, when the brackets do not tell where a damaged one ends.
///
/// Such a line begins with the record's opening bracket, perhaps after the previous record's closing bracket and a
/// comma. A line indented further than the damaged record belongs to that record.
struct JSONNextLine {
    private enum Place {
        case inLine
        case indent(Int)
        /// After the closing bracket or comma that begins the line, and its indentation.
        case behindBracket(Int)
        case behindComma(Int)
    }

    private let opener: UInt8
    private let closer: UInt8
    private let indentation: Int
    private var place = Place.inLine

    /// - Parameter indentation: how many bytes precede the damaged record on its line.
    init(opener: UInt8, indentation: Int) {
        self.opener = opener
        closer = opener == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]")
        self.indentation = indentation
    }

    /// Where the record begins; nil if no such line begins in `range`.
    mutating func run(_ bytes: JSONBytes, _ range: Range<Int>) -> Int? {
        for position in range {
            let byte = bytes[position]
            if byte == 0x0A || byte == 0x0D {
                place = .indent(0)
                continue
            }
            let isBlank = byte == 0x20 || byte == 0x09
            switch place {
            case .inLine:
                break
            case .indent(let width):
                if isBlank {
                    place = .indent(width + 1)
                } else if byte == opener, width <= indentation {
                    return position
                } else if byte == UInt8(ascii: ",") {
                    place = .behindComma(width)
                } else {
                    place = byte == closer ? .behindBracket(width) : .inLine
                }
            case .behindBracket(let width):
                if byte == opener, width <= indentation { return position }
                if !isBlank { place = byte == UInt8(ascii: ",") ? .behindComma(width) : .inLine }
            case .behindComma(let width):
                if byte == opener, width <= indentation { return position }
                if !isBlank { place = .inLine }
            }
        }
        return nil
    }
}
