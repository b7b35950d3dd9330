/// Writes JSON text with the keys in the given order (RFC 8259).
///
/// Characters that terminals act on are escaped in names and reasons from outside, since people read this on terminals
/// too.
///
/// Pretty text has one member a line, indented by two spaces; compact text has no white space at all. The caller keeps
/// the structure right (a key before each member of an object, one value after each key); nothing here checks it.
package struct ReportJSON: Sendable {
    package private(set) var bytes: [UInt8] = []
    private let isPretty: Bool
    private var depth = 0
    /// Whether the innermost object or array is still empty.
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
        JSONText.append(visible: name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        if isPretty { bytes.append(UInt8(ascii: " ")) }
        followsKey = true
    }

    package mutating func string(_ value: String) {
        startValue()
        JSONText.append(visible: value, to: &bytes)
    }

    package mutating func number(_ value: Int) {
        startValue()
        DecimalText.append(value, to: &bytes)
    }

    package mutating func boolean(_ value: Bool) {
        startValue()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// A value that is JSON already.
    package mutating func raw(_ json: String) {
        startValue()
        bytes.append(contentsOf: json.utf8)
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
}
