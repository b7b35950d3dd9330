import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// References of one workspace are never those of another, nor of a store that was lost.
final class ReferenceLettersTests: XCTestCase {
    private let campaign =
        "{campaigns: {default: {strategy: 's'}}, strategies: {s: {steps: [{name: 'text', channel: 'sms'}]}}}"

    private func references(_ bench: PipelineBench) throws -> [String] {
        try bench.dispatched().map { String($0.prefix { $0 != "," }) }.sorted()
    }

    /// What a receipt about a reference comes to: the codes of its faults, and what the first says.
    private func answer(_ reference: String, _ bench: PipelineBench) throws -> (codes: [String: Int], says: String) {
        let number =
            try bench.pipeline.store.batches(after: BatchID(rawValue: 0), claimedUntil: bench.pipeline.now, limit: 99)
            .count + 1
        try bench.drop("reference,event\n\(reference),delivered\n", as: "_receipts/\(number).csv")
        let ack = try XCTUnwrap(
            bench.files("outbox/acks").first { $0.contains("/\(number).csv.") }.map {
                try bench.json("outbox/acks/" + $0)
            })
        let errors = try (ack["notice"] as? String).map { try bench.text($0 + "/errors.csv") } ?? ""
        return (ack["rejectsByCode"] as? [String: Int] ?? [:], errors)
    }

    func testTwoWorkspacesHaveOtherLetters() throws {
        let drawn = try (0..<3).map { number in
            let root = FileManager.default.temporaryDirectory.path + "/waybill-letters-\(UUID().uuidString)"
            defer { try? Files.removeTree(root) }
            let clock = SystemIO.WallClock(startingAt: 1_795_000_000_000)
            let pipeline = try Pipeline(
                workspace: Workspace(root: root), configuration: Configuration(), clock: clock,
                log: Log(level: .error, format: .text, clock: clock) { _ in })
            defer { pipeline.close() }
            let letters = try XCTUnwrap(pipeline.store.referenceLetters()).current
            XCTAssertEqual(pipeline.context.letters.current, letters)
            return letters
        }
        XCTAssertEqual(Set(drawn).count, 3)
    }

    func testLettersStayWhatTheyAreFromStartToStart() throws {
        let bench = try PipelineBench(campaign)
        _ = try bench.pipeline.store.drawNewLetters { StoreLetters("kkkkkk".utf8)! }
        try bench.restart(at: "2026-11-20T16:00:00Z")
        try bench.drop("phone1\n+14155550101\n", as: "1.csv")
        try bench.send()
        XCTAssertEqual(try references(bench), ["kkkkkk-20261120-000001-1-text-1"])
    }

    func testAReferenceOfAnotherWorkspaceIsUnknownWhateverOfItFits() throws {
        let bench = try PipelineBench(campaign)
        try bench.drop("phone1\n+14155550101\n", as: "1.csv")
        try bench.send()
        XCTAssertEqual(try references(bench), ["bcdfgh-20261120-000001-1-text-1"])
        let foreign = try answer("qqqqqq-20261120-000001-1-text-1", bench)
        XCTAssertEqual(foreign.codes, ["reference.unknown": 1])
        XCTAssertTrue(foreign.says.contains("never began with \"\"qqqqqq\"\""), foreign.says)
        let old = try answer("20261120-000001-1-text-1", bench)
        XCTAssertEqual(old.codes, ["reference.unknown": 1])
        XCTAssertTrue(old.says.contains("without letters"), old.says)
        XCTAssertEqual(try answer("BCDFGH-20261120-000001-1-TEXT-1", bench).codes, [:])
    }

    func testAfterARestoreEachMessageIsKnownByTheLettersItLeftWith() throws {
        let bench = try PipelineBench(campaign)
        try bench.drop("phone1\n+14155550101\n", as: "1.csv")
        try bench.send()
        // One waits when the copy is made.
        try bench.drop("phone1\n+14155550102\n", as: "2.csv")
        try bench.pipeline.store.drawNewLetters { StoreLetters("mmmmmm".utf8)! }
        try bench.restart(at: "2026-11-20T16:00:00Z")
        try bench.send()
        try bench.drop("phone1\n+14155550103\n", as: "3.csv")
        try bench.send()
        XCTAssertEqual(
            try references(bench),
            [
                "bcdfgh-20261120-000001-1-text-1", "mmmmmm-20261120-000002-1-text-1",
                "mmmmmm-20261120-000003-1-text-1",
            ])
        for known in try references(bench) { XCTAssertEqual(try answer(known, bench).codes, [:], known) }
        for lost in [
            "mmmmmm-20261120-000001-1-text-1", "bcdfgh-20261120-000002-1-text-1", "bcdfgh-20261120-000003-1-text-1",
        ] {
            XCTAssertEqual(try answer(lost, bench).codes, ["reference.unknown": 1], lost)
        }
        try bench.restart(at: "2026-11-21T16:00:00Z")
        try bench.pipeline.writeMissedDays()
        let attempts = try bench.report("attempts").map {
            String($0.split(separator: ",", omittingEmptySubsequences: false)[9])
        }
        XCTAssertEqual(Set(attempts), Set(try references(bench)))
    }

    func testLettersThatWereDrawnBeforeAreNotDrawnAgain() throws {
        let bench = try PipelineBench()
        var draws = ["bcdfgh", "bcdfgh", "nnnnnn"][...]
        let letters = try bench.pipeline.store.drawNewLetters { StoreLetters(draws.removeFirst().utf8)! }
        XCTAssertEqual(letters.current.description, "nnnnnn")
    }

    func testWhatAnOlderProgramSentIsKnownWithoutLetters() throws {
        let bench = try PipelineBench(campaign)
        try bench.drop("phone1\n+14155550101\n", as: "1.csv")
        try bench.send()
        // As a store of before there were letters.
        try bench.pipeline.store.removeSetting(.letters)
        try bench.restart(at: "2026-11-20T16:00:00Z")
        try bench.drop("phone1\n+14155550102\n", as: "2.csv")
        try bench.send()
        XCTAssertEqual(try answer("20261120-000001-1-text-1", bench).codes, [:])
        for wrong in ["bcdfgh-20261120-000001-1-text-1", "20261120-000002-1-text-1"] {
            XCTAssertEqual(try answer(wrong, bench).codes, ["reference.unknown": 1], wrong)
        }
        XCTAssertEqual(try answer("bcdfgh-20261120-000002-1-text-1", bench).codes, [:])
    }

    func testLettersThatCannotBeReadAreDamage() throws {
        let bench = try PipelineBench()
        for text in ["", "{}", "{\"letters\":\"b\",\"earlier\":[]}", "{\"letters\":\"bcdfg1\",\"earlier\":[]}"] {
            try bench.pipeline.store.set(.letters, to: Array(text.utf8))
            XCTAssertThrowsError(try bench.pipeline.store.referenceLetters(), text) {
                guard case StoreProblem.damaged = $0 else { return XCTFail("\($0)") }
            }
        }
    }
}
