import SystemIO
import XCTest

@testable import Waybill

/// Do-not-contact lists: where they hold, for how long, and what is told of them (contract §9).
final class ListTests: XCTestCase {
    private let header = "action,kind,value,campaign,channel,reason,expires\n"

    private static let strategies = """
        campaigns: {clinic: {strategy: 'both'}, texts: {strategy: 'text'}},
        strategies: {
          both: {steps: [
            {name: 'text', channel: 'sms', to: 'phone1', expires: '2d', on: {failed: 'call'}},
            {name: 'call', channel: 'voice', to: 'phone1', attempts: 1, on: {other: 'close'}}]},
          text: {steps: [{name: 'text', channel: 'sms', to: 'phone1', expires: '2d'}]},
        }
        """

    private func key(_ number: UInt64) -> UInt64 { RecipientKey.phone(E164Number(digits: number)) }

    private func states(_ bench: PipelineBench, _ file: String, campaign: String) throws -> [String] {
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        return try bench.report(file, campaign: campaign)
    }

    // MARK: Where a listing holds

    func testAListingForOneCampaignLeavesTheOthersAlone() throws {
        let bench = try PipelineBench("{campaigns: {clinic: {}, billing: {}}}")
        try bench.drop(header + "add,phone,+14155550101,clinic,,asked,\n", as: "_suppress/l.csv")
        for campaign in ["clinic", "billing"] {
            try bench.drop("phone1,id\n+14155550101,\(campaign)\n+14155550102,\n", as: "\(campaign)/a.csv")
        }
        try bench.send()
        XCTAssertEqual(try bench.dispatched("clinic").count, 1)
        XCTAssertEqual(try bench.dispatched("billing").count, 2)
        let skipped = try states(bench, "skipped", campaign: "clinic")
        XCTAssertEqual(skipped.count, 1)
        XCTAssertTrue(skipped[0].contains(",DNC Listed,policy,") && skipped[0].contains("asked"), skipped[0])
    }

    func testWhoIsNotToBeWrittenToIsCalledWhereTheStrategyGoesOn() throws {
        let bench = try PipelineBench("{\(Self.strategies)}")
        try bench.drop(header + "add,phone,+14155550101,,sms,no texts,\n", as: "_suppress/l.csv")
        for campaign in ["clinic", "texts"] {
            try bench.drop("phone1,id\n+14155550101,\(campaign)\n", as: "\(campaign)/a.csv")
        }
        try bench.send()
        try bench.send()
        let calls = try bench.dispatched("clinic")
        XCTAssertEqual(calls.count, 1)
        XCTAssertTrue(calls[0].contains(",voice,"), calls[0])
        XCTAssertEqual(try bench.dispatched("texts"), [])
        let skipped = try states(bench, "skipped", campaign: "texts")
        XCTAssertTrue(skipped.count == 1 && skipped[0].contains(",DNC Listed,"), "\(skipped)")
    }

    func testWhatIsListedForAllChannelsIsNotCalledEither() throws {
        let bench = try PipelineBench("{\(Self.strategies)}")
        try bench.drop(
            header + "add,phone,+14155550101,,sms,,\nadd,phone,+14155550101,clinic,,,\nadd,prefix,+1415555011,,sms,,\n"
                + "add,id,x9,,,,\n", as: "_suppress/l.csv")
        try bench.drop("phone1,id\n+14155550101,\n+14155550111,\n+14155550112,x9\n", as: "clinic/a.csv")
        try bench.send()
        try bench.send()
        let calls = try bench.dispatched("clinic")
        XCTAssertTrue(calls.count == 1 && calls[0].contains("+14155550111") && calls[0].contains(",voice,"), "\(calls)")
    }

    func testAnyNumberAndTheIdAreLookedUpWhenADropComesIn() throws {
        let bench = try PipelineBench()
        try bench.drop(
            "kind,value\nphone,+14155550102\nid,x3\nemail,Dee@Example.com\n", as: "_suppress/l.csv")
        try bench.drop(
            """
            phone1,phone2,id,email
            +14155550101,,x1,
            +14155550103,+14155550102,x2,
            +14155550104,,x3,
            +14155550105,,x4,dee@example.COM

            """, as: "a.csv")
        let batch = try XCTUnwrap(try bench.pipeline.store.batches(ofCampaign: "default").first)
        XCTAssertEqual(batch.open, 1)
    }

