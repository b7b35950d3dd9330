/// What a campaign expects of its drops: when one is there, and how large it is.
package struct Expectation: Hashable, Sendable {
    /// By when one has come, on the clock of the campaign; nil: it may come whenever it does.
    package var by: TimeOfDay?
    /// Days of the week, a bit each.
    package var days: UInt8 = 0x7F
    /// By how many per cent its records may be more or fewer than usual; nil: by any.
    package var records: Double?

    package init() {}

    /// Whether so many records are what is usual: as many as the middle one of the last drops had, more or less. With
    /// fewer than three nobody knows.
    package func fits(_ count: Int, _ earlier: [Int]) -> Bool {
        guard let records, let usual = Self.usual(earlier) else { return true }
        return abs(Double(count - usual)) <= Double(usual) * records / 100
    }

    package static func usual(_ earlier: [Int]) -> Int? {
        earlier.count < 3 ? nil : earlier.sorted()[earlier.count / 2]
    }
}
