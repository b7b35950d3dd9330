import SystemIO
import XCTest

@testable import Waybill

/// Consent as a condition: what people agree to and take back, from wherever it comes, and what leaves.
final class ConsentLedgerTests: XCTestCase {
    private static let asking = """
        {campaigns: {a: {policy: "p", purpose: "marketing", strategy: "s", transports: {sms: "folder"}},
                     b: {purpose: "marketing"}, c: {purpose: "service"}},
         policies: {p: {require: "consent"}},
         strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1"}]}}}
        """

    private func bench(_ configuration: String = asking, at start: String = "2026-11-20T15:00:00Z") throws
        -> PipelineBench
    {
        try PipelineBench(configuration, at: start, standing: true)
    }

    private func left(_ bench: PipelineBench, _ campaign: String = "a") throws -> [UInt32] {
        try bench.send()
        return try bench.pipeline.store.batches(ofCampaign: campaign).flatMap { batch in
            try bench.pipeline.store.parcels(ofBatch: batch.id).filter { $0.leftAt.milliseconds > 0 }
                .flatMap(\.contacts).filter { $0.fate == .travels }.map(\.record)
        }.sorted()
    }

    private func reasons(_ bench: PipelineBench) throws -> [HoldReason] {
        try bench.pipeline.store.batches(ofCampaign: "a").flatMap {
            try bench.pipeline.store.parcels(ofBatch: $0.id).filter { $0.status == .waiting }.map(\.reason)
        }
    }

    private static let people = "phone1\n" + (1...6).map { "+1415555010\($0)\n" }.joined()

