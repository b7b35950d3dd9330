import SystemIO
import XCTest

@testable import Waybill

/// Rules of law, from the file in the workspace to the parcel that leaves.
final class RulesTests: XCTestCase {
    private static func call(_ rules: String, _ more: String = "") -> String {
        """
        {campaigns: {a: {policy: "p", strategy: "s", kind: {voice: "live"}, purpose: "marketing"}},
         policies: {p: {rules: \(rules)\(more)}},
         strategies: {s: {steps: [{name: "call", channel: "voice", to: "phone1", resultWithin: "30d"}]}}}
        """
    }

    private static let ohio = """
        // A state's new hours.
        {
          country: "US", checked: "2026-11-30",
          rules: [
            { id: "oh-old", title: "Ohio until then", states: ["OH"], kinds: ["live"], to: "2027-01-10",
              hours: [{ from: "08:00", to: "21:00" }], source: "s", confidence: "low" },
            { id: "oh-new", title: "Ohio from then on", states: ["OH"], kinds: ["live"], from: "2027-01-11",
              hours: [{ from: "11:00", to: "13:00" }], source: "s", confidence: "low" },
          ],
        }
        """

    private func explained(_ bench: PipelineBench, _ record: UInt32 = 1) throws -> String {
        try XCTUnwrap(
            Explanation.of(
                record: record, batch: bench.pipeline.store.batches(ofCampaign: "a")[0].id, store: bench.pipeline.store,
                configuration: bench.configuration, at: bench.pipeline.now)
        ).present
    }

    /// 614 is Columbus, Ohio. 10 January 2027 was a Sunday.
    func testAStatesNewHoursHoldFromTheirDayOnByAFileOfTheWorkspaceAlone() throws {
        let bench = try PipelineBench(
            Self.call("\"us\""), at: "2027-01-11T01:30:00Z", standing: true, rules: ["us": Self.ohio])
        try bench.drop("phone1\n+16145550101\n+12125550102\n", as: "a/1.csv")
        // 20:30 in Ohio: the old hours are open still. In New York nothing is said.
        try bench.send()
        XCTAssertEqual(try left(bench, "a").count, 2)

        try bench.set(Timestamp(iso8601: Array("2027-01-11T02:30:00Z".utf8)[...])!)
        try bench.drop("phone1\n+16145550103\n", as: "a/2.csv")
        try bench.send()
        let words = try XCTUnwrap(
            Explanation.of(
                record: 1, batch: BatchID("20270111-000002")!, store: bench.pipeline.store,
                configuration: bench.configuration, at: bench.pipeline.now)
        ).present
        XCTAssertTrue(
            words.contains(
                "outside voice hours 08:00–21:00 (US-OH: Ohio until then) in America/New_York until "
                    + "2027-01-11T11:00:00-05:00"), words)
        try bench.set(Timestamp(iso8601: Array("2027-01-11T15:59:00Z".utf8)[...])!)
        try bench.send()
        XCTAssertTrue(try bench.due().isEmpty)
        try bench.set(Timestamp(iso8601: Array("2027-01-11T16:00:00Z".utf8)[...])!)
        XCTAssertEqual(try bench.due().count, 1)
    }

    func testWhoseConsentIsNotKnownWaitsWhereTheLawAsksForIt() throws {
        let bench = try PipelineBench(Self.call("\"fr\""), at: "2026-11-20T09:30:00Z", standing: true)
        try bench.drop("phone1,consent\n+33612345678,yes\n+33612345679,\n", as: "a/1.csv")
        try bench.send()
        let parcels = try bench.pipeline.store.parcels(ofBatch: bench.onlyBatch)
        XCTAssertEqual(parcels.filter { $0.leftAt.milliseconds > 0 }.flatMap(\.contacts).map(\.record), [1])
        XCTAssertEqual(
            parcels.filter { $0.leftAt.milliseconds == 0 }.map(\.reason),
            [.consent(rule: "FR: loi 2025-594, no call without consent")])
        let words = try explained(bench, 2)
        XCTAssertTrue(
            words.contains("FR: loi 2025-594, no call without consent: no consent of the contact is known"), words)
    }

    /// On the eve of the day the hours are over, and from then on they are for others.
    func testWhoIsCaughtByALawThatBeginsTomorrowWaitsAndIsNotLost() throws {
        let bench = try PipelineBench(Self.call("\"fr\""), at: "2026-08-10T18:30:00Z", standing: true)
        try bench.drop("phone1\n+33612345679\n", as: "a/1.csv")
        try bench.send()
        let parcels = try bench.pipeline.store.parcels(ofBatch: bench.onlyBatch)
        XCTAssertEqual(parcels.map(\.reason), [.consent(rule: "FR: loi 2025-594, no call without consent")])
        XCTAssertEqual(parcels.map(\.due), [ContactPlanner.never])
    }

