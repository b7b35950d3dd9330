extension NumberingPlan {
    /// A number as written from abroad: `+49 30 123456` (ITU-T E.123).
    package func international(_ number: PhoneNumber, extension: String = "") -> String {
        "+\(number.callingCode) " + written(number, \.international) + suffix(number, `extension`)
    }

    /// A number as written in its own country, with the prefix dialled there: `030 123456`.
    package func national(_ number: PhoneNumber, extension: String = "") -> String {
        written(number, \.national) + suffix(number, `extension`)
    }

    private func suffix(_ number: PhoneNumber, _ digits: String) -> String {
        guard !digits.isEmpty else { return "" }
        let own = extensionPrefixes[Int(codeByValue[Int(number.callingCode)])]
        return (own.isEmpty ? " ext. " : own) + digits
    }

    private func written(_ number: PhoneNumber, _ way: KeyPath<FormatWay, UInt16>) -> String {
        let text = number.nationalText
        var digits = NumberDigits()
        for digit in text.utf8 { digits.append(digit) }
        let code = codes[Int(codeByValue[Int(number.callingCode)])]
        let set = formatSets[label(from: code.formats, digits, 0..<digits.count)]
        guard let found = set.first(where: { Int($0.length) == digits.count }), found[keyPath: way] > 0 else {
            return text
        }
        var written: [UInt8] = []
        var next = 0
        for mark in masks[Int(found[keyPath: way])] {
            switch mark {
            case UInt8(ascii: "#"):
                written.append(digits.bytes[next])
                next += 1
            case UInt8(ascii: "_"): next += 1
            default: written.append(mark)
            }
        }
        return String(decoding: written, as: UTF8.self)
    }
}
