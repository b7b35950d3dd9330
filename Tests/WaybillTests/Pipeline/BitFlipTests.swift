import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// One bit of what Waybill keeps is another: nobody gets a message that was for somebody else or for nobody, and
/// whoever does not get theirs is missed by name.
final class BitFlipTests: XCTestCase {
    private static let configuration = """
        {
          campaigns: { shop: { policy: "mornings" }, rest: { policy: "mornings" }, calls: { strategy: "calls", policy: "mornings" } },
          policies: { mornings: { windows: [{ from: "06:00", to: "07:00" }], zone: "campaign" } },
          strategies: {
            calls: { steps: [{ name: "call", channel: "voice", attempts: 2, resultWithin: "24h", on: { "no-answer": { retry: "1h" } } }] },
          },
        }
        """
    private static let morning = "2026-11-21T06:30:00Z"

    /// The files of a workspace in which contacts wait for the morning: some in a file of segments, some listed, some
    /// who said stop, some of a paused campaign.
    ///
    /// - Parameter crashed: as they are while the process is alive, with the log of the store.
    private func waiting(crashed: Bool = false) throws -> [String: [UInt8]] {
        let bench = try PipelineBench(Self.configuration)
        let note = String(repeating: "x", count: 2_000)
        let many = (0..<760).map { "+1415555\($0 + 1_000),\($0),\(note)\n" }.joined()
        try bench.drop("phone1,id,note\n" + many, as: "shop/many.csv")
        try bench.drop("phone1\n+14155550101\n+14155550102\n12\n+14155550101\n", as: "calls/a.csv")
        try bench.drop("phone1\n+14155550201\n", as: "rest/a.csv")
        try bench.drop("value\n+14155551001\n+14155551005\n@spam.example\n", as: "_suppress/dnc.csv")
        try bench.drop("from,text\n+14155551002,STOP\n+14155551003,STOP\n+14155551003,START\n", as: "_replies/r.csv")
        try bench.drop(#"{"command": "pause", "campaign": "rest"}"#, as: "_control/p.json")
        if !crashed { bench.pipeline.close() }
        var files: [String: [UInt8]] = [:]
        for folder in ["state", "outbox"] {
            for path in bench.files(folder)
            where !path.hasSuffix(".lock") && !path.hasSuffix("-shm") && (crashed || !path.hasSuffix("-wal")) {
                files["\(folder)/\(path)"] = try Files.read("\(bench.root)/\(folder)/\(path)", limit: 1 << 26)
            }
        }
        XCTAssertNotNil(files["state/waybill.db-segments/20261120-000001"], "\(files.keys.sorted())")
        return files
    }

    private struct Morning {
        var sent: [String] = []
        /// What ended it.
        var end: String?
        var told: [String] = []
    }

    private func morning(_ files: [String: [UInt8]]) throws -> Morning {
        var morning = Morning()
        do {
            let bench = try PipelineBench(Self.configuration, at: Self.morning, standing: true, files: files)
            do {
                try bench.pipeline.recover()
                try bench.take()
                try bench.send()
                try bench.advance(seconds: 61)
                try bench.send()
            } catch {
                morning.end = "\(error)"
            }
            for campaign in ["shop", "rest", "calls"] { morning.sent += try bench.dispatched(campaign) }
            morning.told = ["damaged", "store.mended", "held", "audit.", "drop.changed", "claim"].flatMap {
                bench.logged.with($0)
            }
        } catch {
            morning.end = "\(error)"
        }
        return morning
    }

    func testAFlippedBitSendsNobodyAnotherMessageAndIsNamedWhereSomebodyGetsNone() throws {
        let files = try waiting()
        let whole = try morning(files)
        XCTAssertNil(whole.end)
        XCTAssertEqual(whole.told, [])
        XCTAssertEqual(whole.sent.count, 760 - 4 + 2)
        let count = ProcessInfo.processInfo.environment["WAYBILL_FLIPS"].flatMap { Int($0) } ?? 25
        var random = SeededGenerator(seed: TestSeed.next())
        let kinds = ["waybill.db", "waybill.db", "waybill.db", "waybill.db-segments/20261120-000001", ""]
        var named = 0
        for flip in 0..<count {
            let kind = kinds[flip % kinds.count]
            let others = files.keys.filter { !$0.hasPrefix("state/waybill.db") && !files[$0]!.isEmpty }.sorted()
            let path = kind.isEmpty ? others[Int.random(in: others.indices, using: &random)] : "state/" + kind
            var flipped = files
            var place = 0
            // Most of a small database is empty.
            repeat {
                place = Int.random(in: 0..<files[path]!.count, using: &random)
            } while kind == "waybill.db" && files[path]![place] == 0 && Int.random(in: 0..<32, using: &random) > 0
            flipped[path]![place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            if try isNamed(flipped, whole, "flip \(flip): byte \(place) of \(path)") { named += 1 }
        }
        XCTAssertGreaterThan(named, count / 4)
        if count > 100 { print("\(named) of \(count) flips were named") }
    }
    /// Sends what waits in the morning with damaged files: nobody gets what nobody should, or twice. Returns whether the
    /// damage was named, which it has to be where somebody does not get theirs.
    private func isNamed(_ damaged: [String: [UInt8]], _ whole: Morning, _ what: String) throws -> Bool {
        let found = try morning(damaged)
        let what = "\(what): \(found.end ?? "") \(found.told.prefix(3))"
        let allowed = Set(whole.sent)
        XCTAssertEqual(found.sent.filter { !allowed.contains($0) }.map { $0.prefix(60) }, [], what)
        XCTAssertEqual(Set(found.sent).count, found.sent.count, "twice, at " + what)
        let isNamed = found.end != nil || !found.told.isEmpty
        if found.sent.count < whole.sent.count {
            XCTAssertTrue(isNamed, "\(whole.sent.count - found.sent.count) missing at " + what)
        }
        return isNamed
    }

    /// A kind of file, by the beginning of its path, and whether nothing of it may change without a word.
    private struct Kind {
        let name: String
        let isChecked: Bool
        var named = 0
        var rounds = 0
    }

    func testTwentyFourFlippedBitsInAnyKindOfFileSendNobodyAnotherMessageAndAreNamed() throws {
        let (settled, crashed) = (try waiting(), try waiting(crashed: true))
        let whole = try morning(settled)
        let sameAfterCrash = try morning(crashed)
        XCTAssertEqual(sameAfterCrash.sent, whole.sent)
        XCTAssertEqual(sameAfterCrash.told, [])
        let seal = "state/waybill.db-audit"
        let log = "state/waybill.db-wal"
        let known = ["state/waybill.db-segments/", "state/archive/", "state/", "outbox/acks/", "outbox/"]
        // Empty pages, what the last commits replaced and what is only for people's eyes may change unseen.
        var kinds = [Kind(name: "state/waybill.db", isChecked: false), Kind(name: log, isChecked: false)]
        kinds += [Kind(name: seal, isChecked: true)]
        kinds += known.map { Kind(name: $0, isChecked: ["state/waybill.db-segments/", "state/archive/"].contains($0)) }
        let rounds = ProcessInfo.processInfo.environment["WAYBILL_FLIPPED_ROUNDS"].flatMap { Int($0) } ?? kinds.count
        var random = SeededGenerator(seed: TestSeed.next())
        for round in 0..<rounds {
            let kind = kinds[round % kinds.count].name
            var files = kind == log ? crashed : settled
            let paths = files.keys.filter { path in
                !files[path]!.isEmpty && (kind.hasSuffix("/") ? path.hasPrefix(kind) : path == kind)
            }.sorted()
            XCTAssertFalse(paths.isEmpty, kind)
            for _ in 0..<24 {
                let path = try XCTUnwrap(paths.randomElement(using: &random))
                let place = Int.random(in: 0..<files[path]!.count, using: &random)
                files[path]![place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            kinds[round % kinds.count].rounds += 1
            let isNamed = try isNamed(files, whole, "round \(round), \(kind)")
            if isNamed { kinds[round % kinds.count].named += 1 }
            if kinds[round % kinds.count].isChecked { XCTAssertTrue(isNamed, "round \(round), \(kind)") }
        }
        guard rounds > kinds.count else { return }
        for kind in kinds { print("\(kind.name): \(kind.named) of \(kind.rounds) rounds were named") }
    }
}
