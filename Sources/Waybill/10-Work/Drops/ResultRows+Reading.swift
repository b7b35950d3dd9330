/// Reading rows, and finding the messages that they are about.
extension ResultRows {
    /// A row that was read.
    struct Taken {
        let chunk: Chunk
        let place: Int
        let isNew: Bool
        var problems: Problems
        /// Nil for anything but a receipt that can be used.
        var row: ReceiptRow?
        var readings: [AddressReading] = []
        var target: Result<MessageFinder.SentMessage?, StoreProblem> = .success(nil)
        /// What has nothing to do with a message.
        var effects: [Effect] = []
        /// A stop of which nobody can tell who said it.
        var unheard: UnheardStop?

        var record: UInt32 { chunk.records[place].number }
    }

    /// Reads one row; whom it is about is found by `settle`, and what it does to contacts waits for `commit`.
    func take(_ place: Int, in chunk: Chunk, _ columns: ResultColumns, isNew: Bool) {
        let record = chunk.records[place]
        var one = Taken(chunk: chunk, place: place, isNew: isNew, problems: Problems())
        defer { taken.append(one) }
        if let damage = record.damage {
            stops(in: chunk.wholeText(of: place), &one)
            let violation = Violation(
                .row, damage.problem, message: "The record's form is damaged (line \(record.line)).",
                hint: "Fix the quotes and brackets of this record and drop it again.")
            one.problems = Problems(violations: [violation], isFatal: true)
            return
        }
        let first = Int(record.firstField)
        var values = chunk.fields[first..<first + Int(record.fieldCount)].map { chunk.text[$0.offset..<$0.end] }
        let isForeign = values.contains { $0.contains { $0 >= 0x80 } && String(validating: $0, as: UTF8.self) == nil }
        // A stop in another alphabet is one.
        if isForeign { values = values.map { TextEncoding.windows1252.text(of: $0) } }
        defer {
            if isForeign {
                one.problems.violations.append(
                    Violation(
                        .row, .invalidEncoding,
                        message: "The row (line \(record.line)) is not valid in UTF-8; it was read as Windows-1252.",
                        hint: "Write the file in UTF-8."))
            }
        }
        switch columns {
        case .receipts(let columns):
            let reading = columns.read(values)
            one.problems = Self.problems(reading.problems, isFatal: reading.row == nil)
            one.row = reading.row
        case .replies(let columns):
            take(columns.read(values), &one)
        }
    }

    /// How many rows were taken and are not settled yet.
    var unsettled: Int { taken.count }

    /// Whether the rows that were taken are about contacts that lie far apart, so that more of them together are less
    /// work.
    var areScattered: Bool {
        var segments: Set<Int64> = []
        for one in taken {
            guard case .reference(let reference)? = one.row?.subject else { continue }
            segments.insert(reference.batch.rawValue << 18 | Int64(reference.record >> 10))
        }
        return segments.count > 128
    }

    /// Finds the messages that the rows taken are about; calls `body` with each row that has anything wrong with it, in
    /// their order.
    func settle(_ body: (Chunk, Int, Problems) throws -> Void) throws {
        // Those about contacts that lie together are found together.
        var ofReferences: [(RecordPosition, Int)] = []
        var others: [Int] = []
        for (place, one) in taken.enumerated() {
            guard let row = one.row else { continue }
            if let position = row.position { ofReferences.append((position, place)) } else { others.append(place) }
        }
        try lookUpPeople()
        for (_, place) in ofReferences.sorted(by: <) { try find(place) }
        for place in others { try find(place) }
        let rows = taken
        taken = []
        for var one in rows {
            try hear(&one)
            if one.isNew { pending += one.effects.map { (one.record, $0) } }
            if one.row != nil { try finish(&one) }
            if !one.problems.violations.isEmpty || one.problems.isFatal {
                try body(one.chunk, one.place, one.problems)
            }
        }
    }

    /// Reads the addresses of the rows taken, and looks up all at once who has one that asks for it.
    private func lookUpPeople() throws {
        var keys: Set<UInt64> = []
        for place in taken.indices {
            for effect in taken[place].effects {
                if case .reply(_, let readings) = effect { keys.formUnion(readings.map(\.key)) }
            }
            guard let row = taken[place].row else { continue }
            if case .account(let account) = row.subject { keys.insert(RecipientKey.id(account.span)) }
            if row.address.isEmpty { continue }
            let (readings, damage) = self.readings(of: row.address)
            taken[place].readings = readings
            if row.event.isRefusal || !row.isOfReference { keys.formUnion(readings.map(\.key)) }
            if let damage, !readings.isEmpty {
                taken[place].problems.violations.append(
                    Violation(
                        .column("address", code: .addressInvalid), .invalid, value: row.address,
                        message: damage.message + " It counts for all that it can mean.", hint: damage.hint))
            }
        }
        try finder.lookUp(keys)
    }

    private func find(_ place: Int) throws {
        guard let row = taken[place].row else { return }
        do {
            taken[place].target = .success(try finder.message(of: row, taken[place].readings))
        } catch let problem as StoreProblem {
            taken[place].target = .failure(problem)
        }
    }

