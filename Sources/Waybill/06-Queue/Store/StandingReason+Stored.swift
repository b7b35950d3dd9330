/// A contact's reason is one text in the `name` table: words as they are, anything else after a separator and a letter.
extension StandingReason {
    /// Separates the two reasons of `tooLate`.
    private static let border: Character = "\u{1D}"

    var stored: String {
        switch self {
        case .words(let words):
            // Words from outside are never read as details.
            words.first == HoldReason.separator ? String(words.drop { $0 == HoldReason.separator }) : words
        case .sampledOut(let rule, let label, let answer): HoldReason.joined(["sample", String(rule), label, answer])
        case .hold(let reason): HoldReason.joined(["hold"]) + Self.text(reason)
        case .tooLate(let first, let then):
            HoldReason.joined(["late"]) + Self.text(first) + String(Self.border) + Self.text(then)
        }
    }

    init(stored text: String) {
        self =
            (text.first == HoldReason.separator ? Self(HoldReason.fields(of: text), text) : nil)
            ?? .words(text.filter { $0 >= " " })
    }

    private init?(_ fields: [String], _ text: String) {
        switch (fields[0], fields.count) {
        case ("sample", 4):
            guard let rule = Int(fields[1]) else { return nil }
            self = .sampledOut(rule: rule, label: fields[2], answer: fields[3])
        case ("hold", _):
            guard let reason = Self.reason(text.dropFirst(5)) else { return nil }
            self = .hold(reason)
        case ("late", _):
            let parts = text.dropFirst(5).split(separator: Self.border)
            guard parts.count == 2, let first = Self.reason(parts[0]), let then = Self.reason(parts[1])
            else { return nil }
            self = .tooLate(first: first, then: then)
        case _: return nil
        }
    }

    /// The kind, a separator, and the details that a parcel's row would have.
    private static func text(_ reason: HoldReason) -> String {
        HoldReason.joined([String(reason.kind.rawValue)]) + ":" + reason.stored.filter { $0 != border }
    }

    private static func reason(_ text: Substring) -> HoldReason? {
        let parts = text.dropFirst().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = Int(parts[0]) else { return nil }
        return try? HoldReason(kind: kind, stored: String(parts[1]))
    }
}
