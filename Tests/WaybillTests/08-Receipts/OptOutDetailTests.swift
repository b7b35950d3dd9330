import XCTest

@testable import Waybill

/// Reasons of failures that say what the person wants, and such that only sound like it.
final class OptOutDetailTests: XCTestCase {
    private func refusal(_ reason: String) -> Event? { OptOutDetail.refusal(in: Array(reason.utf8)[...]) }

    func testEveryWordAndEveryCodeOfTheTablesIsOneHoweverItIsWritten() {
        for (event, words) in OptOutDetail.words {
            for word in words {
                for text in [word, "Error: " + word.uppercased(), word.replacing(" ", with: "_") + " (7)"] {
                    XCTAssertEqual(refusal(text), event, text)
                }
            }
        }
        for word in OptOutDetail.wholes { XCTAssertEqual(refusal(word.uppercased()), .unsubscribed, word) }
        for (code, _) in OptOutDetail.codes {
            for text in [code, "E\(code).", "error \(code): no"] { XCTAssertEqual(refusal(text), .unsubscribed, text) }
            XCTAssertNil(refusal(code + "1"))
        }
    }

    func testReasonsThatBlameThePersonsWillAreARefusal() {
        for reason in [
            "Attempt to send to unsubscribed recipient", "21610", "Error 21610", "Twilio 21610: unsubscribed",
            "UNSUBSCRIBED",
            "Recipient has opted out", "OPTED_OUT", "user opt-out", "OPT_OUT", "DNC", "on DNC list", "REJECTED_DND",
            "Message rejected due to user`s subscription to DND (Do Not Disturb) services", "Blacklisted recipient",
            "Destination number is blacklisted", "msisdn_blacklisted", "Blocked due to STOP message", "40300", "63014",
            "Channel message blocked by user action", "Source number blocked by STOP from destination number",
            "Unsubscribed Address", "suppress-unsubscribe", "recipient on suppression list", "Consent withdrawn",
        ] {
            XCTAssertEqual(refusal(reason), .unsubscribed, reason)
        }
        for reason in ["Spam Reporting Address", "suppress-complaint", "recipient complained before"] {
            XCTAssertEqual(refusal(reason), .complained, reason)
        }
    }

    func testReasonsThatBlameTheSenderTheNetworkOrTheAddressAreNone() {
        for reason in [
            "", "30003", "Unreachable destination handset", "550 5.7.1 blocked using zen.spamhaus.org blacklist",
            "Your IP address is blacklisted", "Sender number blacklisted", "source number blacklisted by carrier",
            "domain blacklisted: number blacklisted", "550 missing one-click unsubscribe header",
            "no opt-out language in text",
            "not unsubscribed", "recipient has not opted out", "isn't on DNC", "suppress-bounce",
            "on suppression list since it bounced", "mailbox removed", "certificate revoked", "service stopped",
            "Message stopped by filter", "User busy", "number 2161012 unknown", "object not found", "spam detected",
        ] {
            XCTAssertNil(refusal(reason), reason)
        }
    }
}
