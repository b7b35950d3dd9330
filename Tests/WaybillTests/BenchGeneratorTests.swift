import Support
import Waybill
import XCTest

/// The batches that `waybill-bench generate` makes: figures measured with them mean nothing if these facts do not hold.
final class BenchGeneratorTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var bench: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        bench = Executable(workspace, program: "waybill-bench")
    }

    private func generate(_ name: String, rows: Int, _ further: String...) throws -> [String: Any] {
        let outcome = try bench.run(
            ["generate", "--rows", "\(rows)", "--out", workspace.path(name), "--json"] + further)
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        return try XCTUnwrap(try outcome.objects().first)
    }

    func testARowDoesNotDependOnHowManyFollow() throws {
        _ = try generate("few.csv", rows: 2_100, "--duplicates", "3")
        _ = try generate("many.csv", rows: 9_000, "--duplicates", "3")
        XCTAssertTrue(try workspace.read("many.csv").hasPrefix(try workspace.read("few.csv")))
    }

    func testAnotherSeedGivesOtherRows() throws {
        _ = try generate("one.jsonl", rows: 100, "--format", "jsonl", "--seed", "1")
        _ = try generate("two.jsonl", rows: 100, "--format", "jsonl", "--seed", "2")
        let one = Set(try workspace.read("one.jsonl").split(separator: "\n"))
        XCTAssertEqual(one.count, 100)
        XCTAssertTrue(one.isDisjoint(with: try workspace.read("two.jsonl").split(separator: "\n")))
    }

    func testRecordsGetTheVerdictsThatAreForetold() throws {
        for form in ["csv", "jsonl", "json"] {
            let name = "batch." + form
            let foretold = try generate(name, rows: 6_000, "--format", form, "--bad", "10", "--duplicates", "5")
            let reading = DropReading(
                try DropFile(path: workspace.path(name)), campaign: Campaign(name: "default"),
                configuration: Configuration(),
                spillFolder: workspace.path)
            var found = (accepted: 0, rejected: 0, duplicates: 0)
            _ = try reading.run { part in
                found.accepted += part.verdicts.segment.count
                found.rejected += part.verdicts.rejected.count
                found.duplicates += part.verdicts.duplicates.count
            }
            XCTAssertEqual(found.accepted, foretold["accepted"] as? Int, form)
            XCTAssertEqual(found.rejected, foretold["rejected"] as? Int, form)
            XCTAssertEqual(found.duplicates, foretold["duplicates"] as? Int, form)
            XCTAssertGreaterThan(found.rejected, 400, form)
            XCTAssertGreaterThan(found.duplicates, 150, form)
        }
    }

    func testARecordHasTheSizeThatRealOnesHave() throws {
        let found = try generate("batch.csv", rows: 20_000)
        let bytes = try XCTUnwrap(found["bytes"] as? Int)
        XCTAssertEqual(Double(bytes) / 20_000, 170, accuracy: 3)
    }
}