    /// What a receipt comes to whose message was looked for.
    private func finish(_ one: inout Taken) throws {
        guard let row = one.row else { return }
        // Whoever refuses is left alone, known or not.
        let refuses = row.event.isRefusal && !one.readings.isEmpty
        switch one.target {
        case .failure(let problem):
            if one.isNew, refuses { pending.append((one.record, .refusal(row))) }
            context.log.error("store.damaged", ["problem": .text("\(problem)")])
            one.problems.isFatal = true
            one.problems.violations.append(
                Violation(
                    .column("reference", code: .referenceUnknown), .unknown,
                    message: "What the store has of this message cannot be read: \(problem).",
                    hint: "Drop this row again when the store is mended."))
        case .success(let target?):
            if one.isNew { pending.append((one.record, .receipt(row, target))) }
        case .success(nil):
            if one.isNew, refuses { pending.append((one.record, .refusal(row))) }
            if refuses, row.subject == .address { return }
            if row.event.isRefusal, !refuses, !row.isOfReference { return try hearReceipt(row, &one) }
            one.problems.violations.append(
                Violation(
                    .column("reference", code: .referenceUnknown), .unknown,
                    message: unknownMessage(row) + (refuses ? " The address is left alone." : ""),
                    hint: "Give back the reference of the message unchanged; check that it went out from here."))
            one.problems.isFatal = !refuses
        }
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

    private func take(_ reading: ReceiptReading<ReplyRow>, _ one: inout Taken) {
        var problems = Self.problems(reading.problems, isFatal: reading.row == nil)
        defer { one.problems = problems }
        guard let row = reading.row else { return }
        var (readings, damage) = self.readings(of: row.from)
        if readings.isEmpty {
            readings = AddressReading.pieces(of: row.from).flatMap { self.readings(of: $0).readings }
        }
        if readings.isEmpty, saysStop(row.text), !AddressReading.isShortCode(row.from) {
            one.unheard = UnheardStop(row: row, anywhere: AddressReading.anywhere(row.from))
            return
        }
        if row.from.isEmpty {
            problems.isFatal = true
        } else if readings.isEmpty || damage != nil {
            problems.violations.append(
                Violation(
                    .column("from", code: .fromInvalid), .invalid, value: row.from,
                    message: readings.isEmpty
                        ? "The sender is neither a phone number nor an e-mail address."
                        : (damage?.message ?? "") + " The reply counts for all that it can mean.",
                    hint: damage?.hint ?? "Write the number in international form, such as +14155550123."))
            problems.isFatal = readings.isEmpty
        }
        if let violation = Self.vagueStart(row) { problems.violations.append(violation) }
        if Self.isDoubtfulStart(row, reading.problems, now: now) {
            if reading.problems.isEmpty {
                problems.violations +=
                    Self.problems([.date(Array("\(row.at ?? now)".utf8)[...])], isFatal: false).violations
            }
            return
        }
        if !readings.isEmpty { one.effects = [.reply(row, readings)] }
    }

    /// Whoever says stop in a row that cannot be read is heard: for every number and address that stands in it.
    private func stops(in row: [UInt8], _ one: inout Taken) {
        let pieces = AddressReading.pieces(of: row)
        let keywords = ReplyKeywords([:])
        let isStop = pieces.contains { piece in
            keywords.meaning(of: piece) == .stop
                || EventName.event(piece[...])?.isRefusal ?? false
        }
        guard isStop else { return }
        func reply(_ from: [UInt8]) -> ReplyRow {
            ReplyRow(from: from, to: [], text: Array("STOP".utf8), at: nil, firstAt: nil, lastAt: nil)
        }
        one.effects = pieces.compactMap { piece in
            let found = readings(of: piece).readings
            return found.isEmpty ? nil : .reply(reply(piece), found)
        }
        if one.effects.isEmpty {
            one.unheard = UnheardStop(row: reply([]), anywhere: pieces.flatMap { AddressReading.anywhere($0) })
        }
    }

    /// Of a start whose time has no offset: it may be older than a stop that seems to come before it.
    private static func vagueStart(_ row: ReplyRow) -> Violation? {
        guard row.firstAt != row.at, ReplyKeywords([:]).meaning(of: row.text) == .start else { return nil }
        return Violation(
            .column("at", code: .dateInvalid), .invalid, value: [],
            message: "The time has no offset from UTC; the start counts from the first moment that it can mean.",
            hint: "Write it as ISO 8601 with its offset, such as 2026-11-21T10:00:00Z or 2026-11-21T10:00:00-05:00.")
    }

    /// A start whose time is unreadable or still to come may be older than a stop.
    private static func isDoubtfulStart(_ row: ReplyRow, _ problems: [ReceiptProblem], now: Timestamp) -> Bool {
        let isTimeUnknown = row.at == nil && problems.contains { $0.code == .dateInvalid }
        let isAhead = row.firstAt.map { $0 > now.adding(.minutes(1)) } ?? false
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
}
