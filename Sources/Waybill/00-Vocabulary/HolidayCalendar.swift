/// The whole-day events in an iCalendar file (RFC 5545), as publishers of public holidays offer it.
///
/// Yearly rules are followed until 2099: a day of a month, or its n-th (or last) weekday. Anything that would silently
/// drop a day is an error: another kind of rule, an event with a time of day, a day that does not exist.
struct HolidayCalendar {
    private(set) var days: [CalendarDay] = []

    struct Problem: Error, CustomStringConvertible {
        let line: Int
        let message: String
        var description: String { "line \(line): \(message)" }
    }

    private static let lastYear = 2_099

    init(_ bytes: [UInt8]) throws(Problem) {
        let lines = Self.unfolded(bytes)
        guard lines.first.map({ $0.name == "BEGIN" && $0.value.uppercased() == "VCALENDAR" }) == true else {
            throw Problem(line: 1, message: "an iCalendar file begins with BEGIN:VCALENDAR")
        }
        var events: [Event] = []
        var open: [String] = []
        for line in lines {
            switch line.name {
            case "BEGIN":
                open.append(line.value.uppercased())
                if open.last == "VEVENT" { events.append(Event(line: line.number)) }
            case "END":
                guard open.popLast() == line.value.uppercased() else {
                    throw Problem(line: line.number, message: "END:\(line.value) ends nothing that is open")
                }
            default:
                if open.last == "VEVENT" { try events[events.count - 1].read(line) }
            }
        }
        guard open.isEmpty else {
            throw Problem(line: lines.last?.number ?? 1, message: "the file ends before END:VCALENDAR: it is not whole")
        }
        // An event that replaces one day of a series removes that day from the series.
        var moved: [String: Set<CalendarDay>] = [:]
        for event in events { if let day = event.insteadOf { moved[event.uid, default: []].insert(day) } }
        var found: Set<CalendarDay> = []
        for event in events where !event.isCancelled {
            found.formUnion(try event.days(except: event.insteadOf == nil ? moved[event.uid] ?? [] : []))
        }
        days = found.sorted()
    }

    // MARK: - Lines

    private struct Line {
        let number: Int
        /// In capitals, without parameters.
        let name: String
        let value: String
    }

    /// The content lines, unfolded: a line that begins with a space or a tab continues the one before (RFC 5545 §3.1).
    private static func unfolded(_ bytes: [UInt8]) -> [Line] {
        var whole: [(number: Int, text: [UInt8])] = []
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        for (number, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let line = line.last == 0x0D ? line.dropLast() : line
            if let first = line.first, first == 0x20 || first == 0x09, !whole.isEmpty {
                whole[whole.count - 1].text += line.dropFirst()
            } else if !line.isEmpty {
                whole.append((number + 1, Array(line)))
            }
        }
        return whole.map { number, text in
            let text = String(decoding: text, as: UTF8.self)
            var isQuoted = false
            let colon = text.firstIndex { character in
                if character == "\"" { isQuoted.toggle() }
                return character == ":" && !isQuoted
            }
            let name = text[..<(colon ?? text.endIndex)].prefix { $0 != ";" }
            return Line(
                number: number, name: name.uppercased(),
                value: colon.map { String(text[text.index(after: $0)...]) } ?? "")
        }
    }

    // MARK: - Events

    private struct Event {
        let line: Int
        var uid = ""
        var start: CalendarDay?
        var end: CalendarDay?
        var length: Int?
        var rule: Rule?
        var added: [CalendarDay] = []
        var removed: Set<CalendarDay> = []
        var insteadOf: CalendarDay?
        var isCancelled = false

        init(line: Int) { self.line = line }

        mutating func read(_ line: Line) throws(Problem) {
            switch line.name {
            case "UID": uid = line.value
            case "STATUS": isCancelled = line.value.uppercased() == "CANCELLED"
            case "DTSTART": start = try Self.day(line.value, line)
            case "DTEND": end = try Self.day(line.value, line)
            case "DURATION": length = try Self.length(line)
            case "RRULE": rule = try Rule(line)
            case "RECURRENCE-ID": insteadOf = try Self.day(line.value, line)
            case "RDATE": for text in line.value.split(separator: ",") { added.append(try Self.day(text, line)) }
            case "EXDATE": for text in line.value.split(separator: ",") { removed.insert(try Self.day(text, line)) }
            default: break
            }
        }

