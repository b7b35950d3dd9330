/// Whom an address can mean of which nothing can be read as it stands.
extension AddressReading {
    /// Every number that a plan allows, wherever in the world its digits are dialled: with letters that look like
    /// digits taken for those, and `00`, a plus or nothing in front. None where anything else stands among the digits:
    /// what is masked or cut off would be somebody else's number.
    package static func anywhere(_ address: [UInt8]) -> [AddressReading] {
        guard let digits = digitsAlone(address) else { return [] }
        let plan = NumberingPlan.world
        let isPlus = address.contains(UInt8(ascii: "+"))
        let regions =
            isPlus
            ? []
            : plan.regions.indices.filter { plan.regions[$0].isCountry }.map { plan.regions[$0].name }
        var found: [AddressReading] = []
        for text in [[UInt8(ascii: "+")] + digits] + (isPlus ? [] : [digits]) {
            // Without a region nothing is dialled at home.
            let rules = AddressRules(regions: text == digits ? regions : [], takesAnyDigits: false)
            for reading in valid(text, rules) where !found.contains(reading) { found.append(reading) }
        }
        return found
    }

    /// Whether nobody who could be contacted has this address: a short code, which answers by itself.
    package static func isShortCode(_ address: [UInt8]) -> Bool {
        let text = address.filter { $0 > 0x20 }
        return (3...6).contains(text.count) && text.allSatisfy { $0 &- 0x30 < 10 }
    }

    /// The digits of a text that has nothing else but what punctuates a number; nil for too few of them.
    private static func digitsAlone(_ address: [UInt8]) -> [UInt8]? {
        var digits: [UInt8] = []
        for scalar in String(decoding: address, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "O", "o": digits.append(0x30)
            case "I", "l", "|": digits.append(0x31)
            case "+", "-", ".", "(", ")", "/", "'", "\"": continue
            case _:
                if let value = scalar.properties.numericType == .decimal
                    ? scalar.properties.numericValue : nil
                {
                    digits.append(0x30 + UInt8(value))
                    continue
                }
                let isUnseen =
                    scalar.properties.isWhitespace || scalar.properties.generalCategory == .format
                guard isUnseen || scalar.properties.generalCategory == .dashPunctuation else { return nil }
            }
        }
        return (7...18).contains(digits.count) ? digits : nil
    }
}
