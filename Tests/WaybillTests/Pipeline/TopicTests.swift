import SystemIO
import XCTest

@testable import Waybill

/// Whether a stop to one newsletter leaves an appointment alone.
final class TopicTests: XCTestCase {
    private static func configuration(_ policy: String) -> String {
        """
        {campaigns: {news: {list: "news", purpose: "marketing", \(policy) strategy: "s"},
                     offers: {list: "offers", purpose: "marketing", strategy: "s"}, visits: {purpose: "service"}},
         policies: {us: {rules: "us"}},
         strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1", expires: "30d"}]}}}
        """
    }

    private func left(_ bench: PipelineBench, _ campaign: String) throws -> [UInt32] {
        try bench.send()
        return try bench.pipeline.store.batches(ofCampaign: campaign).flatMap { batch in
            try bench.pipeline.store.parcels(ofBatch: batch.id).filter { $0.leftAt.milliseconds > 0 }
                .flatMap(\.contacts).filter { $0.fate == .travels }.map(\.record)
        }.sorted()
    }

    /// Which campaigns still write to somebody who answered the newsletter so; at 20 o'clock UTC it is day in all
    /// states.
    private func stillSent(
        _ text: String, at start: String = "2026-11-20T20:00:00Z", policy: String = "", event: String? = nil
    ) throws -> [String] {
        let bench = try PipelineBench(Self.configuration(policy), at: start, standing: true)
        try bench.drop("phone1,state\n+14155550101,CA\n", as: "news/1.csv")
        XCTAssertEqual(try left(bench, "news"), [1])
        try bench.advance(seconds: 60)
        if let event {
            let reference = try XCTUnwrap(bench.dispatched("news").first?.split(separator: ",").first)
            try bench.drop("reference,event\n\(reference),\(event)\n", as: "_receipts/1.csv")
        } else {
            try bench.drop("from,text\n+14155550101,\(text)\n", as: "_replies/1.csv")
        }
        try bench.advance(seconds: 60)
        return try ["news", "offers", "visits"].filter { campaign in
            let before = try left(bench, campaign).count
            try bench.drop("phone1,state,id\n+14155550101,CA,2\n", as: "\(campaign)/2.csv")
            return try left(bench, campaign).count > before
        }
    }

    func testAStopToAListLeavesTheOthersAndStopAllLeavesNone() throws {
        XCTAssertEqual(try stillSent("STOP"), ["offers", "visits"])
        XCTAssertEqual(try stillSent("please stop"), ["offers", "visits"])
        for text in ["STOP ALL", "STOPALL", "Stop everything", "unsubscribe from all"] {
            XCTAssertEqual(try stillSent(text), [], text)
        }
        XCTAssertEqual(try stillSent("thank you"), ["news", "offers", "visits"])
    }

    func testAnUnsubscriptionIsOfItsListAndAComplaintOfAll() throws {
        XCTAssertEqual(try stillSent("", event: "unsubscribed"), ["offers", "visits"])
        XCTAssertEqual(try stillSent("", event: "complained"), [])
    }

    /// The United States' rule that a stop to one is a stop to all is a row with a day in the rule file.
    func testFromItsDayOnTheLawMakesAStopToOneListOneForAll() throws {
        let law = "policy: \"us\","
        XCTAssertEqual(try stillSent("STOP", at: "2027-01-28T20:00:00Z", policy: law), ["offers", "visits"])
        XCTAssertEqual(try stillSent("STOP", at: "2027-01-31T20:00:00Z", policy: law), [])
        XCTAssertEqual(try stillSent("STOP", at: "2027-03-01T20:00:00Z", policy: law), [])
        XCTAssertEqual(try stillSent("STOP", at: "2027-03-01T20:00:00Z"), ["offers", "visits"], "without the law")
    }

    func testWhoNobodyKnowsAMessageToStopsAll() throws {
        let bench = try PipelineBench(Self.configuration(""), standing: true)
        try bench.drop("from,text\n+14155550101,STOP\n", as: "_replies/1.csv")
        for campaign in ["news", "offers", "visits"] {
            try bench.drop("phone1\n+14155550101\n", as: "\(campaign)/1.csv")
            XCTAssertEqual(try left(bench, campaign), [], campaign)
        }
    }

    func testStartLiftsAStopToAListAndOnlyALaterOneDoes() throws {
        let bench = try PipelineBench(Self.configuration(""), at: "2026-11-20T20:00:00Z", standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "news/1.csv")
        XCTAssertEqual(try left(bench, "news"), [1])
        try bench.advance(seconds: 7_200)
        try bench.drop(
            "from,text,at\n+14155550101,START,2026-11-20T20:30:00Z\n+14155550101,STOP,2026-11-20T21:00:00Z\n",
            as: "_replies/1.csv")
        try bench.drop("phone1,id\n+14155550101,2\n", as: "news/2.csv")
        XCTAssertEqual(try left(bench, "news"), [1])
        try bench.drop("from,text,at\n+14155550101,START,2026-11-20T21:30:00Z\n", as: "_replies/2.csv")
        try bench.drop("from,text,at\n+14155550101,STOP,2026-11-20T21:00:00Z\n", as: "_replies/3.csv")
        try bench.drop("phone1,id\n+14155550101,3\n", as: "news/3.csv")
        XCTAssertEqual(try left(bench, "news"), [1, 1])
    }

    func testARevocationOfAListThatNobodyHasIsOneOfAll() throws {
        let bench = try PipelineBench(Self.configuration(""), standing: true)
        try bench.drop(
            "value,action,list\n+14155550101,revoke,News\n+14155550102,revoke,newz\n", as: "_consent/1.csv")
        for campaign in ["news", "offers", "visits"] {
            try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "\(campaign)/1.csv")
        }
        XCTAssertEqual(try left(bench, "news"), [])
        XCTAssertEqual(try left(bench, "offers"), [1])
        XCTAssertEqual(try left(bench, "visits"), [1])
    }
}
