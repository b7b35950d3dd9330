/// A phone number as somebody wrote it, in any script and with any text around it, parsed as libphonenumber does.
///
/// In this order: the parameters of a `tel:` URI (RFC 3966), where the number begins, where it ends, a second number
/// after a slash, an ISDN subaddress, whether it can be a number at all, the extension, letters or digits.
struct NumberText {
    /// The digits, with letters replaced by those of their keys.
    private(set) var digits = NumberDigits()
    private(set) var hasPlus = false
    /// The extension's digits as written; empty without one.
    private(set) var `extension` = ""

    static let mostScalars = 250

    /// Throws `tooLong` above 250 scalars, and `notANumber`.
    init(_ text: Span<UInt8>) throws(NumberFault) {
        let all = Self.scalars(of: text)
        guard all.count <= Self.mostScalars else { throw .tooLong }
        var number = try Self.number(in: all)
        if let subaddress = Self.position(of: ";isub=", in: number), subaddress > number.startIndex {
            number = number[..<subaddress]
        }
        guard NumberShape.isViable(number) else { throw .notANumber }
        if let found = NumberExtension(in: number), NumberShape.isViable(number[..<found.start]) {
            `extension` = String(String.UnicodeScalarView(number[found.digits].compactMap { Unicode.Scalar($0) }))
            number = number[..<found.start]
        }
        while let first = number.first, NumberShape.isPlus(first) {
            hasPlus = true
            number = number.dropFirst()
        }
        let letters = number.count { ($0 | 0x20) &- 0x61 < 26 }
        for scalar in number {
            if letters >= 3 {
                // With letters, digits are ASCII.
                if let digit = scalar &- 0x30 < 10 ? UInt8(scalar) : NumberShape.key(of: scalar) {
                    digits.append(digit)
                }
            } else if let digit = NumberShape.digit(scalar) {
                digits.append(0x30 + digit)
            }
        }
    }

    private static func scalars(of text: Span<UInt8>) -> ArraySlice<UInt32> {
        var scalars: [UInt32] = []
        scalars.reserveCapacity(text.count)
        var position = 0
        // One more scalar than allowed shows that the text is too long.
        while position < text.count, scalars.count <= mostScalars {
            let (scalar, length) = DialledDigits.scalar(of: text, at: position)
            scalars.append(scalar)
            position += length
        }
        return scalars[...]
    }

    /// The part of a text that can be the number.
    private static func number(in text: ArraySlice<UInt32>) throws(NumberFault) -> ArraySlice<UInt32> {
        guard let parameter = position(of: ";phone-context=", in: text) else { return extracted(text) }
        let value = text[(parameter + 15)...]
        let context = value[..<(value.firstIndex(of: 0x3B) ?? value.endIndex)]
        guard isGlobalContext(context) || isDomain(context) else { throw .notANumber }
        let start = position(of: "tel:", in: text).map { $0 + 4 } ?? text.startIndex
        let local = start < parameter ? text[start..<parameter] : []
        return context.first == 0x2B ? (Array(context) + Array(local))[...] : local
    }

    /// From the first plus or digit up to a second number, without trailing characters that are no letter or number.
    private static func extracted(_ text: ArraySlice<UInt32>) -> ArraySlice<UInt32> {
        guard let start = text.firstIndex(where: { NumberShape.isPlus($0) || NumberShape.digit($0) != nil }) else {
            return []
        }
        var number = text[start...]
        while let last = number.last, last != 0x23, !NumberShape.isWord(last) { number.removeLast() }
        for (index, scalar) in zip(number.indices, number) where scalar == 0x2F || scalar == 0x5C {
            if number[(index + 1)...].first(where: { $0 != 0x20 }) == 0x78 { return number[..<index] }
        }
        return number
    }

    /// `+`, then digits and visual separators, at least one of them a digit (RFC 3966, global-number-digits).
    private static func isGlobalContext(_ context: ArraySlice<UInt32>) -> Bool {
        guard context.first == 0x2B else { return false }
        let rest = context.dropFirst()
        return rest.contains { NumberShape.digit($0) != nil }
            && rest.allSatisfy { NumberShape.digit($0) != nil || [0x2D, 0x2E, 0x28, 0x29].contains($0) }
    }

    /// Labels of letters, digits and inner hyphens, joined by dots, the last beginning with a letter (RFC 3966,
    /// domainname).
    private static func isDomain(_ context: ArraySlice<UInt32>) -> Bool {
        let name = context.last == 0x2E ? context.dropLast() : context
        let labels = name.split(separator: 0x2E, omittingEmptySubsequences: false)
        func isLetter(_ scalar: UInt32) -> Bool { (scalar | 0x20) &- 0x61 < 26 && scalar < 0x80 }
        func isAlphanumeric(_ scalar: UInt32) -> Bool { isLetter(scalar) || NumberShape.digit(scalar) != nil }
        guard labels.last?.first.map(isLetter) == true else { return false }
        return labels.allSatisfy { label in
            guard let first = label.first, let last = label.last else { return false }
            return isAlphanumeric(first) && isAlphanumeric(last)
                && label.allSatisfy { isAlphanumeric($0) || $0 == 0x2D }
        }
    }

    private static func position(of word: StaticString, in text: ArraySlice<UInt32>) -> Int? {
        let count = word.utf8CodeUnitCount
        guard text.count >= count else { return nil }
        // Safe: the text is static and ASCII, and read within its length.
        return (text.startIndex...text.endIndex - count).first { start in
            (0..<count).allSatisfy { unsafe text[start + $0] == UInt32(word.utf8Start[$0]) }
        }
    }
}
