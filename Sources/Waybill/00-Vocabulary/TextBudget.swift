/// How many segments of text messages a campaign may send: what they cost is counted by them.
package struct TextBudget: Hashable, Sendable {
    /// Nil: as many as there are.
    package var segments: Int?
    package var per = Span.day

    package init() {}

    /// Of the campaign's days and clock.
    package enum Span: String, CaseIterable, Sendable { case hour, day, month }
}
