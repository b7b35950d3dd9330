/// What the messages of a step are made of: its texts, and the same in other languages.
package struct StepTemplate: Hashable, Sendable {
    package var base = Texts()
    /// By language tag, in lower case.
    package var languages: [String: Texts] = [:]

    package init() {}

    package init(text: MessageTemplate) { base.text = text }

    package struct Texts: Hashable, Sendable {
        package var subject: MessageTemplate?
        package var text: MessageTemplate?
        package var html: MessageTemplate?
        package init() {}

        package var all: [MessageTemplate] { [subject, text, html].compactMap(\.self) }
    }
}

/// How a value stands in the text around it.
package enum ValueForm: Sendable {
    case plain
    /// In HTML: `&`, `<`, `>` and quotes are written as what stands for them.
    case html

    func append(_ value: some Collection<UInt8>, to bytes: inout [UInt8]) {
        switch self {
        case .plain: bytes.append(contentsOf: value)
        case .html:
            for byte in value {
                switch byte {
                case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
                case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
                case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
                case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
                case UInt8(ascii: "'"): bytes.append(contentsOf: "&#39;".utf8)
                case _: bytes.append(byte)
                }
            }
        }
    }
}
