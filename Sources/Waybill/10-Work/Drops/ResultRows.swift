/// Applies the rows of a receipts or replies drop to the contacts they are about.
///
/// Effects are gathered by batch and committed together with how many rows are done, so that a restart goes on where
/// the last commit ended and no row counts twice.
final class ResultRows {
    private let context: WorkContext
    private let store: any Store
    private let source: BatchRow
    /// Whether the same rows came before: what they said has no second effect, but for a refusal.
    private let isRepeated: Bool
    private let now: Timestamp
    private let finder: MessageFinder
    private var pending: [(record: UInt32, effect: Effect)] = []
    /// The record that is read or applied.
    private var record: UInt32 = 0
    /// Who responded, as caps count it; noted with the next commit.
    private var responses: [Response] = []

    private struct Response {
        let keys: [(key: UInt64, subject: Policy.CapSubject?)]
        let channel: Channel
        let campaign: String
        /// Responses or refusals.
        let counted: Policy.Counted
        let at: Timestamp
    }

    /// What is wrong with a row, and whether it could be used all the same.
    struct Problems {
        var violations: [Violation] = []
        var isFatal = false
    }

    private enum Effect {
        case receipt(ReceiptRow, MessageFinder.SentMessage)
        /// By somebody whom no message that is known went to.
        case refusal(ReceiptRow)
        case reply(ReplyRow, [AddressReading])
    }

    init(_ context: WorkContext, _ source: BatchRow, isRepeated: Bool = false) {
        self.context = context
        self.isRepeated = isRepeated
        store = context.store
        finder = MessageFinder(context)
        self.source = source
        now = context.now
    }

    /// Reads one row; what it does to contacts waits for `commit`.
    func take(
        _ place: Int, in chunk: Chunk, _ columns: ResultColumns, isNew: Bool
    ) throws -> Problems {
        let record = chunk.records[place]
        self.record = record.number
        if let damage = record.damage {
            if isNew { hearStops(in: chunk.wholeText(of: place)) }
            let violation = Violation(
                .row, damage.problem, message: "The record's form is damaged (line \(record.line)).",
                hint: "Fix the quotes and brackets of this record and drop it again.")
            return Problems(violations: [violation], isFatal: true)
        }
        let first = Int(record.firstField)
        let values = chunk.fields[first..<first + Int(record.fieldCount)].map { chunk.text[$0.offset..<$0.end] }
        switch columns {
        case .receipts(let columns): return try take(columns.read(values), isNew: isNew)
        case .replies(let columns): return take(columns.read(values), isNew: isNew)
        }
    }

    private func take(_ reading: ReceiptReading<ReceiptRow>, isNew: Bool) throws -> Problems {
        var problems = Self.problems(reading.problems, isFatal: reading.row == nil)
        guard let row = reading.row else { return problems }
        let (readings, damage) = self.readings(of: row.address)
        if let damage, !readings.isEmpty {
            problems.violations.append(
                Violation(
                    .column("address", code: .addressInvalid), .invalid, value: row.address,
                    message: damage.message + " It counts for all that it can mean.", hint: damage.hint))
        }
        let target: MessageFinder.SentMessage?
        do {
            target = try finder.message(of: row, readings)
        } catch let problem as StoreProblem {
            // Whoever refuses is left alone all the same.
            if isNew, row.event.isRefusal, !readings.isEmpty { pending.append((record, .refusal(row))) }
            context.log.error("store.damaged", ["problem": .text("\(problem)")])
            problems.isFatal = true
            problems.violations.append(
                Violation(
                    .column("reference", code: .referenceUnknown), .unknown,
                    message: "What the store has of this message cannot be read: \(problem).",
                    hint: "Drop this row again when the store is mended."))
            return problems
        }
        if isNew, let target { pending.append((record, .receipt(row, target))) }
        // Whoever refuses is left alone, known or not.
        let refuses = row.event.isRefusal && !readings.isEmpty
        if isNew, target == nil, refuses { pending.append((record, .refusal(row))) }
        if target == nil, !refuses || row.subject != .address {
            problems.violations.append(
                Violation(
                    .column("reference", code: .referenceUnknown), .unknown,
                    message: unknownMessage(row) + (refuses ? " The address is left alone." : ""),
                    hint: "Give back the reference of the message unchanged; check that it went out from here."))
            problems.isFatal = !refuses
        }
        return problems
    }

