/// Reads rows, and finds the messages they are about.
extension ResultRows {
    /// A row that was read.
    struct Taken {
        let part: ResultsReading.Part
        let place: Int
        let isNew: Bool
        var problems = Problems()
        /// Nil for anything but a receipt that can be used.
        var row: ReceiptRow? { didSet { note() } }
        /// Of the row, so that it is not copied for them.
        private(set) var isReceipt = false
        private(set) var position: RecordPosition?
        private(set) var namesAddress = false
        var readings: [AddressReading] = []
        var target: Result<MessageFinder.SentMessage?, StoreProblem> = .success(nil)
        /// Effects that need no message.
        var effects: [Effect] = []
        /// A stop of which nobody can tell who said it.
        var unheard: UnheardStop?

        var record: UInt32 { part.chunk.records[place].number }

        /// Whether it names anybody by another thing than a reference.
        var namesPeople: Bool { namesAddress || !effects.isEmpty }

        init(_ place: Int, in part: ResultsReading.Part, isNew: Bool, row: ReceiptRow? = nil) {
            (self.part, self.place, self.isNew, self.row) = (part, place, isNew, row)
            note()
        }

        private mutating func note() {
            guard let row else { return }
            isReceipt = true
            position = row.position
            namesAddress = !row.address.isEmpty || position == nil
        }
    }

    /// Takes one row; whom it is about is found by `settle`, and what it does to contacts waits for `commit`.
    func take(_ place: Int, in part: ResultsReading.Part, isNew: Bool) {
        // What somebody answered may be a stop.
        if case .receipt(let reading) = part.rows[place].words, let row = reading.row, reading.problems.isEmpty,
            row.event != .responded, part.rows[place].misplaced == nil, !part.rows[place].isForeign,
            !part.rows[place].mayBeReply
        {
            // What is looked up by address costs more than the rest.
            work += row.isOfReference && !row.event.isRefusal ? 1 : 2
            taken.append(Taken(place, in: part, isNew: isNew, row: row))
        } else {
            takeWithCare(place, in: part, isNew: isNew)
        }
    }

    /// The same of a row that has anything wrong with it, or is a reply.
    private func takeWithCare(_ place: Int, in part: ResultsReading.Part, isNew: Bool) {
        var one = Taken(place, in: part, isNew: isNew)
        let row = part.rows[place]
        switch row.words {
        case .none(let damage):
            stops(in: part.chunk.wholeText(of: place), &one)
            let violation = Violation(
                .row, damage.problem,
                message: "The record's form is damaged (line \(part.chunk.records[place].line)).",
                hint: "Fix the quotes and brackets of this record and drop it again.")
            one.problems = Problems(violations: [violation], isFatal: true)
        case .receipt(let reading):
            if !reading.problems.isEmpty || reading.row == nil {
                one.problems = Self.problems(reading.problems, isFatal: reading.row == nil)
            }
            one.row = reading.row
            // What somebody answered may be a stop, whatever the provider calls it.
            if let row = one.row, row.event == .responded, saysStop(row.detail) { one.row?.event = .unsubscribed }
            if reading.row == nil || row.misplaced != nil || row.mayBeReply {
                stops(in: part.chunk.wholeText(of: place), &one)
            }
        case .reply(let reading):
            take(reading, &one)
            if reading.row?.isWhole != true || row.misplaced != nil { stops(in: part.chunk.wholeText(of: place), &one) }
        }
        if let misplaced = row.misplaced { one.problems.violations.append(misplaced) }
        if row.isForeign {
            one.problems.violations.append(.foreignText(line: part.chunk.records[place].line))
        }
        work += one.row.map { $0.isOfReference && !$0.event.isRefusal } ?? false ? 1 : 2
        taken.append(one)
    }

    /// Whether the rows that were taken are about contacts that lie far apart, so that more of them together are less
    /// work.
    private var areScattered: Bool {
        var segments: Set<Int64> = []
        for place in taken.indices {
            guard let position = taken[place].position else { continue }
            segments.insert(position.batch.rawValue << 18 | Int64(position.record >> 10))
        }
        return segments.count > 256
    }

