/// What the messages of a step are made of: its texts, and the same in other languages.
package struct StepTemplate: Hashable, Sendable {
    package var base = Texts()
    /// By language tag, in lower case.
    package var languages: [String: Texts] = [:]
    /// The links of a mail by which one unsubscribes.
    package var unsubscribe: [MessageTemplate] = []

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
    /// In a web address or the like: percent-encoded, except for the unreserved characters (RFC 3986 §2.3).
    case address

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
        case .address:
            for byte in value {
                if (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte) {
                    bytes.append(byte)
                } else {
                    bytes.append(UInt8(ascii: "%"))
                    bytes.append(MailBody.digit(byte >> 4))
                    bytes.append(MailBody.digit(byte & 15))
                }
            }
        }
    }
}
