/// Applies the rows of a receipts or replies drop to the contacts they are about.
///
/// Effects are collected by batch and committed together with the number of finished rows, so a restart continues after
/// the last commit and no row counts twice.
final class ResultRows {
    let context: WorkContext
    let store: any Store
    let source: BatchRow
    /// Whether the same file came before: its rows have no second effect, except refusals.
    private let isRepeated: Bool
    let now: Timestamp
    let finder: MessageFinder
    /// Rows whose messages still have to be found.
    var taken: [Taken] = []
    var pending: [(record: UInt32, effect: Effect)] = []
    /// The record being applied.
    private(set) var record: UInt32 = 0
    /// Whether anybody granted consent.
    var hasGranted = false
    /// Who responded, for caps; noted with the next commit.
    private var responses: [Response] = []

    private struct Response {
        let keys: [(key: UInt64, subject: Policy.CapSubject?)]
        let channel: Channel
        let campaign: String
        /// Responses or refusals.
        let counted: Policy.Counted
        let at: Timestamp
    }

    /// What is wrong with a row, and whether it could be used nevertheless.
    struct Problems {
        var violations: [Violation] = []
        var isFatal = false
    }

    enum Effect {
        case receipt(ReceiptRow, MessageFinder.SentMessage)
        /// A refusal by a person to whom no known message went.
        case refusal(ReceiptRow)
        case reply(ReplyRow, [AddressReading])

        /// The contact it is about, if no other contact can be affected.
        var position: RecordPosition? {
            switch self {
            case .receipt(let row, let message):
                row.event.isRefusal ? nil : RecordPosition(batch: message.batch, record: message.record)
            case .refusal, .reply: nil
            }
        }
    }

    init(_ context: WorkContext, _ source: BatchRow, isRepeated: Bool = false) {
        self.context = context
        self.isRepeated = isRepeated
        store = context.store
        finder = MessageFinder(context)
        self.source = source
        now = context.now
    }

    /// Forgets what was looked up for rows applied before.
    func forgetLookups() { finder.forget() }

    /// Applies the rows taken, and records that `rows` rows are finished.
    func commit(rows: Int) throws {
        let effects = pending
        pending = []
        defer { finder.forget() }
        try store.durably {
            var open: [BatchID: Moves] = [:]
            var next = 0
            while next < effects.count {
                // Effects on a single contact only are applied in the order of the contacts.
                var alone: [(RecordPosition, Int)] = []
                while next < effects.count, let position = effects[next].effect.position {
                    alone.append((position, next))
                    next += 1
                }
                for (_, place) in alone.sorted(by: <) { try apply(effects[place], &open) }
                guard next < effects.count else { break }
                try apply(effects[next], &open)
                next += 1
            }
            for moves in open.values { try moves.finish() }
            for response in responses {
                try store.noteResponses(
                    of: response.keys.map(\.key), channel: response.channel, campaign: response.campaign,
                    counted: response.counted, at: response.at)
            }
            try store.setProgress(rows, of: source.id)
        }
        for response in responses {
            context.contactTimes.noteResponses(
                response.keys, channel: response.channel, campaign: response.campaign, counted: response.counted,
                at: response.at)
        }
        responses = []
    }

    private func apply(_ waiting: (record: UInt32, effect: Effect), _ open: inout [BatchID: Moves]) throws {
        record = waiting.record
        switch waiting.effect {
        case .receipt(let row, let message):
            _ = try unlessDamaged(message.batch) { try apply(row, about: message, &open) }
        case .refusal(let row): try apply(row, &open)
        case .reply(let row, let readings): try apply(row, readings, &open)
        }
    }

    /// Whether a row that came before in the same file is already stored; with a nil `attempt`, for any attempt.
    private func wasSaid(
        _ event: Event, at moment: Timestamp?, of record: UInt32, in batch: BatchID, attempt: Int?
    ) throws -> Bool {
        guard isRepeated else { return false }
        return try store.receipts(ofBatch: batch, record: record).contains { known in
            known.event == event.rawValue && attempt.map { $0 == known.attempt } ?? true
                && moment.map { min($0, known.receivedAt) == known.at } ?? true
        }
    }

    // MARK: - Receipts