    private func unknownMessage(_ row: ReceiptRow) -> String {
        guard row.isOfReference else {
            return "No message of this workspace that can have come to this went there."
        }
        guard let letters = finder.foreignLetters(of: row) else {
            return "No message of this workspace has this reference."
        }
        return letters == .absent
            ? "No message of this workspace has a reference without letters in front."
            : "References of this workspace never began with \"\(letters)\": it is of another, or of a lost store."
    }

    private func take(_ reading: ReceiptReading<ReplyRow>, isNew: Bool) -> Problems {
        var problems = Self.problems(reading.problems, isFatal: reading.row == nil)
        guard let row = reading.row else { return problems }
        var (readings, damage) = self.readings(of: row.from)
        if readings.isEmpty {
            readings = AddressReading.pieces(of: row.from).flatMap { self.readings(of: $0).readings }
        }
        if readings.isEmpty || damage != nil {
            problems.violations.append(
                Violation(
                    .column("from", code: .fromInvalid), .invalid, value: row.from,
                    message: readings.isEmpty
                        ? "The sender is neither a phone number nor an e-mail address."
                        : (damage?.message ?? "") + " The reply counts for all that it can mean.",
                    hint: damage?.hint ?? "Write the number in international form, such as +14155550123."))
            problems.isFatal = readings.isEmpty
        }
        if Self.isDoubtfulStart(row, reading.problems, now: now) {
            if reading.problems.isEmpty {
                problems.violations +=
                    Self.problems([.date(Array("\(row.at ?? now)".utf8)[...])], isFatal: false).violations
            }
            return problems
        }
        if isNew, !readings.isEmpty { pending.append((record, .reply(row, readings))) }
        return problems
    }

    /// Whoever says stop in a row that cannot be read is heard: for every number and address that stands in it.
    private func hearStops(in row: [UInt8]) {
        let pieces = AddressReading.pieces(of: row)
        let keywords = ReplyKeywords([:])
        let isStop = pieces.contains { piece in
            keywords.meaning(of: piece) == .stop
                || EventName.event(piece[...])?.isRefusal ?? false
        }
        guard isStop else { return }
        for piece in pieces {
            let found = readings(of: piece).readings
            if !found.isEmpty {
                let stop = ReplyRow(from: piece, to: [], text: Array("STOP".utf8), at: nil, lastAt: nil)
                pending.append((record, .reply(stop, found)))
            }
        }
    }

    /// A start whose time is unreadable or still to come may be older than a stop.
    private static func isDoubtfulStart(_ row: ReplyRow, _ problems: [ReceiptProblem], now: Timestamp) -> Bool {
        let isTimeUnknown = row.at == nil && problems.contains { $0.code == .dateInvalid }
        let isAhead = row.at.map { $0 > now.adding(.minutes(1)) } ?? false
        return (isTimeUnknown || isAhead) && ReplyKeywords([:]).meaning(of: row.text) == .start
    }

    private static func problems(_ found: [ReceiptProblem], isFatal: Bool) -> Problems {
        Problems(
            violations: found.map { problem in
                let column = String(problem.code.rawValue.prefix { $0 != "." })
                return Violation(
                    .column(column == "date" ? "at" : column, code: problem.code), .invalid, value: problem.value,
                    message: problem.message, hint: problem.hint)
            }, isFatal: isFatal)
    }

