/// The extension at the end of a written number: where it begins, and its digits.
///
/// The labels are libphonenumber's, each with the most digits that may follow: `;ext=` 20, a word such as `ext.` 20, a
/// character such as `x` or `#` 9, two commas or a semicolon 15, other commas 9, digits before a final `#` 6.
struct NumberExtension {
    let start: Int
    let digits: Range<Int>

    /// The extension that begins first; nil if there is none.
    init?(in text: ArraySlice<UInt32>) {
        guard let tail = Tail(text) else { return nil }
        for position in text.startIndex..<tail.digits.lowerBound where tail.fits(text, from: position) {
            start = position
            digits = tail.digits
            return
        }
        return nil
    }

    /// Whether the text from a position on is exactly an extension.
    static func fits(_ text: ArraySlice<UInt32>, from position: Int) -> Bool {
        guard let tail = Tail(text), position < tail.digits.lowerBound else { return false }
        return tail.fits(text, from: position)
    }

    /// The digits at the end of a text; every extension must reach them.
    private struct Tail {
        let digits: Range<Int>
        let hasHash: Bool

        init?(_ text: ArraySlice<UInt32>) {
            hasHash = text.last == 0x23
            let end = hasHash ? text.endIndex - 1 : text.endIndex
            var start = end
            while start > text.startIndex, end - start <= 20, NumberShape.digit(text[start - 1]) != nil { start -= 1 }
            guard end > start, end - start <= 20 else { return nil }
            digits = start..<end
        }

        func fits(_ text: ArraySlice<UInt32>, from position: Int) -> Bool {
            let end = digits.lowerBound
            if !hasHash, Self.word(";ext=", text, position) == end { return true }
            if hasHash, digits.count <= 6, text[position..<end].allSatisfy({ $0 == 0x2D || $0 == 0x20 }) { return true }
            let label = Self.pass(text, position, end) { Self.isBlank($0) || $0 == 0x2C }
            if let after = Self.explicitLabel(text, label), reaches(end, text, after) { return true }
            if digits.count <= 9, let after = Self.ambiguousLabel(text, label), reaches(end, text, after) {
                return true
            }
            let mark = Self.pass(text, position, end, where: Self.isBlank)
            if digits.count <= 15 {
                if Self.word(",,", text, mark) != nil, reaches(end, text, mark + 2) { return true }
                if mark < end, text[mark] == 0x3B, reaches(end, text, mark + 1) { return true }
            }
            let commas = Self.pass(text, mark, end) { $0 == 0x2C }
            return digits.count <= 9 && commas > mark && reaches(end, text, commas)
        }

        /// Whether only a colon or full stop, then blanks, commas and hyphens separate a label from the digits.
        private func reaches(_ end: Int, _ text: ArraySlice<UInt32>, _ start: Int) -> Bool {
            guard start <= end else { return false }
            var position = start
            if position < end, [0x3A, 0x2E, 0xFF0E].contains(text[position]) { position += 1 }
            return Self.pass(text, position, end) { Self.isBlank($0) || $0 == 0x2C || $0 == 0x2D } == end
        }

        private static func isBlank(_ scalar: UInt32) -> Bool { scalar == 0x20 || scalar == 0xA0 || scalar == 0x09 }

        private static func pass(
            _ text: ArraySlice<UInt32>, _ start: Int, _ end: Int, where passes: (UInt32) -> Bool
        ) -> Int {
            var position = start
            while position < end, passes(text[position]) { position += 1 }
            return position
        }

        /// The end of `ext`, `xt`, `extn`, `extensi(o|ó)n`, their full-width forms, `доб` or `anexo`; nil if none is
        /// here.
        private static func explicitLabel(_ text: ArraySlice<UInt32>, _ start: Int) -> Int? {
            if let end = word("доб", text, start) ?? word("anexo", text, start) { return end }
            if var end = word("ｅｘｔ", text, start) ?? word("ｘｔ", text, start) {
                end = word("ｎ", text, end) ?? end
                return end
            }
            guard var end = word("ext", text, start) ?? word("xt", text, start) else { return nil }
            if let middle = word("ensi", text, end) {
                end = word("o\u{301}", text, middle) ?? word("o", text, middle) ?? word("ó", text, middle) ?? end
            }
            return word("n", text, end) ?? end
        }

        private static func ambiguousLabel(_ text: ArraySlice<UInt32>, _ start: Int) -> Int? {
            guard start < text.endIndex else { return nil }
            if [0x78, 0x58, 0xFF58, 0xFF38, 0x23, 0xFF03, 0x7E, 0xFF5E].contains(text[start]) { return start + 1 }
            return word("int", text, start) ?? word("ｉｎｔ", text, start)
        }

        /// The end of a word at a position, in either case; nil if it is not there.
        private static func word(_ word: String, _ text: ArraySlice<UInt32>, _ start: Int) -> Int? {
            var position = start
            for expected in word.unicodeScalars {
                guard position < text.endIndex, folded(text[position]) == expected.value else { return nil }
                position += 1
            }
            return position
        }

        /// A letter folded to lower case, as far as the labels need it.
        private static func folded(_ scalar: UInt32) -> UInt32 {
            switch scalar {
            case 0x41...0x5A, 0x410...0x42F, 0xFF21...0xFF3A: scalar + 0x20
            case 0xD3: 0xF3
            // Older shapes of two Cyrillic letters; long s; dotted I and dotless i.
            case 0x1C81: 0x434
            case 0x1C82: 0x43E
            case 0x17F: 0x73
            case 0x130, 0x131: 0x69
            default: scalar
            }
        }
    }
}
