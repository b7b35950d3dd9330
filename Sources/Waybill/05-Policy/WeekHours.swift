/// The hours of a local week in which contact is allowed, in wall-clock time.
///
/// Each weekday has a list of spans, rising and disjoint; a span across midnight is split between both days. All times
/// are milliseconds of the wall clock, so nothing here knows zones or clock changes.
struct WeekHours: Hashable, Sendable {
    /// The spans of Monday first, then those of Tuesday, and so on.
    private let spans: [Range<Int64>]
    /// By weekday, Monday first: where its spans begin; and finally where Sunday's end.
    private let firsts: [Int]
    /// Whether every moment of the week is allowed.
    let isFull: Bool
    /// Whether no moment is.
    var isEmpty: Bool { spans.isEmpty }

    static let day: Int64 = 86_400_000
    static let always = WeekHours(from: TimeOfDay(minutes: 0), to: .midnight, mask: 0x7F)
    static let never = WeekHours(days: Array(repeating: [], count: 7))

    private init(days: [[Range<Int64>]]) {
        let joined = days.map(Self.joined)
        spans = joined.flatMap { $0 }
        firsts = joined.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        isFull = joined.allSatisfy { $0 == [0..<Self.day] }
    }

    /// A daily span that begins on the weekdays of `mask` (bit 0 = Monday); it crosses midnight if `to` is at or before
    /// `from`.
    init(from: TimeOfDay, to: TimeOfDay, mask: UInt8) {
        let start = Int64(from.minutes) * 60_000
        let end = Int64(to.minutes) * 60_000
        var days: [[Range<Int64>]] = Array(repeating: [], count: 7)
        for weekday in 0..<7 where mask >> weekday & 1 == 1 {
            if end > start {
                days[weekday].append(start..<end)
            } else {
                if start < Self.day { days[weekday].append(start..<Self.day) }
                if end > 0 { days[(weekday + 1) % 7].append(0..<end) }
            }
        }
        self.init(days: days)
    }

    /// The hours in which any of these windows is open.
    init(_ windows: [Policy.Window]) {
        self = windows.reduce(.never) { $0.union(WeekHours(from: $1.from, to: $1.to, mask: $1.days)) }
    }

    /// The hours within any of a rule's spans.
    init(_ spans: [Rule.Span]) {
        self = spans.reduce(.never) { $0.union(WeekHours(from: $1.from, to: $1.to, mask: $1.days)) }
    }

    /// The allowed spans of a weekday (0 = Monday), rising and disjoint.
    func spans(on weekday: Int) -> ArraySlice<Range<Int64>> { spans[firsts[weekday]..<firsts[weekday + 1]] }

    func union(_ other: WeekHours) -> WeekHours {
        WeekHours(days: (0..<7).map { Array(spans(on: $0) + other.spans(on: $0)) })
    }

    func intersection(_ other: WeekHours) -> WeekHours {
        WeekHours(
            days: (0..<7).map { weekday in
                spans(on: weekday).flatMap { span in other.spans(on: weekday).map { span.clamped(to: $0) } }
            })
    }

    /// Monday = 0 for a day counted from 1970-01-01, a Thursday.
    static func weekday(_ day: Int64) -> Int {
        let remainder = Int((day + 3) % 7)
        return remainder < 0 ? remainder + 7 : remainder
    }

    /// The local day of a wall-clock time, rounded down, and the remainder.
    static func split(_ local: Int64) -> (day: Int64, rest: Int64) {
        let remainder = local % Self.day
        let rest = remainder < 0 ? remainder + Self.day : remainder
        return ((local - rest) / Self.day, rest)
    }

    func contains(_ local: Int64) -> Bool {
        let (day, rest) = Self.split(local)
        return index(of: rest, on: Self.weekday(day)) != nil
    }

    /// The first allowed wall-clock time in `local..<end` that is not on a holiday.
    func next(from local: Int64, before end: Int64, holidays: [HolidayList]) -> Int64? {
        var (day, rest) = Self.split(local)
        while day * Self.day + rest < end {
            if !holidays.contains(day: day) {
                let weekday = Self.weekday(day)
                for index in firsts[weekday]..<firsts[weekday + 1] where spans[index].upperBound > rest {
                    let found = day * Self.day + max(rest, spans[index].lowerBound)
                    return found < end ? found : nil
                }
            }
            day += 1
            rest = 0
        }
        return nil
    }

    /// The first wall-clock time in `local..<end` that is not allowed, or on a holiday.
    func close(from local: Int64, before end: Int64, holidays: [HolidayList]) -> Int64? {
        var local = local
        while local < end {
            let (day, rest) = Self.split(local)
            guard !holidays.contains(day: day), let index = index(of: rest, on: Self.weekday(day)) else { return local }
            local = day * Self.day + spans[index].upperBound
        }
        return nil
    }

    /// The span of a weekday that contains a time of day.
    private func index(of rest: Int64, on weekday: Int) -> Int? {
        for index in firsts[weekday]..<firsts[weekday + 1] where spans[index].contains(rest) { return index }
        return nil
    }

    private static func joined(_ spans: [Range<Int64>]) -> [Range<Int64>] {
        var result: [Range<Int64>] = []
        for span in spans.sorted(by: { $0.lowerBound < $1.lowerBound }) where !span.isEmpty {
            if let last = result.last, span.lowerBound <= last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
            } else {
                result.append(span)
            }
        }
        return result
    }
}

/// The holidays of one country or region, or of all (`*`), rising.
struct HolidayList: Hashable, Sendable {
    let key: String
    /// Its name in reasons.
    let name: String
    private let days: [Int64]

    init(key: String, name: String? = nil, days: [CalendarDay]) {
        self.key = key
        self.name = name ?? key
        self.days = days.map { Int64($0.daysSinceEpoch) }.sorted()
    }

    func contains(_ day: Int64) -> Bool {
        var low = 0
        var high = days.count
        while low < high {
            let middle = (low + high) / 2
            if days[middle] < day { low = middle + 1 } else { high = middle }
        }
        return low < days.count && days[low] == day
    }
}

extension [HolidayList] {
    func contains(day: Int64) -> Bool { contains { $0.contains(day) } }
}