    /// Whether the rows that were taken are enough for a commit: some 20 ms of work, and no more is lost to a crash
    /// than a blink redoes. Of rows about contacts all over large batches more are: their segments are touched once for
    /// each commit.
    var areEnough: Bool {
        if work < (isPatient ? Self.scatteredAtOnce : Self.workAtOnce) { return false }
        if !isPatient, areScattered {
            isPatient = true
            return false
        }
        return true
    }

    private static let workAtOnce = 8_000
    private static let scatteredAtOnce = 64_000

    /// Finds the messages that the rows taken are about; calls `body` with each row that has anything wrong with it, in
    /// their order.
    func settle(_ body: (ResultsReading.Part, Int, Problems) throws -> Void) throws {
        var rows = taken
        // The next ones are mostly as many.
        taken = []
        taken.reserveCapacity(rows.count)
        (work, isPatient) = (0, false)
        // Those about contacts that lie together are found together.
        var ofReferences: [(RecordPosition, Int)] = []
        ofReferences.reserveCapacity(rows.count)
        var others: [Int] = []
        for place in rows.indices where rows[place].isReceipt {
            if let position = rows[place].position {
                ofReferences.append((position, place))
            } else {
                others.append(place)
            }
        }
        try lookUpPeople(of: &rows)
        for (_, place) in ofReferences.sorted(by: <) { try find(&rows[place]) }
        for place in others { try find(&rows[place]) }
        pending.reserveCapacity(pending.count + rows.count)
        for place in rows.indices {
            if rows[place].unheard != nil { try hear(&rows[place]) }
            if rows[place].isNew, !rows[place].effects.isEmpty {
                pending += rows[place].effects.map { (rows[place].record, nil, $0) }
            }
            if rows[place].isReceipt { try finish(&rows[place]) }
            if !rows[place].problems.violations.isEmpty || rows[place].problems.isFatal {
                try body(rows[place].part, rows[place].place, rows[place].problems)
            }
        }
    }

    /// Reads the addresses of the rows taken, and looks up all at once who has one that asks for it.
    private func lookUpPeople(of rows: inout [Taken]) throws {
        var keys: Set<UInt64> = []
        for place in rows.indices where rows[place].namesPeople {
            for effect in rows[place].effects {
                if case .reply(_, let readings) = effect { keys.formUnion(readings.map(\.key)) }
            }
            guard let row = rows[place].row else { continue }
            if case .account(let account) = row.subject { keys.insert(RecipientKey.id(account.span)) }
            if row.address.isEmpty { continue }
            let (readings, damage) = self.readings(of: row.address, isStop: row.event.isRefusal)
            rows[place].readings = readings
            if row.event.isRefusal || !row.isOfReference { keys.formUnion(readings.map(\.key)) }
            if let damage, !readings.allSatisfy(\.isNobodys) {
                rows[place].problems.violations.append(
                    Violation(
                        .column("address", code: .addressInvalid), .invalid, value: row.address,
                        message: damage.message + " It counts for all that it can mean.", hint: damage.hint))
            }
        }
        try finder.lookUp(keys)
    }

    private func find(_ one: inout Taken) throws {
        guard let row = one.row else { return }
        do {
            one.target = .success(try finder.message(of: row, one.readings))
        } catch let problem as StoreProblem {
            if let obstacle = problem.obstacle { throw obstacle }
            one.target = .failure(problem)
        }
    }