    /// Applies what was taken, and writes down that `rows` rows are done.
    func commit(rows: Int) throws {
        let effects = pending
        pending = []
        finder.forget()
        try store.durably {
            var open: [BatchID: Moves] = [:]
            for (record, effect) in effects {
                self.record = record
                switch effect {
                case .receipt(let row, let message):
                    _ = try unlessDamaged(message.batch) { try apply(row, about: message, &open) }
                case .refusal(let row): try apply(row, &open)
                case .reply(let row, let readings):
                    try apply(row, readings, &open)
                }
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

    /// Whether a row that came before in the same file is kept already; `attempt` nil stands for any.
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
        // By address and without a time it may be another event of the kind, as each day's "busy".
        if !row.event.isRefusal, row.at != nil || row.isOfReference,
            try wasSaid(row.event, at: row.at, of: record, in: batch, attempt: row.isOfReference ? attempt : nil)
        {
            return
        }
        guard var moves = try moves(for: batch, &open), let contact = try moves.changes.contact(record) else { return }
        let standing = contact.standing
        let moment = min(row.at ?? now, now)
        let detail = String(decoding: row.detail, as: UTF8.self)
        let isLate = standing.state.isFinal
        var stopped: [AddressReading] = []
        var isHeard = true
        if row.event.isRefusal {
            stopped = try address(of: contact, batch: batch, step: step).map { [$0] } ?? []
            // By address it may have been another one that the provider means.
            stopped += readings(of: row.address).readings
            isHeard = try suppress(stopped, reason: row.event.rawValue, at: moment) || stopped.isEmpty
        }
        if row.event == .responded || row.event == .declined {
            try noteResponse(row.event, of: contact, batch: batch, step: step, attempt, at: moment)
        }
        if isHeard {
            try moves.happen(
                .event(row.event, attempt: attempt), to: contact, stage: .receipt, code: row.event.rawValue,
                reason: .words(detail), at: moment)
            open[batch] = moves
        }
        try store.insert(
            StoredReceipt(
                record: record, step: step, attempt: attempt, event: row.event.rawValue, at: moment, receivedAt: now,
                code: "", detail: detail, isLate: isLate), batch: batch, source: source.id)
        if !stopped.isEmpty, isHeard {
            let others = try stopped.flatMap { try contacts(of: $0.key) }
            try close(others, code: row.event.rawValue, reason: "receipt", at: moment, &open)
        }
    }

    /// A refusal by somebody of whom no message is known: no longer, not yet, or of another sender's.
    private func apply(_ row: ReceiptRow, _ open: inout [BatchID: Moves]) throws {
        let moment = min(row.at ?? now, now)
        let readings = self.readings(of: row.address).readings
        guard try suppress(readings, reason: row.event.rawValue, at: moment) else { return }
        let contacts = try readings.flatMap { try self.contacts(of: $0.key) }
        try close(contacts, code: row.event.rawValue, reason: "receipt", at: moment, &open)
    }

    /// Whether any of them holds: not what was said before a START.
    private func suppress(_ readings: [AddressReading], reason: String, at moment: Timestamp) throws -> Bool {
        var isHeard = false
        for reading in readings {
            let holds = try store.suppress(
                reading.key, kind: reading.kind, reason: reason, source: source.id, record: record, at: moment)
            isHeard = isHeard || holds
        }
        return isHeard
    }

    /// Ends the open ones of a person's contacts, who wants none of them.
    private func close(
        _ contacts: [Found], code: String, reason: String, at moment: Timestamp, _ open: inout [BatchID: Moves]
    ) throws {
        for found in contacts {
            guard var moves = try moves(for: found.batch, &open), let contact = try moves.changes.contact(found.record)
            else { continue }
            try moves.happen(.optedOut, to: contact, stage: .receipt, code: code, reason: .words(reason), at: moment)
            open[found.batch] = moves
        }
    }

    /// Where a cap counts responses, the first one to a message does, also when it comes late: from when it was given.
    /// Who declines answers, too.
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
        let record = contact.segment.record(at: contact.index)
        // A reply that is a keyword stands among the receipts as well.
        let isKnown = try store.receipts(ofBatch: batch, record: record).contains {
            $0.event == event.rawValue && $0.attempt == attempt
                && ["", Code.replyResponse.rawValue].contains($0.code)
        }
        if isKnown { return }
        let step = setup.step(step)
        let values = contact.segment.values(at: contact.index, columns: row.schema.columns.count)
        let address = AddressChoice(step: step, schema: row.schema).address(in: values) ?? []
        let keys = CapKeys(columns: configuration.capColumns, subjects: [], row.schema).all(of: address) { values[$0] }
        responses += counted.map {
            Response(keys: keys, channel: step.channel, campaign: row.campaign, counted: $0, at: moment)
        }
    }

    /// The address that a message to a contact went to; nil where there is none.
    private func address(
        of contact: StandingChanges.Contact, batch: BatchID, step: String
    ) throws -> AddressReading? {
        guard let row = try store.batch(batch), let setup = context.setup(row.campaign) else { return nil }
        let values = contact.segment.values(at: contact.index, columns: row.schema.columns.count)
        let choice = AddressChoice(step: setup.step(step), schema: row.schema)
        // A stored number has its plus, so that it has one likely reading.
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
        // "Yes" from somebody who never said stop is an answer; a stop from before that may still come.
        let isStart = meaning == .start
        let hasStopped = try readings.contains { try store.hasStopped($0.key) }
        if meaning == .start, !hasStopped { meaning = .response }
        // A start that came before may have come before a stop.
        if isRepeated, isStart, row.at == nil { return }
        if meaning != .stop, row.at != nil, let last,
            try wasSaid(.responded, at: row.at, of: last.record, in: last.batch, attempt: nil)
        {
            return
        }
        switch meaning {
        case .stop:
            let isHeard = try suppress(readings, reason: "reply", at: moment)
            if isHeard { try close(contacts, code: "unsubscribed", reason: "reply", at: moment, &open) }
        case .start, .response:
            for reading in readings where isStart {
                // What came without a time was said when it came; of one moment a stop and a start are a stop.
                try store.liftStop(
                    of: reading.key, kind: reading.kind, source: source.id, record: record, at: moment,
                    saidBefore: row.at == nil ? moment.adding(TimeSpan(milliseconds: 1)) : moment)
            }
        case .help: break
        }
        guard let last, last.standing.attempts > 0, var moves = try moves(for: last.batch, &open),
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
            open[last.batch] = moves
        }
        try store.insert(
            StoredReceipt(
                record: last.record, step: position.step, attempt: position.attempts,
                event: (meaning == .stop ? Event.unsubscribed : .responded).rawValue, at: moment, receivedAt: now,
                code: meaning.code.rawValue, detail: String(decoding: row.text, as: UTF8.self), isLate: isLate),
            batch: last.batch, source: source.id)
    }

