import XCTest

@testable import Waybill

/// Why parcels wait: kept in a row by kind and particulars, and told in words.
final class HoldReasonTests: XCTestCase {
    private static let moment = LocalMoment(Timestamp(milliseconds: 1_795_255_200_000), offset: -21_600)
    private static let place = HoldReason.Place(zone: "America/Chicago", zones: 2)

    private static func cap(_ change: (inout Policy.Cap) -> Void = { _ in }) -> HoldReason {
        var cap = Policy.Cap(limit: 2, within: .rolling(.hours(168)))
        change(&cap)
        return .cap(cap)
    }

    /// Each case, and each shape of its particulars.
    private static let all: [HoldReason] = [
        .due,
        .hours(
            .init(channel: "sms", weekday: 5, spans: [480..<720, 840..<1_260], rules: ["US-FL", "US"], place: place),
            until: moment),
        .hours(.init(channel: "voice", weekday: 0, spans: [], rules: [], place: place), until: nil),
        .holiday(.init(list: "*", day: CalendarDay("2026-12-25")!, place: place), until: moment),
        .holiday(.init(list: "US", day: CalendarDay("2026-12-25")!, place: place), until: nil),
        .blackout(until: moment), .unknownZone, .zonesNeverMeet(count: 4, first: "Asia/Tokyo", last: "Europe/London"),
        .noWindow(channel: "fax"), .noHours(channel: "sms", rules: ["US-FL"]), .neverOpen, .policyStarts(moment),
        .policyEnded(moment), .callback(moment), .notBefore(moment), .expired(moment), cap(), cap { $0.limit = 0 },
        cap {
            $0.channels = ["sms", "voice"]
            $0.by = .column("household id")
            ($0.within, $0.over, $0.counts, $0.then) = (.day, .campaign, .responses, .drop)
        },
        cap { $0.law = Policy.Law(name: "US-FL: three calls, a day") },
        cap { ($0.counts, $0.law) = (.refusals, Policy.Law(name: "FR: sixty days")) },
        .consent(rule: "FR: no call without consent"), .consent(rule: "the policy", lack: .expired),
        .rate(RateLimit(most: 50, span: .second, holder: .policy("consumer"))),
        .rate(RateLimit(most: 5, span: .hour, holder: .campaign("a, b"))),
        .rate(RateLimit(most: 5, span: .day, holder: .transport("x"))),
        .rate(RateLimit(most: 5, span: .hour, holder: .account(""))), .noCampaign("gone"),
        .noTransport("fax", channel: .voice), .unsettled("the folder is not there"),
        .damaged("the contacts of parcel 1"),
        .template(name: "reminder", problem: "templates/reminder.txt: open: No such file or directory"),
        .account(name: "x", problem: "disk I/O error"), .transport(name: "folder", problem: "mkdir: Permission denied"),
        .program(rule: 1, label: "command ./keep", fault: ""),
        .program(rule: 1, label: "command ./keep", fault: "ended with exit status 3"),
        .list(drop: "dnc.csv", batch: "20261120-000001", problem: "was refused: drop.empty: no records"),
        .noStep("call", campaign: "a"), .stopped(campaign: "a", outcome: "failed", count: 7, of: 30),
        .stopped(campaign: "a", outcome: "text", count: 12, of: 12, code: "400"),
        .budget(campaign: "a", segments: 1_000, per: .day),
        .abandonment(
            .init(
                rule: "US: abandoned calls", abandoned: 5, answered: 120, limit: "3 % within 30d",
                until: CalendarDay("2026-12-20")!)),
        .approval(batch: "20261120-000001", reason: "4 contacts, and more than 3"),
        .pace(.capacity, until: moment), .pace(.ramp(500), until: moment), .pace(.spread, until: moment),
        .unread(place: "inbox/_suppress/a.csv", problem: "it has no bytes"), .legacy(.hours, "outside sms hours"),
        .legacy(.other, "words of old"),
    ]

    func testARowGivesBackWhatWasKept() {
        for reason in Self.all {
            XCTAssertEqual(try HoldReason(kind: reason.kind.rawValue, stored: reason.stored), reason)
        }
        XCTAssertEqual(Set(Self.all.map(\.kind)).count, HoldReason.Kind.allCases.count)
    }

    func testParticularsThatCannotBeReadAreWordsOfTheirKind() {
        for reason in Self.all where !reason.stored.isEmpty {
            let cut = String(reason.stored.dropLast(reason.stored.count / 2))
            for kind in HoldReason.Kind.allCases {
                XCTAssertEqual(try HoldReason(kind: kind.rawValue, stored: reason.stored).kind, kind)
                XCTAssertEqual(try HoldReason(kind: kind.rawValue, stored: cut).kind, kind)
            }
        }
        XCTAssertThrowsError(try HoldReason(kind: 9_999, stored: "later")) {
            XCTAssertTrue("\($0)".contains("the unknown kind 9999"), "\($0)")
        }
    }

    func testNoTwoReasonsOrKindsHaveTheSameWords() {
        XCTAssertEqual(Set(Self.all.map(\.words)).count, Self.all.count)
        let kinds = HoldReason.Kind.allCases
        XCTAssertEqual(Set(kinds.map(\.words)).count, kinds.count)
        XCTAssertEqual(Set(kinds.map(\.label)).count, kinds.count)
    }

    func testAContactsReasonGivesBackWhatWasKept() {
        let reasons: [StandingReason] =
            Self.all.map { .hold($0) } + Self.all.map { .tooLate(first: Self.cap(), then: $0) } + [
                .words(""), .words("said stop"), .sampledOut(rule: 0, label: "percent 20 by id", answer: ""),
                .sampledOut(rule: 1, label: "command ./keep", answer: "no: consent"),
            ]
        for reason in reasons {
            XCTAssertEqual(StandingReason(stored: reason.stored), reason)
            XCTAssertFalse(reason.words.contains { $0 < " " }, reason.words)
        }
    }

    func testWordsFromOutsideAreNeverTakenForParticulars() {
        let forged = StandingReason.sampledOut(rule: 0, label: "percent 20 by id", answer: "").stored
        guard case .words = StandingReason(stored: StandingReason.words(forged).stored) else {
            return XCTFail("a provider's words became a sampling rule")
        }
    }
}
