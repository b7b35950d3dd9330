/// Reads rows, and finds the messages they are about.
extension ResultRows {
    /// A row that was read.
    struct Taken {
        let chunk: Chunk
        let place: Int
        let isNew: Bool
        var problems: Problems
        /// Set only for a usable receipt.
        var row: ReceiptRow?
        var readings: [AddressReading] = []
        var target: Result<MessageFinder.SentMessage?, StoreProblem> = .success(nil)
        /// Effects that need no message.
        var effects: [Effect] = []

        var record: UInt32 { chunk.records[place].number }
    }

    /// Reads one row. `settle` finds whom it is about, and `commit` changes contacts.
    func take(_ place: Int, in chunk: Chunk, _ columns: ResultColumns, isNew: Bool) {
        let record = chunk.records[place]
        var one = Taken(chunk: chunk, place: place, isNew: isNew, problems: Problems())
        defer { taken.append(one) }
        if let damage = record.damage {
            if isNew { one.effects = stops(in: chunk.wholeText(of: place)) }
            let violation = Violation(
                .row, damage.problem, message: "The record's form is damaged (line \(record.line)).",
                hint: "Fix the quotes and brackets of this record and drop it again.")
            one.problems = Problems(violations: [violation], isFatal: true)
            return
        }
        let first = Int(record.firstField)
        var values = chunk.fields[first..<first + Int(record.fieldCount)].map { chunk.text[$0.offset..<$0.end] }
        let isForeign = values.contains { $0.contains { $0 >= 0x80 } && String(validating: $0, as: UTF8.self) == nil }
        // A stop in another encoding still counts.
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
            let (problems, effect) = take(columns.read(values))
            one.problems = problems
            one.effects = effect.map { [$0] } ?? []
        }
    }

    /// How many rows were taken and are not settled yet.
    var unsettled: Int { taken.count }

    /// Whether the rows taken are about contacts that are stored far apart, so that settling more of them together is
    /// less work.
    var areScattered: Bool {
        var segments: Set<Int64> = []
        for one in taken {
            guard case .reference(let reference)? = one.row?.subject else { continue }
            segments.insert(reference.batch.rawValue << 18 | Int64(reference.record >> 10))
        }
        return segments.count > 128
    }

    /// Finds the messages of the rows taken. Calls `body` with each row that has a problem, in order.
    func settle(_ body: (Chunk, Int, Problems) throws -> Void) throws {
        // Rows about contacts stored together are settled together.
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
            if one.isNew { pending += one.effects.map { (one.record, $0) } }
            if one.row != nil { finish(&one) }
            if !one.problems.violations.isEmpty || one.problems.isFatal {
                try body(one.chunk, one.place, one.problems)
            }
        }
    }

    /// Reads the addresses of the rows taken, and looks up all the people who need it at once.
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

    /// Decides what a receipt does, after its message was looked up.
    private func finish(_ one: inout Taken) {
        guard let row = one.row else { return }
        // Whoever refuses is left alone, even if unknown.
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

    private func take(_ reading: ReceiptReading<ReplyRow>) -> (problems: Problems, effect: Effect?) {
        var problems = Self.problems(reading.problems, isFatal: reading.row == nil)
        guard let row = reading.row else { return (problems, nil) }
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
            return (problems, nil)
        }
        return (problems, readings.isEmpty ? nil : .reply(row, readings))
    }

    /// A stop in a row that cannot be read counts: for every number and address in it.
    private func stops(in row: [UInt8]) -> [Effect] {
        let pieces = AddressReading.pieces(of: row)
        let keywords = ReplyKeywords([:])
        let isStop = pieces.contains { piece in
            keywords.meaning(of: piece) == .stop
                || EventName.event(piece[...])?.isRefusal ?? false
        }
        guard isStop else { return [] }
        return pieces.compactMap { piece in
            let found = readings(of: piece).readings
            if found.isEmpty { return nil }
            return .reply(ReplyRow(from: piece, to: [], text: Array("STOP".utf8), at: nil, lastAt: nil), found)
        }
    }

    /// Whether a start's time is unreadable or in the future, so it may be older than a stop.
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
}
