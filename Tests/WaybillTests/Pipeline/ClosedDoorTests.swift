import Support
import XCTest

@testable import Waybill

/// Lists, replies and receipts that say "not this person" are heard however they are written.
final class ClosedDoorTests: XCTestCase {
    private func key(_ number: UInt64) -> UInt64 { RecipientKey.phone(E164Number(digits: number)) }

    private func isHeld(_ number: UInt64, in bench: PipelineBench) throws -> Bool {
        try !bench.pipeline.store.suppressions(of: key(number), at: bench.pipeline.now).isEmpty
    }

    private func codes(_ bench: PipelineBench, _ number: Int) throws -> [String: Int] {
        try bench.acknowledgement(number)["rejectsByCode"] as? [String: Int] ?? [:]
    }

    // MARK: Numbers that a spreadsheet wrote

    func testADecimalNumberInAListIsWhoItWasAndIsTold() throws {
        let bench = try PipelineBench()
        try bench.drop(
            "value,reason\n4155550143.0,asked by phone\n14155550144.0,letter\n1.4155550145E+10,x\n4.15556E+09,y\n",
            as: "_suppress/dnc.csv")
        for number in [14_155_550_143, 14_155_550_144, 14_155_550_145] as [UInt64] {
            XCTAssertTrue(try isHeld(number, in: bench), "\(number)")
        }
        // Switzerland, and whatever the digits without the point would be.
        XCTAssertFalse(try isHeld(41_555_501_430, in: bench))
        XCTAssertFalse(try isHeld(141_555_501_440, in: bench))
        XCTAssertEqual(try codes(bench, 1), ["value.invalid": 4])
        XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "rejected")
        try bench.drop("phone\n+14155550143\n+14155550144\n", as: "contacts.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched(), [])
    }

    func testADecimalCommaOnALineIsThatNumberToo() throws {
        let bench = try PipelineBench()
        try bench.drop("4155550143,0\n+14155550144\n", as: "_suppress/dnc.txt")
        XCTAssertTrue(try isHeld(14_155_550_143, in: bench))
        XCTAssertEqual(try codes(bench, 1), ["value.invalid": 1])
    }

    func testAStopFromADecimalNumberCountsAndIsTold() throws {
        let bench = try PipelineBench()
        try bench.drop("from,to,text,at\n14155550142.0,12025550100.0,STOP,2026-11-20T14:10:00Z\n", as: "_replies/r.csv")
        XCTAssertTrue(try isHeld(14_155_550_142, in: bench))
        XCTAssertEqual(try codes(bench, 1), ["from.invalid": 1])
        try bench.drop("phone,name\n+14155550142,Ann\n", as: "contacts.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched(), [])
    }

    func testAComplaintFromADecimalNumberCountsAndIsTold() throws {
        let bench = try PipelineBench()
        try bench.drop("address,event\n4155550142.0,complained\n", as: "_receipts/r.csv")
        XCTAssertTrue(try isHeld(14_155_550_142, in: bench))
        XCTAssertEqual(try codes(bench, 1), ["address.invalid": 1])
    }

    // MARK: What is damaged

    func testADamagedEntryIsListedForAllThatItMayMean() throws {
        let bench = try PipelineBench("{campaigns: {clinic: {}}}")
        try bench.drop(
            """
            action,kind,value,campaign,channel,expires
            ad,phone,+14155550101,,,
            add,phones,+14155550102,,,
            add,phone,+14155550103,clinik,,
            add,phone,+14155550104,,smss,
            add,phone,+14155550105,,,tomorrow
            add,phone,+14155550106 or 07,,,
            add,email,+14155550107,,,

            """, as: "_suppress/l.csv")
        for number in 14_155_550_101...14_155_550_107 as ClosedRange<UInt64> {
            let found = try bench.pipeline.store.suppressions(of: key(number), at: bench.pipeline.now)
            XCTAssertEqual(found.map(\.scope), [Listing.Scope()], "\(number)")
            XCTAssertEqual(found.map(\.expires), [nil], "\(number)")
        }
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["status"] as? String, "rejected")
        XCTAssertEqual(
            ack["rejectsByCode"] as? [String: Int],
            [
                "action.unknown": 1, "kind.unknown": 1, "campaign.unknown": 1, "channel.unknown": 1,
                "expires.invalid": 1, "value.invalid": 2,
            ])
        XCTAssertEqual(try bench.pipeline.store.listHolds(), [], "each is listed")
    }

