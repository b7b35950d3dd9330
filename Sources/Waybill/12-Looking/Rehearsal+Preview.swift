import SystemIO

/// What would become of a drop taken in a rehearsal: its sample and its messages.
extension Rehearsal {
    /// What one sampling rule did to the contacts that reached it.
    package struct RuleOutcome: Sendable {
        package let rule: SamplingRule
        package fileprivate(set) var kept = 0
        package fileprivate(set) var dropped = 0
        /// By the values that a quota or a list rule distinguishes, the largest first; empty for other rules.
        package fileprivate(set) var strata: [(value: String, kept: Int, dropped: Int)] = []
    }

    /// A sampling program did not answer, for this reason.
    package struct UnansweredSample: Error, CustomStringConvertible {
        package let description: String
    }

    /// How many contacts of a batch reached the sampling, and what its rules did to them, in order.
    package func sampling(of batch: BatchRow) throws -> (contacts: Int, rules: [RuleOutcome]) {
        guard let setup = pipeline.context.setup(batch.campaign) else { return (0, []) }
        let store = pipeline.store
        try pipeline.askPrograms(waiting: true)
        // Without the program's answer there is nothing to show.
        if let parcel = try store.parcels(ofBatch: batch.id).first(where: { $0.status == .undecided }) {
            throw UnansweredSample(description: parcel.reason.words)
        }
        var outcomes = setup.campaign.sampling.map { RuleOutcome(rule: $0) }
        let positions = outcomes.map { $0.rule.stratum.flatMap { batch.schema.position(named: $0) } }
        var strata = outcomes.map { _ in [ArraySlice<UInt8>: (kept: Int, dropped: Int)]() }
        var contacts = 0
        try store.forEachSegment(of: batch.id) { segment in
            let records = try store.standings(of: segment.id)
            for index in 0..<segment.contacts.count {
                let record = records?[index] ?? Standing()
                // Listed contacts never reach the sampling.
                if record.state == .suppressed || record.state == .dncListed || record.state == .cancelled { continue }
                contacts += 1
                let fate = record.state == .sampledOut ? try rule(of: store.reason(record.reason)) : nil
                for place in outcomes.indices {
                    let isDropped = fate == place
                    if isDropped { outcomes[place].dropped += 1 } else { outcomes[place].kept += 1 }
                    if outcomes[place].rule.stratum != nil {
                        let value = positions[place].map { segment.contacts.value(at: index, column: $0) } ?? []
                        // A copied key: a slice would keep the whole segment in memory.
                        let known = strata[place][value]
                        strata[place][known == nil ? Array(value)[...] : value] =
                            ((known?.kept ?? 0) + (isDropped ? 0 : 1), (known?.dropped ?? 0) + (isDropped ? 1 : 0))
                    }
                    if isDropped { break }
                }
            }
        }
        for place in outcomes.indices {
            outcomes[place].strata = strata[place].map { value, count in
                (String(decoding: value, as: UTF8.self), count.kept, count.dropped)
            }.sorted { ($1.kept + $1.dropped, $0.value) < ($0.kept + $0.dropped, $1.value) }
        }
        return (contacts, outcomes)
    }

    /// The index of the rule that dropped a contact.
    private func rule(of reason: StandingReason) throws -> Int {
        guard case .sampledOut(let rule, _, _) = reason else {
            throw StoreProblem.damaged(what: "a contact is sampled out without a rule")
        }
        return rule
    }

    /// The message of one step to one contact.
    package struct Message: Sendable {
        package let step: Strategy.Step
        /// Nil: the contact has none.
        package let address: String?
        /// For mails.
        package let subject: String?
        /// Nil: it cannot be rendered, for this reason.
        package let text: String?
        /// The HTML form of the text.
        package let html: String?
        package let problem: String?
        /// For text messages.
        package let length: SMSLength?
    }

    /// The totals of one step's messages.
    package struct StepOutcome: Sendable {
        package let step: Strategy.Step
        package fileprivate(set) var messages = 0
        package fileprivate(set) var segments = 0
        /// Why messages cannot be rendered, and how many.
        package fileprivate(set) var problems: [String: Int] = [:]
    }