    /// The hours are open today, and the call is asked for on a day when it needs a consent: that may still come.
    func testWhoIsToBeCalledOnlyUnderALawThatAsksForConsentWaitsForIt() throws {
        let bench = try PipelineBench(Self.call("\"fr\""), at: "2026-08-10T09:30:00Z", standing: true)
        try bench.drop("phone1,callbackat\n+33612345679,2026-08-12T10:00:00Z\n", as: "a/1.csv")
        try bench.send()
        let parcels = try bench.pipeline.store.parcels(ofBatch: bench.onlyBatch)
        XCTAssertEqual(parcels.map(\.reason), [.consent(rule: "FR: loi 2025-594, no call without consent")])
        XCTAssertEqual(parcels.map(\.due), [ContactPlanner.never])
    }

    /// A consent that begins before the call-back is there by then.
    func testWhoseConsentBeginsBeforeTheCallThatNeedsItIsCalled() throws {
        let bench = try PipelineBench(Self.call("\"fr\""), at: "2026-08-17T09:30:00Z", standing: true)
        try bench.drop(
            "phone1,consent,consentat,callbackat\n"
                + "+33612345679,yes,2026-08-18T08:00:00Z,2026-08-18T09:00:00Z\n", as: "a/1.csv")
        try bench.send()
        XCTAssertTrue(try bench.due().isEmpty)
        for moment in ["2026-08-18T08:00:00Z", "2026-08-18T09:00:00Z"] {
            try bench.set(Timestamp(iso8601: Array(moment.utf8)[...])!)
            try bench.send()
        }
        XCTAssertEqual(try left(bench, "a").count, 1)
    }

    /// Under the old law its zones never meet within the hours; under the new one a consent is all that is missing.
    func testWhomOnlyAConsentHelpsWaitsForItThoughItsZonesDoNotMeetUntilThen() throws {
        let rules = """
            { country: "AU", checked: "2026-11-30", rules: [
              { id: "old", title: "old", kinds: ["live"], to: "2027-01-10", hours: [{ from: "08:00", to: "20:00" }],
                source: "s", confidence: "low" },
              { id: "new", title: "new", kinds: ["live"], from: "2027-01-11", consent: true, source: "s",
                confidence: "low" } ] }
            """
        let windows = ", zone: \"recipient\", windows: [{channels: [\"voice\"], from: \"19:45\", to: \"04:45\"}]"
        let bench = try PipelineBench(
            Self.call("\"au\"", windows), at: "2027-01-05T00:00:00Z", standing: true, rules: ["au": rules])
        try bench.drop("phone1\n+61412623214\n", as: "a/1.csv")
        XCTAssertEqual(
            try bench.pipeline.store.parcels(ofBatch: bench.onlyBatch).map(\.reason), [.consent(rule: "AU: new")])
        try bench.set(Timestamp(iso8601: Array("2027-02-01T12:00:00Z".utf8)[...])!)
        try bench.drop("value,action,at\n+61412623214,grant,2027-02-01T11:00:00Z\n", as: "_consent/1.csv")
        try bench.set(Timestamp(iso8601: Array("2027-02-01T13:15:00Z".utf8)[...])!)
        try bench.send()
        XCTAssertEqual(try left(bench, "a").count, 1)
    }

    /// The number's place and the one that its columns name count together.
    func testAContactIsWhereItsNumberAndItsColumnsAre() throws {
        // Saturday 10:30 in New York.
        let bench = try PipelineBench(Self.call("[\"us\", \"es\"]"), at: "2026-11-21T15:30:00Z", standing: true)
        try bench.drop(
            "phone1,state,country\n+12125550101,,\n+12125550102,KY,\n+12125550103,,ES\n+12125550104,TX,\n",
            as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try left(bench, "a").sorted(), [1], "in Paducah it is 9:30, in El Paso 8:30")
        try bench.set(Timestamp(iso8601: Array("2026-11-21T17:00:00Z".utf8)[...])!)
        try bench.send()
        XCTAssertEqual(try left(bench, "a").sorted(), [1, 2, 4], "Spain has no Saturdays")
    }

    private func left(_ bench: PipelineBench, _ campaign: String) throws -> [UInt32] {
        try bench.pipeline.store.batches(ofCampaign: campaign).flatMap { batch in
            try bench.pipeline.store.parcels(ofBatch: batch.id).filter { $0.leftAt.milliseconds > 0 }
                .flatMap(\.contacts).filter { $0.fate == .travels }.map(\.record)
        }
    }

