import XCTest

@testable import Waybill

/// Somebody said stop, and nothing that can be read says who.
final class UnheardStopTests: XCTestCase {
    private let configuration = """
        {campaigns: {a: {strategy: "s", from: {sms: "+12025550100"}}, b: {strategy: "s", keywords: {stop: ["genug"]}}},
         strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1", expires: "24h"}]}}}
        """

    /// Ann and Bob were texted by campaign a.
    private func bench(_ configuration: String? = nil) throws -> PipelineBench {
        let bench = try PipelineBench(configuration ?? self.configuration, standing: true)
        try bench.drop(
            "phone1,phone2,id\n+14155550101,+14155550109,C1\n+14155550102,,C2\n", as: "a/1.csv")
        try bench.send()
        try bench.advance(seconds: 3_600)
        return bench
    }

    private func isStopped(_ number: UInt64, _ bench: PipelineBench) throws -> Bool {
        let key = RecipientKey.phone(E164Number(digits: number))
        return try bench.pipeline.store.suppressions(of: key, at: bench.pipeline.now).contains {
            $0.state == .suppressed
        }
    }

    private func attention(_ bench: PipelineBench) throws -> [String] {
        try WorkspaceStatus(
            store: bench.pipeline.store, configuration: bench.configuration, now: bench.pipeline.now
        ).attention.filter { $0.kind == .unheardStop }.map(\.what)
    }

    private func leaves(_ bench: PipelineBench) throws -> Int {
        try bench.drop("phone1\n+14155550150\n", as: "b/\(bench.pipeline.now.milliseconds).csv")
        try bench.advance(seconds: 61)
        try bench.send()
        return try bench.dispatched("b").count
    }

