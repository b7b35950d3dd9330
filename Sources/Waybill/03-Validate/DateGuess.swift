/// Guesses the form of a date that is not ISO 8601, for a hint.
enum DateGuess {
    /// The forms that fit, in the notation of the campaign's `dates`; empty if the text is no date we recognise.
    static func forms(of text: String) -> [String] {
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard let first = parts.first, let days = days(first) else { return [] }
        guard parts.count == 2 else { return days.filter(fits(text)) }
        return days.flatMap { day in times.map { day + " " + $0 } }.filter(fits(text))
    }

    private static let times = ["HH:mm", "HH:mm:ss", "H:mm", "H:mm:ss", "h:mm a", "h:mm:ss a", "h:mma"]

    private static func days(_ text: String) -> [String]? {
        guard let sign = text.first(where: { "./-".contains($0) }) else { return nil }
        let lengths = text.split(separator: sign, omittingEmptySubsequences: false).map(\.count)
        guard lengths.count == 3 else { return nil }
        func joined(_ parts: [String]) -> String { parts.joined(separator: String(sign)) }
        if lengths[0] == 4 { return [joined(["yyyy", "MM", "dd"])] }
        guard lengths[2] == 4 else { return nil }
        let isLong = lengths[0] == 2 && lengths[1] == 2
        let (day, month) = isLong ? ("dd", "MM") : ("d", "M")
        return [joined([day, month, "yyyy"]), joined([month, day, "yyyy"])]
    }

    private static func fits(_ text: String) -> (String) -> Bool {
        let bytes = Array(text.utf8)
        return { DateFormat($0)?.moment(bytes.span) != nil }
    }
}