        static func day(_ text: some StringProtocol, _ line: Line) throws(Problem) -> CalendarDay {
            guard text.utf8.count == 8, let number = Int(text), number > 0 else {
                throw Problem(
                    line: line.number,
                    message: "\(line.name) is no whole day such as 20261225: holidays have no time of day")
            }
            guard let day = CalendarDay(year: number / 10_000, month: number / 100 % 100, day: number % 100) else {
                throw Problem(line: line.number, message: "there is no day \(text)")
            }
            return day
        }

        /// `P1D`, `P2W` (RFC 5545 §3.3.6).
        private static func length(_ line: Line) throws(Problem) -> Int {
            let value = line.value.uppercased()
            guard value.hasPrefix("P"), let unit = value.last, unit == "D" || unit == "W",
                let count = Int(value.dropFirst().dropLast()), (1...366).contains(count)
            else { throw Problem(line: line.number, message: "DURATION is no number of whole days such as P1D") }
            return unit == "W" ? count * 7 : count
        }

        func days(except moved: Set<CalendarDay>) throws(Problem) -> [CalendarDay] {
            guard let start else { throw Problem(line: line, message: "the event has no DTSTART") }
            // The end is the day after the last day; an event without one lasts one day.
            let length = self.length ?? end.map { $0.daysSinceEpoch - start.daysSinceEpoch } ?? 1
            guard (1...366).contains(length) else {
                throw Problem(line: line, message: "the event ends before it begins, or after more than a year")
            }
            let starts = (rule?.days(from: start) ?? [start]) + added
            return starts.filter { !removed.contains($0) && !moved.contains($0) }
                .flatMap { first in (0..<length).map { first.adding(days: $0) } }
        }
    }

    // MARK: - Yearly rules

    private struct Rule {
        private var interval = 1
        private var count: Int?
        private var until: CalendarDay?
        private var month: Int?
        private var monthDay: Int?
        /// Which weekday of the month, counted from the end when negative; 1 = Monday.
        private var weekday: (place: Int, day: Int)?

        init(_ line: Line) throws(Problem) {
            func unknown(_ part: some StringProtocol) -> Problem {
                Problem(
                    line: line.number,
                    message: "\(part) is not understood: a holiday returns each year (FREQ=YEARLY) on a day of a month "
                        + "(BYMONTH, BYMONTHDAY) or its n-th weekday (BYDAY=4TH)")
            }
            var isYearly = false
            for part in line.value.uppercased().split(separator: ";") {
                let sides = part.split(separator: "=", maxSplits: 1)
                guard sides.count == 2 else { throw unknown(part) }
                let value = sides[1]
                switch (sides[0], Int(value)) {
                case ("FREQ", _) where value == "YEARLY": isYearly = true
                case ("INTERVAL", let number?) where number > 0: interval = number
                case ("COUNT", let number?) where number > 0: count = number
                case ("UNTIL", _): until = try Event.day(value.prefix { $0 != "T" }, line)
                case ("BYMONTH", let number?) where (1...12).contains(number): month = number
                case ("BYMONTHDAY", let number?) where (1...31).contains(number): monthDay = number
                case ("BYDAY", _):
                    guard let day = Self.weekdays.firstIndex(of: String(value.suffix(2))),
                        let place = Int(value.dropLast(2)), place != 0, (-5...5).contains(place)
                    else { throw unknown(part) }
                    weekday = (place, day + 1)
                case ("WKST", _): break
                default: throw unknown(part)
                }
            }
            // Without a month this would be the n-th weekday of the year.
            guard isYearly, weekday == nil || month != nil && monthDay == nil else { throw unknown(line.value) }
        }

        private static let weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

        func days(from start: CalendarDay) -> [CalendarDay] {
            var found: [CalendarDay] = []
            for year in stride(from: start.year, through: HolidayCalendar.lastYear, by: interval) {
                guard found.count < count ?? .max else { break }
                // Years without that day (29 February) are skipped.
                guard let day = day(in: year, start), day >= start else { continue }
                if let until, day > until { break }
                found.append(day)
            }
            return found
        }

        private func day(in year: Int, _ start: CalendarDay) -> CalendarDay? {
            let month = month ?? start.month
            guard let weekday else { return CalendarDay(year: year, month: month, day: monthDay ?? start.day) }
            guard let first = CalendarDay(year: year, month: month, day: 1) else { return nil }
            if weekday.place > 0 {
                let day = first.adding(days: (weekday.day - first.weekday + 7) % 7 + (weekday.place - 1) * 7)
                return day.month == month ? day : nil
            }
            let last = (28...31).compactMap { CalendarDay(year: year, month: month, day: $0) }.last ?? first
            let day = last.adding(days: -((last.weekday - weekday.day + 7) % 7) + (weekday.place + 1) * 7)
            return day.month == month ? day : nil
        }
    }
}
