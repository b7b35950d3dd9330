import SystemIO
import XCTest

@testable import Waybill

/// Words of people in rows that do not fit their header, in alphabets and names that nobody announced, and from senders
/// who may be several people.
final class ReplyDoorTests: XCTestCase {
    private let ann = "+14155550142"
    private let bob = "+14155550143"

    private func isStopped(_ address: String, _ bench: PipelineBench) throws -> Bool {
        let readings = AddressReading.all(of: Array(address.utf8), AddressRules(regions: [], takesAnyDigits: false))
        return try readings.contains { reading in
            try bench.pipeline.store.suppressions(of: reading.key, at: bench.pipeline.now).contains {
                $0.state == .suppressed
            }
        }
    }

    private func bench(_ configuration: String = "{}") throws -> PipelineBench {
        try PipelineBench(configuration, at: "2026-11-24T17:00:00Z", standing: true)
    }

    func testAStopBehindADelimiterThatNobodyQuotedIsHeard() throws {
        for (row, stopped) in [
            ("\(ann),2026-11-24T16:00:00Z,Hi, please STOP", true), ("\(ann),2026-11-24T16:00:00Z,Hi,,", false),
            ("\(ann),2026-11-24T16:00:00Z,\"Hi, there\"", false), ("\(ann),2026-11-24T16:00:00Z,Hi, there", false),
        ] {
            let bench = try bench()
            try bench.drop("from,at,text\n\(row)\n", as: "_replies/r.csv")
            XCTAssertEqual(try isStopped(ann, bench), stopped, row)
        }
    }

    func testAStopInARowThatEndsTooEarlyIsHeard() throws {
        let bench = try bench()
        try bench.drop(
            "from,to,text,at\n\(ann),STOP\n\(bob),x,hello,2026-11-24T16:00:00Z\n", as: "_replies/r.csv")
        XCTAssertTrue(try isStopped(ann, bench))
        XCTAssertFalse(try isStopped(bob, bench))
    }

    func testAStopInARowThatDoesNotFitIsHeardInAnOlderAlphabetToo() throws {
        for (words, stopped) in [
            ("d\u{E9}j\u{E0}, please STOP", true), ("bien, ARR\u{CA}T", true), ("d\u{E9}j\u{E0}, oui", false),
        ] {
            let bench = try bench()
            let row = "\(ann),2026-11-24T16:00:00Z,\(words)\n".unicodeScalars.map { UInt8($0.value) }
            try bench.drop(Array("from,at,text\n".utf8) + row, as: "_replies/r.csv")
            XCTAssertEqual(try isStopped(ann, bench), stopped, words)
        }
    }

    func testARefusalInAReceiptWithAValueTooManyIsHeard() throws {
        let bench = try bench()
        try bench.drop(
            "detail,event,address\nuser, asked,unsubscribed,\(ann)\nx,delivered,\(bob)\n", as: "_receipts/r.csv")
        XCTAssertTrue(try isStopped(ann, bench))
        XCTAssertFalse(try isStopped(bob, bench))
    }

    func testWhatSendersCallTheirFieldsIsAskedOfEachRecord() throws {
        let bench = try bench()
        try bench.drop(
            """
            {"from":"+14155550149","text":"ok"}
            {"From":"\(ann)","Body":"STOP"}
            {"sender":"\(bob)","body":"STOP"}

            """, as: "_replies/r.jsonl")
        XCTAssertTrue(try isStopped(ann, bench))
        XCTAssertTrue(try isStopped(bob, bench))
        XCTAssertFalse(try isStopped("+14155550149", bench))
    }

