import Foundation

/// Lengths of time, sizes, days, zones, regions and moments.
extension ConfigurationSetting {
    /// `500ms`, `2s`, `10m`, `24h`, `7d` within bounds. `other` is a word also allowed here, which the caller has
    /// already checked for.
    func duration(
        _ bounds: ClosedRange<TimeSpan> = TimeSpan(milliseconds: 0)...Self.longest, or other: String? = nil
    ) -> TimeSpan? {
        let wanted =
            "a length of time such as \"30s\", \"10m\", \"24h\" or \"7d\"" + (other.map { ", or \"\($0)\"" } ?? "")
        guard case .string(let text) = value.content else { return mismatch(wanted) }
        guard let span = TimeSpan(text) else { return wrong(text, wanted) }
        guard bounds.contains(span) else {
            return wrong(text, "a length of time from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        return span
    }

    /// Ten years: longer than anything is kept, and far too short to overflow when added to a moment.
    static var longest: TimeSpan { .hours(24 * 3_650) }

    /// Bytes: a whole number, or a text such as `16 GiB`, `64 KiB`, `500 kB`, within bounds.
    func size(_ bounds: ClosedRange<Int64>) -> Int64? {
        let wanted = "a size in bytes such as 65536, \"64 KiB\" or \"16 GiB\""
        let bytes: Int64
        switch value.content {
        case .number(let number):
            guard let integer = number.integer else { return mismatch(wanted) }
            bytes = integer
        case .string(let text):
            guard let size = Self.size(text) else { return wrong(text, wanted) }
            bytes = size
        case .null, .boolean, .array, .object:
            return mismatch(wanted)
        }
        guard bounds.contains(bytes) else {
            report(
                "\(bytes) bytes is out of range: write a size from \(bounds.lowerBound) to \(bounds.upperBound) bytes")
            return nil
        }
        return bytes
    }

    private static func size(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let units: [String: Int64] = [
            "": 1, "B": 1, "kB": 1_000, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
            "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
        ]
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard let count = Int64(digits), let factor = units[String(unit)] else { return nil }
        let product = count.multipliedReportingOverflow(by: factor)
        return product.overflow ? nil : product.partialValue
    }

    /// `HH:MM`, 00:00 … 24:00.
    func timeOfDay() -> TimeOfDay? {
        let wanted = "a clock time from \"00:00\" to \"24:00\""
        guard case .string(let text) = value.content else { return mismatch(wanted) }
        return TimeOfDay(text) ?? wrong(text, wanted)
    }

    // MARK: Days

    static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// Days of the week as a set of bits (0 = Monday): a list or a text of `mon`, `mon-sat`, `sat,sun`.
    func weekdays() -> UInt8? {
        let wanted = "days such as [\"mon-fri\"] or [\"sat\", \"sun\"]"
        switch value.content {
        case .string(let text):
            return weekdays(text)
        case .array(let values):
            guard !values.isEmpty else { return mismatch(wanted) }
            let sets = list(wanted) { day -> UInt8? in
                guard case .string(let text) = day.value.content else { return day.mismatch(wanted) }
                return day.weekdays(text)
            }
            return sets.map { $0.reduce(0, |) }
        case .null, .boolean, .number, .object:
            return mismatch(wanted)
        }
    }

    private func weekdays(_ text: String) -> UInt8? {
        var days: UInt8 = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
            var numbers: [Int] = []
            for end in ends {
                guard let number = Self.weekdays.firstIndex(of: end) else {
                    return wrong(
                        end, "a day (mon, tue, wed, thu, fri, sat, sun)", near: NearestName.of(end, in: Self.weekdays))
                }
                numbers.append(number)
            }
            guard numbers.count <= 2 else { return wrong(text, "a day or two days joined by -") }
            var day = numbers[0]
            days |= 1 << UInt8(day)
            // A range may run across the end of the week: fri-mon.
            while day != numbers[numbers.count - 1] {
                day = (day + 1) % 7
                days |= 1 << UInt8(day)
            }
        }
        return days
    }

    /// `YYYY-MM-DD`.
    func calendarDay() -> CalendarDay? {
        let wanted = "a day such as \"2026-12-24\""
        guard case .string(let text) = value.content else { return mismatch(wanted) }
        return CalendarDay(text) ?? wrong(text, wanted)
    }

    // MARK: Zones and regions

    /// The name of a place in the IANA time zone database, or `UTC`, as a column `timezone` takes it.
    func zone() -> String? {
        let wanted = "a time zone of the IANA database, such as \"Europe/Berlin\""
        guard case .string(let text) = value.content else { return mismatch(wanted) }
        if ZoneNames.isPlace(text) { return text }
        guard !ZoneNames.isKnown(text) else {
            report(
                "\(JSON5Reader.quoted(text)) is an abbreviation or a fixed offset, which is wrong in summer or winter: write "
                    + "the name of a place such as \"America/New_York\", or \"UTC\"")
            return nil
        }
        return wrong(text, wanted, near: NearestName.of(text, in: ZoneNames.places))
    }

    /// ISO 3166 alpha-2, in capitals.
    func region() -> String? {
        let wanted = "a region of ISO 3166, two capital letters such as \"US\" or \"DE\""
        guard case .string(let text) = value.content else { return mismatch(wanted) }
        guard Self.isRegion(text) else {
            // Where people write otherwise.
            let capitals = text.uppercased() == "UK" ? "GB" : text.uppercased()
            return wrong(text, wanted, near: Self.isRegion(capitals) ? capitals : nil)
        }
        return text
    }

    static func isRegion(_ code: some StringProtocol) -> Bool { regions.contains(String(code)) }

    private static let regions: Set<String> = {
        // Groups of countries and outlying areas, which ICU lists among the countries.
        let groups: Set = ["EU", "EZ", "QO", "UN"]
        return Set(Locale.Region.isoRegions.map(\.identifier).filter { $0.utf8.count == 2 && !groups.contains($0) })
    }()

    /// `US`, or a part of it as `US-FL` (ISO 3166-2).
    static func isRegionOrPart(_ name: String) -> Bool {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard let country = parts.first, isRegion(country), parts.count <= 2 else { return false }
        return parts.count == 1
            || (1...3).contains(parts[1].utf8.count)
                && parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    }

    // MARK: Moments

    /// An ISO 8601 moment, `2026-11-26`, `2026-11-26T08:00` or `2026-11-26T08:00:00+01:00`.
    ///
    /// Without an offset, it is read in the zones of the campaigns that use the policy, which must agree. A local time
    /// that occurs twice means the first; one that is skipped uses the offset before the gap.
    func moment() -> Timestamp? {
        let zones = reading.zones
        let wanted = "a moment such as \"2026-11-26T08:00:00+01:00\" or \"2026-11-26\""
        guard case .string(let text) = value.content else { return mismatch(wanted) }
        guard let (local, offset) = Self.moment(text) else { return wrong(text, wanted) }
        if let offset { return Timestamp(milliseconds: local.milliseconds - Int64(offset) * 1_000) }
        let moments = Set(zones.compactMap { TimeZone(identifier: $0) }.map { Self.moment(local, in: $0) })
        guard moments.count == 1, let moment = moments.first else {
            report(
                "\(JSON5Reader.quoted(text)) has no offset, and the campaigns of this policy have several time zones "
                    + "(\(zones.sorted().joined(separator: ", "))): write the offset, as in \"\(text.prefix(10))T08:00+01:00\""
            )
            return nil
        }
        return moment
    }

    /// The local time as if it were UTC, and the offset in seconds if the text has one.
    private static func moment(_ text: String) -> (local: Timestamp, offset: Int?)? {
        guard let day = CalendarDay(text.prefix(10)) else { return nil }
        var rest = Substring(text.dropFirst(10))
        guard let separator = rest.popFirst() else { return (Timestamp(day: day), nil) }
        guard separator == "T" || separator == " ", let clock = TimeOfDay(String(rest.prefix(5))), clock < .midnight
        else { return nil }
        rest = rest.dropFirst(5)
        var milliseconds = 0
        if rest.first == ":" {
            guard let seconds = number(rest.dropFirst().prefix(2), digits: 2...2), seconds < 60 else { return nil }
            milliseconds = seconds * 1_000
            rest = rest.dropFirst(3)
            if rest.first == "." {
                let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
                guard let fraction = number(digits, digits: 1...3) else { return nil }
                milliseconds += fraction * [100, 10, 1][digits.count - 1]
                rest = rest.dropFirst(1 + digits.count)
            }
        }
        let start = Timestamp(day: day, secondsOfDay: clock.minutes * 60)
        let local = Timestamp(milliseconds: start.milliseconds + Int64(milliseconds))
        if rest.isEmpty { return (local, nil) }
        if rest == "Z" { return (local, 0) }
        guard let sign = rest.popFirst(), sign == "+" || sign == "-" else { return nil }
        let digits = rest.count == 5 && rest.dropFirst(2).first == ":" ? rest.filter { $0 != ":" } : String(rest)
        guard let number = number(digits[...], digits: 4...4), number / 100 <= 18, number % 100 < 60 else { return nil }
        let seconds = (number / 100 * 60 + number % 100) * 60
        return (local, sign == "-" ? -seconds : seconds)
    }

    private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    private static func moment(_ local: Timestamp, in zone: TimeZone) -> Timestamp {
        func offset(at seconds: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
        }
        // No zone is more than a day from UTC, so these are the offsets before and after any change nearby.
        let before = offset(at: local.seconds - 86_400)
        let after = offset(at: local.seconds + 86_400)
        let passes = [before, after].filter { offset(at: local.seconds - $0) == $0 }
        return Timestamp(milliseconds: local.milliseconds - (passes.max() ?? before) * 1_000)
    }
}
