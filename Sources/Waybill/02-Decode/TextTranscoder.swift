/// Converts the bytes of a drop, as they come, into the UTF-8 text that `EncodedText` describes.
///
/// A unit cut by the end of a block waits for its rest. Text that is already UTF-8 does not pass through here.
struct TextTranscoder: Sendable {
    let encoding: TextEncoding
    /// The first byte of a UTF-16 unit, or a high surrogate's two bytes and perhaps one more, until the rest comes.
    private var waiting: [UInt8] = []

    init(encoding: TextEncoding) {
        self.encoding = encoding
    }

    mutating func text(of bytes: [UInt8], isLast: Bool) -> [UInt8] {
        switch encoding {
        case .utf8: return bytes
        case .latin1, .latin9, .windows1252: return singleByteText(of: bytes)
        case .utf16LE, .utf16BE: return utf16Text(of: waiting.isEmpty ? bytes : waiting + bytes, isLast: isLast)
        }
    }

    private func singleByteText(of bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 8)
        let isWindows = encoding == .windows1252
        let isLatin9 = encoding == .latin9
        for byte in bytes {
            if byte < 0x80 {
                text.append(byte)
            } else if isWindows, byte < 0xA0 {
                Self.append(UInt32(EncodedText.windows1252[Int(byte) - 0x80]), to: &text)
            } else {
                let value = isLatin9 ? EncodedText.latin9[byte] ?? UInt16(byte) : UInt16(byte)
                Self.append(UInt32(value), to: &text)
            }
        }
        return text
    }

    private mutating func utf16Text(of bytes: [UInt8], isLast: Bool) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count / 2 + bytes.count / 16)
        let high = encoding == .utf16BE ? 0 : 1
        var index = 0
        while index + 1 < bytes.count {
            let unit = UInt32(bytes[index + high]) << 8 | UInt32(bytes[index + 1 - high])
            if unit < 0x80 {
                text.append(UInt8(truncatingIfNeeded: unit))
                index += 2
            } else if unit & 0xFC00 == 0xD800 {
                guard index + 3 < bytes.count else {
                    if !isLast { break }
                    Self.append(unit, to: &text)
                    index += 2
                    continue
                }
                let low = UInt32(bytes[index + 2 + high]) << 8 | UInt32(bytes[index + 3 - high])
                if low & 0xFC00 == 0xDC00 {
                    Self.append(0x1_0000 + (unit & 0x3FF) << 10 + low & 0x3FF, to: &text)
                    index += 4
                } else {
                    Self.append(unit, to: &text)
                    index += 2
                }
            } else {
                Self.append(unit, to: &text)
                index += 2
            }
        }
        waiting = Array(bytes[index...])
        if isLast, let half = waiting.first {
            text += [0xFF, 0x80 + half >> 4, 0x80 + half & 0x0F]
            waiting = []
        }
        return text
    }

    /// Appends the UTF-8 form of a scalar or, in the same way, of a surrogate.
    @inline(__always)
    private static func append(_ value: UInt32, to text: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | value >> shift & 0x3F) }
        if value < 0x80 {
            text.append(UInt8(truncatingIfNeeded: value))
        } else if value < 0x800 {
            text.append(UInt8(truncatingIfNeeded: 0xC0 | value >> 6))
            text.append(tail(0))
        } else if value < 0x1_0000 {
            text.append(UInt8(truncatingIfNeeded: 0xE0 | value >> 12))
            text.append(tail(6))
            text.append(tail(0))
        } else {
            text.append(UInt8(truncatingIfNeeded: 0xF0 | value >> 18))
            text.append(tail(12))
            text.append(tail(6))
            text.append(tail(0))
        }
    }
}

extension TextEncoding {
    /// A value as UTF-8. Where it is not valid as such, an old system wrote it in Windows-1252.
    package static func mended(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        isForeign(value) ? windows1252.text(of: value) : value
    }

    /// Whether a text is not valid in UTF-8.
    package static func isForeign(_ text: ArraySlice<UInt8>) -> Bool {
        text.contains { $0 >= 0x80 } && String(validating: text, as: UTF8.self) == nil
    }

    /// A whole text in this encoding as UTF-8.
    package func text(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var transcoder = TextTranscoder(encoding: self)
        return transcoder.text(of: Array(bytes), isLast: true)[...]
    }
}
