/// Applies the rows of a receipts or replies drop to the contacts they are about.
///
/// Effects are collected by batch and committed together with the number of finished rows, so a restart continues after
/// the last commit and no row counts twice.
final class ResultRows {
    let context: WorkContext
    let store: any Store
    let source: BatchRow
    /// Whether the same rows came before: what they said has no second effect, but for a refusal.
    let isRepeated: Bool
    let now: Timestamp
    let finder: MessageFinder
    /// Rows whose messages still have to be found.
    var taken: [Taken] = []
    /// How much of it they are.
    var work = 0
    /// Whether more of them are waited for, since they are about contacts all over large batches.
    var isPatient = false
    /// Those with a position are only about the contact that lies there.
    var pending: [(record: UInt32, position: RecordPosition?, effect: Effect)] = []
    /// The record that is applied.
    private(set) var record: UInt32 = 0
    /// The words of a stop of all campaigns.
    private(set) lazy var stopWords = ReplyKeywords([
        "stop": context.configuration.campaigns.flatMap { $0.keywords["stop"] ?? [] }
    ])
    /// And of a start.
    private(set) lazy var startWords = ReplyKeywords([
        "start": context.configuration.campaigns.flatMap { $0.keywords["start"] ?? [] }
    ])
    /// Stops of which nobody can tell who said them.
    private(set) var unheard = LostEntries()
    /// Those of them that name a message of ours whose contact is not known any more.
    private(set) var lost = LostEntries()
    /// Whether batches have no contacts any more, of those that were asked about.
    var emptied: [BatchID: Bool] = [:]
    /// Who agreed to something.
    var granted = GrantedConsents()
    /// Calls that were answered, by campaign and day; noted with the next commit.
    private var calls: [String: [Int: AbandonedCalls.Count]] = [:]
    /// What replies said lately: most say the same.
    var meanings: [Said: (meaning: ReplyKeywords.Meaning, isStopAll: Bool)] = [:]
    /// The batch that was asked for last in this commit.
    private var lastMoves: Moves?
    /// What repeats what, as asked for in this commit.
    var repeated = Repeated()
    /// Who responded, as caps count it; noted with the next commit.
    private var responses: [Response] = []
    /// Whether anything that comes of messages may stop a campaign.
    lazy var countsOutcomes = context.configuration.campaigns.contains { !$0.stopWhen.limits.isEmpty }
    /// Texts that answer replies; queued with the next commit.
    var answers: [Answer] = []
    /// What came of messages, by campaign, where that may stop it; noted with the next commit.
    var outcomes: [String: [Brakes.Outcome: Int]] = [:]

    private struct Response {
        let keys: [(key: UInt64, subject: Policy.CapSubject?)]
        let channel: Channel
        let campaign: String
        /// Responses or refusals.
        let counted: Policy.Counted
        let at: Timestamp
    }

    /// A text as an answer to a campaign.
    struct Said: Hashable {
        let text: [UInt8]
        let campaign: String
    }

    /// What is wrong with a row, and whether it could be used all the same.
    struct Problems {
        var violations: [Violation] = []
        var isFatal = false
    }

    enum Effect {
        case receipt(ReceiptRow, MessageFinder.SentMessage)
        /// A refusal by a person to whom no known message went.
        case refusal(ReceiptRow)
        /// Apart from the others, which are small.
        indirect case reply(ReplyRow, [AddressReading])
    }

    init(_ context: WorkContext, _ source: BatchRow, isRepeated: Bool = false) {
        self.context = context
        self.isRepeated = isRepeated
        store = context.store
        finder = MessageFinder(context)
        self.source = source
        now = context.now
    }

    /// - Parameter campaigns: what it answers is one of theirs; none: nobody knows.
    func note(unheard campaigns: [String]) { unheard.add(campaigns.isEmpty ? [""] : campaigns) }

    /// - Parameter campaigns: they may be what it is about, at least one.
    func note(lost campaigns: [String]) { lost.add(campaigns) }

    /// Forgets what was looked up for rows that were applied before.
    func forgetLookups() { finder.forget() }