    func testADamagedRemovalRemovesNobody() throws {
        let bench = try PipelineBench("{campaigns: {clinic: {}}}")
        try bench.drop("+14155550101\n", as: "_suppress/a.txt")
        for (number, row) in [
            "remove,phones,+14155550101,,", "remove,phone,+14155550101,clinik,", "remove,phone,+14155550101,,smss",
            "remove,phone,14155550101.0,,", "remov,phone,+14155550101,,", "remove,email,+14155550101,,",
        ].enumerated() {
            try bench.drop("action,kind,value,campaign,channel\n\(row)\n", as: "_suppress/r\(number).csv")
            XCTAssertTrue(try isHeld(14_155_550_101, in: bench), row)
        }
    }

    // MARK: Forms

    func testTheFederalListHasAreaCodeAndNumberInTwoColumns() throws {
        let bench = try PipelineBench()
        try bench.drop("415,5550142\r\n415,5550143\r\n", as: "_suppress/2026-11-415.txt")
        XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted")
        XCTAssertTrue(try isHeld(14_155_550_142, in: bench))
        try bench.drop("415,5550142,D,2026-11-01\r\n415,5550144,A,2026-11-01\r\n", as: "_suppress/change.txt")
        XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "accepted")
        XCTAssertEqual(
            try [14_155_550_142, 14_155_550_143, 14_155_550_144].map { try isHeld($0, in: bench) }, [false, true, true])
    }

    func testWhatProvidersExportIsReadByItsOneColumnOfNumbersOrAddresses() throws {
        for (text, wanted) in [
            ("Phone\n317-555-4567\n", 13_175_554_567),
            ("Phone Number,Opt Out Date\n+14155550142,2026-11-01\n", 14_155_550_142),
            ("phone,reason\n+14155550142,letter\n", 14_155_550_142),
            ("DNC export 2026-11-21\nvalue,reason\n+14155550142,letter\n", 14_155_550_142),
            ("{\"number\":\"+14155550142\"}\n", 14_155_550_142), ("{\"value\":\"+14155550142\"}\n", 14_155_550_142),
            ("value|reason\n+14155550142|letter\n", 14_155_550_142),
            ("sep=;\nvalue;reason\n+14155550142;letter\n", 14_155_550_142),
            ("4155550142\r4155550143\r4155550144\r", 14_155_550_144),
            ("+14155550142;2026-11-01;letter\n", 14_155_550_142),
            ("Area Code,Number\n415,5550142\n", 14_155_550_142),
        ] as [(String, UInt64)] {
            let bench = try PipelineBench()
            try bench.drop(text, as: "_suppress/l.csv")
            XCTAssertTrue(try isHeld(wanted, in: bench), text)
            XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted", text)
        }
        // An example of a provider's, whose number nobody has: read, and told.
        let example = try PipelineBench()
        try example.drop("Phone\n317-123-4567\n", as: "_suppress/l.csv")
        XCTAssertTrue(try isHeld(13_171_234_567, in: example))
        XCTAssertEqual(try example.acknowledgement(1)["rejectsByCode"] as? [String: Int], ["value.invalid": 1])
        let bench = try PipelineBench("{campaigns: {default: {require: []}}}")
        try bench.drop("email,created\nann@example.com,1761955200\n", as: "_suppress/sendgrid.csv")
        try bench.drop("email\nann@example.com\n", as: "a.csv")
        XCTAssertEqual(try bench.pipeline.store.batches(ofCampaign: "default").first?.open, 0)
    }

    // MARK: Receipts about people whom nobody knows

    func testWhoRefusesIsLeftAloneKnownOrNot() throws {
        let bench = try PipelineBench("{campaigns: {default: {require: []}}}")
        try bench.drop(
            """
            reference,address,event,at
            ,+14155550142,unsubscribed,2026-11-20T14:00:00Z
            ,ann@example.com,complained,2026-11-20T14:00:00Z
            bcdfgh-20261101-000001-1-text-1,+14155550143,opt-out,2026-11-20T14:00:00Z
            ,+14155550144,delivered,2026-11-20T14:00:00Z
            ,+14155550145,unsubscibed,2026-11-20T14:00:00Z

            """, as: "_receipts/events.csv")
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["rejected"] as? Int, 1, "the delivery to nobody we know")
        XCTAssertEqual(ack["rejectsByCode"] as? [String: Int], ["reference.unknown": 2, "event.unknown": 1])
        try bench.drop(
            "phone,email,id\n+14155550142,,1\n,ann@example.com,2\n+14155550143,,3\n+14155550144,,4\n+14155550145,,5\n",
            as: "a.csv")
        try bench.send()
        let sent = try bench.dispatched()
        XCTAssertTrue(sent.count == 1 && sent[0].contains("+14155550144"), "\(sent)")
    }

    func testWhatProvidersExportOfRefusalsIsHeardAndHoldsNothing() throws {
        let bench = try PipelineBench("{campaigns: {default: {require: []}}}")
        for (number, (name, text)) in [
            ("_receipts/sendgrid.csv", "email,event,timestamp\nann@example.com,unsubscribe,1795100000\n"),
            ("_receipts/sendgrid.json", #"[{"email":"bob@example.com","event":"spamreport","timestamp":1795100000}]"#),
            ("_receipts/dialler.csv", "Phone,Disposition\n+14155550143,DNC\n"),
            ("_receipts/mail.csv", "recipient,status\ncarl@example.com,Unsubscribed\n"),
            ("_replies/twilio.csv", "From,To,Body,SentDate\n+14155550144,+14155550100,Stop,2020-01-01\n"),
        ].enumerated() {
            try bench.drop(text, as: name)
            XCTAssertEqual(try bench.acknowledgement(number + 1)["status"] as? String, "accepted", name)
        }
        XCTAssertEqual(try bench.pipeline.store.listHolds(), [])
        try bench.drop(
            "phone,email,id\n,ann@example.com,1\n,bob@example.com,2\n+14155550143,,3\n,carl@example.com,4\n+14155550144,,5\n"
                + "+14155550145,,6\n", as: "a.csv")
        try bench.send()
        let sent = try bench.dispatched()
        XCTAssertTrue(sent.count == 1 && sent[0].contains("+14155550145"), "\(sent)")
    }

    func testAStopInADamagedRowIsHeardInEveryEncoding() throws {
        let text = Array("from,text\r\n\"+14155550142\"x,STOP\r\n+14155550143,Hello\r\n".utf8)
        let little: [UInt8] = [0xFF, 0xFE] + text.flatMap { byte -> [UInt8] in [byte, 0] }
        let big: [UInt8] = [0xFE, 0xFF] + text.flatMap { byte -> [UInt8] in [0, byte] }
        for bytes in [text, little, big] {
            let bench = try PipelineBench()
            try bench.drop(bytes, as: "_replies/r.csv")
            XCTAssertTrue(try isHeld(14_155_550_142, in: bench))
            XCTAssertFalse(try isHeld(14_155_550_143, in: bench))
        }
    }

    func testARefusalAfterTheContactWasErasedStillCounts() throws {
        let bench = try PipelineBench("{keepDays: {contacts: 0, reports: 0, notices: 0}}")
        try bench.drop("phone\n+14155550142\n", as: "a.csv")
        try bench.send()
        try bench.restart(at: "2026-12-20T15:00:00Z")
        try bench.drop("address,event\n+14155550142,complained\n", as: "_receipts/late.csv")
        XCTAssertTrue(try isHeld(14_155_550_142, in: bench))
    }

    func testAReferenceThatNeverWentOutIsUnknown() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: "s"}},
             strategies: {s: {steps: [
               {name: "text", channel: "sms", to: "phone1", expires: "24h", on: {failed: "call"}},
               {name: "call", channel: "voice", to: "phone1"}]}}}
            """)
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        let reference = "bcdfgh-20261120-000001-1-text-1"
        try bench.drop("reference,event\n\(reference),delivered\n", as: "_receipts/early.csv")
        XCTAssertEqual(try codes(bench, 2), ["reference.unknown": 1])
        try bench.send()
        for (place, wrong) in [
            "bcdfgh-20261120-000001-1-text-2", "bcdfgh-20261120-000001-1-call-1", "bcdfgh-20261120-000001-2-text-1",
        ].enumerated() {
            try bench.drop("reference,event\n\(wrong),failed\n", as: "_receipts/w\(place).csv")
            XCTAssertEqual(try codes(bench, 3 + place), ["reference.unknown": 1], wrong)
        }
        try bench.drop("reference,event\n\(reference),failed\n", as: "_receipts/r.csv")
        XCTAssertEqual(try codes(bench, 6), [:])
        // It waits for the call now; what the text came to is known all the same.
        try bench.drop("reference,event,detail\n\(reference),bounced,later\n", as: "_receipts/l.csv")
        XCTAssertEqual(try codes(bench, 7), [:])
        XCTAssertEqual(try codes(bench, 2), ["reference.unknown": 1])
    }

    // MARK: By their own time

    func testAnOlderStartNeverLiftsANewerStop() throws {
        let stop = "+14155550101,STOP,2026-11-20T12:00:00Z"
        let older = "+14155550101,START,2026-11-20T11:00:00Z"
        let earlierStop = "+14155550101,STOP,2026-11-20T10:00:00Z"
        for rows in [[stop, older], [older, stop], [earlierStop, stop, older], [stop, earlierStop, older]] {
            let bench = try PipelineBench()
            for (place, row) in rows.enumerated() {
                try bench.drop("from,text,at\n\(row)\n", as: "_replies/\(place).csv")
            }
            XCTAssertTrue(try isHeld(14_155_550_101, in: bench), "\(rows)")
            let together = try PipelineBench()
            try together.drop("from,text,at\n" + rows.map { $0 + "\n" }.joined(), as: "_replies/r.csv")
            XCTAssertTrue(try isHeld(14_155_550_101, in: together), "\(rows)")
        }
        let bench = try PipelineBench()
        try bench.drop("from,text,at\n\(stop)\n+14155550101,START,2026-11-20T13:00:00Z\n", as: "_replies/r.csv")
        XCTAssertFalse(try isHeld(14_155_550_101, in: bench))
    }

    func testAStopIsNeverADuplicate() throws {
        let bench = try PipelineBench()
        let stop = "from,text\n+14155550101,STOP\n"
        try bench.drop(stop, as: "_replies/1.csv")
        try bench.drop("from,text\n+14155550101,START\n", as: "_replies/2.csv")
        XCTAssertFalse(try isHeld(14_155_550_101, in: bench))
        try bench.drop(stop, as: "_replies/3.csv")
        XCTAssertTrue(try isHeld(14_155_550_101, in: bench))
        // A start that lay there twice lifts nothing that was said since.
        try bench.drop("from,text\n+14155550101,START\n", as: "_replies/4.csv")
        XCTAssertTrue(try isHeld(14_155_550_101, in: bench))
    }

    // MARK: Holding

    func testAListThatIsRefusedHoldsAllCampaignsUntilItIsSettled() throws {
        let header = "phone1,id\n"
        for way in ["accept", "withdraw", "correct"] {
            let bench = try PipelineBench("{campaigns: {clinic: {}}}", standing: true)
            try bench.drop("%PDF-1.7\n+14155550101\n", as: "_suppress/dnc.txt")
            try bench.drop(header + "+14155550101,a\n+14155550102,b\n", as: "clinic/a.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched("clinic"), [], way)
            let held = try WorkspaceStatus(
                store: bench.pipeline.store, configuration: bench.configuration, now: bench.pipeline.now
            ).campaigns.flatMap(\.held)
            XCTAssertEqual(held.map(\.kind), [.list])
            XCTAssertTrue(held[0].reason.contains("dnc.txt (batch 20261120-000001) was refused"), held[0].reason)
            XCTAssertEqual(bench.logged.with("list.holds").count, 1)
            try bench.restart(at: "2026-11-20T15:10:00Z")
            try bench.send()
            XCTAssertEqual(try bench.dispatched("clinic"), [], "it lasts: \(way)")
            if way == "correct" {
                try bench.drop("+14155550101\n", as: "_suppress/dnc.20261120-000001.txt")
            } else {
                try bench.drop(
                    "{\"command\": \"\(way)\", \"batch\": \"20261120-000001\"}", as: "_control/c.json")
            }
            try bench.advance(seconds: 61)
            try bench.send()
            XCTAssertEqual(try bench.dispatched("clinic").count, way == "correct" ? 1 : 2, way)
        }
    }

    func testAListOfWhichTooMuchIsLostHoldsWhomItConcerns() throws {
        func holds(_ lost: Int, of all: Int, campaign: String = "", _ tolerance: String = "") throws -> [[String]] {
            let bench = try PipelineBench("{campaigns: {clinic: {}} \(tolerance)}")
            let rows = (0..<all).map { $0 < lost ? "nobody \($0),\(campaign)\n" : "+1415\(2_000_000 + $0),\n" }
            try bench.drop("value,campaign\n" + rows.joined(), as: "_suppress/l.csv")
            return try bench.pipeline.store.listHolds().map(\.campaigns)
        }
        XCTAssertEqual(try holds(5, of: 20), [])
        XCTAssertEqual(try holds(6, of: 20), [[]])
        XCTAssertEqual(try holds(10, of: 1_000), [])
        XCTAssertEqual(try holds(11, of: 1_000), [[]])
        XCTAssertEqual(try holds(11, of: 1_000, campaign: "clinic"), [["clinic"]])
        XCTAssertEqual(try holds(1, of: 20, ", lists: {tolerance: 0}"), [[]])
        XCTAssertEqual(try holds(2, of: 2), [[]])
    }

    // MARK: The doors agree

    /// Numbers as people and programs write them.
    private func writings(_ random: inout SeededGenerator) -> [String] {
        (0..<60).flatMap { _ -> [String] in
            let area = ["212", "415", "303"].randomElement(using: &random)!
            let line = String(Int.random(in: 2_000_000...9_999_999, using: &random))
            let digits = area + line
            let german = "151" + String(Int.random(in: 10_000_000...99_999_999, using: &random))
            return [
                "+1\(digits)", digits, "1\(digits)", "(\(area)) \(line.prefix(3))-\(line.suffix(4))", "\(digits).0",
                "001\(digits)", "+49\(german)", "49\(german)", "0\(german)", "+49 \(german)", "49\(german).0",
                "+1\(digits)/\(line.suffix(4))", "+1\(digits) ext 3", "tel:+1\(digits)", digits.prefix(6) + "",
            ]
        }
    }

    func testWhoeverAContactFileNamesIsFoundInEveryOtherDoorUnderTheSameWriting() throws {
        var random = SeededGenerator(seed: 18)
        let texts = writings(&random)
        var contacts: [String: UInt64] = [:]
        for region in ["US", "DE"] {
            let judge = NumberJudge(rule: Campaign.NumberRule(), defaultRegion: region)
            var configuration = Configuration()
            configuration.region = region
            let rules = ListingRules(configuration, at: Timestamp(milliseconds: 1_795_255_200_000))
            for text in texts {
                let list = rules.read(ListEntry(Array(text.utf8)[...]))
                let others = AddressReading.read(
                    Array(text.utf8), AddressRules(regions: [region], takesAnyDigits: false))
                XCTAssertEqual(list.listings.map(\.key), others.readings.map(\.key), text)
                XCTAssertEqual(list.isLost, others.readings.allSatisfy(\.isNobodys), text)
                guard case .valid(let number, _) = judge.judge(Array(text.utf8).span, region: nil) else { continue }
                contacts[text] = number.digits
                XCTAssertTrue(list.listings.contains { $0.key == RecipientKey.phone(number) }, "\(region) \(text)")
            }
        }
        XCTAssertGreaterThan(contacts.count, 300)
    }

    func testTheSameTableThroughAnyDoorKeepsEverybodyOut() throws {
        var random = SeededGenerator(seed: 19)
        let texts = writings(&random).filter { !$0.contains(",") }
        let contacts = "phone1,id\n" + texts.enumerated().map { "\($1),\($0)\n" }.joined()
        let doors = [
            ("_suppress/l.csv", "value,reason\n" + texts.map { "\($0),x\n" }.joined()),
            ("_replies/r.csv", "from,text\n" + texts.map { "\($0),STOP\n" }.joined()),
            ("_receipts/r.csv", "address,event\n" + texts.map { "\($0),complained\n" }.joined()),
            ("_receipts/p.csv", "Price,To,Status\n" + texts.map { "1,\($0),Unsubscribed\n" }.joined()),
            (
                "_receipts/p.json",
                "[" + texts.map { "{\"recipient\":\"\($0)\",\"event\":\"DNC\"}" }.joined(separator: ",") + "]"
            ),
            ("_replies/p.csv", "Sender,Message Body\n" + texts.map { "\($0),\"Stop, please\"\n" }.joined()),
            // In rows that cannot be read.
            ("_replies/d.csv", "from,text\n" + texts.map { "\"\($0)\"x,STOP\n" }.joined()),
        ]
        let open = try PipelineBench()
        try open.drop(contacts, as: "a.csv")
        XCTAssertGreaterThan(try XCTUnwrap(open.pipeline.store.batches(ofCampaign: "default").first).open, 100)
        for (name, text) in doors {
            let bench = try PipelineBench()
            try bench.drop(text, as: name)
            // Entries that name nobody are many here.
            try bench.drop("{\"command\": \"accept\", \"batch\": \"20261120-000001\"}", as: "_control/c.json")
            try bench.drop(contacts, as: "a.csv")
            XCTAssertEqual(try bench.pipeline.store.batches(ofCampaign: "default").first?.open, 0, name)
        }
    }
}
