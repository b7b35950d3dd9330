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

    private func receive(_ text: String, as name: String, _ bench: PipelineBench) throws {
        try bench.drop(text, as: "_receipts/\(bench.pipeline.now.milliseconds)\(name)")
        try bench.send()
        try bench.advance(seconds: 60)
    }

    /// What was noted of a message, and why its address is listed.
    private func heard(_ reference: String, _ address: String, _ bench: PipelineBench) throws -> [String?] {
        let batch = try XCTUnwrap(Reference(reference)).batch
        let events = try bench.pipeline.store.receipts(ofBatch: batch, record: 1).map(\.event)
        return [events.joined(separator: " "), try reason(address, bench)]
    }

    func testABounceThatBlamesTheSenderListsNobodyWhateverToldOfIt() throws {
        let bench = try PipelineBench(Self.configuration(), standing: true)
        for detail in [
            "5.7.26", "5.7.515", "5.7.9", "content rejected", "DKIM failure", "Blocked by spam filter",
            "550 5.7.1 spam content", "551 blocked using Spamhaus", "550 relaying denied", "552 5.3.4 too large",
        ] {
            let reference = try mail("ann@b.example", bench)
            try receive("\(reference),bounced,\(detail)", bench)
            XCTAssertEqual(try heard(reference, "ann@b.example", bench), ["failed", nil], detail)
            let hard = try mail("ann@b.example", bench)
            try receive("\(hard),hard bounce,\(detail)", bench)
            XCTAssertEqual(try heard(hard, "ann@b.example", bench), ["failed", nil], detail)
        }
        for (kind, words) in [("", "550 5.7.1 policy"), ("block", ""), ("Block", "550"), ("hard", "DMARC failure")] {
            let reference = try mail("ann@b.example", bench)
            try receive(
                """
                {"type": "email.bounced", "data": {"recipient": "ann@b.example", "bounce_type": "\(kind)",
                  "bounce_description": "\(words)", "metadata": {"reference": "\(reference)"}}}
                """, as: ".json", bench)
            XCTAssertEqual(try heard(reference, "ann@b.example", bench), ["failed", nil], kind + words)
        }
    }

    func testABounceOfWhichNobodySaysWhyIsASoftOneAndOneThatIsCalledHardIsHard() throws {
        let bench = try PipelineBench(Self.configuration(), standing: true)
        for (place, row) in [",bounced,", ",out_of_band,550", ",bounced,see log"].enumerated() {
            XCTAssertNil(try reason("ann@b.example", bench), row)
            let reference = try mail("ann@b.example", bench)
            try receive(reference + row, bench)
            XCTAssertEqual(
                try heard(reference, "ann@b.example", bench), ["bounced", place == 2 ? "3 soft bounces" : nil], row)
        }
        for (place, row) in [
            ",hard bounce,", ",bounced,user unknown", ",bounced,550 5.1.1", ",Hard Bounce,550 5.0.0 no",
        ].enumerated() {
            let address = "eva\(place)@b.example"
            let reference = try mail(address, bench)
            try receive(reference + row, bench)
            let heard = try heard(reference, address, bench)
            XCTAssertEqual(heard[0], "bounced", row)
            XCTAssertTrue(heard[1]?.hasPrefix("hard bounce") == true, row)
        }
    }

    func testOfSparkPostsBouncesOnlyThoseOfItsHardClassesListAnAddress() throws {
        let bench = try PipelineBench(Self.configuration("soft: 1"), standing: true)
        func check(
            _ expected: String, _ reason: String?, _ type: String, _ group: Int?, _ words: String, line: UInt = #line
        ) throws {
            let address = "a\(bench.pipeline.now.milliseconds)@b.example"
            let reference = try mail(address, bench)
            let number = group.map { ", \"bounce_class\": \"\($0)\"" } ?? ""
            try receive(
                """
                [{"msys": {"message_event": {"type": "\(type)", "rcpt_to": "\(address)", "error_code": "550",
                  "raw_reason": "\(words)", "rcpt_meta": {"reference": "\(reference)"}\(number)}}}]
                """, as: ".json", bench)
            XCTAssertEqual(try heard(reference, address, bench), [expected, reason], words, line: line)
        }
        for (group, words) in [
            (50, "550 5.7.1 spam content"), (51, "blocked using Spamhaus"), (52, "550 5.7.26 DMARC"), (50, "550 no"),
            (54, "5.7.509 sending domain does not pass DMARC"), (25, "relaying denied"), (53, "5.3.4 too large"),
            (54, "550 5.1.1 user unknown"), (21, "dns"), (23, "large"), (24, "554 later"), (26, "x"), (80, "x"),
            (100, "x"),
            (10, "550 5.7.26 unauthenticated"),
        ] {
            try check("failed", nil, "bounce", group, words)
        }
        try check("failed", nil, "out_of_band", nil, "spam message rejected")
        try check("bounced", "hard bounce (5.1.1)", "bounce", 10, "550 5.1.1 no such user")
        try check("bounced", "hard bounce", "out_of_band", 10, "550 no")
        try check("bounced", "hard bounce (5.4.4)", "bounce", 10, "554 5.4.4 unable to route")
        try check("bounced", "hard bounce", "bounce", 30, "no recipient")
        try check("bounced", "hard bounce", "bounce", 90, "x")
        try check("bounced", "soft bounce (5.1.1)", "bounce", 22, "550 5.1.1 over quota")
        try check("bounced", "soft bounce", "bounce", 20, "550 no")
        try check("bounced", "soft bounce", "bounce", 1, "550 no")
        try check("bounced", "soft bounce", "bounce", 40, "550 no")
        try check("bounced", "hard bounce (5.1.1)", "bounce", 1, "550 5.1.1 user unknown")
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
