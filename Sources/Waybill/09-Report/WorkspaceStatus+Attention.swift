/// What somebody has to look at, the most serious first.
extension WorkspaceStatus {
    package struct Attention: Sendable {
        package enum Kind: String, Sendable {
            case notRunning = "not-running"
            case disk, configuration, list
            case unheardStop = "unheard-stop"
            case inDoubt = "in-doubt"
            case stopped, transport, inbox, held, approval, missing, refused, stuck
        }

        package let kind: Kind
        package let what: String
        package let since: Timestamp?

        init(_ kind: Kind, _ what: String, since: Timestamp? = nil) {
            self.kind = kind
            self.what = what
            self.since = since
        }
    }

    /// A running waybill updates its status at least every ten seconds, except during a large commit.
    package static let freshSeconds: Int64 = 60

    /// Whether a waybill has updated its status lately. Clocks of two machines differ by a moment.
    var isFresh: Bool { toldAt.map { (-2...Self.freshSeconds).contains(now.seconds - $0.seconds) } ?? false }

    /// Whether one runs: it has not said that it ends, and is there; where that cannot be seen, it has updated its
    /// status lately.
    package var isRunning: Bool { !hasEnded && (isAlive ?? isFresh) }

    /// Whether nothing runs now, and somebody, such as cron, has started a run that ends by itself within a day:
    /// another one is expected.
    package var isBetweenRuns: Bool {
        !isRunning && ranUntilIdle && (toldAt.map { (0...86_400).contains(now.seconds - $0.seconds) } ?? false)
    }

    /// How many contacts wait, and until when, in words; nil where none does.
    package var waiting: String? {
        let held = campaigns.flatMap(\.held)
        let count = held.reduce(0) { $0 + $1.contacts }
        if count == 0 { return nil }
        let words = count.counted("contact waits", "contacts wait")
        guard let next = held.compactMap(\.nextAt).min() else {
            return words + " for something to be mended or decided"
        }
        let clock = LocalMoment(next, offset: 0).clock
        return words + (count == 1 ? " until" : ", the first until") + " \(next.localDay(offset: 0)) \(clock) UTC"
    }

    /// When a run that ends by itself has ended.
    package var endedWhen: String {
        if wasStopped { return "when it was stopped" + (waiting.map { ": " + $0 } ?? "") }
        if let waiting { return "when nothing more could leave: " + waiting }
        return stuck.isEmpty ? "when nothing was left to do" : "when nothing more could be done"
    }

    /// That nothing runs though something waits, or that nobody can tell.
    private var idleness: Attention? {
        if let silence { return Attention(.notRunning, "Whether Waybill is running cannot be told: \(silence)") }
        if isRunning, !isFresh, let toldAt, toldAt < now {
            return Attention(
                .notRunning,
                "Waybill runs and has not written its status: its outbox may be full, or something that it waits for does not answer",
                since: toldAt)
        }
        if isRunning || isBetweenRuns { return nil }
        let due = campaigns.filter { !$0.isPaused }.flatMap(\.held).filter { $0.kind == .due }
            .reduce(0) { $0 + $1.contacts }
        let waiting = [
            untakenFiles > 0 ? untakenFiles.counted("file", "files") : nil,
            due > 0 ? due.counted("contact that is due", "contacts that are due") : nil,
        ].compactMap(\.self)
        if waiting.isEmpty { return nil }
        return Attention(
            .notRunning,
            "Waybill is not running, and \(waiting.joined(separator: " and ")) "
                + (untakenFiles + due == 1 ? "waits" : "wait") + ": start it", since: toldAt)
    }

    package var attention: [Attention] {
        var found: [Attention] = []
        if let idleness { found.append(idleness) }
        found += fullDisks.map { Attention(.disk, $0.problem.prefix(1).uppercased() + $0.problem.dropFirst()) }
        if let problem = configurationProblem { found.append(Attention(.configuration, problem)) }
        found += lists.map { list in
            let whom = list.campaigns.isEmpty ? "all campaigns" : list.campaigns.joined(separator: ", ")
            guard list.holds else {
                return Attention(
                    .unheardStop,
                    "\(list.drop) \(list.problem); who it was may still be contacted"
                        + (list.campaigns.isEmpty ? "" : " by \(whom)")
                        + ": list them, or correct it and drop it again, then waybill suppress accept "
                        + list.batch.description)
            }
            return Attention(
                .list,
                "\(list.drop) holds \(whom): it \(list.problem); correct it and drop it again, or waybill suppress accept "
                    + list.batch.description)
        }
        found += campaigns.compactMap { campaign in
            campaign.stopped.map { Attention(.stopped, "\(campaign.campaign): \($0)") }
        }
        found += stoppedTransports
        found += doubts
        found += inboxes.compactMap { inbox in
            inbox.problem.map { Attention(.inbox, "inbox \(inbox.inbox): \($0)", since: inbox.lastScanAt) }
        }
        for campaign in campaigns {
            found += campaign.held.filter { $0.kind.needsSomebody }.map { held in
                Attention(
                    .held,
                    "\(campaign.campaign): \(held.contacts.counted("contact waits", "contacts wait")), \(held.reason)")
            }
        }
        found += approvals.map { hold in
            Attention(
                .approval,
                "\(hold.drop) for \(hold.campaign) is held: \(hold.reason); waybill campaign approve \(hold.campaign) --batch "
                    + "\(hold.asked), or withdraw it", since: hold.at)
        }
        found += missing.map { drop in
            let what =
                drop.trouble.map { "\(drop.campaign) has to repeat a list today and cannot: \($0)" }
                ?? "no drop has come for \(drop.campaign), which expects one"
                + (drop.by.map { " by \($0)" } ?? "")
            return Attention(.missing, what, since: drop.since)
        }
        found += refused.map { drop in
            let whose = drop.campaign.isEmpty ? "" : " for \(drop.campaign)"
            return Attention(
                .refused,
                "\(drop.drop)\(whose) was refused: \(Acknowledgement.words(drop.reason)), batch \(drop.batch)",
                since: drop.at)
        }
        found += stuck.map { Attention(.stuck, "\($0.file): \($0.reason)", since: $0.since) }
        return found
    }

    private var doubts: [Attention] {
        inDoubt.map { doubt in
            let end =
                doubt.messages == 1
                ? "whether it was sent: it is Dangling, and is not sent again"
                : "whether they were sent: they are Dangling, and are not sent again"
            let messages = doubt.messages.counted("message", "messages")
            return Attention(
                .inDoubt, "transport \(doubt.transport) did not say of \(messages) in the last day \(end)")
        }
    }

    private var stoppedTransports: [Attention] {
        transports.compactMap { transport in
            transport.reason.map { problem in
                let whom =
                    transport.transport == TransportStatus.subscribers
                    ? "subscribers are not told what happens" : "transport \(transport.transport) is stopped"
                return Attention(.transport, "\(whom): \(problem)")
            }
        }
    }
}

extension HoldReason.Kind {
    /// Whether it goes on only once somebody mends or decides something. Lists, and campaigns that have stopped, are
    /// told by themselves.
    package var needsSomebody: Bool { Self.mended.contains(self) }

    private static let mended: Set<HoldReason.Kind> = [
        .campaign, .template, .account, .transport, .program, .other, .unsettled, .damaged, .unread, .step,
        .abandonment,
    ]
}
