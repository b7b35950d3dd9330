/// Writes JSON text with the keys in the order they are given (RFC 8259).
///
/// Pretty text has one member a line, indented by two spaces; compact text has no white space at all. The caller keeps
/// the form right (a key before each member of an object, one value after each key); nothing here checks it.
package struct ReportJSON: Sendable {
    package private(set) var bytes: [UInt8] = []
    private let isPretty: Bool
    private var depth = 0
    /// Nothing stands yet in the innermost object or array.
    private var isEmpty = true
    private var followsKey = false

    package init(pretty: Bool) {
        isPretty = pretty
    }

    package mutating func object(_ members: (inout ReportJSON) -> Void) {
        open(UInt8(ascii: "{"))
        members(&self)
        close(UInt8(ascii: "}"))
    }

    package mutating func array<Element>(_ elements: [Element], _ write: (inout ReportJSON, Element) -> Void) {
        open(UInt8(ascii: "["))
        for element in elements { write(&self, element) }
        close(UInt8(ascii: "]"))
    }

    package mutating func key(_ name: String) {
        startValue()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        if isPretty { bytes.append(UInt8(ascii: " ")) }
        followsKey = true
    }

    package mutating func string(_ value: String) {
        startValue()
        appendQuoted(value)
    }

    package mutating func number(_ value: Int) {
        startValue()
        ReportCells.append(number: value, to: &bytes)
    }

    package mutating func boolean(_ value: Bool) {
        startValue()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    package mutating func null() {
        startValue()
        bytes.append(contentsOf: "null".utf8)
    }

    package mutating func member(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    package mutating func member(_ name: String, _ value: Int?) {
        key(name)
        if let value { number(value) } else { null() }
    }

    package mutating func member(_ name: String, _ value: Bool?) {
        key(name)
        if let value { boolean(value) } else { null() }
    }

    package mutating func member(_ name: String, object members: (inout ReportJSON) -> Void) {
        key(name)
        object(members)
    }

    package mutating func member<Element>(
        _ name: String, array elements: [Element], _ write: (inout ReportJSON, Element) -> Void
    ) {
        key(name)
        array(elements, write)
    }

    /// The text with the line end that every file and every line of JSON Lines ends with.
    package consuming func line() -> [UInt8] {
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private mutating func open(_ bracket: UInt8) {
        startValue()
        bytes.append(bracket)
        depth += 1
        isEmpty = true
    }

    private mutating func close(_ bracket: UInt8) {
        depth -= 1
        if !isEmpty { breakLine() }
        bytes.append(bracket)
        isEmpty = false
    }

    private mutating func startValue() {
        if followsKey {
            followsKey = false
            return
        }
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        if depth > 0 { breakLine() }
        isEmpty = false
    }

    private mutating func breakLine() {
        guard isPretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<depth { bytes.append(contentsOf: "  ".utf8) }
    }

    private mutating func appendQuoted(_ text: String) { Self.append(quoted: text, to: &bytes) }

    /// A JSON string: quotes, backslashes and C0 escaped, everything else as it is (RFC 8259 §7).
    static func append(quoted text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0x08: bytes.append(contentsOf: "\\b".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0x0A: bytes.append(contentsOf: "\\n".utf8)
            case 0x0C: bytes.append(contentsOf: "\\f".utf8)
            case 0x0D: bytes.append(contentsOf: "\\r".utf8)
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                ReportCells.append(hex: byte, to: &bytes)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
