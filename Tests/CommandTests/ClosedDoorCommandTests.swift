import Support
import XCTest

/// What says "do not contact" and lies there at a start, as the commands see it.
final class ClosedDoorCommandTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
    }

    func testWhatLayThereAtAStartIsHeardHoweverItIsWritten() throws {
        try workspace.write("value,reason\n4155550143.0,asked by phone\n", to: "inbox/_suppress/dnc.csv")
        try workspace.write("415,5550144\r\n", to: "inbox/_suppress/federal.txt")
        try workspace.write("Phone Number,Opt Out Date\n+14155550145,2026-11-01\n", to: "inbox/_suppress/optouts.csv")
        try workspace.write(
            "from,to,text,at\n14155550142.0,12025550100.0,STOP,2026-11-24T16:10:00Z\n", to: "inbox/_replies/r.csv")
        try workspace.write("address,event\n+14155550146,opt-out\n", to: "inbox/_receipts/r.csv")
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
        try workspace.write(
            "phone1\n" + (142...147).map { "+14155550\($0)\n" }.joined(), to: "inbox/default/a.csv")
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
        let sent = try workspace.files(below: "outbox/dispatch", ending: ".csv").map { try workspace.read($0) }.joined()
        for number in 142...146 { XCTAssertFalse(sent.contains("+14155550\(number)"), sent) }
        XCTAssertTrue(sent.contains("+14155550147"), sent)
    }

    func testARefusedListHoldsUntilItIsAccepted() throws {
        XCTAssertEqual(try waybill.run("suppress", "import", try workspace.file("l.pdf", "%PDF-1.7\n")).status, 0)
        let batch = try XCTUnwrap(
            workspace.files(below: "outbox/acks", ending: ".ack.json").first?.split(separator: "/").last?
                .split(separator: ".").dropLast(2).last.map(String.init))
        XCTAssertEqual(try waybill.run("suppress", "accept", "20200101-000001").status, 1)
        XCTAssertEqual(try waybill.run("suppress", "accept", "soon").status, 2)
        XCTAssertEqual(try waybill.run("suppress", "accept", batch).status, 0)
        XCTAssertEqual(try waybill.run("suppress", "withdraw", batch).status, 1, "it holds nothing any more")
    }
}