    private func apply(
        _ row: ReceiptRow, about message: MessageFinder.SentMessage, _ open: inout [BatchID: Moves]
    ) throws {
        let (batch, record, step, attempt) = (message.batch, message.record, message.step, message.attempt)
        // By address and without a time, it may be another event of the same kind, such as each day's "busy".
        if !row.event.isRefusal, row.at != nil || row.isOfReference,
            try wasSaid(row.event, at: row.at, of: record, in: batch, attempt: row.isOfReference ? attempt : nil)
        {
            return
        }
        guard let moves = try moves(for: batch, &open), let contact = try moves.changes.contact(record) else { return }
        let standing = contact.standing
        let moment = min(row.at ?? now, now)
        let detail = String(decoding: row.detail, as: UTF8.self)
        let isLate = standing.state.isFinal
        var stopped: [AddressReading] = []
        var isHeard = true
        var scope = ConsentEntry.Scope.all
        if row.event.isRefusal {
            stopped = try address(of: contact, batch: batch, step: step).map { [$0] } ?? []
            // By address, the provider may mean another message.
            stopped += readings(of: row.address).readings
            if row.event == .unsubscribed, row.isOfReference {
                scope = try stopScope(
                    of: contact, step: step, moves, campaign: store.batch(batch)?.campaign, at: moment)
            }
            isHeard =
                try suppress(stopped, scope, reason: row.event.rawValue, proof: detail, at: moment) || stopped.isEmpty
        }
        if row.event == .responded || row.event == .declined {
            try noteResponse(row.event, of: contact, batch: batch, step: step, attempt, at: moment)
        }
        if isHeard {
            try moves.happen(
                .event(row.event, attempt: attempt), to: contact, stage: .receipt, code: row.event.rawValue,
                reason: .words(detail), at: moment)
        }
        try store.insert(
            StoredReceipt(
                record: record, step: step, attempt: attempt, event: row.event.rawValue, at: moment, receivedAt: now,
                code: "", detail: detail, isLate: isLate), batch: batch, source: source.id)
        if !stopped.isEmpty, isHeard {
            let others = try stopped.flatMap { try contacts(of: $0.key) }
            try close(others, within: scope, code: row.event.rawValue, reason: "receipt", at: moment, &open)
        }
    }

    /// A refusal by a person for whom no message is known: not any more, not yet, or another sender's.
    private func apply(_ row: ReceiptRow, _ open: inout [BatchID: Moves]) throws {
        let moment = min(row.at ?? now, now)
        let readings = self.readings(of: row.address).readings
        guard try suppress(readings, .all, reason: row.event.rawValue, at: moment) else { return }
        let contacts = try readings.flatMap { try self.contacts(of: $0.key) }
        try close(contacts, within: .all, code: row.event.rawValue, reason: "receipt", at: moment, &open)
    }

