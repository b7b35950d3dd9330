/// Hours of local weeks that change over time: from certain days on, others hold.
///
/// Days are days of the wall clock, and so are all times.
struct DatedHours: Hashable, Sendable {
    /// When each week takes effect, rising; the first is the beginning of time.
    private let starts: [Int64]
    private let weeks: [WeekHours]

    /// Whether every moment is allowed.
    var isFull: Bool { weeks.count == 1 && weeks[0].isFull }

    init(_ week: WeekHours) {
        starts = [.min]
        weeks = [week]
    }

    /// `week` between two days, and every hour outside them; `other` on certain days.
    init(_ week: WeekHours, from: CalendarDay?, to: CalendarDay?, on days: [CalendarDay] = [], other: WeekHours? = nil)
    {
        var starts: [Int64] = [.min]
        var weeks = [from == nil ? week : .always]
        func add(_ week: WeekHours, at day: CalendarDay) {
            let start = Int64(day.daysSinceEpoch) * WeekHours.day
            if start == starts[starts.count - 1] {
                weeks[weeks.count - 1] = week
            } else {
                starts.append(start)
                weeks.append(week)
            }
        }
        if let from { add(week, at: from) }
        if let other {
            for day in days where (from.map { $0 <= day } ?? true) && (to.map { day <= $0 } ?? true) {
                add(other, at: day)
                add(week, at: day.adding(days: 1))
            }
        }
        if let to { add(.always, at: to.adding(days: 1)) }
        self.init(starts, weeks)
    }

    /// Adjacent equal weeks are merged.
    private init(_ starts: [Int64], _ weeks: [WeekHours]) {
        var kept: [Int] = []
        for index in weeks.indices where kept.last.map({ weeks[$0] != weeks[index] }) ?? true { kept.append(index) }
        self.starts = kept.map { starts[$0] }
        self.weeks = kept.map { weeks[$0] }
    }

    func intersection(_ other: DatedHours) -> DatedHours {
        if other.isFull { return self }
        if isFull { return other }
        var merged: [(start: Int64, week: WeekHours)] = []
        var (own, its) = (0, 0)
        while true {
            merged.append((max(starts[own], other.starts[its]), weeks[own].intersection(other.weeks[its])))
            let next = own + 1 < starts.count ? starts[own + 1] : .max
            let nextOther = its + 1 < other.starts.count ? other.starts[its + 1] : .max
            if next == .max, nextOther == .max { break }
            if next <= nextOther { own += 1 }
            if nextOther <= next { its += 1 }
        }
        return DatedHours(merged.map(\.start), merged.map(\.week))
    }

    /// The week that holds at a wall-clock time.
    func week(at local: Int64) -> WeekHours { weeks[index(at: local)] }

    func contains(_ local: Int64) -> Bool { weeks[index(at: local)].contains(local) }

    /// Whether nothing is allowed from a wall-clock time on.
    func isEmpty(from local: Int64) -> Bool { weeks[index(at: local)...].allSatisfy(\.isEmpty) }

    /// The first allowed wall-clock time in `local..<end` that is not on a holiday.
    func next(from local: Int64, before end: Int64, holidays: [HolidayList]) -> Int64? {
        first(from: local, before: end) { $0.next(from: $1, before: $2, holidays: holidays) }
    }

    /// The first wall-clock time in `local..<end` that is not allowed, or on a holiday.
    func close(from local: Int64, before end: Int64, holidays: [HolidayList]) -> Int64? {
        first(from: local, before: end) { $0.close(from: $1, before: $2, holidays: holidays) }
    }

    @inline(__always)
    private func first(
        from local: Int64, before end: Int64, _ find: (WeekHours, _ local: Int64, _ end: Int64) -> Int64?
    ) -> Int64? {
        if weeks.count == 1 { return find(weeks[0], local, end) }
        var index = index(at: local)
        var local = local
        while local < end {
            let next = index + 1 < starts.count ? min(starts[index + 1], end) : end
            if let found = find(weeks[index], local, next) { return found }
            local = next
            index += 1
        }
        return nil
    }

    private func index(at local: Int64) -> Int {
        if weeks.count == 1 { return 0 }
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= local { low = middle } else { high = middle }
        }
        return low
    }
}
