import Foundation
import FuzzChecks
import Support
import XCTest

/// What is fuzzed holds for the inputs at hand: those of `Tests/Fuzz`, which keep what once broke it, and the samples.
final class FuzzCorpusTests: XCTestCase {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func check(_ target: FuzzTarget, samples: String...) throws {
        let manager = FileManager.default
        let seeds = try manager.contentsOfDirectory(
            at: Self.root.appending(path: "Tests/Fuzz/\(target.rawValue)"), includingPropertiesForKeys: nil)
        XCTAssertGreaterThan(seeds.count, 2)
        for file in seeds + samples.map({ Self.root.appending(path: "samples/" + $0) }) {
            let input = Array(try Data(contentsOf: file))
            XCTAssertNoThrow(try target.check(input), file.lastPathComponent)
            for length in [0, input.count / 2, max(0, input.count - 1)] {
                XCTAssertNoThrow(
                    try target.check(Array(input[..<length])), "\(length) bytes of \(file.lastPathComponent)")
            }
        }
    }

    func testCSVIsReadTheSameInBlocksOfAnySize() throws {
        try check(
            .csv, samples: "drops/clinic-reminders.csv", "drops/telefon-service.csv", "drops/evening-list.csv",
            "drops/CRMEXP01.CSV")
    }

    func testJSONIsReadTheSameInBlocksOfAnySize() throws {
        try check(.json, samples: "drops/billing-notices.json", "drops/survey-2026-week-47.json")
    }

    func testGzipComesBackAndDamageIsSeen() throws {
        try check(.gzip, samples: "drops/collections-1124.jsonl.gz", "drops/evening-list.csv")
    }

    func testConfigurationsAreWrittenSoThatTheyReadBack() throws {
        try check(.configuration, samples: "waybill.json5")
    }

    /// And nobody agrees to more than the clean file says.
    func testWhoeverStandsOnAWholeLineIsLeftAloneWhateverBefallsTheOthers() throws {
        try check(.doors)
        let seed = TestSeed.next()
        var random = SeededGenerator(seed: seed)
        var (untouched, lost) = (0, 0)
        for round in 0..<1_500 {
            let input = (0..<13).map { _ in UInt8.random(in: 0...255, using: &random) }
            do {
                let found = try DoorPromises.check(
                    Array(input.prefix(1 + 4 * Int.random(in: 1...3, using: &random))))
                untouched += found.untouched
                lost += found.lost
            } catch {
                XCTFail("seed \(seed), round \(round), \(input): \(error)")
            }
        }
        XCTAssertGreaterThan(untouched, 5_000, "seed \(seed)")
        XCTAssertGreaterThan(lost, 100, "seed \(seed)")
    }

    func testResultsListsAndSmallFilesAreReadOrRefused() throws {
        try check(
            .receipts, samples: "results/_receipts/clinic-receipts.csv", "results/_replies/clinic-replies.csv",
            "results/_suppress/do-not-contact.csv", "drops/evening-list.csv.meta.json")
    }
}
