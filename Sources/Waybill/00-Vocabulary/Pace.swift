/// How a campaign's messages are parted over hours and days, beside its rates.
package struct Pace: Hashable, Sendable {
    /// How many may leave in an hour, by the time of the week; where there are any, nothing leaves at another time.
    package var capacity: [Capacity] = []
    /// Whether the contacts of a drop leave evenly over the hours that are open, or as fast as may be.
    package var spread: Spread = .none
    /// How many may leave on the first day, the second …; after the last as many as there are.
    package var ramp: [Int] = []

    package init() {}

    package struct Capacity: Hashable, Sendable {
        /// Days of the week, a bit each.
        package var days: UInt8 = 0x7F
        package var from = TimeOfDay(minutes: 0)
        package var to = TimeOfDay.midnight
        package var perHour = 0

        package init() {}
    }

    package enum Spread: String, CaseIterable, Sendable { case none, window }

    /// How many should travel together at the most, so that what is left of a limit is little.
    package var parcelCapacity: Int {
        let most = capacity.map { $0.perHour / 60 } + ramp.map { $0 / 50 }
        return most.filter { $0 >= 0 }.map { max(1, $0) }.min() ?? .max
    }

    /// Of how many an hour there is room for at a time of the week; nil: no limit.
    func perHour(weekday: Int, minute: Int) -> Int? {
        if capacity.isEmpty { return nil }
        return capacity.filter {
            $0.days & 1 << UInt8(weekday) != 0 && $0.from.minutes <= minute && minute < $0.to.minutes
        }.map(\.perHour).max() ?? 0
    }

    /// How many may leave on a day, counted from 0; nil: as many as there are.
    package func most(onDay day: Int) -> Int? { day >= 0 && day < ramp.count ? ramp[day] : nil }

    /// The place of the n-th of any number among `slots`, so that they are spread evenly however many there are: the
    /// bits of n, turned around.
    package static func place(of number: Int, among slots: Int) -> Int {
        var turned: UInt64 = 0
        for bit in 0..<32 where number >> bit & 1 == 1 { turned |= 1 << UInt64(31 - bit) }
        return Int((turned * UInt64(slots)) >> 32)
    }
}