    /// Applies the rows taken, and records that `rows` rows are finished.
    func commit(rows: Int) throws {
        let effects = pending
        pending = []
        defer {
            finder.forget()
            lastMoves = nil
            repeated = Repeated()
        }
        var stopped: [(campaign: String, why: HoldReason)] = []
        try store.durably {
            var open: [BatchID: Moves] = [:]
            var next = 0
            while next < effects.count {
                // Effects on a single contact only are applied in the order of the contacts.
                var alone: [(RecordPosition, Int)] = []
                while next < effects.count, let position = effects[next].position {
                    alone.append((position, next))
                    next += 1
                }
                for (_, place) in alone.sorted(by: <) {
                    try apply(effects[place].effect, of: effects[place].record, &open)
                }
                guard next < effects.count else { break }
                try apply(effects[next].effect, of: effects[next].record, &open)
                next += 1
            }
            // In their order, so that parcels get the same numbers in every run.
            for batch in open.keys.sorted() { try open[batch]?.finish() }
            for response in responses {
                try store.noteResponses(
                    of: response.keys.map(\.key), channel: response.channel, campaign: response.campaign,
                    counted: response.counted, at: response.at)
            }
            for (campaign, counts) in calls { try AbandonedCalls(context).add(counts, of: campaign) }
            stopped = try noteOutcomes()
            try queueAnswers()
            try store.setProgress(rows, of: source.id)
        }
        calls = [:]
        for (campaign, why) in stopped {
            context.log.error("campaign.stopped", ["campaign": .text(campaign), "reason": .text(why.words)])
        }
        for response in responses {
            context.contactTimes.noteResponses(
                response.keys, channel: response.channel, campaign: response.campaign, counted: response.counted,
                at: response.at)
        }
        responses = []
    }

    private func apply(_ effect: Effect, of number: UInt32, _ open: inout [BatchID: Moves]) throws {
        record = number
        switch effect {
        case .receipt(let row, let message):
            _ = try unlessDamaged(message.batch) { try apply(row, about: message, &open) }
        case .refusal(let row): try apply(row, &open)
        case .reply(let row, let readings): try apply(row, readings, &open)
        }
    }

    /// Whether a row that came before in the same file is kept already; `attempt` nil stands for any.
    func wasSaid(
        _ event: Event, at moment: Timestamp?, of record: UInt32, _ moves: Moves, attempt: Int?
    ) throws -> Bool {
        guard isRepeated else { return false }
        return try known(of: record, moves).contains { known in
            known.event == event.rawValue && attempt.map { $0 == known.attempt } ?? true
                && moment.map { min($0, known.receivedAt) == known.at } ?? true
        }
    }

    /// What came back of a contact before; of what cannot be read, nothing.
    private func known(of record: UInt32, _ moves: Moves) throws -> [StoredReceipt] {
        try unlessDamaged(moves.batch) { try moves.receipts(of: record) } ?? []
    }

    // MARK: - Receipts

