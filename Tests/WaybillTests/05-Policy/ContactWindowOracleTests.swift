import Foundation
import Support
import XCTest

@testable import Waybill

/// Random policies at random places around clock changes, against the oracle that steps minute by minute.
final class ContactWindowOracleTests: XCTestCase {
    private static let minutes = 2_880
    private static let zones = [
        "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca",
        "Asia/Kathmandu", "Pacific/Apia", "America/Sao_Paulo", "Asia/Tehran", "Pacific/Chatham", "America/Chicago",
        "America/Havana",
    ]

    func testEveryAnswerAgreesWithAClockReadMinuteByMinute() {
        let seed = UInt64(ProcessInfo.processInfo.environment["WAYBILL_SEED"] ?? "") ?? 20_261_121
        var random = SeededGenerator(seed: seed)
        var cases = 0
        var opened = 0
        for (index, zone) in Self.zones.enumerated() {
            let partner = Self.zones[(index + 3) % Self.zones.count]
            for _ in 0..<6 {
                let start = Self.start(near: zone, &random)
                let clock = WallClock(zone: zone, start: start, minutes: Self.minutes)
                let other = WallClock(zone: partner, start: start, minutes: Self.minutes)
                for _ in 0..<30 {
                    let both = Int.random(in: 0..<4, using: &random) == 0
                    let oracle = PolicyOracle(
                        policy: Self.policy(start: start, &random),
                        channel: ["sms", "voice"].randomElement(using: &random)!,
                        clocks: both ? [clock, other] : [clock],
                        country: [nil, "US", "DE"].randomElement(using: &random)!,
                        regions: [[], ["US-FL"], ["US-FL", "US-GA"]].randomElement(using: &random)!, start: start)
                    let zones = (both ? [zone, partner] : [zone]).map { Zone.named($0)! }
                    // A closure, since describing a policy takes longer than judging it.
                    let label = { [cases] in "seed \(seed), case \(cases): \(zones) from \(start), \(oracle.policy)" }
                    opened += check(oracle, zones, label, &random)
                    cases += 1
                }
            }
        }
        XCTAssertEqual(cases, 12 * 6 * 30)
        // Otherwise the cases would not tell much.
        XCTAssertGreaterThan(opened, cases / 3)
        XCTAssertLessThan(opened, cases)
    }

    /// Compares one case; 1 when the oracle found an open minute.
    private func check(
        _ oracle: PolicyOracle, _ zones: [Zone], _ label: () -> String, _ random: inout SeededGenerator
    ) -> Int {
        let hours = ContactWindow(policy: oracle.policy, campaignZone: .utc)
            .hours(channel: oracle.channel, zones: zones, country: oracle.country, regions: oracle.regions)
        func moment(_ minute: Int, plus rest: Int64 = 0) -> Timestamp {
            Timestamp(milliseconds: oracle.start.milliseconds + Int64(minute) * 60_000 + rest)
        }
        let end = moment(Self.minutes)
        for _ in 0..<8 {
            let minute = Int.random(in: 0..<Self.minutes, using: &random)
            let rest = Int64.random(in: 0..<60_000, using: &random)
            XCTAssertEqual(
                hours.isOpen(at: moment(minute, plus: rest)), oracle.isOpen(minute: minute),
                "minute \(minute) of \(label())")
        }

        let minute = Int.random(in: 0..<Self.minutes / 2, using: &random)
        let from = moment(minute, plus: Int64.random(in: 0..<60_000, using: &random))
        let next = hours.nextOpen(from: from)
        guard let open = (minute..<Self.minutes).first(where: oracle.isOpen) else {
            if let next { XCTAssertGreaterThanOrEqual(next, end, "next of \(minute) of \(label())") }
            return 0
        }
        XCTAssertEqual(next, open == minute ? from : moment(open), "next of \(minute) of \(label())")
        XCTAssertEqual(hours.reason(at: from) == nil, open == minute, label())

        let until = hours.openUntil(at: moment(open))
        if let closed = (open..<Self.minutes).first(where: { !oracle.isOpen(minute: $0) }) {
            XCTAssertEqual(until, moment(closed), "end of \(open) of \(label())")
        } else if let until {
            XCTAssertGreaterThanOrEqual(until, end, "end of \(open) of \(label())")
        }
        return 1
    }

    /// Some hours before a clock change of the zone, or any whole hour.
    private static func start(near name: String, _ random: inout SeededGenerator) -> Timestamp {
        let zone = TimeZone(identifier: name)!
        let any = Date(timeIntervalSince1970: Double(Int.random(in: 0..<595_000, using: &random)) * 3_600)
        let change = zone.nextDaylightSavingTimeTransition(after: any) ?? any
        let skippedDay = Date(timeIntervalSince1970: 1_325_239_200)
        let date = name == "Pacific/Apia" && Bool.random(using: &random) ? skippedDay : change
        let lead = Int64.random(in: 1...30, using: &random) * 3_600
        return Timestamp(milliseconds: (Int64(date.timeIntervalSince1970) / 60 * 60 - lead) * 1_000)
    }

    private static func policy(start: Timestamp, _ random: inout SeededGenerator) -> Policy {
        var policy = Policy()
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            var window = Policy.Window()
            window.channels = [[], ["sms"], ["voice", "sms"]].randomElement(using: &random)!
            window.days = Bool.random(using: &random) ? 0x7F : UInt8.random(in: 1...0x7F, using: &random)
            window.from = time(&random)
            window.to = time(&random)
            policy.windows.append(window)
        }
        for key in ["US", "US-FL", "US-GA"] where Int.random(in: 0..<5, using: &random) == 0 {
            var rule = Policy.RegionRule()
            if Bool.random(using: &random) { rule.from = time(&random) }
            if Bool.random(using: &random) { rule.to = time(&random) }
            if Bool.random(using: &random) { rule.days = UInt8.random(in: 1...0x7F, using: &random) }
            policy.regions[key] = rule
        }
        for key in ["US", "DE", "*", "US-GA"] where Int.random(in: 0..<5, using: &random) == 0 {
            policy.holidays[key] = [start.utcDay.adding(days: Int.random(in: 0...2, using: &random))]
        }
        func offset(_ range: ClosedRange<Int64>) -> Timestamp {
            start.adding(.minutes(Int64.random(in: range, using: &random)))
        }
        for _ in 0..<3 where Int.random(in: 0..<5, using: &random) == 0 {
            policy.blackouts.append(.init(from: offset(0...1_500), to: offset(300...2_000)))
        }
        if Int.random(in: 0..<8, using: &random) == 0 { policy.startAfter = offset(0...2_000) }
        if Int.random(in: 0..<8, using: &random) == 0 { policy.endBefore = offset(500...3_000) }
        return policy
    }

    /// Often near the hours that clock changes skip or repeat.
    private static func time(_ random: inout SeededGenerator) -> TimeOfDay {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: TimeOfDay(minutes: Int.random(in: 0...16, using: &random) * 15)
        case 1: TimeOfDay(minutes: Int.random(in: 0...1_440, using: &random))
        case 2: TimeOfDay(minutes: 1_440 - Int.random(in: 0...4, using: &random) * 30)
        default: TimeOfDay(minutes: Int.random(in: 0...24, using: &random) * 60)
        }
    }
}