    // MARK: How long

    func testAListingEndsWithItsDayEverywhere() throws {
        let bench = try PipelineBench()
        try bench.drop(
            header + "add,phone,+14155550101,,,,2026-11-20\nadd,phone,+14155550102,,,,2026-11-20T16:00:00Z\n",
            as: "_suppress/l.csv")
        func open(at moment: String, _ name: String) throws -> Int {
            try bench.restart(at: moment)
            try bench.drop("phone1,id\n+14155550101,\(name)\n+14155550102,\(name)\n", as: name)
            return try XCTUnwrap(try bench.pipeline.store.batches(ofCampaign: "default").last?.open)
        }
        XCTAssertEqual(try open(at: "2026-11-20T15:59:00Z", "a.csv"), 0)
        XCTAssertEqual(try open(at: "2026-11-20T16:00:00Z", "b.csv"), 1)
        XCTAssertEqual(try open(at: "2026-11-21T11:59:00Z", "c.csv"), 1)
        XCTAssertEqual(try open(at: "2026-11-21T12:00:00Z", "d.csv"), 2)
        try bench.restart(at: "2026-11-23T12:00:00Z")
        XCTAssertEqual(try bench.pipeline.store.listingTotals(at: Timestamp(milliseconds: 0)), [])
    }

    func testAListNeverShortensWhatAnotherAskedFor() throws {
        let bench = try PipelineBench()
        func expires() throws -> Timestamp? {
            try bench.pipeline.store.suppressions(of: key(14_155_550_101), at: bench.pipeline.now)[0].expires
        }
        try bench.drop(header + "add,phone,+14155550101,,,first,2026-12-24T00:00:00Z\n", as: "_suppress/a.csv")
        try bench.drop(header + "add,phone,+14155550101,,,shorter,2026-12-01T00:00:00Z\n", as: "_suppress/b.csv")
        XCTAssertEqual(try expires()?.iso8601(offset: 0), "2026-12-24T00:00:00+00:00")
        try bench.drop(header + "add,phone,+14155550101,,,for ever,\n", as: "_suppress/c.csv")
        XCTAssertNil(try expires())
        try bench.drop(header + "add,phone,+14155550101,,,later,2027-01-01\n", as: "_suppress/d.csv")
        XCTAssertNil(try expires())
        let changes = try bench.pipeline.store.suppressionChanges(of: [key(14_155_550_101)])
        XCTAssertEqual(changes.map(\.reason), ["first", "for ever"])
    }

    // MARK: Taking off

    func testWhoIsTakenOffIsSoInTheScopeThatIsGiven() throws {
        let bench = try PipelineBench("{\(Self.strategies)}")
        let scopes = [("", ""), ("clinic", ""), ("", "sms"), ("clinic", "sms"), ("texts", "voice")]
        func left(afterRemoving campaign: String, _ channel: String) throws -> [String] {
            try bench.drop(
                header + scopes.map { "add,phone,+14155550101,\($0),\($1),,\n" }.joined()
                    + "remove,phone,+14155550101,\(campaign),\(channel),,\n",
                as: "_suppress/\(campaign)-\(channel)-x.csv")
            return try bench.pipeline.store.suppressions(of: key(14_155_550_101), at: bench.pipeline.now)
                .map { "\($0.scope.campaign)/\($0.scope.channel?.name ?? "")" }
        }
        XCTAssertEqual(try left(afterRemoving: "clinic", "sms"), ["/", "clinic/", "/sms", "texts/voice"])
        XCTAssertEqual(try left(afterRemoving: "clinic", ""), ["/", "/sms", "texts/voice"])
        XCTAssertEqual(try left(afterRemoving: "", "sms"), ["/", "clinic/", "texts/voice"])
        XCTAssertEqual(try left(afterRemoving: "", ""), [])
    }

