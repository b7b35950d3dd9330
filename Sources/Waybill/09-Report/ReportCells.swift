/// Writes values into the cells of reports: CSV (`CSVText`) in valid UTF-8, and hexadecimal.
enum ReportCells {
    /// Appends two lower-case hexadecimal digits.
    static func append(hex byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(digit(byte >> 4))
        bytes.append(digit(byte & 0xF))
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x61 + value - 10
    }

    /// Appends a CSV cell, quoted if needed; invalid UTF-8 becomes U+FFFD.
    @inline(__always)
    static func append(cell: Span<UInt8>, to bytes: inout [UInt8]) {
        var unusual = false
        for index in cell.indices {
            let byte = cell[index]
            unusual = unusual || byte < 0x20 || byte >= 0x80 || byte == CSVText.comma || byte == CSVText.quote
        }
        if !unusual {
            bytes.append(copying: cell)
        } else {
            append(unusual: cell, to: &bytes)
        }
    }

    @inline(__always)
    static func append(cell: ArraySlice<UInt8>, to bytes: inout [UInt8]) { append(cell: cell.span, to: &bytes) }

    @inline(__always)
    static func append(cell: [UInt8], to bytes: inout [UInt8]) { append(cell: cell.span, to: &bytes) }

    /// Appends another cell, after a delimiter.
    @inline(__always)
    static func append(next cell: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(CSVText.comma)
        append(cell: cell.span, to: &bytes)
    }

    @inline(never)
    private static func append(unusual cell: Span<UInt8>, to bytes: inout [UInt8]) {
        if EmailAddress.isASCII(cell) { return CSVText.append(cell: cell, to: &bytes) }
        // Safe: the bytes are decoded within the closure.
        let text = unsafe cell.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        CSVText.append(cell: text.utf8.span, to: &bytes)
    }
}
