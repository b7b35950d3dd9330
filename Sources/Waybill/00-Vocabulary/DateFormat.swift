/// How a campaign's senders write dates, such as `dd.MM.yyyy HH:mm`. The dates read are written out as ISO 8601.
///
///     yyyy   MM M   dd d   HH H (0 … 23)   hh h with a (AM, PM)   mm m   ss s   anything else as it stands
///
/// Two letters mean two digits; one letter means one or two.
package struct DateFormat: Hashable, Sendable {
    package let pattern: String
    private let parts: [Part]

    fileprivate enum Part: Hashable, Sendable {
        case year, half
        case month(ClosedRange<Int>), day(ClosedRange<Int>), hour(ClosedRange<Int>), clockHour(ClosedRange<Int>)
        case minute(ClosedRange<Int>), second(ClosedRange<Int>)
        case sign(UInt8)
    }

    /// Nil for a pattern that lacks a part of the day, has only a part of a time, or has a part twice.
    package init?(_ pattern: String) {
        self.pattern = pattern
        var parts: [Part] = []
        var letters = Array(pattern.utf8)[...]
        while let letter = letters.first {
            let run = letters.prefix { $0 == letter }.count
            letters.removeFirst(run)
            let digits = run == 1 ? 1...2 : 2...2
            switch (UnicodeScalar(letter), run) {
            case ("y", 4): parts.append(.year)
            case ("M", 1...2): parts.append(.month(digits))
            case ("d", 1...2): parts.append(.day(digits))
            case ("H", 1...2): parts.append(.hour(digits))
            case ("h", 1...2): parts.append(.clockHour(digits))
            case ("m", 1...2): parts.append(.minute(digits))
            case ("s", 1...2): parts.append(.second(digits))
            case ("a", 1): parts.append(.half)
            case _:
                // Any other letter may have a meaning in another pattern language, so it is refused.
                guard letter < 0x80, letter | 0x20 &- 0x61 >= 26 || letter == UInt8(ascii: "T") else { return nil }
                parts += Array(repeating: .sign(letter), count: run)
            }
        }
        let kinds = parts.compactMap(\.kind)
        guard Set(kinds).count == kinds.count, Set(["y", "M", "d"]).isSubset(of: kinds) else { return nil }
        let hasHour = kinds.contains("H") || kinds.contains("h")
        guard kinds.contains("h") == kinds.contains("a"), !(kinds.contains("H") && kinds.contains("h")),
            hasHour == kinds.contains("m"), hasHour || !kinds.contains("s")
        else { return nil }
        self.parts = parts
    }

    /// Whether dates begin with the year, so an ISO 8601 date could be misread as another day.
    package var beginsWithYear: Bool { parts.first == .year }

    /// A day, or a time of day, as a local clock shows it.
    package struct Moment: Hashable, Sendable {
        package let day: CalendarDay
        /// Seconds of the day; nil for a day alone.
        package let seconds: Int?

        /// Writes it as ISO 8601: `2026-11-21` or `2026-11-21T10:00:00`.
        package func append(to bytes: inout [UInt8]) {
            func two(_ number: Int) {
                bytes.append(0x30 + UInt8(number / 10 % 10))
                bytes.append(0x30 + UInt8(number % 10))
            }
            two(day.year / 100)
            two(day.year)
            bytes.append(UInt8(ascii: "-"))
            two(day.month)
            bytes.append(UInt8(ascii: "-"))
            two(day.day)
            guard let seconds else { return }
            bytes.append(UInt8(ascii: "T"))
            two(seconds / 3_600)
            bytes.append(UInt8(ascii: ":"))
            two(seconds / 60 % 60)
            bytes.append(UInt8(ascii: ":"))
            two(seconds % 60)
        }

        /// The earliest moment at which a clock anywhere shows it.
        package var earliest: Timestamp { Timestamp(day: day, secondsOfDay: (seconds ?? 0) - 14 * 3_600) }
    }

    /// Reads a date; nil if it is written differently or does not exist.
    package func moment(_ text: Span<UInt8>) -> Moment? {
        var position = 0
        func number(_ digits: ClosedRange<Int>) -> Int? {
            var value = 0
            var count = 0
            while count < digits.upperBound, position < text.count, text[position] &- 0x30 < 10 {
                value = value * 10 + Int(text[position] &- 0x30)
                position += 1
                count += 1
            }
            return count >= digits.lowerBound ? value : nil
        }
        var (year, month, day, hour, minute, second) = (0, 0, 0, 0, 0, 0)
        var half: Int?
        var hasTime = false
        for part in parts {
            switch part {
            case .sign(let sign):
                guard position < text.count, text[position] == sign else { return nil }
                position += 1
            case .year:
                guard let read = number(4...4) else { return nil }
                year = read
            case .month(let digits):
                guard let read = number(digits) else { return nil }
                month = read
            case .day(let digits):
                guard let read = number(digits) else { return nil }
                day = read
            case .hour(let digits):
                guard let read = number(digits), read < 24 else { return nil }
                (hour, hasTime) = (read, true)
            case .clockHour(let digits):
                guard let read = number(digits), (1...12).contains(read) else { return nil }
                (hour, hasTime) = (read % 12, true)
            case .minute(let digits):
                guard let read = number(digits), read < 60 else { return nil }
                minute = read
            case .second(let digits):
                guard let read = number(digits), read < 60 else { return nil }
                second = read
            case .half:
                guard position + 2 <= text.count, text[position + 1] | 0x20 == UInt8(ascii: "m") else { return nil }
                switch text[position] | 0x20 {
                case UInt8(ascii: "a"): half = 0
                case UInt8(ascii: "p"): half = 12
                case _: return nil
                }
                position += 2
            }
        }
        guard position == text.count, let found = CalendarDay(year: year, month: month, day: day) else { return nil }
        let seconds = ((hour + (half ?? 0)) * 60 + minute) * 60 + second
        return Moment(day: found, seconds: hasTime ? seconds : nil)
    }
}

extension DateFormat.Part {
    /// The part of a date it belongs to; nil for literal signs, which may repeat.
    fileprivate var kind: String? {
        switch self {
        case .year: "y"
        case .month: "M"
        case .day: "d"
        case .hour: "H"
        case .clockHour: "h"
        case .minute: "m"
        case .second: "s"
        case .half: "a"
        case .sign: nil
        }
    }
}
