/// Gives a single mail to a relay: what Waybill itself has to say, and no contact's message.
package enum SMTPPost {
    package enum Outcome: Sendable {
        case taken
        case refused(String)
        /// Not now, or nobody knows.
        case later(String)
    }

    /// Takes as long as the relay does, within the transport's time-out.
    package static func send(
        _ mail: [UInt8], from sender: Mailbox, to reader: Mailbox, by name: String, _ settings: TransportSettings,
        in folder: String
    ) -> Outcome {
        let relay = SMTPRelay(name, settings)
        do throws(SMTPConnection.Fault) {
            let connection = try SMTPConnection(to: relay, in: folder)
            let envelope = [("MAIL FROM", sender, SMTPJudgement.Phase.sender), ("RCPT TO", reader, .recipient)]
            for (verb, mailbox, phase) in envelope {
                let address = String(decoding: mailbox.address.bytes, as: UTF8.self)
                let answer = try connection.ask("\(verb):<\(address)>")
                if let outcome = outcome(answer.judgement(at: phase)) { return outcome }
            }
            if let outcome = outcome(try connection.ask("DATA").judgement(at: .data)) { return outcome }
            try connection.send(SMTPDelivery.stuffed(mail))
            let answer = try connection.reply()
            connection.quit()
            return outcome(answer.judgement(at: .content)) ?? .taken
        } catch {
            return .later(error.words)
        }
    }

    /// Why a relay takes no mail now; nil if it greets, and takes the account. It is given nothing.
    package static func obstacle(to name: String, _ settings: TransportSettings, in folder: String) -> String? {
        do throws(SMTPConnection.Fault) {
            try SMTPConnection(to: SMTPRelay(name, settings), in: folder).quit()
            return nil
        } catch {
            return error.words
        }
    }

    /// Nil where the relay says yes.
    private static func outcome(_ judgement: SMTPJudgement) -> Outcome? {
        switch judgement {
        case .accepted: nil
        case .refused(let code, let detail): .refused("\(code) \(detail)")
        case .later: .later("the relay wants it later")
        case .stop(let words, _), .unknown(let words): .later(words)
        }
    }
}