    private func apply(
        _ row: ReceiptRow, about message: MessageFinder.SentMessage, _ open: inout [BatchID: Moves]
    ) throws {
        let (batch, record, step, attempt) = (message.batch, message.record, message.step, message.attempt)
        guard let moves = try moves(for: batch, &open) else { return }
        // By address and without a time it may be another event of the kind, as each day's "busy".
        if !row.event.isRefusal, row.at != nil || row.isOfReference,
            try wasSaid(row.event, at: row.at, of: record, moves, attempt: row.isOfReference ? attempt : nil)
        {
            return
        }
        guard let contact = try moves.changes.contact(record) else { return }
        let standing = contact.standing
        let moment = min(row.at ?? now, now)
        let detail = String(decoding: row.detail, as: UTF8.self)
        let word = row.event.rawValue
        let isLate = standing.state.isFinal
        var stopped: [AddressReading] = []
        var isHeard = true
        var scope = ConsentEntry.Scope.all
        if row.event.isRefusal {
            stopped = try address(of: contact, batch: batch, step: step).map { [$0] } ?? []
            // Of a campaign or step that is not configured any more nobody can tell where its message went.
            if context.setup(moves.campaign)?.strategy.step(named: step) == nil {
                stopped += try addresses(of: record, in: batch)
            }
            // By address, the provider may mean another message.
            stopped += readings(of: row.address).readings
            if row.event == .unsubscribed, row.isOfReference {
                scope = try stopScope(of: contact, step: step, moves, at: moment)
            }
            let refused = try refusalMoment(row.at, stopped)
            isHeard =
                try suppress(stopped, scope, reason: row.event.rawValue, proof: detail, at: refused) || stopped.isEmpty
        }
        if let count = AbandonedCalls.count(of: row.event) { try noteCall(count, message, at: moment) }
        if row.event == .responded || row.event == .declined {
            try noteResponse(row.event, of: contact, moves, batch: batch, step: step, attempt, at: moment)
        }
        if isHeard {
            try moves.hear(row.event, attempt: attempt, of: contact, code: word, reason: .words(detail), at: moment) {
                try finder.departures(of: batch)
            }
        }
        if isHeard { try noteOutcome(row.event, of: contact, in: batch, attempt: attempt) }
        try noteBounce(row, of: contact, in: batch, step: step, attempt: attempt)
        if !stopped.isEmpty, isHeard {
            let others = try stopped.flatMap { try contacts(of: $0.key) }
            try close(others, within: scope, code: row.event.rawValue, reason: "receipt", at: moment, &open)
        }
        try note(
            StoredReceipt(
                record: record, step: step, attempt: attempt, event: word, at: moment, receivedAt: now,
                code: "", detail: detail, isLate: isLate),
            of: contact, moves, &open)
    }

    /// A refusal by a person for whom no message is known: not any more, not yet, or another sender's.
    private func apply(_ row: ReceiptRow, _ open: inout [BatchID: Moves]) throws {
        let moment = min(row.at ?? now, now)
        let readings = self.readings(of: row.address).readings
        let refused = try refusalMoment(row.at, readings)
        guard try suppress(readings, .all, reason: row.event.rawValue, at: refused) else { return }
        let contacts = try readings.flatMap { try self.contacts(of: $0.key) }
        try close(contacts, within: .all, code: row.event.rawValue, reason: "receipt", at: moment, &open)
    }

    /// When a refusal was said: without a time, or with one still to come, behind all that they agreed to.
    func refusalMoment(_ said: Timestamp?, _ readings: [AddressReading]) throws -> Timestamp {
        if let said, said <= now { return said }
        let latest = max(now, context.latestNow)
        return try store.refusalMoment(of: readings.map(\.key), at: said.map { min($0, latest) } ?? latest)
    }

    /// Whether any of them holds: not what was said before a START.
    func suppress(
        _ readings: [AddressReading], _ scope: ConsentEntry.Scope, reason: String, proof: String = "",
        at moment: Timestamp
    ) throws -> Bool {
        if scope != .all {
            try store.note(
                entries(.revoke, scope, readings, by: reason, proof: proof, at: moment), source: source.id, at: now)
            // What was said before a start does not count.
            return try readings.contains { try hasStopped($0.key) }
        }
        var isHeard = false
        for reading in readings {
            let holds = try store.suppress(
                reading.key, kind: reading.kind, reason: reason, source: source.id, record: record, at: moment)
            isHeard = isHeard || holds
        }
        return isHeard
    }

    /// Ends the open ones of a person's contacts, who wants none of them, as far as that goes.
    func close(
        _ contacts: [Found], within scope: ConsentEntry.Scope, code: String, reason: String, at moment: Timestamp,
        _ open: inout [BatchID: Moves]
    ) throws {
        for found in contacts {
            if scope != .all, try !concerns(scope, store.batch(found.batch)?.campaign) { continue }
            guard let moves = try moves(for: found.batch, &open), let contact = try moves.changes.contact(found.record)
            else { continue }
            try moves.happen(.optedOut, to: contact, stage: .receipt, code: code, reason: .words(reason), at: moment)
        }
    }

    /// Where a rule says how many calls may be abandoned, each that a person answered counts.
    private func noteCall(
        _ count: AbandonedCalls.Count, _ message: MessageFinder.SentMessage, at moment: Timestamp
    ) throws {
        guard let row = try store.batch(message.batch), let setup = context.setup(row.campaign) else { return }
        let channel = setup.step(message.step).channel
        if setup.abandonments(channel: channel, at: now).isEmpty { return }
        calls[row.campaign, default: [:]][AbandonedCalls.day(of: moment), default: .init()] += count
    }

