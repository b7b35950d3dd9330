import XCTest

@testable import Waybill

/// What may have said stop and cannot be read holds: replies, receipts and commands as well as lists.
final class DamagedWordTests: XCTestCase {
    private let ann = "+14155550142"

    private func called(after text: String, in name: String) throws -> [String] {
        let bench = try PipelineBench(standing: true)
        try bench.drop("phone1,email\n\(ann),ann@example.com\n+14155550143,bob@example.com\n", as: "people.csv")
        try bench.drop(text, as: name)
        try bench.send()
        return try bench.dispatched().map { String($0.split(separator: ",")[2]) }
    }

    func testAStopInADamagedRowIsHeard() throws {
        for (name, text) in [
            ("_replies/z.csv", "from,to,text,at\n\"\(ann),x,STOP,2026\n+14155550199,x,hi,2026-11-20T14:00:00Z\n"),
            ("_receipts/z.csv", "address,event\n\"\(ann),unsubscribed\n"),
            ("_replies/name.csv", "from,text\nAnn <\(ann)>,STOP\n"),
        ] {
            XCTAssertEqual(try called(after: text, in: name), ["+14155550143"], text)
        }
    }

    func testWhatIsRefusedHoldsUntilSomebodyAcceptsIt() throws {
        for (name, text) in [
            ("_replies/headless.csv", "\(ann),+12025550100,STOP,2026-11-20T14:00:00Z\n"),
            ("_replies/note.txt", "\(ann) STOP\n"), ("_replies/others.csv", "Wer,An,Was\n\(ann),x,STOP\n"),
            ("_receipts/headless.csv", "\(ann),unsubscribed\n"),
            ("_control/a.json", "{\"command\": \"pasue\", \"campaign\": \"default\"}"),
            ("_control/b.json", "{\"command\": \"pause\", \"campaign\": \"defualt\"}"), ("_control/c.json", "pause"),
        ] {
            XCTAssertEqual(try called(after: text, in: name), [], text)
        }
        let bench = try PipelineBench(standing: true)
        try bench.drop("phone1\n\(ann)\n", as: "people.csv")
        try bench.drop("\(ann) STOP\n", as: "_replies/note.txt")
        try bench.send()
        XCTAssertTrue(try bench.pipeline.store.holdings()[0].words.contains("note.txt (batch 20261120-000002)"))
        try bench.drop("{\"command\": \"accept\", \"batch\": \"20261120-000002\"}", as: "_control/accept.json")
        try bench.advance(seconds: 61)
        try bench.send()
        XCTAssertEqual(try bench.dispatched().count, 1)
    }

    func testAReplyFileThatCorrectsARefusedOneReleasesWhatItHeld() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("phone1\n\(ann)\n+14155550143\n", as: "people.csv")
        try bench.drop("\(ann) STOP\n", as: "_replies/note.txt")
        // A list of that name corrects no reply.
        try bench.drop("+14155550199\n", as: "_suppress/20261120-000002.csv")
        XCTAssertEqual(try bench.pipeline.store.listHolds().count, 1)
        try bench.drop("from,text\n\(ann),STOP\n", as: "_replies/note-20261120-000002.csv")
        XCTAssertEqual(try bench.pipeline.store.listHolds().count, 0)
        try bench.send()
        XCTAssertEqual(try bench.dispatched().map { $0.split(separator: ",")[2] }, ["+14155550143"])
    }

    func testWhatCanHaveSaidNothingHoldsNothing() throws {
        for (name, text) in [
            ("_replies/empty.csv", "from,text\n"), ("_receipts/empty.csv", "reference,event\n"),
            ("_control/a.json", "{\"command\": \"resume\", \"campaign\": \"nobody\"}"),
        ] {
            XCTAssertEqual(try called(after: text, in: name).count, 2, text)
        }
        // A campaign is one in whatever letters.
        XCTAssertEqual(
            try called(after: "{\"command\": \"PAUSE\", \"campaign\": \"Default\"}", in: "_control/a.json"), [])
    }

    func testAStartWhoseTimeIsUnknownOrStillToComeLiftsNoStop() throws {
        for time in ["24/11 4pm", "2027-01-01T00:00:00Z"] {
            let bench = try PipelineBench(standing: true)
            try bench.drop("from,text,at\n\(ann),STOP,2026-11-20T14:00:00Z\n", as: "_replies/1.csv")
            try bench.drop("from,text,at\n\(ann),START,\(time)\n", as: "_replies/2.csv")
            try bench.drop("phone1\n\(ann)\n", as: "people.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched(), [], time)
        }
    }
}
