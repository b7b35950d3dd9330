import Foundation
import XCTest

@testable import Waybill

/// What clocks on the wall of one zone read, minute by minute, as Foundation's TimeZone says: slow and independent.
struct WallClock {
    struct Reading: Equatable {
        /// Days since 1970-01-01 of the date on the calendar.
        let day: Int
        /// 0 = Monday.
        let weekday: Int
        let minute: Int
    }

    let readings: [Reading]

    init(zone name: String, start: Timestamp, minutes: Int) {
        let zone = TimeZone(identifier: name)!
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        readings = (0..<minutes).map { minute in
            let second = Int(start.seconds) + minute * 60
            let date = Date(timeIntervalSince1970: Double(second))
            let local = second + zone.secondsFromGMT(for: date)
            let day = Int((Double(local) / 86_400).rounded(.down))
            let reading = Reading(day: day, weekday: (day + 3) % 7, minute: (local - day * 86_400) / 60)
            // The Calendar takes some 50 µs a time, so that only some readings are compared with it.
            if minute % 97 == 0 { XCTAssertEqual(reading, Self.reading(calendar, date), "\(name) at \(date)") }
            return reading
        }
    }

    private static func reading(_ calendar: Calendar, _ date: Date) -> Reading {
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .weekday], from: date)
        let day = CalendarDay(year: parts.year!, month: parts.month!, day: parts.day!)!
        return Reading(
            day: day.daysSinceEpoch, weekday: (parts.weekday! + 5) % 7, minute: parts.hour! * 60 + parts.minute!)
    }
}

/// Whether a policy allows contact in one minute, straight from the words of contract §7 and without any table.
struct PolicyOracle {
    let channel: Channel
    let country: String?
    let regions: [String]
    let policy: Policy
    let start: Timestamp
    private let clocks: [WallClock]
    /// Each window of the channel, with the daily spans that regions add to it, as from, to and days.
    private let windows: [[(from: Int, to: Int, days: UInt8)]]
    private let holidays: [Int]
    /// Forbidden minutes since `start`.
    private let forbidden: [Range<Int>]

    init(policy: Policy, channel: Channel, clocks: [WallClock], country: String?, regions: [String], start: Timestamp) {
        (self.policy, self.channel, self.clocks) = (policy, channel, clocks)
        (self.country, self.regions, self.start) = (country, regions, start)
        func concerns(_ key: String) -> Bool {
            key == "*" || key == country || regions.contains { $0 == key || $0.split(separator: "-")[0] == key }
        }
        let all = policy.windows.isEmpty ? [Policy.Window()] : policy.windows
        windows = all.filter { $0.channels.isEmpty || $0.channels.contains(channel) }.map { window in
            var spans = [(window.from.minutes, window.to.minutes, window.days)]
            for (key, rule) in policy.regions where concerns(key) {
                spans.append((rule.from?.minutes ?? 0, rule.to?.minutes ?? 1_440, rule.days ?? 0x7F))
            }
            return spans
        }
        holidays = policy.holidays.filter { concerns($0.key) }.flatMap { $0.value.map(\.daysSinceEpoch) }
        func minute(_ moment: Timestamp) -> Int { Int((moment.milliseconds - start.milliseconds) / 60_000) }
        forbidden =
            policy.blackouts.filter { $0.from < $0.to }.map { minute($0.from)..<minute($0.to) }
            + (policy.startAfter.map { [Int.min..<minute($0)] } ?? [])
            + (policy.endBefore.map { [minute($0)..<Int.max] } ?? [])
    }

    func isOpen(minute: Int) -> Bool {
        for span in forbidden where span.contains(minute) { return false }
        for clock in clocks {
            let reading = clock.readings[minute]
            if holidays.contains(reading.day) || !isInside(reading) { return false }
        }
        return true
    }

    private func isInside(_ reading: WallClock.Reading) -> Bool {
        for spans in windows where !spans.contains(where: { !reads(reading, from: $0.from, to: $0.to, days: $0.days) })
        {
            return true
        }
        return false
    }

    private func reads(_ reading: WallClock.Reading, from: Int, to: Int, days: UInt8) -> Bool {
        let today = days >> reading.weekday & 1 == 1
        if from < to { return today && from <= reading.minute && reading.minute < to }
        let yesterday = days >> ((reading.weekday + 6) % 7) & 1 == 1
        return today && from <= reading.minute || yesterday && reading.minute < to
    }
}