    func testEntriesOfOneListAreCarriedOutInTheirOrder() throws {
        let bench = try PipelineBench()
        try bench.drop(
            "action,value\nadd,+14155550101\nadd,+14155550102\nremove,+14155550101\nremove,+14155550102\nadd,+14155550102\n",
            as: "_suppress/l.csv")
        let store = bench.pipeline.store
        XCTAssertEqual(try store.suppressions(of: key(14_155_550_101), at: bench.pipeline.now), [])
        XCTAssertEqual(try store.suppressions(of: key(14_155_550_102), at: bench.pipeline.now).count, 1)
        XCTAssertEqual(
            try store.suppressionChanges(of: [key(14_155_550_102)]).map(\.change), [.listed, .takenOff, .listed])
    }

    func testTheTrailTellsOfListsAndOfWhatPeopleSaid() throws {
        let bench = try PipelineBench()
        try bench.drop(header + "add,phone,+14155550101,default,,asked,2027-01-01\n", as: "_suppress/a.csv")
        try bench.drop("from,text\n+14155550101,STOP\n", as: "_replies/b.csv")
        try bench.drop("from,text\n+14155550101,START\n", as: "_replies/c.csv")
        try bench.drop("action,value\nremove,+14155550101\nremove,+14155550101\n", as: "_suppress/d.csv")
        let changes = try bench.pipeline.store.suppressionChanges(of: [key(14_155_550_101)])
        XCTAssertEqual(changes.map(\.change), [.listed, .stopped, .lifted, .takenOff])
        XCTAssertEqual(changes.map { "\($0.source)".suffix(1) }, ["1", "2", "3", "4"])
        XCTAssertEqual(changes[0].scope, Listing.Scope(campaign: "default"))
        XCTAssertEqual(changes[0].expires?.iso8601(offset: 0), "2027-01-02T12:00:00+00:00")
        XCTAssertEqual(try bench.pipeline.store.suppressionChanges(of: [key(14_155_550_102)]), [])
    }

    // MARK: Reading

