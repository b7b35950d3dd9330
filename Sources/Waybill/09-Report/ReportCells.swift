/// How values are written into the cells of reports: numbers, hexadecimal, and CSV cells (RFC 4180 §2).
///
/// All CSV files end their lines with LF, so that line tools count and cut them without a stray CR.
enum ReportCells {
    static let comma = UInt8(ascii: ",")
    static let quote = UInt8(ascii: "\"")
    static let lineEnd = UInt8(ascii: "\n")

    /// Appends a decimal number.
    @inline(__always)
    static func append(number: Int, to bytes: inout [UInt8]) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        append(digits: UInt64(number.magnitude), to: &bytes)
    }

    @inline(__always)
    static func append(digits number: UInt64, to bytes: inout [UInt8]) {
        if number < 100_000_000 {
            append(eight: number, atLeast: 1, to: &bytes)
        } else {
            append(long: number, to: &bytes)
        }
    }

    @inline(never)
    private static func append(long number: UInt64, to bytes: inout [UInt8]) {
        append(digits: number / 100_000_000, to: &bytes)
        append(eight: number % 100_000_000, atLeast: 8, to: &bytes)
    }

    /// Appends a number below 10⁸ with at least so many digits. They are collected in one word, last digit first, so
    /// that the first is on top of it.
    @inline(__always)
    private static func append(eight number: UInt64, atLeast width: Int, to bytes: inout [UInt8]) {
        var rest = number
        var word: UInt64 = 0
        var count = 0
        repeat {
            word = word << 8 | (0x30 + rest % 10)
            rest /= 10
            count += 1
        } while rest > 0 || count < width
        for _ in 0..<count {
            bytes.append(UInt8(truncatingIfNeeded: word))
            word >>= 8
        }
    }

    /// Appends two lower-case hexadecimal digits.
    static func append(hex byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(digit(byte >> 4))
        bytes.append(digit(byte & 0xF))
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x61 + value - 10
    }

    /// Appends a CSV cell, quoted when it has to be; what is not valid UTF-8 is written as U+FFFD.
    @inline(__always)
    static func append(cell: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        let span = cell.span
        var unusual = false
        for index in span.indices {
            let byte = span[index]
            unusual = unusual || byte < 0x20 || byte >= 0x80 || byte == 0x2C || byte == 0x22
        }
        if !unusual {
            bytes.append(contentsOf: cell)
        } else {
            append(unusual: cell, to: &bytes)
        }
    }

    @inline(__always)
    static func append(cell: [UInt8], to bytes: inout [UInt8]) { append(cell: cell[...], to: &bytes) }

    @inline(never)
    private static func append(unusual cell: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        let isASCII = cell.allSatisfy { $0 < 0x80 }
        let text = isASCII ? cell : Array(String(decoding: cell, as: UTF8.self).utf8)[...]
        guard text.contains(where: { $0 == comma || $0 == quote || $0 == 0x0A || $0 == 0x0D }) else {
            bytes.append(contentsOf: text)
            return
        }
        bytes.append(quote)
        for byte in text {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }
}