    // MARK: - Who is meant

    private struct Found {
        let batch: BatchID
        let record: UInt32
        let standing: Standing
    }

    /// Every contact whose recipient has this key.
    private func contacts(of key: UInt64) throws -> [Found] {
        try store.records(ofRecipient: key).compactMap { batch, record in
            try unlessDamaged(batch) {
                guard let stored = try store.segment(of: record, batch: batch),
                    let index = stored.contacts.index(of: record)
                else { return nil }
                let standings = try store.standings(of: stored.id)
                return Found(batch: batch, record: record, standing: standings?[index] ?? Standing())
            }
        }
    }

    /// What cannot be read of a batch is told, and all else goes on.
    private func unlessDamaged<Result>(_ batch: BatchID, _ body: () throws -> Result?) throws -> Result? {
        do {
            return try body()
        } catch let problem as StoreProblem {
            context.log.error("store.damaged", ["batch": .text(batch.description), "problem": .text("\(problem)")])
            return nil
        }
    }

    /// Whom an address as it stands in a results file can mean.
    private func readings(of address: [UInt8]) -> (readings: [AddressReading], damage: NumberAdvice?) {
        AddressReading.read(address, regions: context.configuration.regions)
    }

    private func moves(for batch: BatchID, _ open: inout [BatchID: Moves]) throws -> Moves? {
        if let known = open[batch] { return known }
        guard let row = try store.batch(batch) else { return nil }
        let moves = try Moves(context, row, context.setupOrDefaults(row.campaign), at: now)
        open[batch] = moves
        return moves
    }
}