    /// Where a cap counts responses, the first one to a message does, also when it comes late: from when it was given.
    /// Who declines answers, too.
    func noteResponse(
        _ event: Event, of contact: StandingChanges.Contact, _ moves: Moves, batch: BatchID, step: String,
        _ attempt: Int, at moment: Timestamp
    ) throws {
        let configuration = context.configuration
        let counted: [Policy.Counted] =
            (configuration.capsResponses ? [.responses] : [])
            + (event == .declined && configuration.capsRefusals ? [.refusals] : [])
        guard !counted.isEmpty, let row = try store.batch(batch), let setup = context.setup(row.campaign) else {
            return
        }
        // A reply that is a keyword stands among the receipts as well.
        let isKnown = try known(of: contact.record, moves).contains {
            $0.event == event.rawValue && $0.attempt == attempt
                && ["", Code.replyResponse.rawValue].contains($0.code)
        }
        if isKnown { return }
        let step = setup.step(step)
        let values = try contact.segment.values(at: contact.index, columns: row.schema.columns.count)
        let address = AddressChoice(step: step, schema: row.schema).address(in: values) ?? []
        let keys = CapKeys(columns: configuration.capColumns, subjects: [], row.schema).all(of: address) { values[$0] }
        responses += counted.map {
            Response(keys: keys, channel: step.channel, campaign: row.campaign, counted: $0, at: moment)
        }
    }

    /// The address that a message to a contact went to; nil where there is none.
    func address(
        of contact: StandingChanges.Contact, batch: BatchID, step: String
    ) throws -> AddressReading? {
        guard let row = try store.batch(batch), let setup = context.setup(row.campaign) else { return nil }
        let values = try contact.segment.values(at: contact.index, columns: row.schema.columns.count)
        let choice = AddressChoice(step: setup.step(step), schema: row.schema)
        // A stored number has its plus, so it has only one likely reading.
        return choice.address(in: values).flatMap { readings(of: Array($0)).readings.first }
    }

    // MARK: - Who is meant

    struct Found {
        let batch: BatchID
        let record: UInt32
        let standing: Standing
    }

    /// Every contact whose recipient has this key.
    func contacts(of key: UInt64) throws -> [Found] {
        try finder.records(ofRecipient: key).compactMap { batch, record in
            try unlessDamaged(batch) {
                guard let id = try store.segmentID(of: record, batch: batch),
                    let index = try store.records(of: id)?.index(of: record)
                else { return nil }
                let standings = try store.standings(of: id)
                return Found(batch: batch, record: record, standing: standings?[index] ?? Standing())
            }
        }
    }

    /// If a batch is damaged, that is reported, and everything else goes on. What can be read later is waited for.
    func unlessDamaged<Result>(_ batch: BatchID, _ body: () throws -> Result?) throws -> Result? {
        do {
            return try body()
        } catch let problem as StoreProblem {
            if let obstacle = problem.obstacle { throw obstacle }
            context.log.error("store.damaged", ["batch": .text(batch.description), "problem": .text("\(problem)")])
            return nil
        }
    }

    /// The people that an address in a results file can mean; of who says stop, all of them.
    func readings(of address: [UInt8], isStop: Bool = true) -> (readings: [AddressReading], damage: NumberAdvice?) {
        AddressReading.read(address, context.configuration.addressRules, isStop: isStop)
    }

    func moves(for batch: BatchID, _ open: inout [BatchID: Moves]) throws -> Moves? {
        if let lastMoves, lastMoves.batch == batch { return lastMoves }
        if let known = open[batch] {
            lastMoves = known
            return known
        }
        // A file of stops may be about as many batches.
        guard let row = try store.bareBatch(batch) else { return nil }
        let moves = try Moves(
            context, row, context.setupOrDefaults(row.campaign), source: source.id, needsValues: false, at: now)
        open[batch] = moves
        return moves
    }
}
