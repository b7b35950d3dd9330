import SystemIO

/// Gives the mails of one parcel to a relay, one after the other.
///
/// If the relay supports pipelining (RFC 2920), the next mail is announced together with the mail before it, so each
/// costs one round trip. A mail whose last byte was passed to the system and whose answer does not come may have been
/// sent: it is never sent again. Without its last byte, no relay takes a mail as sent.
struct SMTPDelivery {
    private let relay: SMTPRelay
    private let folder: String
    private let mail: MailLoad
    private let turn: Turn
    private let journal: SMTPJournal
    private let stop: StopSign
    private var watch: RefusalWatch?
    private var outcomes: [UInt32: MessageOutcome] = [:]
    /// Why nobody knows what became of the last mail of which nobody does.
    private var doubt: String?
    /// Why nothing more is given to the relay for now.
    private var halt: (words: String, isLasting: Bool)?
    /// The index of the next draft.
    private var place = 0
    /// How many mails in a row lost a new connection.
    private var drops = 0

    init(
        _ relay: SMTPRelay, in folder: String, _ mail: MailLoad, _ turn: Turn, _ journal: SMTPJournal,
        _ stop: StopSign, _ watch: RefusalWatch?
    ) {
        self.watch = watch
        self.turn = turn
        self.relay = relay
        self.folder = folder
        self.mail = mail
        self.journal = journal
        self.stop = stop
    }

    mutating func run() -> ParcelOutcome {
        while halt == nil, place < mail.drafts.count, !isStopped {
            do throws(SMTPConnection.Fault) {
                let connection: SMTPConnection
                if let kept = SMTPPool.shared.take(relay) {
                    connection = kept
                } else {
                    connection = try SMTPConnection(to: relay, in: folder)
                    SMTPPool.shared.note(connection.features.soonest, of: relay)
                }
                if try deliver(over: connection) { SMTPPool.shared.keep(connection, relay) } else { connection.quit() }
            } catch {
                halt = halt ?? (error.words, error.isLasting)
            }
        }
        if let over = stop.doubts.over { halt = halt ?? (over.why, over.isCostly) }
        for draft in mail.drafts where outcomes[draft.reference.record] == nil {
            outcomes[draft.reference.record] = halt == nil ? .recalled : .later
        }
        if let halt { return .halted(outcomes, because: halt.words, isLasting: halt.isLasting) }
        return doubt.map { .resting(outcomes, for: nil, why: $0) } ?? .each(outcomes)
    }

    private var isStopped: Bool { stop.isRaised(for: TimeSpan(milliseconds: 0)) || watch?.isOver == true }

    /// A mail that is written, with what announces it.
    private struct Written {
        /// Among the drafts.
        let place: Int
        let record: UInt32
        let address: [UInt8]
        let envelope: SMTPEnvelope
        let content: [UInt8]
    }

    /// The next mail that this relay can take; mails that cannot be written or taken are settled.
    private mutating func next(over connection: SMTPConnection) -> Written? {
        while place < mail.drafts.count {
            let draft = mail.drafts[place]
            place += 1
            // A mail that was announced over a lost connection comes again.
            if outcomes[draft.reference.record] != nil { continue }
            if turn.isOver(place - 1) {
                outcomes[draft.reference.record] = .recalled
                continue
            }
            let features = connection.features
            let left = draft.until.map { Int(($0.milliseconds - turn.moment.milliseconds) / 1_000) }
            if let left, let shortest = SMTPPool.shared.shortest(of: relay), left < shortest {
                // It could arrive when nobody may be written to any more: it is planned anew, for the next window.
                settle(draft.reference.record, .recalled)
                continue
            }
            let seconds = relay.longest.map { max(features.soonest ?? 0, min($0, left ?? $0)) }
            let refusal: (Code, String)
            do throws(MailWriter.Fault) {
                let bytes = try mail.writer.write(draft)
                guard let address = EmailAddress.Travelling(draft.address) else { throw .address }
                if !address.isASCII, !features.utf8 {
                    refusal = (.emailNeedsSMTPUTF8, "the relay offers no SMTPUTF8")
                } else if let largest = features.largest, bytes.count > largest {
                    refusal = (.emailTooLarge, "the mail has \(bytes.count) bytes, and the relay takes \(largest)")
                } else {
                    return Written(
                        place: place - 1, record: draft.reference.record, address: draft.address,
                        envelope: SMTPEnvelope(
                            to: address, draft.reference, from: mail.returnPath, size: bytes.count,
                            within: seconds, features),
                        content: features.isChunked ? bytes : Self.stuffed(bytes))
                }
            } catch {
                switch error {
                case .missing(let value): refusal = (.templateMissingValue, value.message)
                case .address: refusal = (.addressMissing, "it is no address of a mail")
                case .linkTooLong: refusal = (.templateTooLong, "a link in it is too long for a line of a mail")
                }
            }
            settle(draft.reference.record, .refused(code: refusal.0.rawValue, detail: refusal.1))
        }
        return nil
    }

