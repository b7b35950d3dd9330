import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// A rehearsal does what the real thing does, and touches nothing.
final class RehearsalTests: XCTestCase {
    private let configuration = """
        {timezone: "America/Chicago", campaigns: {clinic: {policy: "p", strategy: "s"}},
         policies: {p: {windows: [{from: "09:00", to: "17:00", days: ["mon-fri"]}], zone: "campaign",
                        caps: [{limit: 2, within: "7d"}]}},
         strategies: {s: {steps: [
           {name: "call", channel: "voice", to: "phone1", attempts: 3, resultWithin: "2h",
            on: {expired: {retry: "5m"}}}]}}}
        """
    private let people = "phone1,id\n+14155550101,a\n+14155550102,b\n"

    private var folder = ""

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.path + "/waybill-" + UUID().uuidString
        try Files.createFolder(folder)
    }

    override func tearDown() { try? Files.removeTree(folder) }

    private func moment(_ text: String) -> Timestamp { Timestamp(iso8601: ArraySlice(text.utf8))! }

    private func rehearsal(of bench: PipelineBench, at start: String) throws -> Rehearsal {
        try Rehearsal(
            of: bench.workspace, bench.configuration, in: folder, startingAt: moment(start),
            log: Log(level: .error, format: .text, clock: SystemIO.WallClock()) { _ in })
    }

    private func drop(_ text: String, as name: String, in campaign: String, _ rehearsal: Rehearsal) throws {
        let inbox = rehearsal.workspace.path("inbox/" + campaign)
        try Files.createFolder(inbox)
        try Files.writeAtomically(Array(text.utf8), to: inbox + "/" + name)
        XCTAssertTrue(try rehearsal.take([name], from: campaign))
    }

    /// What leaves until `end`, as moment and reference.
    private func sends(_ rehearsal: Rehearsal, until end: String) throws -> [String] {
        var sends: [String] = []
        rehearsal.pipeline.dispatcher.onSending = { sends.append("\($0.at) \($0.reference)") }
        try rehearsal.run(until: moment(end))
        return sends
    }

    func testTheSameLeavesAtTheSameMomentsAsInTheRealPipeline() throws {
        let bench = try PipelineBench(configuration, at: "2026-11-20T22:30:00Z")
        let rehearsal = try rehearsal(of: bench, at: "2026-11-20T22:30:00Z")
        try drop(people, as: "1.csv", in: "clinic", rehearsal)
        let rehearsed = try sends(rehearsal, until: "2026-12-05T00:00:00Z")
        // Friday 16:30 in Chicago; when the first call's two hours are over the week is, too. The third call has to
        // wait until the first is seven days old.
        XCTAssertEqual(
            try rehearsal.outcomes(since: moment("2026-11-20T22:30:00Z")).first?.reasons.map(\.reason),
            ["nothing came back in time"])
        XCTAssertEqual(
            rehearsed,
            ["2026-11-20T22:30:00.000Z", "2026-11-23T15:00:00.000Z", "2026-11-27T22:30:00.000Z"].enumerated()
                .flatMap { place, at in
                    [
                        "\(at) bcdfgh-20261120-000001-1-call-\(place + 1)",
                        "\(at) bcdfgh-20261120-000001-2-call-\(place + 1)",
                    ]
                })
        try bench.drop(people, as: "clinic/1.csv")
        try bench.send()
        // Just before and at each moment, and when the result of a call is overdue; the first calls left some moments
        // after the half hour.
        for (at, sent) in [
            ("2026-11-21T00:30:01Z", 2), ("2026-11-23T14:59:59Z", 2), ("2026-11-23T15:00:00Z", 4),
            ("2026-11-23T17:00:01Z", 4), ("2026-11-27T22:29:50Z", 4), ("2026-11-27T22:31:00Z", 6),
        ] {
            try bench.restart(at: at)
            try bench.send()
            XCTAssertEqual(try bench.dispatched("clinic").count, sent, at)
        }
    }

    func testTheWorkspaceStaysAsItIs() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(people, as: "clinic/1.csv")
        func everything() throws -> [String: [UInt8]] {
            Dictionary(
                uniqueKeysWithValues: try bench.files("").filter { !$0.hasSuffix("-shm") }.map {
                    ($0, try Files.read(bench.root + "/" + $0, limit: 1 << 26))
                })
        }
        let before = try everything()
        let rehearsal = try rehearsal(of: bench, at: "2026-11-20T16:00:00Z")
        try drop("phone1\n+14155550103\n", as: "2.csv", in: "clinic", rehearsal)
        XCTAssertEqual(try sends(rehearsal, until: "2026-11-21T00:00:00Z").count, 6, "three people twice")
        XCTAssertEqual(try everything(), before)
    }

    func testWhatWaitsAndWhoIsListedIsInTheCopy() throws {
        let bench = try PipelineBench(configuration, at: "2026-11-21T15:00:00Z")
        try bench.drop(people, as: "clinic/1.csv")
        try bench.drop("+14155550102\n", as: "_suppress/stop.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("clinic"), [], "a Saturday")
        let rehearsal = try rehearsal(of: bench, at: "2026-11-22T00:00:00Z")
        XCTAssertEqual(
            try sends(rehearsal, until: "2026-11-23T16:00:00Z"),
            ["2026-11-23T15:00:00.000Z bcdfgh-20261121-000001-1-call-1"])
        let outcome = try XCTUnwrap(try rehearsal.outcomes(since: moment("2026-11-22T00:00:00Z")).first)
        XCTAssertEqual(outcome.states, [.sentToDialer: 1, .dncListed: 1])
        XCTAssertNil(outcome.endedAt)
        XCTAssertEqual(outcome.reasons.map(\.state), [.dncListed])
    }

    func testNothingOfAPausedCampaignLeaves() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(people, as: "clinic/1.csv")
        try bench.drop(#"{"command": "pause", "campaign": "clinic"}"#, as: "_control/pause.json")
        let rehearsal = try rehearsal(of: bench, at: "2026-11-20T16:00:00Z")
        XCTAssertEqual(try sends(rehearsal, until: "2026-11-27T16:00:00Z"), [])
        XCTAssertEqual(rehearsal.now, moment("2026-11-27T16:00:00Z"))
    }

    func testATemplateIsReadFromTheWorkspaceItself() throws {
        let bench = try PipelineBench(
            "{campaigns: {clinic: {strategy: 's', templates: {t: 't.txt'}}}, strategies: {s: {steps: "
                + "[{name: 'text', channel: 'sms', to: 'phone1', template: 't'}]}}}")
        try Files.writeAtomically(Array("Hello {{name}}".utf8), to: bench.root + "/t.txt")
        let rehearsal = try rehearsal(of: bench, at: "2026-11-20T16:00:00Z")
        try drop("phone1,name\n+14155550101,Ann\n+14155550102,\n", as: "1.csv", in: "clinic", rehearsal)
        XCTAssertEqual(try sends(rehearsal, until: "2026-11-21T00:00:00Z").count, 1, "one has no name")
        let outcome = try XCTUnwrap(try rehearsal.outcomes(since: moment("2026-11-20T16:00:00Z")).first)
        XCTAssertEqual(outcome.states[.failed], 1)
        XCTAssertEqual(outcome.reasons.first?.state, .failed)
        XCTAssertEqual(outcome.endedAt, moment("2026-11-20T16:00:00Z"))
    }

    func testWhatSomebodyWouldHaveToMendWaitsToTheEndAndSaysWhy() throws {
        let bench = try PipelineBench(
            "{campaigns: {clinic: {strategy: 's', templates: {t: 'gone.txt'}}}, strategies: {s: {steps: "
                + "[{name: 'text', channel: 'sms', to: 'phone1', template: 't'}]}}}")
        let rehearsal = try rehearsal(of: bench, at: "2026-11-20T16:00:00Z")
        try drop(people, as: "1.csv", in: "clinic", rehearsal)
        XCTAssertEqual(try sends(rehearsal, until: "2027-11-20T16:00:00Z"), [])
        let waiting = try rehearsal.pipeline.store.holdings()
        XCTAssertEqual(waiting.map(\.contacts), [2])
        XCTAssertTrue(waiting[0].words.contains("gone.txt"), waiting[0].words)
        XCTAssertNil(try rehearsal.nextMoment.flatMap { $0 < ContactPlanner.never ? $0 : nil })
    }

    func testTheTableCountsByTheClockOfTheRecipient() throws {
        var table = SendingTable()
        var clock = SendingClock { _ in Zone.named("Europe/Berlin")! }
        for (zone, at) in [
            ("America/New_York", "2026-11-21T02:30:00Z"), ("America/New_York+America/Chicago", "2026-11-21T14:00:00Z"),
            ("", "2026-11-21T23:30:00Z"), ("", "2026-11-21T23:59:00Z"),
        ] {
            let sending = Sending(
                at: moment(at), campaign: "c", channel: "sms", zone: zone,
                reference: Reference(
                    letters: .rehearsal, batch: BatchID(rawValue: 1), record: 1, step: "a", attempt: 1), address: [])
            let (found, name) = clock.zone(of: sending)
            table.count(sending, zone: found, called: name)
        }
        XCTAssertEqual(table.total, 4)
        XCTAssertEqual(
            table.lines.map { $0.split(separator: " ").joined(separator: " ") },
            [
                "hour 00 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 day",
                "Fri 2026-11-20 sms America/New_York · · · · · · · · · · · · · · · · · · · · · 1 1",
                "Sat 2026-11-21 sms America/New_York +1 · · · · · · · · · 1 · · · · · · · · · · · · 1",
                "Sun 2026-11-22 sms Europe/Berlin 2 · · · · · · · · · · · · · · · · · · · · · 2",
            ])
        XCTAssertEqual(Set(table.lines.map(\.count)).count, 1, "all lines end together")
    }
}