    /// Returns whether any of them holds: not what was said before a START.
    private func suppress(
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

    /// Ends a person's open contacts within the scope of what they refused.
    private func close(
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

    /// Counts a response for caps: the first one to a message, even if it arrives late, at the time when it was given.
    /// Declining is a response too.
    private func noteResponse(
        _ event: Event, of contact: StandingChanges.Contact, batch: BatchID, step: String, _ attempt: Int,
        at moment: Timestamp
    ) throws {
        let configuration = context.configuration
        let counted: [Policy.Counted] =
            (configuration.capsResponses ? [.responses] : [])
            + (event == .declined && configuration.capsRefusals ? [.refusals] : [])
        guard !counted.isEmpty, let row = try store.batch(batch), let setup = context.setup(row.campaign) else {
            return
        }
        let record = contact.record
        // A reply that is a keyword is stored as a receipt as well.
        let isKnown = try store.receipts(ofBatch: batch, record: record).contains {
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

    /// The address that a message to a contact went to; nil if there is none.
    private func address(
        of contact: StandingChanges.Contact, batch: BatchID, step: String
    ) throws -> AddressReading? {
        guard let row = try store.batch(batch), let setup = context.setup(row.campaign) else { return nil }
        let values = try contact.segment.values(at: contact.index, columns: row.schema.columns.count)
        let choice = AddressChoice(step: setup.step(step), schema: row.schema)
        // A stored number has its plus, so it has only one likely reading.
        return choice.address(in: values).flatMap { readings(of: Array($0)).readings.first }
    }

    // MARK: - Replies

    private func apply(
        _ row: ReplyRow, _ readings: [AddressReading], _ open: inout [BatchID: Moves]
    ) throws {
        let contacts = try readings.flatMap { try self.contacts(of: $0.key) }
        let last = contacts.max { $0.standing.lastAttemptAt < $1.standing.lastAttemptAt }
        let campaign = try last.flatMap { try store.batch($0.batch)?.campaign } ?? "default"
        let keywords = ReplyKeywords(context.configuration.campaign(named: campaign)?.keywords ?? [:])
        var meaning = keywords.meaning(of: row.text)
        let moment = min((meaning == .stop ? row.lastAt : row.at) ?? now, now)
        // "Yes" from a person who never said stop is an answer; an earlier stop may still arrive.
        let isStart = meaning == .start
        let isStopped = try readings.contains { try hasStopped($0.key) }
        if meaning == .start, !isStopped { meaning = .response }
        // A start that came before may be older than a stop.
        if isRepeated, isStart, row.at == nil { return }
        if meaning != .stop, row.at != nil, let last,
            try wasSaid(.responded, at: row.at, of: last.record, in: last.batch, attempt: nil)
        {
            return
        }
        switch meaning {
        case .stop:
            let scope = keywords.isStopAll(row.text) ? .all : try stopScope(answering: contacts, at: moment, &open)
            let text = String(decoding: row.text, as: UTF8.self)
            var isHeard = try suppress(readings, scope, reason: "reply", proof: text, at: moment)
            // Rows without times count in their order of arrival, even within one millisecond.
            if !isHeard, row.lastAt == nil {
                let next = moment.adding(TimeSpan(milliseconds: 1))
                isHeard = try suppress(readings, scope, reason: "reply", proof: text, at: next)
            }
            if isHeard {
                try close(contacts, within: scope, code: "unsubscribed", reason: "reply", at: moment, &open)
            }
        case .start, .response:
            if isStart {
                // A stop and a start at the same moment count as a stop. A start without a time may be older than any
                // stop that still arrives: it only lifts the known one.
                let said = row.at == nil ? moment.adding(TimeSpan(milliseconds: 1)) : moment
                try noteStart(row, readings, said: said, answering: contacts, &open)
                for reading in readings {
                    try store.liftStop(
                        of: reading.key, kind: reading.kind, source: source.id, record: record, at: moment,
                        saidBefore: row.at == nil ? nil : moment)
                }
            }
        case .help: break
        }
        guard let last, last.standing.attempts > 0, let moves = try moves(for: last.batch, &open),
            let contact = try moves.changes.contact(last.record)
        else { return }
        let position = try moves.position(of: contact)
        let isLate = contact.standing.state.isFinal && meaning != .stop
        if meaning == .response {
            try noteResponse(
                .responded, of: contact, batch: last.batch, step: position.step, position.attempts, at: moment)
            try moves.happen(
                .event(.responded, attempt: position.attempts), to: contact, stage: .receipt, code: "responded",
                at: moment)
        }
        try store.insert(
            StoredReceipt(
                record: last.record, step: position.step, attempt: position.attempts,
                event: (meaning == .stop ? Event.unsubscribed : .responded).rawValue, at: moment, receivedAt: now,
                code: meaning.code.rawValue, detail: String(decoding: row.text, as: UTF8.self), isLate: isLate),
            batch: last.batch, source: source.id)
    }

    // MARK: - Who is meant

    struct Found {
        let batch: BatchID
        let record: UInt32
        let standing: Standing
    }

    /// Every contact whose recipient has this key.
    private func contacts(of key: UInt64) throws -> [Found] {
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

    /// If a batch cannot be read, that is reported, and everything else goes on.
    private func unlessDamaged<Result>(_ batch: BatchID, _ body: () throws -> Result?) throws -> Result? {
        do {
            return try body()
        } catch let problem as StoreProblem {
            context.log.error("store.damaged", ["batch": .text(batch.description), "problem": .text("\(problem)")])
            return nil
        }
    }

    /// The people that an address in a results file can mean.
    func readings(of address: [UInt8]) -> (readings: [AddressReading], damage: NumberAdvice?) {
        AddressReading.read(address, context.configuration.addressRules)
    }

    func moves(for batch: BatchID, _ open: inout [BatchID: Moves]) throws -> Moves? {
        if let known = open[batch] { return known }
        guard let row = try store.batch(batch) else { return nil }
        let moves = try Moves(context, row, context.setupOrDefaults(row.campaign), needsValues: false, at: now)
        open[batch] = moves
        return moves
    }
}