    func testAStopWithinAnotherValueIsHeard() throws {
        let bench = try bench()
        try bench.drop(
            #"[{"message":{"from":"\#(ann)","text":"STOP"}},{"from":"\#(bob)","text":"STOP"}]"#, as: "_replies/r.json")
        XCTAssertTrue(try isStopped(ann, bench))
        XCTAssertTrue(try isStopped(bob, bench))
    }

    func testAStartOfSeveralPeopleLiftsTheStopOfOneAlone() throws {
        let (bedford, oldenburg) = ("+441234567890", "+49441234567890")
        for stopped in [[bedford, oldenburg], [bedford], [oldenburg]] {
            let bench = try bench(#"{region: "DE"}"#)
            let rows = stopped.map { "\($0),x,STOP,2026-11-24T16:00:00Z\n" }.joined()
            try bench.drop("from,to,text,at\n" + rows, as: "_replies/a.csv")
            try bench.drop("from,to,text,at\n441234567890,x,START,2026-11-24T16:30:00Z\n", as: "_replies/b.csv")
            for number in stopped { XCTAssertEqual(try isStopped(number, bench), stopped.count > 1, number) }
        }
        let bench = try bench()
        try bench.drop("from,to,text,at\n\(ann),x,STOP,2026-11-24T16:00:00Z\n", as: "_replies/a.csv")
        try bench.drop("from,to,text,at\n\(ann) / \(bob),x,START,2026-11-24T16:30:00Z\n", as: "_replies/b.csv")
        XCTAssertTrue(try isStopped(ann, bench), "a damaged sender")
        try bench.drop("from,to,text,at\n\(ann),x,START,2026-11-24T16:30:00Z\n", as: "_replies/c.csv")
        XCTAssertFalse(try isStopped(ann, bench))
    }

    func testACampaignsOwnStartNeedsATimeThatCanBeReadToo() throws {
        for (word, at, isLifted) in [
            ("JA", "24.11.2026 15:00", false), ("JA", "2027-11-24T15:00:00Z", false),
            ("JA", "2026-11-24T16:30:00Z", true),
            ("START", "24.11.2026 15:00", false), ("JA", "", true),
        ] {
            let bench = try bench(#"{campaigns: {default: {keywords: {start: ["JA"]}}}}"#)
            try bench.drop("from,to,text,at\n\(ann),x,STOP,2026-11-24T16:00:00Z\n", as: "_replies/a.csv")
            try bench.drop("from,to,text,at\n\(ann),x,\(word),\(at)\n", as: "_replies/b.csv")
            XCTAssertEqual(try isStopped(ann, bench), !isLifted, "\(word) at \(at)")
        }
    }

    func testAnyCampaignsStopIsOneWhereNoMessageIsKnown() throws {
        let configuration = #"{campaigns: {news: {keywords: {stop: ["FERTIG"]}}, other: {}}}"#
        let bench = try bench(configuration)
        try bench.drop("from,to,text,at\n\(ann),x,FERTIG,2026-11-24T16:00:00Z\n", as: "_replies/a.csv")
        try bench.drop("from,to,text,at\n\"\(bob),x,FERTIG,2026-11-24T16:00:00Z\n", as: "_replies/b.csv")
        XCTAssertTrue(try isStopped(ann, bench))
        XCTAssertTrue(try isStopped(bob, bench), "in a damaged row")
        // To a message of another campaign it is an answer.
        let answering = try self.bench(configuration)
        try answering.drop("phone\n\(ann)\n", as: "other/a.csv")
        try answering.send()
        try answering.advance(seconds: 60)
        try answering.drop("from,to,text,at\n\(ann),x,FERTIG,\n", as: "_replies/a.csv")
        XCTAssertFalse(try isStopped(ann, answering))
    }

    func testAMailInAnOlderAlphabetStops() throws {
        for (charset, encoding, body, subject) in [
            ("iso-8859-1", "quoted-printable", Array("ARR=CAT".utf8), "Re: x"),
            ("windows-1252", "8bit", Array("ARR".utf8) + [0xCA] + Array("T".utf8), "Re: x"),
            ("utf-8", "8bit", Array("ARR".utf8) + [0xCA] + Array("T".utf8), "Re: x"),
            ("us-ascii", "7bit", Array("x".utf8), "=?iso-8859-1?q?ARR=CAT?="),
            ("us-ascii", "7bit", Array("x".utf8), "=?ISO-8859-1*fr?B?QVJSylQ=?="),
        ] as [(String, String, [UInt8], String)] {
            let bench = try bench()
            let head = """
                From: ann@example.com
                To: desk@shop.example
                Subject: \(subject)
                Date: Tue, 24 Nov 2026 16:00:00 +0000
                MIME-Version: 1.0
                Content-Type: text/plain; charset=\(charset)
                Content-Transfer-Encoding: \(encoding)


                """
            try bench.drop(Array(head.utf8) + body + [0x0A], as: "_receipts/m.eml")
            XCTAssertTrue(try isStopped("ann@example.com", bench), "\(charset) \(encoding) \(subject)")
        }
    }

    func testAStopThatAProviderReportsAsAnAnswerStops() throws {
        for (detail, stopped) in [("STOP", true), ("ok", false)] {
            let bench = try bench()
            try bench.drop("phone\n\(ann)\n", as: "a.csv")
            try bench.send()
            try bench.drop(
                "address,event,at,detail\n\(ann),responded,2026-11-24T17:00:00Z,\(detail)\n", as: "_receipts/r.csv")
            XCTAssertEqual(try isStopped(ann, bench), stopped, detail)
        }
    }

    func testPlainRefusalsAreStops() {
        let keywords = ReplyKeywords()
        for text in [
            "do not call", "Dont text!", "opted out", "no more", "Do not start again", "> STOP",
            "please do not contact",
        ] {
            XCTAssertEqual(keywords.meaning(of: text.utf8), .stop, text)
        }
        for text in ["do not call before ten", "no more than two of us", "see you\n> STOP to end"] {
            XCTAssertEqual(keywords.meaning(of: text.utf8), .response, text)
        }
    }
}