    func testDigitsThatAreANumberAnywhereHoldAllThatTheyCanBe() throws {
        for (sender, numbers) in [
            ("07911 123456", [447_911_123_456]), ("0171 2345678", [491_712_345_678]),
        ] as [(String, [UInt64])] {
            let bench = try bench()
            try bench.drop(
                "from,to,text,at\n\(sender),,STOP,2026-11-20T15:10:00Z\n", as: "_replies/r.csv")
            for number in numbers { XCTAssertTrue(try isStopped(number, bench), sender) }
            XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "rejected", sender)
            XCTAssertEqual(try attention(bench).count, 1, sender)
        }
        // With letters that look like digits it is a number as any other.
        for sender in ["+1415555O142", "+l4l5555Ol42"] {
            let bench = try bench()
            try bench.drop(
                "from,to,text,at\n\(sender),,STOP,2026-11-20T15:10:00Z\n", as: "_replies/r.csv")
            XCTAssertTrue(try isStopped(14_155_550_142, bench), sender)
            XCTAssertEqual(try attention(bench), [], sender)
        }
    }

    func testOneOfWhichNothingCanBeReadIsToldUntilSomebodyHasLooked() throws {
        for sender in ["", "anonymous", "+1415•••0142", "+1415XXX0142", "1.41556E+10", "+1415"] {
            let bench = try bench()
            try bench.drop(
                "from,text\n\(sender),please genug\n+14155550199,hello\n", as: "_replies/r.csv")
            XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "partial", sender)
            XCTAssertFalse(bench.logged.with("stop.unheard").isEmpty, sender)
            XCTAssertEqual(
                try attention(bench),
                [
                    "r.csv has 1 stop of which nobody can tell who said it; who it was may still be contacted: list them, "
                        + "or correct it and drop it again, then waybill suppress accept 20261120-000002"
                ], sender)
            XCTAssertEqual(try leaves(bench), 1, "one stop of nobody does not hold all")
            try bench.restart(at: "2026-11-20T18:00:00Z")
            XCTAssertEqual(try attention(bench).count, 1)
            try bench.drop(
                "{\"command\": \"accept\", \"batch\": \"20261120-000002\"}", as: "_control/a.json")
            XCTAssertEqual(try attention(bench), [], sender)
        }
    }

    func testWhatIsNoStopOrOfNobodyWhoCouldBeContactedIsToldAsBefore() throws {
        for row in ["22000,STOP", "anonymous,hello", ",START"] {
            let bench = try bench()
            try bench.drop("from,text\n\(row)\n", as: "_replies/r.csv")
            XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "rejected", row)
            XCTAssertEqual(try attention(bench), [], row)
        }
    }

    func testTheMessageThatItAnswersSaysWhoItIs() throws {
        let bench = try bench()
        let reference = try XCTUnwrap(
            bench.dispatched("a").first { $0.contains("+14155550101") }?.prefix { $0 != "," })
        try bench.drop("from,text,reference\n,STOP,\(reference)\n", as: "_replies/r.csv")
        XCTAssertTrue(try isStopped(14_155_550_101, bench))
        XCTAssertFalse(try isStopped(14_155_550_102, bench))
        XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "accepted")
        XCTAssertEqual(try attention(bench), [])
        let states = try bench.pipeline.store.states(
            of: BatchID(day: CalendarDay("2026-11-20")!, number: 1))
        XCTAssertEqual(states, [.suppressed: 1, .smsSent: 1])
    }

    func testTheContactsOwnKeySaysWhoItIsWithAllOfItsNumbers() throws {
        for (name, text) in [
            ("_replies/r.csv", "from,text,customer id\n???,STOP,C1\n"),
            ("_receipts/r.csv", "account number,dialled number,event\nC1,???,unsubscribed\n"),
        ] {
            let bench = try bench()
            try bench.drop(text, as: name)
            XCTAssertTrue(try isStopped(14_155_550_101, bench), name)
            XCTAssertFalse(try isStopped(14_155_550_102, bench), name)
            XCTAssertEqual(try attention(bench), [], name)
            try bench.drop("phone1,id\n+14155550177,C1\n", as: "b/again.csv")
            let states = try bench.pipeline.store.states(
                of: BatchID(day: CalendarDay("2026-11-20")!, number: 3))
            if name.hasPrefix("_replies") { XCTAssertEqual(states, [.suppressed: 1], "by the key alone") }
        }
    }

    func testWhomItWasSaidToAndWhenLeavesTheFewAloneWhoCanHaveSaidIt() throws {
        let bench = try bench()
        try bench.drop(
            "from,to,text,at\nanonymous,12025550100,STOP,2026-11-20T15:30:00Z\n", as: "_replies/r.csv")
        XCTAssertTrue(try isStopped(14_155_550_101, bench))
        XCTAssertTrue(try isStopped(14_155_550_102, bench))
        XCTAssertEqual(try attention(bench).count, 1, "it is a guess")
        // Said before anything left, or to a number that nothing is sent from.
        for row in [
            "anonymous,12025550100,STOP,2026-11-20T14:00:00Z",
            "anonymous,12025550199,STOP,2026-11-20T15:30:00Z",
        ] {
            let bench = try self.bench()
            try bench.drop("from,to,text,at\n\(row)\n", as: "_replies/r.csv")
            XCTAssertFalse(try isStopped(14_155_550_101, bench), row)
        }
    }

    func testWhereTheyAreManyNobodyIsLeftAloneAndTheCampaignIsNamed() throws {
        let bench = try bench()
        let rows = (0..<20).map { "+1415555\(1_000 + $0)\n" }.joined()
        try bench.drop("phone1\n" + rows, as: "a/2.csv")
        try bench.send()
        try bench.advance(seconds: 600)
        try bench.drop("from,to,text\n,+12025550100,STOP\n", as: "_replies/r.csv")
        XCTAssertFalse(try isStopped(14_155_550_101, bench))
        XCTAssertTrue(try XCTUnwrap(attention(bench).first).contains("may still be contacted by a:"))
    }

    func testManyOfThemHoldAsADamagedListDoes() throws {
        for (to, isHeld) in [("", true), ("+12025550100", false)] {
            let bench = try bench()
            let rows = (0..<6).map { "nobody\($0),\(to),STOP\n" }.joined()
            try bench.drop("from,to,text\n" + rows, as: "_replies/r.csv")
            XCTAssertEqual(try leaves(bench), isHeld ? 0 : 1, to)
            XCTAssertEqual(
                try bench.pipeline.store.listHolds().map(\.problem), ["has 6 of 6 entries that name nobody"]
            )
        }
    }

    /// A workspace five days after campaign a wrote to two people, whose contacts are removed.
    private func forgotten(_ campaign: String = "") throws -> (bench: PipelineBench, reference: String) {
        let bench = try bench(
            configuration.replacing("{campaigns: {a: {", with: "{keepDays: {contacts: 1}, campaigns: {a: {")
                .replacing("from: {sms", with: "\(campaign) from: {sms"))
        let reference = try XCTUnwrap(
            bench.dispatched("a").first { $0.contains("+14155550101") }?.prefix { $0 != "," })
        // Done on the 22nd, when nobody answered, and removed.
        try letDaysPass(bench)
        XCTAssertNil(try bench.pipeline.store.segment(of: 1, batch: XCTUnwrap(BatchID("20261120-000001"))))
        return (bench, String(reference))
    }

    private func letDaysPass(_ bench: PipelineBench) throws {
        for day in 22...25 {
            try bench.restart(at: "2026-11-\(day)T15:00:00Z")
            try bench.send()
        }
    }

    private func goes(_ campaign: String, _ bench: PipelineBench) throws -> Bool {
        let before = try bench.dispatched(campaign).count
        try bench.drop("phone1\n+14155550101\n", as: "\(campaign)/\(bench.pipeline.now.milliseconds).csv")
        try bench.advance(seconds: 61)
        try bench.send()
        return try bench.dispatched(campaign).count > before
    }

    func testAStopByTheReferenceOfAContactThatWasRemovedHoldsItsCampaignUntilSomebodyHasLooked() throws {
        for (name, text) in [
            ("_receipts/r.csv", "reference,event\nREF,unsubscribed\n"),
            ("_receipts/r.csv", "reference,event\nREF,complained\n"),
            ("_receipts/r.csv", "reference,address,event\nREF,+1415•••0142,unsubscribed\n"),
            ("_replies/r.csv", "from,text,reference\n,STOP,REF\n"),
        ] {
            let (bench, reference) = try forgotten()
            try bench.drop(text.replacingOccurrences(of: "REF", with: reference), as: name)
            let batch = try XCTUnwrap(bench.pipeline.store.listHolds().first?.batch.description, text)
            let status = try WorkspaceStatus(
                store: bench.pipeline.store, configuration: bench.configuration, now: bench.pipeline.now)
            XCTAssertEqual(
                status.attention.filter { $0.kind == .list }.map(\.what),
                [
                    "r.csv holds a: it has 1 stop by the reference of a contact that is not known any more, so list who "
                        + "it was; correct it and drop it again, or waybill suppress accept \(batch)"
                ], text)
            XCTAssertFalse(bench.logged.with("list.holds").isEmpty, text)
            XCTAssertFalse(try goes("a", bench), text)
            XCTAssertTrue(try goes("b", bench), "it was another's message: \(text)")
            try bench.drop("{\"command\": \"accept\", \"batch\": \"\(batch)\"}", as: "_control/a.json")
            XCTAssertTrue(try goes("a", bench), text)
        }
    }

    func testItHoldsAllCampaignsOfTheList() throws {
        let (bench, reference) = try forgotten("purpose: 'marketing', list: 'news',")
        try bench.drop("reference,event\n\(reference),unsubscribed\n", as: "_receipts/r.csv")
        XCTAssertEqual(try bench.pipeline.store.listHolds().map(\.campaigns), [["a"]])
        let listed = try PipelineBench(
            "{keepDays: {contacts: 1}, campaigns: {a: {strategy: 's', list: 'news'}, b: {strategy: 's', list: 'news'}, "
                + "c: {strategy: 's'}}, strategies: {s: {steps: [{name: 't', channel: 'sms', to: 'phone1'}]}}}",
            standing: true)
        try listed.drop("phone1\n+14155550101\n", as: "a/1.csv")
        try listed.send()
        let one = try XCTUnwrap(listed.dispatched("a").first?.prefix { $0 != "," })
        try letDaysPass(listed)
        try listed.drop("reference,event\n\(one),unsubscribed\n", as: "_receipts/r.csv")
        XCTAssertEqual(try listed.pipeline.store.listHolds().map(\.campaigns), [["a", "b"]])
        XCTAssertTrue(try goes("c", listed))
    }

    func testWithTheAddressBesideItNothingIsHeldAndTheSameGoesForWhatIsNoStop() throws {
        for row in ["REF,+14155550101,unsubscribed", "REF,,delivered"] {
            let (bench, reference) = try forgotten()
            try bench.drop(
                "reference,address,event\n\(row.replacingOccurrences(of: "REF", with: reference))\n",
                as: "_receipts/r.csv")
            XCTAssertEqual(try bench.pipeline.store.listHolds(), [], row)
        }
    }

    func testAStopByTheReferenceOfAMessageThatNeverWentOutCountsForTheContactIfThereIsOne() throws {
        let bench = try bench()
        let reference = try XCTUnwrap(
            bench.dispatched("a").first { $0.contains("+14155550101") }?.prefix { $0 != "," })
        try bench.drop("reference,event\n\(reference.dropLast())9,unsubscribed\n", as: "_receipts/r.csv")
        XCTAssertTrue(try isStopped(14_155_550_101, bench))
        XCTAssertFalse(try isStopped(14_155_550_102, bench))
        // No record with that number was accepted: nobody ever had a message by it.
        var parts = reference.split(separator: "-")
        parts[3] = "4711"
        try bench.drop("reference,event\n\(parts.joined(separator: "-")),unsubscribed\n", as: "_receipts/s.csv")
        XCTAssertEqual(try bench.pipeline.store.listHolds(), [])
    }

    func testAStopByTheReferenceOfACampaignThatIsNotConfiguredAnyMoreCountsForAllOfTheContact() throws {
        let bench = try bench()
        let reference = try XCTUnwrap(
            bench.dispatched("a").first { $0.contains("+14155550101") }?.prefix { $0 != "," })
        try bench.restart(at: "2026-11-20T17:00:00Z", with: "{campaigns: {b: {}}}")
        try bench.drop("reference,event\n\(reference),unsubscribed\n", as: "_receipts/r.csv")
        XCTAssertTrue(try isStopped(14_155_550_101, bench))
        XCTAssertTrue(try isStopped(14_155_550_109, bench))
        XCTAssertFalse(try isStopped(14_155_550_102, bench))
    }

    func testARefusalInReceiptsAndInADamagedRowIsToldToo() throws {
        for (name, text) in [
            ("_receipts/1.csv", "address,event\n+1415•••0142,unsubscribed\n"),
            ("_receipts/2.csv", "address,reference,event\n,,complained\n"),
            ("_replies/3.csv", "from,text\n\"anonymous,STOP\n"),
        ] {
            let bench = try bench()
            try bench.drop(text, as: name)
            XCTAssertEqual(try attention(bench).count, 1, name)
            XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "rejected", name)
        }
        // Of another workspace's message nobody is lost here.
        let bench = try bench()
        try bench.drop(
            "reference,event\nkkkkkk-20261120-000001-1-text-1,unsubscribed\n", as: "_receipts/4.csv")
        XCTAssertEqual(try attention(bench), [])
    }
}