    func testWhoseConsentComesLeavesAtOnceAndTheOthersWaitWithTheReason() throws {
        let bench = try bench()
        try bench.drop(Self.people, as: "a/1.csv")
        XCTAssertEqual(try left(bench), [])
        XCTAssertEqual(try reasons(bench), [.consent(rule: "the policy")])
        try bench.drop(
            """
            value,channel,purpose,action,at,proof,expires,by
            +14155550101,sms,marketing,grant,2026-11-01T10:00:00Z,web form 7,,shop
            (415) 555-0102,,,grant,2026-11-01,paper,2026-11-30,shop
            +14155550103,voice,marketing,grant,2026-11-01,,,
            +14155550104,sms,service,grant,2026-11-01,,,
            +14155550105,,,grant,2026-11-01,,2026-11-19,
            +14155550106,,,grant,2026-12-01,,,

            """, as: "_consent/1.csv")
        XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "accepted")
        XCTAssertEqual(try left(bench), [1, 2])
        XCTAssertEqual(
            Set(try reasons(bench)),
            [
                .consent(rule: "the policy"), .consent(rule: "the policy", lack: .expired),
                .consent(rule: "the policy", lack: .future),
            ])
        // The one that was to come begins by itself.
        try bench.set(Timestamp(iso8601: Array("2026-12-01T00:00:00Z".utf8)[...])!)
        XCTAssertEqual(try left(bench), [1, 2, 6])
    }

    private func waiting(_ bench: PipelineBench) throws -> [ParcelID: [UInt32]] {
        let store = bench.pipeline.store
        return try store.batches(ofCampaign: "a").flatMap { try store.parcels(ofBatch: $0.id) }
            .filter { $0.status == .waiting }
            .reduce(into: [:]) { $0[$1.id] = $1.contacts.map(\.record) }
    }

    func testAConsentTouchesThoseOnlyWhomItConcerns() throws {
        let bench = try bench()
        try bench.drop(Self.people, as: "a/1.csv")
        XCTAssertEqual(try left(bench), [])
        let before = try waiting(bench)
        XCTAssertEqual(Array(before.values), [[1, 2, 3, 4, 5, 6]])
        try bench.drop(
            "value,action,at\n+14155550102,grant,2026-11-01\n+14155550199,grant,2026-11-01\n", as: "_consent/1.csv")
        XCTAssertEqual(try waiting(bench)[before.keys.first!], [1, 3, 4, 5, 6])
        XCTAssertEqual(try waiting(bench).count, 2)
        XCTAssertEqual(try left(bench), [2])
        XCTAssertEqual(try waiting(bench), [before.keys.first!: [1, 3, 4, 5, 6]])
        // What nobody waits for changes nothing.
        try bench.drop("value,action,at\n+14155550199,revoke,2026-11-02\n", as: "_consent/2.csv")
        XCTAssertEqual(try left(bench), [2])
        let rest = [1, 3, 4, 5, 6].map { "+1415555010\($0),grant,2026-11-01\n" }.joined()
        try bench.drop("value,action,at\n" + rest, as: "_consent/3.csv")
        XCTAssertEqual(try left(bench), [1, 2, 3, 4, 5, 6])
        XCTAssertEqual(try waiting(bench), [:])
    }

    func testAConsentIsFoundUnderWhateverTheMessageGoesTo() throws {
        func steps(_ channel: String, _ to: String) -> String {
            Self.asking.replacing(
                "channel: \"sms\", to: \"phone1\"", with: "channel: \"\(channel)\", to: \"\(to)\"")
        }
        let people =
            "id,phone1,phone2,email\nann,+14155550101,+14155550111,ann@example.com\n"
            + "bob,+14155550102,,bob@example.com\n"
        for (channel, to, grants, expected) in [
            ("sms", "phone1", ["+14155550101"], [1 as UInt32]), ("sms", "phone2", ["+14155550111"], [1]),
            ("sms", "phone2", ["+14155550102"], [2]), ("sms", "phone2", ["+14155550101"], []),
            ("email", "email", ["bob@example.com"], [2]), ("sms", "phone1", ["id:bob"], [2]),
            ("sms", "phone1", ["+14155550101", "id:bob"], [1, 2]),
        ] {
            let bench = try bench(steps(channel, to).replacing("transports: {sms:", with: "transports: {\(channel):"))
            try bench.drop(people, as: "a/1.csv")
            XCTAssertEqual(try left(bench), [])
            let rows = grants.map { value in
                value.hasPrefix("id:") ? "\(value.dropFirst(3)),id" : "\(value),"
            }
            try bench.drop(
                "value,kind,action,at\n" + rows.map { $0 + ",grant,2026-11-01\n" }.joined(), as: "_consent/1.csv")
            XCTAssertEqual(try left(bench), expected, "\(to) \(grants)")
        }
    }

    func testMoreConsentsThanAreKeptInMindLookAtAllWhoWait() throws {
        var granted = GrantedConsents()
        let entries = (0...GrantedConsents.most).map {
            ConsentEntry(.grant, key: UInt64($0) + 1, kind: .phone, at: .init(milliseconds: 0))
        }
        granted.note(Array(entries.dropLast()))
        XCTAssertFalse(granted.areMore)
        granted.note(entries)
        XCTAssertTrue(granted.areMore)
        XCTAssertEqual(granted.keys, [])
        let bench = try bench()
        try bench.drop(Self.people, as: "a/1.csv")
        try bench.drop("value,action,at\n+14155550102,grant,2026-11-01\n", as: "_consent/1.csv")
        let first = try waiting(bench)
        try bench.pipeline.store.transiently { try granted.release(bench.pipeline.context) }
        XCTAssertEqual(try left(bench), [2])
        XCTAssertTrue(Set(first.keys).isDisjoint(with: try waiting(bench).keys), "all were looked at")
    }

    func testWhatWasTrueWhenAMessageLeftIsToldWithIt() throws {
        let bench = try bench()
        try bench.drop(
            "value,action,at,proof\n+14155550109,grant,2026-11-01,\n+14155550101,grant,2026-11-02T10:00:00Z,form 7\n",
            as: "_consent/1.csv")
        try bench.drop("phone1,consent,consentat\n+14155550101,,\n+14155550102,yes,2026-11-03\n", as: "a/1.csv")
        XCTAssertEqual(try left(bench), [1, 2])
        try bench.drop("value,action,at\n+14155550101,revoke,2026-11-20T15:00:00Z\n", as: "_consent/2.csv")
        let store = bench.pipeline.store
        let batch = try XCTUnwrap(store.batches(ofCampaign: "a").first).id
        func explained(_ record: UInt32) throws -> String {
            try XCTUnwrap(
                Explanation.of(
                    record: record, batch: batch, store: store, configuration: bench.configuration,
                    at: bench.pipeline.now)
            ).text
        }
        let (first, second) = (try explained(1), try explained(2))
        XCTAssertTrue(
            first.contains("since the consent given 2026-11-02T10:00:00+00:00 (batch 20261120-000001 record 2)"), first)
        XCTAssertTrue(
            second.contains("since the consent given 2026-11-02T10:00:00+00:00 (batch \(batch) record 2)"), second)
        // Nothing is kept for messages that no rule asks about.
        try bench.drop("phone1\n+14155550103\n", as: "c/1.csv")
        XCTAssertEqual(try left(bench, "c"), [1])
        var kinds: [String] = []
        try store.forEachAudited(after: 0) { kinds.append($0.kind) }
        XCTAssertEqual(kinds.filter { $0 == "consent-relied" }.count, 1)
        XCTAssertEqual(kinds.filter { $0 == "consent-column" }.count, 1)
        XCTAssertEqual(try AuditChain.problems(of: store, sealedAs: store.auditSeal()), [])
    }

    func testADamagedGrantGrantsNothingAndADamagedRevocationTakesAllBackThatItMayMean() throws {
        let bench = try bench()
        let numbers = (10...29).map { "+141555502\($0)" }
        try bench.drop(
            "value,action,at\n" + numbers.map { "\($0),grant,2026-11-01\n" }.joined(), as: "_consent/all.csv")
        try bench.drop(
            """
            value,channel,purpose,action,at,expires
            +14155550210,fax,,revoke,2026-11-02,
            +14155550211,,bingo,revoke,2026-11-02,
            +14155550212,,,revoke,some day,
            +14155550213,,,rewoke,2026-11-02,
            tel +14155550214 or mail,,,revoke,2026-11-02,
            "+14155550215,,,revoke,2026-11-02
            +14155550216,voice,,revoke,2026-11-02,
            +14155550217,,service,revoke,2026-11-02,
            +14155550301,fax,,grant,2026-11-02,
            +14155550302,,bingo,grant,2026-11-02,
            +14155550303,,,grant,,
            +14155550304,,,grant,soon,
            +14155550305,,,grant,2026-11-02,never
            +1415555030,,,grant,2026-11-02,
            +14155550306,,,grant,2026-11-02,2026-11-01

            """, as: "_consent/some.csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["rejected"] as? Int, 13, "\(ack)")
        let people = (numbers + (1...6).map { "+1415555030\($0)" }).map { $0 + "\n" }.joined()
        try bench.drop("phone1\n" + people, as: "a/1.csv")
        XCTAssertEqual(try left(bench), Array(7...20))
        let codes = try XCTUnwrap(ack["rejectsByCode"] as? [String: Int])
        XCTAssertEqual(codes["at.missing"], 1)
        XCTAssertEqual(codes["purpose.unknown"], 2)
        XCTAssertEqual(codes["channel.unknown"], 2)
        XCTAssertEqual(codes["action.unknown"], 1)
        XCTAssertEqual(codes["expires.past"], 1)
    }

    /// Its end, or its channel, would stand where nobody looks for it.
    func testAGrantWhoseRowLostOrWonADelimiterGrantsNothing() throws {
        let bench = try bench()
        try bench.drop(
            """
            value,action,at,channel,expires,proof
            +14155550101,grant,2026-11-01
            +14155550102,grant,2026-11-01,sms,,2026-11-10,web
            +14155550103,grant,2026-11-01,sms,2027-01-01
            +14155550104,grant,2026-11-01,sms,2027-01-01,web,
            +14155550105,grant,2026-11-01,sms,2027-01-01,web
            +14155550105,revoke,2026-11-02,voice

            """, as: "_consent/1.csv")
        XCTAssertEqual(
            try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int],
            ["row.too-few-fields": 3, "row.too-many-fields": 1])
        try bench.drop(Self.people, as: "a/1.csv")
        XCTAssertEqual(try left(bench), [4], "and one that takes back does so for all")
        // Objects have the keys that they have.
        try bench.drop(
            "[{\"value\": \"+14155550101\", \"action\": \"grant\", \"at\": \"2026-11-01\"}]", as: "_consent/2.json")
        XCTAssertEqual(try left(bench), [1, 4])
    }

    /// A number that is two numbers is nobody's consent, and everybody's revocation.
    func testAValueWithTwoReadingsGivesNobodysConsentAndTakesBothBack() throws {
        let bench = try bench()
        try bench.drop("value,action,at\n491711234578,grant,2026-11-01\n", as: "_consent/1.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["rejected"] as? Int, 1)
        let store = bench.pipeline.store
        XCTAssertFalse(try store.hasConsents())
        try bench.drop("value,action,at\n6582345678,revoke,2026-11-01\n", as: "_consent/2.csv")
        for number: UInt64 in [16_582_345_678, 6_582_345_678] {
            let key = RecipientKey.phone(E164Number(digits: number))
            XCTAssertEqual(try store.suppressions(of: key, at: bench.pipeline.now).count, 1, "\(number)")
        }
    }

    func testWhatIsTakenBackCountsByItsOwnTimeWhateverComesFirst() throws {
        for order in [["1", "2"], ["2", "1"]] {
            let bench = try bench()
            let files = [
                "1":
                    "value,action,at\n+14155550101,grant,2026-11-02T10:00:00Z\n+14155550102,grant,2026-11-02T10:00:00Z\n",
                "2":
                    "value,action,at\n+14155550101,revoke,2026-11-02T10:00:00Z\n+14155550102,revoke,2026-11-02T09:59:59Z\n",
            ]
            for name in order { try bench.drop(XCTUnwrap(files[name]), as: "_consent/\(name).csv") }
            try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "a/1.csv")
            try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "b/1.csv")
            try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "c/1.csv")
            XCTAssertEqual(try left(bench), [2])
            XCTAssertEqual(try left(bench, "b"), [2], "who takes back is left alone where nobody asks for consent, too")
            XCTAssertEqual(try left(bench, "c"), [2])
            // The same file again is no news but for what has no time.
            try bench.drop(XCTUnwrap(files["2"]), as: "_consent/again.csv")
            try bench.restart(at: "2026-11-21T15:00:00Z")
            try bench.drop("phone1\n+14155550102\n", as: "a/2.csv")
            XCTAssertEqual(try left(bench), [1, 2])
            try bench.drop("value,action\n+14155550102,revoke\n", as: "_consent/now.csv")
            try bench.drop("phone1,id\n+14155550102,3\n", as: "a/3.csv")
            XCTAssertEqual(try left(bench), [1, 2])
        }
    }

    func testAPurposeThatIsTakenBackLeavesTheOthers() throws {
        let bench = try bench()
        try bench.drop("value,action,purpose,at\n+14155550101,revoke,marketing,2026-11-02\n", as: "_consent/1.csv")
        for campaign in ["b", "c"] { try bench.drop("phone1\n+14155550101\n", as: "\(campaign)/1.csv") }
        XCTAssertEqual(try left(bench, "b"), [])
        XCTAssertEqual(try left(bench, "c"), [1])
        let batch = try XCTUnwrap(bench.pipeline.store.batches(ofCampaign: "b").first).id
        XCTAssertEqual(try bench.pipeline.store.states(of: batch), [.suppressed: 1])
    }

    /// The contact's own column is one word among the others.
    func testAConsentColumnSpeaksForItsContactUntilItIsTakenBack() throws {
        let bench = try bench()
        try bench.drop(
            "value,action,at\n+14155550101,revoke,2026-11-02T10:00:00Z\n+14155550102,revoke,2026-11-02T10:00:00Z\n",
            as: "_consent/1.csv")
        try bench.drop(
            "phone1,consent,consentat\n+14155550101,yes,\n+14155550102,yes,2026-11-05\n+14155550103,yes,\n+14155550104,,\n",
            as: "a/1.csv")
        // Who took it back and whose yes has no date stays suppressed; a later yes of the sender's does not lift that.
        XCTAssertEqual(try left(bench), [3])
        try bench.drop("phone1,id\n+14155550103,2\n", as: "a/2.csv")
        XCTAssertEqual(try left(bench), [3], "another contact of the same person has to say so itself")
    }

    func testStopTakesAllBackAndStartAgreesToWhatItAnswers() throws {
        let bench = try bench()
        try bench.drop(
            "value,action,at\n+14155550101,grant,2026-11-01\n+14155550102,grant,2026-11-01\n", as: "_consent/1.csv")
        try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "a/1.csv")
        XCTAssertEqual(try left(bench), [1, 2])
        try bench.advance(seconds: 60)
        try bench.drop("from,text\n+14155550101,STOP\n", as: "_replies/1.csv")
        try bench.advance(seconds: 60)
        try bench.drop("phone1,id\n+14155550101,2\n", as: "a/2.csv")
        XCTAssertEqual(try left(bench), [1, 2])
        try bench.drop("from,text\n+14155550101,START\n", as: "_replies/2.csv")
        try bench.advance(seconds: 60)
        try bench.drop("phone1,id\n+14155550101,3\n+14155550102,3\n", as: "a/3.csv")
        XCTAssertEqual(try left(bench), [1, 1, 2, 2], "START agrees to texts for marketing")
        let key = RecipientKey.phone(E164Number(digits: 14_155_550_101))
        var said: [String] = []
        try bench.pipeline.store.forEachConsent { found in
            if found.entry.key == key { said.append(found.entry.action.label + " " + found.entry.proof) }
        }
        XCTAssertEqual(said, ["grant ", "revoke reply", "grant START", "start reply"])
    }

    func testAFileThatCannotBeReadHoldsAllUntilItComesAgain() throws {
        let bench = try bench()
        try bench.drop("phone1\n+14155550101\n", as: "c/1.csv")
        try bench.drop("who,what\n+14155550101,revoke\n", as: "_consent/1.csv")
        XCTAssertEqual(try left(bench, "c"), [])
        XCTAssertEqual(
            try bench.refusal(2),
            "header.unknown: The consents have no column \"value\"; name it in the first line, as in "
                + "value,channel,purpose,action,at,proof.")
        try bench.drop("value,action\n+14155550101,revoke\n", as: "_consent/1.20261120-000002.csv")
        try bench.advance(seconds: 61)
        XCTAssertEqual(try left(bench, "c"), [])
        let batch = try XCTUnwrap(bench.pipeline.store.batches(ofCampaign: "c").first).id
        XCTAssertEqual(try bench.pipeline.store.states(of: batch), [.suppressed: 1])
    }

    func testRevocationsOfNobodyHoldAllAndAHeaderAloneHoldsNothing() throws {
        let bench = try bench()
        try bench.drop("phone1\n+14155550101\n", as: "c/1.csv")
        try bench.drop("value,action\n", as: "_consent/none.csv")
        try bench.drop("[{\"value\": \"somebody\", \"action\": \"revoke\"}]", as: "_consent/1.json")
        XCTAssertEqual(try left(bench, "c"), [])
        XCTAssertEqual(try bench.pipeline.store.listHolds().map(\.drop), ["1.json"])
    }

    func testConsentsAreTakenBeforeAnythingLeaves() throws {
        let bench = try bench()
        try bench.put("phone1\n+14155550101\n", as: "c/1.csv")
        try bench.put("{\"value\": \"+14155550101\", \"action\": \"revoke\"}\n", as: "_consent/1.jsonl")
        try bench.take()
        XCTAssertEqual(try left(bench, "c"), [])
    }

    func testRequirementsAreForTheChannelsAndPurposesThatTheyName() throws {
        func sent(_ require: String, _ purpose: String, _ channel: String) throws -> Bool {
            let bench = try bench(
                """
                {campaigns: {a: {policy: "p", purpose: "\(purpose)", strategy: "s",
                                 transports: {fax: "folder", handover: "folder"}}},
                 policies: {p: {require: \(require)}},
                 strategies: {s: {steps: [{name: "go", channel: "\(channel)", to: "phone1"}]}}}
                """)
            try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
            return try left(bench) == [1]
        }
        let calls = "[{what: \"consent\", channels: [\"voice\"], purposes: [\"marketing\"]}]"
        XCTAssertFalse(try sent(calls, "marketing", "voice"))
        XCTAssertTrue(try sent(calls, "service", "voice"))
        XCTAssertTrue(try sent(calls, "marketing", "sms"))
        XCTAssertTrue(try sent(calls, "marketing", "fax"))
        XCTAssertFalse(try sent(calls, "marketing", "handover"), "whoever takes it may call")
        XCTAssertFalse(try sent("[{}]", "service", "fax"))
        XCTAssertTrue(try sent("[]", "marketing", "voice"))
    }
}