    /// The messages of a batch, as if every step reached everybody: the totals of each step, and the messages to one
    /// contact (the first, if `record` is nil).
    package func messages(
        of batch: BatchRow, record wanted: UInt32?
    ) throws -> (steps: [StepOutcome], record: UInt32?, messages: [Message]) {
        guard let setup = pipeline.context.setup(batch.campaign) else { return ([], nil, []) }
        var steps = setup.strategy.steps.map { StepOutcome(step: $0) }
        let renderers = try steps.map { outcome in
            MessageRenderer(
                template: try pipeline.context.template(of: outcome.step, setup), schema: batch.schema,
                plainMarks: setup.campaign.smart && outcome.step.channel == .sms,
                links: setup.campaign.link.map { LinkMaker(sampleOf: $0) })
        }
        let choices = steps.map { AddressChoice(step: $0.step, schema: batch.schema) }
        let areMails = steps.map {
            pipeline.context.configuration.sendsMails(setup.campaign, over: $0.step.channel)
        }
        let calls = steps.map { pipeline.context.configuration.mailCalls(of: setup.campaign, over: $0.step.channel) }
        var shown: (record: UInt32, messages: [Message])?
        try pipeline.store.forEachSegment(of: batch.id) { segment in
            for index in 0..<segment.contacts.count {
                let values = segment.contacts.values(at: index, columns: batch.schema.columns.count)
                let messages = steps.indices.map {
                    Self.message(
                        steps[$0].step, isMail: areMails[$0], calls[$0], renderers[$0],
                        choices[$0].address(in: values), values)
                }
                for (place, message) in messages.enumerated() {
                    if let problem = message.problem {
                        steps[place].problems[problem, default: 0] += 1
                    } else {
                        steps[place].messages += 1
                        steps[place].segments += message.length?.segments ?? 0
                    }
                }
                let record = segment.contacts.record(at: index)
                if wanted.map({ $0 == record }) ?? (shown == nil) { shown = (record, messages) }
            }
        }
        return (steps, shown?.record, shown?.messages ?? [])
    }

    private static func message(
        _ step: Strategy.Step, isMail: Bool, _ calls: HTTPSettings?, _ renderer: MessageRenderer,
        _ address: ArraySlice<UInt8>?, _ values: ContactValues
    ) -> Message {
        let to = address.map { String(decoding: $0, as: UTF8.self) }
        func failed(_ problem: String) -> Message {
            Message(step: step, address: to, subject: nil, text: nil, html: nil, problem: problem, length: nil)
        }
        if address == nil { return failed("The contact has no \(step.to.label).") }
        var (text, subject, html): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        let version = renderer.version(for: values)
        do {
            if isMail { try renderer.checkMail(values) }
            try renderer.append(values, to: &text)
            let link = renderer.link(to: nil)
            if isMail { try version.subject?.append(values, link: link, to: &subject) }
            if isMail, renderer.ownMessage(in: values).isEmpty {
                try version.html?.append(values, link: link, as: .html, to: &html)
            }
            if !isMail, let calls {
                let parts = try renderer.mailParts(calls.names, values)
                subject = parts.first { $0.place == FoldedName("subject") }?.text ?? []
                html = parts.first { $0.place == FoldedName("html") }?.text ?? []
                let own = calls.values.first { FoldedName($0.key) == FoldedName("subject") }?.value ?? ""
                if subject.isEmpty { subject = Array(own.utf8) }
            }
        } catch {
            return failed(error.message)
        }
        let words = String(decoding: text, as: UTF8.self)
        return Message(
            step: step, address: to, subject: isMail || calls != nil ? String(decoding: subject, as: UTF8.self) : nil,
            text: words, html: html.isEmpty ? nil : String(decoding: html, as: UTF8.self), problem: nil,
            length: step.channel == .sms ? SMSLength(words) : nil)
    }
}

extension SamplingRule {
    /// The column whose values a rule distinguishes.
    fileprivate var stratum: String? {
        switch self {
        case .quota(_, _, let by): by
        case .among(let field, _): field
        case .percent, .every, .random, .holdout, .command: nil
        }
    }
}
