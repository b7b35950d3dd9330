/// Writes JSON strings (RFC 8259 §7): quotes, backslashes and C0 are escaped, with the short escape where there is one;
/// everything else is unchanged.
package enum JSONText {
    /// Appends a string with its quotation marks. The bytes should be valid UTF-8; invalid bytes stay as they are.
    package static func append(string: borrowing Span<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(quote)
        if needsEscapes(string) {
            for index in string.indices { append(escaping: string[index], to: &bytes) }
        } else {
            bytes.append(copying: string)
        }
        bytes.append(quote)
    }

    package static func append(_ text: String, to bytes: inout [UInt8]) {
        append(string: text.utf8.span, to: &bytes)
    }

    /// The same, but characters that terminals act on instead of showing them are escaped too.
    package static func append(visible text: String, to bytes: inout [UInt8]) {
        if text.allBytes({ $0 < 0x7F }) { return append(text, to: &bytes) }
        bytes.append(quote)
        for scalar in text.unicodeScalars {
            if scalar.isASCII, scalar.value < 0x7F {
                append(escaping: UInt8(scalar.value), to: &bytes)
            } else if scalar.isUnseen {
                for unit in String(scalar).utf16 {
                    bytes.append(contentsOf: "\\u\(String(0x1_0000 + Int(unit), radix: 16).dropFirst())".utf8)
                }
            } else {
                bytes.append(contentsOf: String(scalar).utf8)
            }
        }
        bytes.append(quote)
    }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    @inline(__always)
    private static func needsEscapes(_ string: borrowing Span<UInt8>) -> Bool {
        for index in string.indices {
            let byte = string[index]
            if byte < 0x20 || byte == quote || byte == backslash { return true }
        }
        return false
    }

    private static func append(escaping byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case quote, backslash:
            bytes.append(backslash)
            bytes.append(byte)
        case 0x08: bytes.append(contentsOf: #"\b"#.utf8)
        case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
        case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
        case 0x0C: bytes.append(contentsOf: #"\f"#.utf8)
        case 0x0D: bytes.append(contentsOf: #"\r"#.utf8)
        case 0..<0x20:
            bytes.append(contentsOf: #"\u00"#.utf8)
            bytes.append(byte < 0x10 ? 0x30 : 0x31)
            let digit = byte & 0xF
            bytes.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
        case _: bytes.append(byte)
        }
    }
}
