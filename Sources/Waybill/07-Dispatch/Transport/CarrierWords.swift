/// What carriers say of a refusal, as reports take it.
enum CarrierWords {
    private static let longestCode = 32
    private static let longestDetail = 200

    /// Letters, digits, `.`, `_` and `-`, 32 of them at the most.
    static func code(_ text: String) -> String {
        line(text, longestCode).filter { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }

    /// 200 characters on one line at the most, without control characters.
    static func detail(_ text: String) -> String { line(text, longestDetail) }

    private static func line(_ text: String, _ most: Int) -> String {
        String(
            text.split(whereSeparator: { $0.isWhitespace || $0.isNewline }).joined(separator: " ").prefix(most)
        )
        .filter { !$0.unicodeScalars.contains { $0.properties.generalCategory == .control } }
    }
}
