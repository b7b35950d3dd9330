import XCTest

@testable import Waybill

/// A campaign that is let go on, though something else holds it: whoever says so is told what.
final class HeldResumeTests: XCTestCase {
    private let resume = "{\"command\": \"resume\", \"campaign\": \"a\"}"

    private func held(_ bench: PipelineBench, _ number: Int) throws -> [String] {
        try bench.drop(resume, as: "_control/resume.json")
        return try XCTUnwrap(bench.acknowledgement(number)["held"] as? [String])
    }

    func testAListThatHoldsIsNamedWithWhatToDo() throws {
        let bench = try PipelineBench("{campaigns: {a: {}, b: {}}}", standing: true)
        XCTAssertEqual(try held(bench, 1), [])
        try bench.drop("value,campaign\nwho,a\n", as: "_suppress/l.csv")
        XCTAssertEqual(
            try held(bench, 3),
            [
                "l.csv (batch 20261120-000002) has 1 of 1 entries that name nobody: correct it and drop it again, or waybill "
                    + "suppress accept 20261120-000002"
            ])
        try bench.drop("value,campaign\nwho,b\n", as: "_suppress/20261120-000002.csv")
        XCTAssertEqual(try held(bench, 5).count, 1, "a list that is damaged itself corrects none")
        try bench.drop("{\"command\": \"accept\", \"batch\": \"20261120-000002\"}", as: "_control/accept.json")
        XCTAssertEqual(try held(bench, 7), [], "what holds b does not hold a")
        try bench.drop("{\"command\": \"pause\", \"campaign\": \"a\"}", as: "_control/pause.json")
        XCTAssertNil(try bench.acknowledgement(8)["held"])
    }

    func testANamedListThatIsMissingAndWhatCannotBeReadAreNamed() throws {
        let bench = try PipelineBench(
            "{lists: {named: {dnc: {files: 'dnc*', required: true}}}, campaigns: {a: {}}}", standing: true)
        bench.pipeline.context.holds = [
            SendingHold(place: "inbox/_suppress/big.csv", problem: "it is still being written", campaign: nil),
            SendingHold(place: "inbox/_suppress/b.csv", problem: "it has no bytes", campaign: "b"),
        ]
        let told = try held(bench, 1)
        XCTAssertEqual(told.count, 2)
        XCTAssertEqual(told[0], "inbox/_suppress/big.csv: it is still being written")
        XCTAssertTrue(told[1].hasPrefix("the list dnc (dnc*): it has not come since it was named; drop it"), told[1])
    }

    func testABatchThatWaitsForApprovalIsNamedWithWhatToDo() throws {
        let bench = try PipelineBench("{campaigns: {a: {approve: {above: 1}}, b: {approve: {above: 1}}}}")
        try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "a/few.csv")
        try bench.drop("phone1\n+14155550103\n+14155550104\n", as: "b/few.csv")
        XCTAssertEqual(
            try held(bench, 3),
            [
                "batch 20261120-000001 waits until somebody approves it: 2 contacts, and more than 1 need approval; waybill "
                    + "campaign approve or withdraw, with --batch 20261120-000001"
            ])
        try bench.drop(#"{"command": "approve", "campaign": "a"}"#, as: "_control/1.json")
        XCTAssertEqual(try held(bench, 5), [])
    }
}