    func testEachMistakeOfAListIsToldAndComesBack() throws {
        let bench = try PipelineBench("{campaigns: {clinic: {}}}")
        let rows = [
            "ad,phone,+14155550101,,,,", "add,phones,+14155550101,,,,", "add,phone,+14155550101,clinik,,,",
            "add,phone,+14155550101,,smss,,", "add,phone,+14155550101,,,,tomorrow", "add,phone,12,,,,",
            "add,id,,,,no id,", "ADD,PHONE,\"+1 (415) 555-0102\",,,,",
        ]
        try bench.drop(header + rows.map { $0 + "\r\n" }.joined(), as: "_suppress/l.csv")
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["received"] as? Int, 8)
        XCTAssertEqual(ack["accepted"] as? Int, 1)
        XCTAssertEqual(
            ack["rejectsByCode"] as? [String: Int],
            [
                "action.unknown": 1, "kind.unknown": 1, "campaign.unknown": 1, "channel.unknown": 1,
                "expires.invalid": 1, "value.invalid": 2,
            ])
        let notice = try XCTUnwrap(ack["notice"] as? String)
        let errors = try bench.text(notice + "/errors.csv").split(separator: "\n")
        XCTAssertEqual(errors.count, 8)
        XCTAssertTrue(errors[3].hasPrefix("3,4,106,campaign,campaign.unknown,clinik,"), String(errors[3]))
        XCTAssertTrue(errors[3].contains("Did you mean clinic?"), String(errors[3]))
        XCTAssertEqual(
            try bench.text(notice + "/rejects.csv"), header + rows.dropLast().map { $0 + "\r\n" }.joined())
    }

    func testAListMayBePartedBySemicolonsAndTabsAndComeInPieces() throws {
        for (delimiter, ending) in [(";", "\n"), ("\t", "\r\n"), (",", "\r\n")] {
            let text = ["\u{FEFF}Value;Reason", "+14155550101;\"a; b\"", "", " +14155550102 ;", "ann@example.com;c"]
                .joined(separator: ending).replacingOccurrences(of: ";", with: delimiter)
            for size in ReadDrop.blockSizes {
                let list = try ReadList(Array(text.utf8), block: size)
                XCTAssertEqual(list.lines, [2, 4, 5])
                XCTAssertEqual(list.values, ["+14155550101", "+14155550102", "ann@example.com"])
                XCTAssertEqual(list.entries.map(\.kind), ["phone", "phone", "email"])
                XCTAssertEqual(list.entries.map(\.reason), ["a\(delimiter) b", "", "c"])
            }
        }
    }

    func testWhatIsNoListIsRefused() throws {
        let bench = try PipelineBench()
        try bench.drop("kind,reason\nphone,x\n", as: "_suppress/a.csv")
        try bench.drop("%PDF-1.7\n+14155550101\n", as: "_suppress/b.txt")
        try bench.drop("{\"nummer\":\"+14155550101\"}\n", as: "_suppress/c.jsonl")
        try bench.drop("[]", as: "_suppress/d.json")
        let reasons = try (1...4).map { try bench.refusal($0) }
        for place in [0, 2] {
            XCTAssertEqual(
                reasons[place],
                "header.unknown: the list has no column \"value\"; name the column of the numbers or addresses so")
        }
        XCTAssertTrue(reasons[1].hasPrefix("drop.unknown-format: the file is a PDF document"), reasons[1])
        XCTAssertTrue(reasons[3].hasPrefix("drop.empty: "), reasons[3])
    }

    func testAListWithAHeaderMayHaveNoEntries() throws {
        let bench = try PipelineBench()
        try bench.drop("value\n", as: "_suppress/a.csv")
        try bench.drop("action,value\n,\n\t, \n", as: "_suppress/b.csv")
        for number in 1...2 {
            let ack = try bench.acknowledgement(number)
            XCTAssertEqual(ack["status"] as? String, "accepted")
            XCTAssertEqual(ack["received"] as? Int, 0)
        }
        XCTAssertEqual(try bench.pipeline.store.listHolds(), [])
    }

    func testADamagedRecordOfAListIsToldAndTheOthersHold() throws {
        let bench = try PipelineBench()
        try bench.drop(
            "value,reason\n+14155550101,a\n" + String(repeating: "1", count: 70_000)
                + "\n+14155550103,c\n+14155550102,\"b\n+14155550104,d\n", as: "_suppress/l.csv")
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(
            ack["rejectsByCode"] as? [String: Int], ["row.too-large": 1, "row.unterminated-quote": 1])
        XCTAssertEqual(ack["accepted"] as? Int, 3)
        for number in [101, 102, 103, 104] as [UInt64] {
            let found = try bench.pipeline.store.suppressions(of: key(14_155_550_000 + number), at: bench.pipeline.now)
            XCTAssertEqual(found.count, 1, "\(number)")
        }
    }

    func testValuesThatNobodyCanHaveAreToldAndNotTakenForListed() throws {
        let bench = try PipelineBench()
        let bad = [
            "email,<ann@example.com>", "email,mailto:ann@example.com x", "email,Gus <gus@example.com>", "email,@",
            "domain,https://example.com", "domain,example.com/", "phone,+14155550101 or 02",
        ]
        let good = ["email, bob@example.com\u{A0}", "domain,nb.com\u{A0}", "id,x1\u{A0}"]
        try bench.drop("kind,value\n" + (bad + good).map { $0 + "\n" }.joined(), as: "_suppress/l.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int], ["value.invalid": bad.count])
        try bench.drop(
            "phone1,id,email\n+14155550101,x1,\n+14155550102,x2,bob@example.com\n+14155550103,x3,a@nb.com\n",
            as: "a.csv")
        XCTAssertEqual(try bench.pipeline.store.batches(ofCampaign: "default").first?.open, 0)
        try bench.drop("+14155550107,+14155550108\n", as: "_suppress/m.txt")
        XCTAssertEqual(try bench.acknowledgement(3)["rejected"] as? Int, 1, "two values on one line")
    }

    func testAnEndThatIsOverIsAMistake() throws {
        let bench = try PipelineBench()
        try bench.drop(
            header + "add,phone,+14155550101,,,,2020-03-31\nadd,phone,+14155550101,,,,1970-01-01T00:00:00Z\n"
                + "remove,phone,+14155550101,,,,2020-03-31\n", as: "_suppress/l.csv")
        XCTAssertEqual(
            try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int], ["expires.past": 1, "expires.invalid": 1])
    }

    func testAListThatIsRefusedChangesNothing() throws {
        let bench = try PipelineBench()
        try bench.drop("+14155550101\n", as: "_suppress/a.txt")
        // More than one block, so that the removal was read when the damage shows.
        let many = (0..<30_000).map { "add,+1415\(2_000_000 + $0)\n" }.joined()
        let list = "action,value\nremove,+14155550101\n" + many
        try bench.drop(try Gzip.bytes(Array(list.utf8), cut: 4), as: "_suppress/b.csv.gz")
        XCTAssertTrue((try bench.acknowledgement(2)["reason"] as? String ?? "").hasPrefix("drop.truncated"))
        XCTAssertEqual(try bench.pipeline.store.suppressions(of: key(14_155_550_101), at: bench.pipeline.now).count, 1)
    }

    // MARK: When

    func testListsAreCarriedOutInTheOrderInWhichTheyCame() throws {
        let bench = try PipelineBench()
        let filler = (0..<100).map { "add,+1415\(2_000_000 + $0)\n" }.joined()
        try bench.put("action,value\nremove,+14155550101\n" + filler, as: "_suppress/z.csv")
        try bench.put("action,value\nadd,+14155550101\n", as: "_suppress/a.csv")
        try bench.settle()
        XCTAssertEqual(try bench.acknowledgement(1)["drop"] as? String, "z.csv")
        XCTAssertEqual(try bench.pipeline.store.suppressions(of: key(14_155_550_101), at: bench.pipeline.now).count, 1)
    }

    func testAListForAChannelHoldsForWhoIsHandedOverToAny() throws {
        let bench = try PipelineBench()
        try bench.drop(
            header + "add,phone,+14155550101,,voice,,\nadd,prefix,+1415555011,,sms,,\n", as: "_suppress/l.csv")
        try bench.drop("phone1\n+14155550101\n+14155550110\n+14155550102\n", as: "a.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched().count, 1)
    }

    // MARK: Many

    func testAListThatOutgrowsTheFilterKeepsEverybodyOutAndLetsTheOthersThrough() throws {
        let bench = try PipelineBench()
        try bench.drop("+14155550101\n", as: "_suppress/a.txt")
        try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "a.csv")
        let numbers = (0..<30_000).map { "+1415\(2_000_000 + $0)" }
        try bench.drop(numbers.joined(separator: "\n"), as: "_suppress/b.txt")
        try bench.drop(
            "phone1,id\n" + numbers.enumerated().map { "\($1),\($0)\n" }.joined()
                + (0..<20_000).map { "+1415\(3_000_000 + $0),x\($0)\n" }.joined(), as: "b.csv")
        let batches = try bench.pipeline.store.batches(ofCampaign: "default")
        XCTAssertEqual(batches.map(\.open), [1, 20_000])
        XCTAssertEqual(try bench.pipeline.store.suppressionFilter().count, 30_001)
    }

    func testOfSeveralColumnsCalledValueEachCounts() throws {
        let bench = try PipelineBench()
        try bench.drop(
            "value,value,reason\n+14155550101,+14155550102,asked\n,+14155550103,asked\n", as: "_suppress/l.csv")
        try bench.drop("phone1\n+14155550101\n+14155550102\n+14155550103\n+14155550104\n", as: "default/a.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched().count, 1)
    }

    func testAnAddressIsListedHoweverItsDomainIsWritten() throws {
        let bench = try PipelineBench(
            "{campaigns: {a: {require: ['email'], strategy: 's'}}, strategies: {s: {steps: [{name: 'm', channel: 'email'}]}}}"
        )
        try bench.drop(
            header + "add,email,ann@xn--bcher-kva.example,,,,\nadd,domain,*.例子.example,,,,\n", as: "_suppress/l.csv")
        try bench.drop(
            "email\nAnn@Bücher.example\nbob@bücher.example\neva@mail.例子.example\nzoë@例え.example\n", as: "a/1.csv")
        try bench.send()
        let sent = try bench.dispatched("a")
        XCTAssertEqual(sent.count, 2, "\(sent)")
        XCTAssertTrue(sent.contains { $0.contains(",bob@bücher.example,") }, "stored as it was sent: \(sent)")
        XCTAssertTrue(sent.contains { $0.contains(",zoë@例え.example,") }, "\(sent)")
    }
}
