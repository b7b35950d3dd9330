import XCTest

@testable import Waybill

/// What words mean that no table of events has.
final class RefusalWordsTests: XCTestCase {
    private func meaning(_ text: String) -> RefusalWords.Meaning { RefusalWords.meaning(of: Array(text.utf8)[...]) }

    func testWordsWithAComplaintInThemAreComplaints() {
        for text in [
            "complaint.received", "abuse complaint", "abuse-report", "marked as spam", "MarkedAsSpam", "markedasspam",
            "spam_click", "junk", "user complained", "DNC - complaint", "plainte déposée", "Beschwerde",
            "not answered, complaint",
        ] {
            XCTAssertEqual(meaning(text), .refusal(.complained), text)
        }
    }

    func testWordsWithAStopInThemAreUnsubscriptions() {
        for text in [
            "dnc-request", "Added to DNC", "DNC Listed", "DNCRequest", "Suppressed", "on suppression list",
            "Blacklisted",
            "black list", "consent withdrawn", "withdrew consent", "revocation of consent", "subscription cancelled",
            "customer asked to be removed", "removed from list", "do not call - removed from list", "don't call again",
            "do-not-contact requested", "Do not email", "never call", "no more calls", "globalunsubscribe",
            "unsubscribe.failed", "Opts out", "opting-out", "user opted out of sms", "STOP received",
            "Abmeldung erhalten",
            "widerrufen", "désabonné", "dar de baja", "asked not to be called", "not interested, remove",
            "No answer; DNC", "DND", "DNC check failed", "Robinson list", "remove me", "nicht mehr anrufen",
        ] {
            XCTAssertEqual(meaning(text), .refusal(.unsubscribed), text)
        }
    }

    func testWhatTakesAStopBackOrDeniesItIsTold() {
        for text in [
            "not spam", "notspam", "not-a-spam", "no complaint", "marked as not spam", "unsuppressed",
            "removed from DNC",
            "removed from the suppression list", "DNC removed", "off the DNC", "complaint resolved",
            "complaint.withdrawn", "DNC check passed", "opt-out revoked", "stop lifted", "not on DNC list",
            "resubscribed", "unblacklisted", "unstop", "anti-spam", "unsubscribe request revoked",
        ] {
            XCTAssertEqual(meaning(text), .denied, text)
        }
    }

    func testOtherWordsSayNothingOfIt() {
        for text in [
            "", "zzzzzzzz", "call ended", "No contact", "callback", "voicemail", "sent to handset", "CA", "machine",
            "didn't answer", "end of call", "cancelled by agent", "landing page", "not delivered yet",
        ] {
            XCTAssertEqual(meaning(text), .other, text)
        }
    }
}
