/// How a mail is announced to a relay: the commands `MAIL FROM` and `RCPT TO`, written so that a delivery report names
/// the message (RFC 3461), or goes to an address of its own if the relay does not support such reports.
struct SMTPEnvelope {
    let sender: String
    let recipient: String

    /// - Parameters:
    ///   - size: octets of the mail.
    ///   - returnPath: where reports go.
    ///   - seconds: in which it has to arrive, where the relay takes that; else it comes back.
    init(
        to address: EmailAddress.Travelling, _ reference: Reference, from returnPath: Mailbox, size: Int,
        within seconds: Int?, _ features: SMTPConnection.Features
    ) {
        var sender = "MAIL FROM:<"
        if features.reports {
            sender += String(decoding: returnPath.address.bytes, as: UTF8.self) + ">"
        } else {
            sender += Self.variable(returnPath.address, reference) + ">"
        }
        if features.largest != nil { sender += " SIZE=\(size)" }
        if !address.isASCII { sender += (features.eightBit ? " BODY=8BITMIME" : "") + " SMTPUTF8" }
        if let seconds, features.soonest != nil { sender += " BY=\(min(seconds, 999_999_999));R" }
        if features.reports { sender += " RET=HDRS ENVID=\(reference)" }
        self.sender = sender
        var recipient = "RCPT TO:<" + String(decoding: address.bytes, as: UTF8.self) + ">"
        if features.reports { recipient += " NOTIFY=FAILURE,DELAY" + Self.original(address) }
        self.recipient = recipient
    }

    /// `bounces+bcdfgh-20261121-000007-12-text-1@clinic.example`: an address for this message. Without the step if the
    /// local part would exceed 64 octets; unchanged if even that is too long.
    private static func variable(_ address: EmailAddress.Travelling, _ reference: Reference) -> String {
        let local = String(decoding: address.bytes.prefix { $0 != UInt8(ascii: "@") }, as: UTF8.self)
        for tag in [reference.description, reference.token] where local.utf8.count + 1 + tag.utf8.count <= 64 {
            return "\(local)+\(tag)@\(address.domain)"
        }
        return String(decoding: address.bytes, as: UTF8.self)
    }

    /// ` ORCPT=…` (RFC 3461 §4.2, RFC 6533 §3), which has an escape of its own for each of the two; nothing if it would
    /// exceed 500 characters.
    private static func original(_ address: EmailAddress.Travelling) -> String {
        var text = address.isASCII ? "rfc822;" : "utf-8;"
        for scalar in String(decoding: address.bytes, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x21...0x7E where ![0x2B, 0x3D, 0x5C].contains(scalar.value): text.unicodeScalars.append(scalar)
            case _ where address.isASCII: text += "+" + hex(scalar.value)
            case _: text += "\\x{" + hex(scalar.value) + "}"
            }
        }
        return text.utf8.count > 500 ? "" : " ORCPT=" + text
    }

    private static func hex(_ value: UInt32) -> String { String(value, radix: 16, uppercase: true) }
}
