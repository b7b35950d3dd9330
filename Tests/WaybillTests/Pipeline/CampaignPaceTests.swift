import Foundation
import XCTest

@testable import Waybill

/// A campaign's own pace: capacity by hour, a ramp by day, contacts spread over the open hours.
final class CampaignPaceTests: XCTestCase {
    private func rows(_ count: Int) -> String {
        "phone1\n" + (0..<count).map { "+1415555\(String(format: "%04d", $0))\n" }.joined()
    }

    private func moment(_ text: String) -> Timestamp { Timestamp(iso8601: Array(text.utf8)[...])! }

    /// Sends at each moment, and says how many had left by then.
    private func sent(_ bench: PipelineBench, _ moments: [String]) throws -> [Int] {
        try moments.map { text in
            try bench.set(moment(text))
            try bench.send()
            return try bench.dispatched("a").count
        }
    }

    private func reasons(_ bench: PipelineBench) throws -> [String] {
        try bench.pipeline.store.holdings().map { $0.reason?.words ?? $0.kind.words }
    }

    func testCapacityByHourLetsNoMoreLeaveAndNothingAtAnotherTime() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {timezone: "Europe/Berlin", capacity: [
               {days: ["fri"], from: "09:00", to: "11:00", perHour: 3}, {days: ["fri"], from: "11:00", to: "12:00", perHour: 5}]}}}
            """, at: "2026-11-20T07:00:00Z", standing: true)
        try bench.drop(rows(20), as: "a/1.csv")
        XCTAssertEqual(try sent(bench, ["2026-11-20T07:59:59Z"]), [0])
        XCTAssertEqual(try reasons(bench), ["no capacity before 2026-11-20T09:00:00+01:00"])
        XCTAssertEqual(
            try sent(bench, ["2026-11-20T08:00:00Z", "2026-11-20T08:59:59Z", "2026-11-20T09:00:00Z"]), [3, 3, 6])
        XCTAssertEqual(try reasons(bench), ["rate of 3 an hour, of campaign a"])
        // Two more at eleven, where five an hour may leave; nothing from twelve on, and over a restart no more.
        try bench.restart(at: "2026-11-20T09:30:00Z")
        XCTAssertEqual(
            try sent(
                bench,
                ["2026-11-20T09:59:59Z", "2026-11-20T10:00:00Z", "2026-11-20T10:59:00Z", "2026-11-20T11:00:00Z"]),
            [6, 11, 11, 11])
        XCTAssertEqual(try reasons(bench), ["no capacity before 2026-11-27T09:00:00+01:00"])
    }

    func testARampLetsMoreLeaveEachDay() throws {
        let bench = try PipelineBench(
            "{campaigns: {a: {ramp: [2, 5]}}}", at: "2026-11-20T07:00:00Z", standing: true)
        try bench.drop(rows(20), as: "a/1.csv")
        XCTAssertEqual(try sent(bench, ["2026-11-20T07:00:00Z", "2026-11-20T23:59:59Z"]), [2, 2])
        XCTAssertEqual(
            try reasons(bench), ["as many as the ramp allows this day (2) have left until 2026-11-21T00:00:00+00:00"])
        try bench.restart(at: "2026-11-21T00:00:01Z")
        XCTAssertEqual(try sent(bench, ["2026-11-21T00:00:02Z", "2026-11-21T20:00:00Z"]), [7, 7])
        XCTAssertEqual(try sent(bench, ["2026-11-22T00:00:00Z"]), [20], "after the last day as many as there are")
    }

    func testARampHoldsFromTheFirstMomentOfADay() throws {
        let bench = try PipelineBench(
            "{campaigns: {a: {ramp: [2, 5]}}}", at: "2026-11-20T07:00:00Z", standing: true)
        try bench.drop(rows(20), as: "a/1.csv")
        XCTAssertEqual(
            try sent(bench, ["2026-11-20T07:00:00Z", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"]), [2, 7, 20])
    }

    func testContactsAreSpreadEvenlyOverTheHoursThatAreOpen() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {policy: "p", spread: "window"}},
             policies: {p: {zone: "campaign", windows: [{channels: ["handover", "sms"], from: "08:00", to: "20:00"}]}}}
            """, at: "2026-11-20T06:00:00Z", standing: true)
        try bench.drop(rows(120), as: "a/1.csv")
        let hours = (8...19).map { "2026-11-20T\(String(format: "%02d", $0)):59:59Z" }
        let left = try sent(bench, ["2026-11-20T07:59:59Z"] + hours)
        XCTAssertEqual(left.first, 0)
        for (before, after) in zip(left, left.dropFirst()) {
            XCTAssertTrue((8...12).contains(after - before), "\(left)")
        }
        XCTAssertEqual(left.last, 120)
    }

    private static let day = """
        policies: {p: {zone: "campaign", windows: [{channels: ["handover", "sms"], from: "08:00", to: "20:00"}]}}
        """

    /// Those of other hours would wait until capacity begins the next day.
    func testContactsAreSpreadOverTheHoursThatHaveCapacityByHowMuchTheyHave() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {policy: "p", spread: "window", capacity: [
               {from: "09:00", to: "12:00", perHour: 100}, {from: "14:00", to: "17:00", perHour: 50}]}}, \(Self.day)}
            """, at: "2026-11-20T06:00:00Z", standing: true)
        try bench.drop(rows(180), as: "a/1.csv")
        let left = try sent(
            bench,
            ["08:59", "09:59", "10:59", "11:59", "13:59", "14:59", "15:59", "16:59", "23:59"].map {
                "2026-11-20T\($0):59Z"
            })
        let wanted = [0, 40, 80, 120, 120, 140, 160, 180, 180]
        for (count, most) in zip(left, wanted) { XCTAssertTrue(abs(count - most) <= 6, "\(left)") }
        XCTAssertEqual(left.last, 180)
    }

    func testWhatComesBehindTheHoursOfCapacityIsSpreadOverThoseOfTheNextDay() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {policy: "p", spread: "window", capacity: [{from: "09:00", to: "12:00", perHour: 600}]}},
             \(Self.day)}
            """, at: "2026-11-20T13:00:00Z", standing: true)
        try bench.drop(rows(180), as: "a/1.csv")
        let left = try sent(
            bench,
            ["2026-11-20T19:59:59Z", "2026-11-21T09:59:59Z", "2026-11-21T10:59:59Z", "2026-11-21T11:59:59Z"])
        for (count, most) in zip(left, [0, 60, 120, 180]) { XCTAssertTrue(abs(count - most) <= 6, "\(left)") }
        XCTAssertEqual(left.last, 180)
    }

    func testAFewAreSpreadAsWellAsMany() {
        for count in [1, 2, 3, 10, 144, 1_000] {
            let places = (0..<count).map { Pace.place(of: $0, among: 144) }
            XCTAssertTrue(places.allSatisfy { (0..<144).contains($0) })
            for quarter in 0..<4 {
                let here = places.count { $0 / 36 == quarter }
                XCTAssertLessThanOrEqual(abs(here - count / 4), 2, "\(count)")
            }
        }
    }

    func testWhatIsWrongWithAPaceIsTold() {
        func problems(_ text: String) -> [String] {
            ConfigurationReader.read(Array("{campaigns: {a: {\(text)}}}".utf8), file: "w").problems.map(\.description)
        }
        XCTAssertEqual(
            problems("capacity: [{from: '12:00', to: '09:00', perHour: 3}]"),
            [
                "w:1:29: campaigns.a.capacity[0]: these hours end before they begin: write two entries where they run over midnight"
            ])
        XCTAssertEqual(problems("spread: 'evenly'").count, 1)
        XCTAssertEqual(problems("ramp: [0]").count, 1)
        XCTAssertEqual(problems("spread: null, ramp: [], capacity: []"), [])
    }
}
