import XCTest

@testable import Waybill

/// What the column `consent` says, word by word: who says no is never contacted, whatever the campaign requires.
final class ConsentTests: XCTestCase {
    private static let no = [
        "no", "No", " NO ", "n", "N", "false", "FALSE", "0", "0.0", "-", "--", "\u{2013}", "null", "NULL", "n/a",
        "N.A.", "none", "nil",
        "off", "never", "refused", "Declined", "denied", "rejected", "revoked", "withdrawn", "Withdrawn 2026-01-04",
        "opt-out",
        "Opted out", "OPT_OUT", "optout", "unsubscribed", "Un-subscribed", "do not contact", "don't contact",
        "no consent",
        "No, thanks", "has withdrawn", "not given", "stop", "cancelled", "expired", "\u{274C}",
        "nein", "Nein!", "falsch", "abgelehnt", "abgemeldet", "widerrufen", "Zur\u{FC}ckgezogen", "keine Einwilligung",
        "nicht erteilt",
        "non", "NON", "refus\u{E9}", "R\u{E9}voqu\u{E9}", "re\u{301}voque\u{301}", "d\u{E9}sabonn\u{E9}e",
        "retir\u{E9}",
        "falso", "rechazado", "revocado", "dado de baja", "baja", "nunca", "rifiutato", "revocato", "ritirato",
        "disiscritto",
        "n\u{E3}o", "NAO", "recusado", "revogado", "retirado", "nee", "Nee", "geweigerd", "ingetrokken", "afgemeld",
        "niet gegeven",
        "nie", "nej", "\u{43D}\u{435}\u{442}", "\u{FF2E}\u{FF2F}",
    ]

    private static let yes = [
        "yes", "Yes", " YES ", "y", "true", "TRUE", "t", "1", "1.0", "on", "ok", "given", "granted", "Agreed",
        "accepted", "confirmed",
        "opt-in", "Opted in", "double opt-in", "subscribed", "ja", "JA", "j", "erteilt", "best\u{E4}tigt", "oui",
        "accept\u{E9}",
        "s\u{ED}", "si", "S\u{CC}", "sim", "aceptado", "accettato", "akkoord", "tak", "\u{2713}",
        "2026-01-04", "2026-01-04T10:00:00+01:00", "2026-11-30T23:00",
    ]

    private static let other = [
        "maybe", "web form", "x", "2", "-1", "pending", "active", "?", "2026-12-24", "2027-01-01T00:00:00Z",
        "04.01.2026",
    ]

    private func codes(_ value: WrittenDrop.Value, _ campaign: Campaign, kind: DropKind = .csv) throws -> [String] {
        var drop = WrittenDrop(["phone1", "consent"], [["+14155550100", value]])
        drop.format = DropFormat(kind: kind, delimiter: kind.isCSV ? 0x2C : nil, hasHeader: kind.isCSV ? true : nil)
        var validator = DropValidator(
            settings: ValidationSettings(
                campaign: campaign, region: "US", format: drop.format,
                now: Timestamp(iso8601: Array("2026-11-30T12:00:00Z".utf8)[...])),
            recipients: RecipientIndex(of: campaign, spill: HeldSpill()))
        return try validator.validate(drop.chunks()[0]).rejected.flatMap(\.violations).map(\.code)
    }

    private var campaigns: [Campaign] {
        var requiring = Campaign(name: "c")
        requiring.require = ["phone1", "consent"]
        var withEvidence = requiring
        withEvidence.consentWords.other = .evidence
        return [Campaign(name: "c"), requiring, withEvidence]
    }

    func testAWordOfNoIsNeverConsentWhateverTheCampaignRequires() throws {
        for campaign in campaigns {
            for word in Self.no {
                XCTAssertEqual(try codes(WrittenDrop.Value(word), campaign), ["consent.missing"], word)
            }
        }
    }

    func testAWordOfYesOrADayThatHasComeIsConsent() throws {
        for campaign in campaigns {
            for word in Self.yes { XCTAssertEqual(try codes(WrittenDrop.Value(word), campaign), [], word) }
        }
    }

    func testAnyOtherTextIsRefusedUnlessTheCampaignTakesItForEvidence() throws {
        for campaign in campaigns.dropLast() {
            for word in Self.other {
                XCTAssertEqual(try codes(WrittenDrop.Value(word), campaign), ["consent.invalid"], word)
            }
        }
        for word in [
            "maybe", "web form", "04.01.2026", "Form 12", "sign\u{E9} le 3 mai", "Ann N. Lee, off-line",
            "forms 0 and 2",
        ] {
            XCTAssertEqual(try codes(WrittenDrop.Value(word), campaigns[2]), [], word)
        }
        XCTAssertEqual(try codes("2027-01-01", campaigns[2]), ["consent.invalid"])
    }

    func testATextWithAWordOfRefusalIsNeverEvidence() throws {
        for word in [
            "yes, but no calls", "Form no 12", "ja, aber nie abends", "web form; sms: none", "OK, mais jamais le soir",
            "\u{434}\u{430}, \u{43D}\u{43E} \u{43D}\u{435}\u{442}",
        ] {
            for campaign in campaigns {
                XCTAssertEqual(try codes(WrittenDrop.Value(word), campaign), ["consent.invalid"], word)
            }
        }
        var campaign = campaigns[2]
        campaign.consentWords.yes = ["Form no 12"]
        XCTAssertEqual(try codes("form No. 12", campaign), [])
    }

    func testAnEmptyFieldIsRefusedOnlyWhereConsentIsRequired() throws {
        XCTAssertEqual(try codes("", campaigns[0]), [])
        XCTAssertEqual(try codes(" ", campaigns[1]), ["consent.missing"])
        XCTAssertEqual(try codes("", campaigns[2]), ["consent.missing"])
    }

    func testJSONsOwnValuesSayYesAndNo() throws {
        for (text, kind, expected): (String, FieldKind, [String]) in [
            ("true", .boolean, []), ("1", .number, []), ("false", .boolean, ["consent.missing"]),
            ("0", .number, ["consent.missing"]), ("", .absent, ["consent.missing"]),
            ("{}", .nested, ["consent.invalid"]),
        ] {
            XCTAssertEqual(
                try codes(WrittenDrop.Value(text, kind: kind), campaigns[0], kind: .jsonLines), expected, text)
        }
    }

    func testACampaignsOwnWordsCountBesideThose() throws {
        var campaign = Campaign(name: "c")
        campaign.consentWords.yes = ["Art. 6(1)a"]
        campaign.consentWords.no = ["KO", "web form"]
        XCTAssertEqual(try codes("art 6 1 A", campaign), [])
        XCTAssertEqual(try codes("ko", campaign), ["consent.missing"])
        campaign.consentWords.other = .evidence
        XCTAssertEqual(try codes("Web-Form", campaign), ["consent.missing"])
        XCTAssertEqual(try codes("signed, but ko by phone", campaign), ["consent.invalid"])
    }

    func testAWordOfNoCannotBeMadeAYes() {
        for word in ["no", "Opt-out", "widerrufen"] {
            let (_, problems) = ConfigurationReader.read(
                Array("{campaigns: {default: {consentWords: {yes: [\"\(word)\"]}}}}".utf8))
            XCTAssertEqual(problems.map(\.severity), [.error], word)
        }
    }
}
