import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// How long it takes until all have left: n contacts in n ÷ rate, and at most one span of the rate besides.
final class PaceTests: XCTestCase {
    private struct Pace {
        let name: String
        let configuration: String
        /// So many contacts in drops of so many.
        let drops: [Int]
        /// The rate that takes longest.
        let most: Int
        let span: RateLimit.Span
    }

    private static func policy(_ rate: String) -> String {
        "{campaigns: {a: {policy: 'p'}}, policies: {p: {rate: {\(rate)}}}}"
    }

    private static let paces = [
        Pace(name: "an hour", configuration: policy("perHour: 20"), drops: [200], most: 20, span: .hour),
        Pace(
            name: "an hour, small drops", configuration: policy("perHour: 20"), drops: Array(repeating: 11, count: 10),
            most: 20, span: .hour),
        Pace(
            name: "an hour, a little more than a parcel", configuration: policy("perHour: 1500"), drops: [6_000],
            most: 1_500, span: .hour),
        Pace(name: "a day", configuration: policy("perDay: 7"), drops: [30, 5], most: 7, span: .day),
        Pace(name: "a second", configuration: policy("perSecond: 3"), drops: [20, 20], most: 3, span: .second),
        Pace(
            name: "all together", configuration: policy("perSecond: 2, perHour: 9, perDay: 20"), drops: [25, 25],
            most: 20, span: .day),
        Pace(
            name: "a campaign's", configuration: "{campaigns: {a: {rate: {perSecond: 4, perHour: 10}}}}", drops: [55],
            most: 10, span: .hour),
        Pace(
            name: "a transport's", configuration: "{campaigns: {a: {}}, transports: {folder: {rate: {perHour: 12}}}}",
            drops: [7, 7, 7, 7, 7, 7, 7], most: 12, span: .hour),
        Pace(
            name: "an account's",
            configuration:
                "{campaigns: {a: {}}, transports: {folder: {account: 'x'}}, accounts: {x: {rate: {perHour: 12}}}}",
            drops: [50], most: 12, span: .hour),
        Pace(
            name: "an account's among others",
            configuration: """
                {campaigns: {a: {rate: {perHour: 15}, policy: 'p'}}, transports: {folder: {account: 'x'}},
                 policies: {p: {rate: {perHour: 13}}}, accounts: {x: {rate: {perHour: 12, perDay: 100}, shared: 'rates.db'}}}
                """, drops: [30, 30], most: 12, span: .hour),
    ]

    private func people(_ drops: [Int]) -> [String] {
        var next = 0
        return drops.map { count in
            defer { next += count }
            return "phone1\n"
                + (next..<next + count).map { "+1415555\(String(10_000 + $0).suffix(4))\n" }.joined()
        }
    }

    private func check(_ pace: Pace, _ left: [(at: Int64, count: Int)], looks: Int, _ way: String) {
        let name = "\(pace.name), \(way)"
        let count = pace.drops.reduce(0, +)
        XCTAssertEqual(left.reduce(0) { $0 + $1.count }, count, name)
        guard let first = left.first, let last = left.last else { return }
        for departure in left {
            let within = left.filter {
                $0.at > departure.at - pace.span.milliseconds && $0.at <= departure.at
            }
            XCTAssertLessThanOrEqual(within.reduce(0) { $0 + $1.count }, pace.most, name)
        }
        let spans = Double(last.at - first.at) / Double(pace.span.milliseconds)
        XCTAssertLessThanOrEqual(spans, Double(count) / Double(pace.most) + 1, name)
        // Nothing is looked at in vain again and again.
        XCTAssertLessThan(looks, 4 * left.count + 10, name)
    }

    func testWhatHasRoomForOneDoesNotWaitUntilAllHave() throws {
        let bench = try PipelineBench(Self.policy("perHour: 4"), standing: true)
        var at: [Int64] = []
        let start = bench.pipeline.now.milliseconds
        bench.pipeline.dispatcher.onDeparture = { count in
            at += Array(repeating: (bench.pipeline.now.milliseconds - start) / 60_000, count: count)
        }
        for place in 0..<4 {
            try bench.drop("phone1\n+1415555010\(place)\n", as: "a/\(place).csv")
            try bench.send()
            try bench.advance(seconds: 600)
        }
        try bench.drop("phone1\n" + (1...4).map { "+1415555020\($0)\n" }.joined(), as: "a/four.csv")
        while at.count < 8 {
            try bench.send()
            guard at.count < 8, let next = try bench.pipeline.store.nextMoments().due else { break }
            try bench.set(max(next, bench.pipeline.now))
        }
        XCTAssertEqual(at, [0, 10, 20, 30, 60, 70, 80, 90])
    }

    func testAllLeaveInTheirNumberDividedByTheRateInARehearsal() throws {
        for pace in Self.paces where !pace.configuration.contains("shared") {
            let bench = try PipelineBench(pace.configuration)
            let folder = bench.root + "/copy"
            try Files.createFolder(folder)
            let rehearsal = try Rehearsal(
                of: bench.workspace, bench.configuration, in: folder, startingAt: bench.pipeline.now,
                log: Log(level: .error, format: .text, clock: SystemIO.WallClock()) { _ in })
            let inbox = rehearsal.workspace.path("inbox/a")
            try Files.createFolder(inbox)
            for (place, text) in people(pace.drops).enumerated() {
                try Files.writeAtomically(Array(text.utf8), to: "\(inbox)/\(place).csv")
                XCTAssertTrue(try rehearsal.take(["\(place).csv"], from: "a"))
            }
            var left: [(at: Int64, count: Int)] = []
            rehearsal.pipeline.dispatcher.onSending = { left.append(($0.at.milliseconds, 1)) }
            let end = rehearsal.now.adding(.hours(24 * 30))
            var looks = 0
            while let next = try rehearsal.nextMoment, next < end {
                looks += 1
                try rehearsal.run(until: max(next, rehearsal.now).adding(TimeSpan(milliseconds: 1)))
            }
            check(pace, left, looks: looks, "rehearsed")
        }
    }

    func testAllLeaveInTheirNumberDividedByTheRateInPassesOfTheDaemon() throws {
        for pace in Self.paces {
            let bench = try PipelineBench(pace.configuration, standing: true)
            for (place, text) in people(pace.drops).enumerated() { try bench.drop(text, as: "a/\(place).csv") }
            var left: [(at: Int64, count: Int)] = []
            bench.pipeline.dispatcher.onDeparture = { left.append((bench.pipeline.now.milliseconds, $0)) }
            var looks = 0
            repeat {
                looks += 1
                try bench.send()
                // A daemon is a little late.
                guard let next = try bench.pipeline.store.nextMoments().due else { break }
                try bench.set(max(next, bench.pipeline.now).adding(TimeSpan(milliseconds: 3)))
            } while looks < 2_000
            check(pace, left, looks: looks, "in passes")
            XCTAssertEqual(try bench.dispatched("a").count, pace.drops.reduce(0, +), pace.name)
        }
    }
}
