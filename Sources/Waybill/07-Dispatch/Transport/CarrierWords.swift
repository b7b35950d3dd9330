/// What carriers say of a refusal, as reports take it.
enum CarrierWords {
    private static let longestCode = 32
    private static let longestDetail = 200

    /// Letters, digits, `.`, `_` and `-`, 32 of them at the most.
    static func code(_ text: String, hiding secrets: Set<String> = []) -> String {
        line(text, longestCode, secrets).filter { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }

    /// 200 characters on one line at the most, without control characters.
    static func detail(_ text: String, hiding secrets: Set<String> = []) -> String {
        line(text, longestDetail, secrets)
    }

    private static func line(_ text: String, _ most: Int, _ secrets: Set<String>) -> String {
        // Before anything is cut, which could leave a part of one.
        let text = secrets.filter { !$0.isEmpty }.reduce(text) { $0.replacing($1, with: "…") }
        return String(
            text.split(whereSeparator: { $0.isWhitespace || $0.isNewline }).joined(separator: " ").prefix(most)
        )
        .filter { !$0.unicodeScalars.contains { $0.properties.generalCategory == .control } }
    }
}
