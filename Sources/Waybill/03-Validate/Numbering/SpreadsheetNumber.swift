/// A phone number reformatted by a spreadsheet or a data tool: `4915112345678.0`, `4155550143,0`, `4.91512E+12`.
struct SpreadsheetNumber {
    let hasExponent: Bool
    /// The original number, with its plus if it has one. Empty if the exponent swallowed digits: then nobody can tell
    /// who is meant.
    let original: [UInt8]

    /// Nil for any other text.
    init?(_ text: Span<UInt8>) {
        var position = text.count > 0 && (text[0] == 0x2B || text[0] == 0x2D) ? 1 : 0
        let start = position
        while position < text.count, text[position] &- 0x30 < 10 { position += 1 }
        let whole = start..<position
        guard !whole.isEmpty, position < text.count else { return nil }
        var fraction = position..<position
        if text[position] == 0x2E || text[position] == 0x2C {
            position += 1
            let first = position
            while position < text.count, text[position] &- 0x30 < 10 { position += 1 }
            fraction = first..<position
        }
        let plus: [UInt8] = text[0] == 0x2B ? [0x2B] : []
        if position == text.count {
            // Only zeros after a point: the number went through a floating-point column, or a cell with decimals.
            guard !fraction.isEmpty, fraction.allSatisfy({ text[$0] == 0x30 }), whole.count >= 5 else { return nil }
            hasExponent = false
            original = plus + whole.map { text[$0] }
            return
        }
        guard text[position] | 0x20 == 0x65 else { return nil }
        position += 1
        let isNegative = position < text.count && text[position] == 0x2D
        if position < text.count, text[position] == 0x2B || text[position] == 0x2D { position += 1 }
        guard position < text.count else { return nil }
        var exponent = 0
        while position < text.count {
            guard text[position] &- 0x30 < 10 else { return nil }
            exponent = min(exponent * 10 + Int(text[position] - 0x30), 1_000)
            position += 1
        }
        hasExponent = true
        // The point moves by as many digits as follow it, so no digit is lost.
        let isWhole = !isNegative && exponent == fraction.count && whole.count + fraction.count >= 5
        original = isWhole ? plus + whole.map { text[$0] } + fraction.map { text[$0] } : []
    }
}
