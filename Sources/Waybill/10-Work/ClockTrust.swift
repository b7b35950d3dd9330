/// What `ClockWitness` knows of the system's clock, for everybody who asks for the time.
struct ClockTrust: Equatable {
    /// What it should show while it is not believed; nil: it is believed.
    var right: RightTime?
    var jumps: [ClockJump] = []

    struct RightTime: Equatable {
        var wall: Int64
        /// Milliseconds since boot at which it was that.
        var sinceBoot: Int64
        /// Whether the time since boot tells it; else it is at least that.
        var isExact: Bool
    }

    /// The moment at which something would have been dated by today's clock.
    func lived(_ moment: Timestamp) -> Timestamp {
        jumps.reduce(moment) { moment, jump in
            moment > jump.from ? moment : Timestamp(milliseconds: moment.milliseconds + jump.milliseconds)
        }
    }

    /// The same of a day.
    func lived(_ day: CalendarDay, _ clock: DayClock) -> CalendarDay {
        jumps.reduce(day) { day, jump in
            let from = clock.day(of: jump.from)
            return day > from ? day : day.adding(days: clock.day(of: jump.to).daysSinceEpoch - from.daysSinceEpoch)
        }
    }

    /// Whether the clock passed over all of a day, so that there was no such day.
    func skipped(_ day: CalendarDay, _ clock: DayClock) -> Bool {
        jumps.contains { $0.isExact && clock.day(of: $0.from) < day && day < clock.day(of: $0.to) }
    }
}

/// The clock was set ahead by a day or more, and is believed. What came before is younger than its date says.
struct ClockJump: Codable, Equatable {
    private var fromWall: Int64
    private var toWall: Int64
    /// Whether the time since boot proves that it was no time that passed.
    let isExact: Bool

    init(from: Int64, to: Int64, isExact: Bool) { (fromWall, toWall, self.isExact) = (from, to, isExact) }

    var from: Timestamp { Timestamp(milliseconds: fromWall) }
    var to: Timestamp { Timestamp(milliseconds: toWall) }
    var milliseconds: Int64 { toWall - fromWall }
}
