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
            "Recipient is on blacklist", "Number is on the blacklist", "STOP received from user",
            "Received STOP from subscriber",
            "Opt-out by subscriber", "Number is blocklisted", "destination_blocklisted",
            "REJECTED_DESTINATION_BLOCKLISTED",
            "Recipient blocked sender", "Subscriber has blocked messages from this sender", "User blocked your number",
            "Blocked by subscriber", "Desinscrit", "Destinataire DÉSINSCRIT", "Empfänger hat widersprochen",
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
            "Sender is on blacklist", "Sender ID is blocklisted", "Source number is on the blacklist",
            "Number is on blacklist of the sender's domain", "REJECTED_SENDER blocklisted",
            "Recipient has not blocked sender",
            "Recipient server blocked sender", "Carrier has blocked messages",
            "Empfänger hat nicht widersprochen", "process stopped from outside",
        ] {
            XCTAssertNil(refusal(reason), reason)
        }
    }
}