    /// What a receipt comes to whose message was looked for.
    private func finish(_ one: inout Taken) throws {
        guard let row = one.row else { return }
        // Whoever refuses is left alone, even if unknown; of a number that no plan has nobody knows who that is.
        let refuses = row.event.isRefusal && !one.readings.allSatisfy(\.isNobodys)
        switch one.target {
        case .failure(let problem):
            if one.isNew, refuses { pending.append((one.record, nil, .refusal(row))) }
            context.log.error("store.damaged", ["problem": .text("\(problem)")])
            one.problems.isFatal = true
            if row.event.isRefusal, !refuses { try note(lostBy: row) }
            one.problems.violations.append(
                Violation(
                    .column("reference", code: .referenceUnknown), .unknown,
                    message: "What the store has of this message cannot be read: \(problem).",
                    hint: "Drop this row again when the store is mended."))
        case .success(let target?):
            if one.isNew {
                // Whose it is, where nobody else's contacts follow from it.
                let alone =
                    row.event.isRefusal ? nil : RecordPosition(batch: target.batch, record: target.record)
                pending.append((one.record, alone, .receipt(row, target)))
            }
        case .success(nil):
            if one.isNew, refuses { pending.append((one.record, nil, .refusal(row))) }
            if refuses, row.subject == .address { return }
            if row.event.isRefusal, !refuses, try mayBeHeard(row) {
                return try hearReceipt(row, &one)
            }
            if finder.isOfAnswer(row) { return }
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
        guard var row = reading.row else { return }
        var (readings, damage) = self.readings(of: row.from, isStop: saysStop(row.text))
        if readings.isEmpty {
            readings = AddressReading.pieces(of: row.from).flatMap { self.readings(of: $0).readings }
        }
        if readings.allSatisfy(\.isNobodys), saysStop(row.text), !AddressReading.isShortCode(row.from) {
            one.unheard = UnheardStop(row: row, anywhere: AddressReading.anywhere(row.from) + readings)
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
        if let violation = vagueStart(row) { problems.violations.append(violation) }
        if isDoubtful(row), reading.problems.isEmpty, startWords.meaning(of: row.text) == .start {
            problems.violations +=
                Self.problems([.date(Array("\(row.at ?? now)".utf8)[...])], isFatal: false).violations
        }
        if readings.count > 1, startWords.meaning(of: row.text) == .start {
            problems.violations.append(
                Violation(
                    .column("from", code: .fromInvalid), .invalid, value: row.from,
                    message:
                        "The sender can be more than one number, so the start lifts a stop only where one alone of "
                        + "them has said stop.",
                    hint: "Write the number in international form, such as +14155550123."))
        }
        guard !readings.isEmpty else { return }
        row.isSenderDamaged = damage != nil
        one.effects = [.reply(row, readings)]
    }

    /// Whoever says stop in a row that cannot be read, or not whole, is heard: for every number and address that stands
    /// in it.
    private func stops(in row: [UInt8], _ one: inout Taken) {
        // Who does not stand where the sender is expected may stand elsewhere, as in an object within the record.
        if let unheard = one.unheard, !unheard.row.from.isEmpty { return }
        let pieces = AddressReading.pieces(of: row).filter { $0 != one.unheard?.row.to }
            .map { Array(TextEncoding.mended($0[...])) }
        let isStop = pieces.contains { piece in
            saysStop(piece)
                || !piece.contains(UInt8(ascii: "@")) && EventName.read(piece[...]).event?.isRefusal ?? false
        }
        guard isStop else { return }
        func reply(_ from: [UInt8]) -> ReplyRow {
            ReplyRow(from: from, to: [], text: Array("STOP".utf8), at: nil, firstAt: nil, lastAt: nil)
        }
        one.effects += pieces.compactMap { piece in
            let found = readings(of: piece).readings
            return found.isEmpty ? nil : .reply(reply(piece), found)
        }
        if one.effects.isEmpty, one.unheard == nil {
            one.unheard = UnheardStop(row: reply([]), anywhere: pieces.flatMap { AddressReading.anywhere($0) })
        }
    }

    /// Of a start whose time has no offset: it may be older than a stop that seems to come before it.
    private func vagueStart(_ row: ReplyRow) -> Violation? {
        guard row.firstAt != row.at, startWords.meaning(of: row.text) == .start else { return nil }
        return Violation(
            .column("at", code: .dateInvalid), .invalid, value: [],
            message: "The time has no offset from UTC; the start counts from the first moment that it can mean.",
            hint: "Write it as ISO 8601 with its offset, such as 2026-11-21T10:00:00Z or 2026-11-21T10:00:00-05:00.")
    }

    /// A start whose time is unreadable or still to come may be older than a stop.
    func isDoubtful(_ row: ReplyRow) -> Bool {
        row.isTimeUnknown || row.firstAt.map { $0 > now.adding(.minutes(1)) } ?? false
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