    private mutating func settle(_ record: UInt32, _ outcome: MessageOutcome) {
        outcomes[record] = outcome
        watch?.note(outcome)
        // Without this line, a crash now leaves the mail in doubt, but does no other harm.
        try? journal.end(record, outcome)
    }

    /// Gives mails to the relay as long as it takes them; true if the connection can be kept.
    private mutating func deliver(over connection: SMTPConnection) throws(SMTPConnection.Fault) -> Bool {
        guard var mail = next(over: connection) else { return true }
        var isAnnounced = false
        var needsReset = false
        while true {
            let isNew = connection.mails == 0
            let heard: Hearing
            do throws(SMTPConnection.Fault) {
                heard = try announce(mail, over: connection, isAnnounced: isAnnounced, needsReset: needsReset)
            } catch {
                return try lose(mail, isNew, error)
            }
            isAnnounced = false
            needsReset = false
            var following: Written?
            switch heard {
            case .stop(let words, let isLasting, let outcome):
                halt = (words, isLasting)
                outcomes[mail.record] = outcome
                return false
            case .settled(let outcome, let isOpen):
                settle(mail.record, outcome)
                needsReset = isOpen
                drops = 0
            case .ready:
                let mayFollow = connection.mails + 1 < relay.perConnection && !isStopped
                if connection.features.pipelining, mayFollow { following = next(over: connection) }
                guard try give(mail, following, over: connection, isNew) else {
                    // It was only announced.
                    if let following { place = min(place, following.place) }
                    return false
                }
                isAnnounced = following != nil
            }
            connection.mails += 1
            if halt != nil || connection.mails >= relay.perConnection || isStopped { return false }
            guard let another = following ?? next(over: connection) else { return !needsReset }
            mail = another
        }
    }

    private enum Hearing {
        case ready
        /// `isOpen`: the relay still expects more of it.
        case settled(MessageOutcome, isOpen: Bool)
        /// `of`: what that says of the mail; nil for nothing.
        case stop(String, isLasting: Bool, of: MessageOutcome?)
    }

    private func commands(_ mail: Written, _ features: SMTPConnection.Features) -> [String] {
        [mail.envelope.sender, mail.envelope.recipient] + (features.isChunked ? [] : ["DATA"])
    }

    private func announcement(_ mail: Written, _ features: SMTPConnection.Features) -> [UInt8] {
        Array((commands(mail, features).joined(separator: "\r\n") + "\r\n").utf8)
    }

    private func announce(
        _ mail: Written, over connection: SMTPConnection, isAnnounced: Bool, needsReset: Bool
    ) throws(SMTPConnection.Fault) -> Hearing {
        let features = connection.features
        if needsReset {
            let answer = try connection.ask("RSET")
            guard answer.code / 100 == 2 else {
                throw SMTPConnection.Fault(words: "the relay answers RSET with \(answer.code)")
            }
        }
        if features.pipelining, !isAnnounced { try connection.send(announcement(mail, features)) }
        var answers: [SMTPReply] = []
        for command in commands(mail, features) {
            let answer = features.pipelining ? try connection.reply() : try connection.ask(command)
            answers.append(answer)
            // It closes the connection behind so many mails: others go over a new one.
            if answer.code == 421, connection.mails > 0 {
                throw SMTPConnection.Fault(words: "the relay ended the connection")
            }
            // The relay closes the connection, or could not make sense of what follows.
            if answer.code == 421 || !features.pipelining && answer.code >= 400 { break }
        }
        for (answer, phase) in zip(answers, [SMTPJudgement.Phase.sender, .recipient, .data]) {
            let hearing: Hearing
            switch answer.judgement(at: phase, hiding: mail.address) {
            case .accepted: continue
            case .later: hearing = .settled(.later, isOpen: true)
            case .refused(let code, let detail): hearing = .settled(.refused(code: code, detail: detail), isOpen: true)
            case .stop(let words, let isLasting):
                let outcome = phase == .sender ? nil : answer.stopping(hiding: mail.address)
                return .stop(words, isLasting: isLasting, of: outcome)
            case .unknown(let words): return .stop(words, isLasting: false, of: nil)
            }
            // It waits for a mail without recipients: send an empty one, which it refuses.
            if answers.count == 3, answers[2].code == 354 { _ = try connection.ask(".") }
            return hearing
        }
        return .ready
    }