    private static let several = """
        {campaigns: {a: {policy: "p", kind: {voice: "live"}, purpose: "marketing", strategy: "s"},
                     b: {policy: "q", kind: {voice: "live"}, purpose: "marketing", strategy: "s"},
                     c: {kind: {voice: "live"}, purpose: "service", strategy: "s"}},
         policies: {p: {rules: "us"}, q: {rules: ["us", "fr"]}},
         strategies: {s: {steps: [{name: "call", channel: "voice", to: "phone1", resultWithin: "30d"}]}}}
        """

    /// 305 is Miami, 718 New York.
    func testThreeCallsInADayAreAllThatFloridaAllowsWhateverTheCampaigns() throws {
        let bench = try PipelineBench(Self.several, at: "2026-11-20T15:00:00Z", standing: true)
        let both = "phone1\n+13055550101\n+17185550102\n"
        // What a campaign does for a service does not count, though it is no campaign of the policy's.
        try bench.drop(both, as: "c/1.csv")
        for (number, campaign) in ["a", "b", "a", "b"].enumerated() {
            try bench.drop(
                "phone1,id\n+13055550101,\(number)\n+17185550102,\(number)\n", as: "\(campaign)/\(number).csv")
            try bench.send()
            try bench.advance(seconds: 600)
        }
        XCTAssertEqual(try left(bench, "a").sorted(), [1, 1, 2, 2])
        XCTAssertEqual(try left(bench, "b").sorted(), [1, 2, 2], "the fourth call to Miami waits")
        let batch = try XCTUnwrap(bench.pipeline.store.batches(ofCampaign: "b").last).id
        let held = try bench.pipeline.store.parcels(ofBatch: batch).filter { $0.status == .waiting }.map(\.reason.words)
        XCTAssertEqual(
            held,
            [
                "the cap of 3 within 1d (US-FL: Florida Telephone Solicitation Act, three calls in 24 hours) is reached"
            ])
        try bench.set(Timestamp(iso8601: Array("2026-11-21T14:59:00Z".utf8)[...])!)
        try bench.send()
        XCTAssertEqual(try left(bench, "b").count, 3)
        try bench.set(Timestamp(iso8601: Array("2026-11-21T15:01:00Z".utf8)[...])!)
        try bench.send()
        XCTAssertEqual(try left(bench, "b").count, 4)
    }

    func testWhoDeclinedIsLeftAloneForSixtyDaysAfterARestartToo() throws {
        let bench = try PipelineBench(Self.several, at: "2026-07-02T09:00:00Z", standing: true)
        try bench.drop("phone1,consent\n+33612345678,yes\n+33612345679,yes\n", as: "b/1.csv")
        try bench.send()
        try bench.drop("address,event\n+33612345678,declined\n", as: "_receipts/1.csv")
        try bench.advance(seconds: 86_400)
        try bench.drop("phone1,consent,id\n+33612345678,yes,2\n+33612345679,yes,2\n", as: "b/2.csv")
        try bench.send()
        XCTAssertEqual(try left(bench, "b"), [1, 2, 2])
        // 31 August was a Monday.
        try bench.restart(at: "2026-08-31T08:58:00Z")
        try bench.send()
        XCTAssertEqual(try left(bench, "b"), [1, 2, 2])
        let batch = try XCTUnwrap(bench.pipeline.store.batches(ofCampaign: "b").last).id
        XCTAssertEqual(
            try bench.pipeline.store.parcels(ofBatch: batch).filter { $0.status == .waiting }.map(\.reason.words),
            [
                "the person declined, and is left alone for 60d (FR: décret 2022-1313, four solicitations in 30 days)"
            ])
        try bench.restart(at: "2026-08-31T09:01:00Z")
        try bench.send()
        XCTAssertEqual(try left(bench, "b").sorted(), [1, 1, 2, 2])
    }

    func testAnotherRuleFileIsAnotherConfiguration() throws {
        func fingerprint(_ rules: [String: String]) throws -> String {
            let bench = try PipelineBench(Self.call("\"us\""), rules: rules)
            return try XCTUnwrap(bench.pipeline.context.setup("a")).fingerprint
        }
        XCTAssertEqual(try fingerprint([:]), try fingerprint([:]))
        XCTAssertEqual(try fingerprint([:]), try fingerprint(["fr": "{"]), "a country that the policy does not name")
        XCTAssertNotEqual(try fingerprint([:]), try fingerprint(["us": Self.ohio]))
    }
}

extension PipelineBench {
    fileprivate var onlyBatch: BatchID {
        get throws { try XCTUnwrap(pipeline.store.batches(ofCampaign: "a").first).id }
    }
}
