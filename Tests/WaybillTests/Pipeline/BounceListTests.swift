import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Addresses that are left alone since messages come back from them.
final class BounceListTests: XCTestCase {
    private static func configuration(_ bounces: String = "") -> String {
        """
        {lists: {bounces: {\(bounces)}}, campaigns: {default: {duplicates: 'keep', require: ['email'], strategy: 's'}},
         strategies: {s: {steps: [{name: 'mail', channel: 'email', to: 'email', expires: '48h', on: {failed: 'text'}},
           {name: 'text', channel: 'sms'}]}}}
        """
    }

    /// Sends a message to an address once more; the batch's number is that of the drop on its day.
    private func mail(_ address: String, _ bench: PipelineBench) throws -> String {
        try bench.drop(
            "email,phone1,param1\n\(address),+14155551000,\(bench.pipeline.now.milliseconds)\n",
            as: "default/\(bench.pipeline.now.milliseconds).csv")
        try bench.send()
        let batch = try XCTUnwrap(bench.pipeline.store.batches(ofCampaign: "default").last).id
        return "bcdfgh-\(batch)-1-mail-1"
    }

    private func receive(_ row: String, _ bench: PipelineBench) throws {
        try bench.drop(
            "reference,event,detail\n\(row)\n", as: "_receipts/\(bench.pipeline.now.milliseconds).csv")
        try bench.send()
        try bench.advance(seconds: 60)
    }

    private func reason(_ address: String, _ bench: PipelineBench) throws -> String? {
        let key = try XCTUnwrap(
            AddressReading.all(of: Array(address.utf8), bench.configuration.addressRules).first
        ).key
        return try bench.pipeline.store.suppressions(of: key, at: bench.pipeline.now).first?.reason
    }

    func testAnAddressThatIsNotThereIsLeftAloneOverThatChannel() throws {
        let bench = try PipelineBench(Self.configuration(), standing: true)
        let reference = try mail("ann@b.example", bench)
        try receive(reference + ",bounced,550 5.1.1 user unknown", bench)
        XCTAssertEqual(try reason("ann@b.example", bench), "hard bounce (5.1.1)")
        let sent = try bench.dispatched().count
        _ = try mail("Ann@B.example", bench)
        let lines = try bench.dispatched()
        XCTAssertEqual(lines.count, sent + 1)
        XCTAssertTrue(lines.last?.contains(",sms,") == true, "\(lines)")
        let totals = try bench.pipeline.store.listingTotals(at: bench.pipeline.now)
        XCTAssertEqual(totals.map(\.reason), ["hard bounce (5.1.1)"])
        XCTAssertEqual(totals.first?.scope, Listing.Scope(channel: .email))

        try bench.drop("action,value\nremove,ann@b.example\n", as: "_suppress/1.csv")
        XCTAssertNil(try reason("ann@b.example", bench))
        _ = try mail("ann@b.example", bench)
        XCTAssertTrue(try bench.dispatched().last?.contains(",email,") == true)
    }

    func testSoftBouncesCountWithinASpanAndOnceForEachMessage() throws {
        let bench = try PipelineBench(Self.configuration("within: '10d', lasts: '20d'"), standing: true)
        let first = try mail("ann@b.example", bench)
        for (place, row) in [",bounced,452 4.2.2 full", ",soft bounce,", ",bounced,mailbox full"].enumerated() {
            try receive(first + row, bench)
            XCTAssertNil(try reason("ann@b.example", bench), "\(place)")
        }
        try bench.advance(seconds: 11 * 86_400)
        for _ in 0..<2 { try receive(try mail("ann@b.example", bench) + ",bounced,5.2.2 mailbox full", bench) }
        XCTAssertNil(try reason("ann@b.example", bench), "the first was too long ago")
        try receive(try mail("ann@b.example", bench) + ",soft bounce,", bench)
        XCTAssertEqual(try reason("ann@b.example", bench), "3 soft bounces")
        try bench.advance(seconds: 21 * 86_400)
        XCTAssertNil(try reason("ann@b.example", bench))
    }

    func testWhatIsNobodysFaultAndWhatIsNotAskedForListsNobody() throws {
        let bench = try PipelineBench(Self.configuration("hard: null, soft: 1"), standing: true)
        try receive(try mail("ann@b.example", bench) + ",bounced,550 5.1.1 user unknown", bench)
        try receive(try mail("ann@b.example", bench) + ",failed,554 5.7.1 policy", bench)
        XCTAssertNil(try reason("ann@b.example", bench))
        try receive(try mail("ann@b.example", bench) + ",bounced,552 5.2.2 quota", bench)
        XCTAssertEqual(try reason("ann@b.example", bench), "soft bounce (5.2.2)")
    }

    func testWhatARelaySaysOfAnAddressAtOnceCountsToo() throws {
        var behaviour = MailServer.Behaviour()
        behaviour.answer = { command in
            guard command.hasPrefix("RCPT TO:<") else { return nil }
            if command.contains("<ann@") { return "550 5.1.1 no such user" }
            return command.contains("<bob@") ? "550 5.7.26 not authenticated" : nil
        }
        let server = try MailServer(behaviour)
        let bench = try PipelineBench(
            """
            {campaigns: {a: {require: ['email'], strategy: 's', from: {email: 'desk@clinic.example'},
               transports: {email: 'relay'}, templates: {t: {subject: 'Hello', text: 't.txt'}}}},
             strategies: {s: {steps: [{name: 'mail', channel: 'email', template: 't'}]}},
             transports: {relay: {kind: 'smtp', port: \(server.port), connections: 1}}}
            """, standing: true, files: ["t.txt": Array("Hello".utf8)])
        try bench.drop("email\nann@b.example\neva@b.example\nbob@b.example\n", as: "a/1.csv")
        _ = try bench.pipeline.dispatchDue { false }
        while bench.pipeline.dispatcher.inFlight > 0 {
            _ = bench.pipeline.claims.wait(milliseconds: 20, waking: nil)
            _ = try bench.pipeline.dispatchDue { false }
        }
        XCTAssertEqual(try reason("ann@b.example", bench), "hard bounce (5.1.1)")
        XCTAssertNil(try reason("eva@b.example", bench))
        XCTAssertNil(try reason("bob@b.example", bench), "a fault of ours")
    }
}