    /// Sends the mail itself and announces the next one; false if the connection can no longer be used.
    private mutating func give(
        _ mail: Written, _ following: Written?, over connection: SMTPConnection, _ isNew: Bool
    ) throws(SMTPConnection.Fault) -> Bool {
        let features = connection.features
        guard connection.isUsable else {
            return try lose(mail, isNew, SMTPConnection.Fault(words: "the relay ended the connection"))
        }
        if turn.isOver(mail.place) {
            // It was announced, and the relay waits for it: only the end of the connection takes that back.
            outcomes[mail.record] = .recalled
            if let following { place = min(place, following.place) }
            return false
        }
        guard awaitTurn() else {
            // It was announced only, as above.
            outcomes[mail.record] = isStopped ? .recalled : .later
            if let following { place = min(place, following.place) }
            return false
        }
        do throws(SystemError) {
            try journal.begin(mail.record)
        } catch {
            stop.doubts.end(.none)
            halt = ("its journal cannot be written: \(error)", false)
            settle(mail.record, .later)
            return false
        }
        var bytes = features.isChunked ? Array("BDAT \(mail.content.count) LAST\r\n".utf8) + mail.content : mail.content
        let end = bytes.count
        if let following { bytes += announcement(following, features) }
        var sent = 0
        do throws(SMTPConnection.Fault) {
            try connection.send(bytes) { sent = $0 }
            return take(try connection.reply(), mail)
        } catch {
            if sent >= end {
                // The answer may have arrived although data sent after the mail was lost.
                if let said = connection.said() { return take(said, mail) && false }
                let why = "\(error.words), behind a whole mail"
                doubt = why
                stop.doubts.end(.doubt(messages: 1, of: 1, why: why, isCostly: true))
                settle(mail.record, .lost)
                return false
            }
            // It may have said why it takes no more.
            if let said = connection.said(), said.code >= 400 { return take(said, mail) && false }
            stop.doubts.end(.none)
            return try lose(mail, isNew, error)
        }
    }

    /// Whether the transport may be given a mail now. Waits for what others find out of it.
    private mutating func awaitTurn() -> Bool {
        while true {
            switch stop.doubts.take() {
            case .go: return true
            case .wait:
                if isStopped { return false }
                MonotonicClock.sleep(milliseconds: 2)
            case .over(let over):
                halt = (over.why, over.isCostly)
                return false
            }
        }
    }

    private mutating func take(_ answer: SMTPReply, _ mail: Written) -> Bool {
        drops = 0
        let judgement = answer.judgement(at: .content, hiding: mail.address)
        if case .unknown(let words) = judgement {
            stop.doubts.end(.doubt(messages: 1, of: 1, why: words, isCostly: true))
        } else {
            stop.doubts.end(.understood(of: 1))
        }
        switch judgement {
        case .accepted: settle(mail.record, .accepted)
        case .refused(let code, let detail): settle(mail.record, .refused(code: code, detail: detail))
        case .later: settle(mail.record, .later)
        case .stop(let words, let isLasting):
            settle(mail.record, answer.stopping(hiding: mail.address))
            halt = (words, isLasting)
        case .unknown(let words):
            settle(mail.record, .lost)
            halt = (words, false)
        }
        return halt == nil
    }

    /// A connection was lost before the mail was complete. An old connection may have been closed in the meantime: the
    /// mail is tried over a new one. If a new one is lost, the mail may be the cause, so other mails are tried once.
    private mutating func lose(
        _ mail: Written, _ isNew: Bool, _ fault: SMTPConnection.Fault
    ) throws(SMTPConnection.Fault) -> Bool {
        if isNew {
            drops += 1
            settle(mail.record, .later)
            if drops > 1 { throw fault }
        } else {
            place = min(place, mail.place)
        }
        return false
    }

    /// A mail between DATA and its end: a point more before each line that begins with one.
    static func stuffed(_ mail: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(mail.count + 16)
        var rest = mail[...]
        while let first = rest.first {
            if first == UInt8(ascii: ".") { bytes.append(first) }
            let line = rest.prefix(through: rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex - 1)
            bytes += line
            rest = rest[line.endIndex...]
        }
        bytes.append(contentsOf: ".\r\n".utf8)
        return bytes
    }
}

extension SMTPConnection.Features {
    /// Whether a mail is sent by its length (RFC 3030), so that its bytes need not be examined.
    fileprivate var isChunked: Bool { chunking && pipelining }
}
