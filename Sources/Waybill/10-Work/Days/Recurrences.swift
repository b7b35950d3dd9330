import SystemIO

/// Campaigns that send a kept list again and again: on its day a copy goes into the campaign's folder of the first
/// inbox, and is taken like any drop.
///
/// Each day counts once, whatever is killed when. That its drop is handed over is noted before the drop is there; the
/// commit that makes its batch true closes the day, and a second copy is then a duplicate of it. A day that is over is
/// not made up for.
final class Recurrences {
    private let context: WorkContext
    /// What this process has handed over; after a start it is done once more if it is nowhere.
    private var handedOver: [String: CalendarDay] = [:]
    private var toldDamaged: Set<String> = []

    init(_ context: WorkContext) {
        self.context = context
    }

    private var store: any Store { context.store }

    /// A file in an inbox.
    struct Arrival {
        let folder: String
        let name: String
    }

    /// Hands over what is due, and tells what went by or cannot be handed over.
    ///
    /// - Parameter inboxProblem: why the first inbox cannot be used; nothing in it is touched then.
    func handOver(inboxProblem: String? = nil) throws -> [Arrival] {
        let campaigns = context.configuration.campaigns.filter { $0.repeats != nil }
        if campaigns.isEmpty { return [] }
        let paused = try Set(store.pausedCampaigns().map { FoldedFileName($0) })
        var arrivals: [Arrival] = []
        for campaign in campaigns {
            guard let setup = context.setup(campaign.name), let recurrence = campaign.repeats,
                let clock = RecurrenceClock(recurrence, zone: setup.zone)
            else { continue }
            do {
                // What has stopped by itself would have many more to send when it goes on.
                let isPaused =
                    try paused.contains(FoldedFileName(campaign.name))
                    || Brakes(store, at: context.now).hold(of: campaign.name) != nil
                if let arrival = try handOver(setup, recurrence, clock, isPaused: isPaused, inboxProblem) {
                    arrivals.append(arrival)
                }
            } catch let damaged as StoreProblem {
                // Nobody knows which days are dealt with: nothing is sent. `status` says so as long as it is so.
                guard toldDamaged.insert(campaign.name).inserted else { continue }
                context.log.error(
                    "campaign.repeats", ["campaign": .text(campaign.name), "error": .text("\(damaged)")])
            }
        }
        return arrivals
    }

    private func handOver(
        _ setup: CampaignSetup, _ recurrence: Recurrence, _ clock: RecurrenceClock, isPaused: Bool,
        _ inboxProblem: String?
    ) throws -> Arrival? {
        let name = setup.campaign.name
        let today = context.now.localDay(offset: setup.zone.offset(at: context.now))
        guard var note = try passOver(setup, recurrence, clock, today, inboxProblem), note.through < today, !isPaused,
            let due = clock.moment(on: today), due <= context.now, handedOver[name] != today
        else { return nil }
        let drop = Arrival(folder: name, name: Self.stem(today) + Self.ending(recurrence.file))
        do {
            if let inboxProblem { throw Trouble(description: "the inbox cannot be used: \(inboxProblem)") }
            if try Files.exists(path(of: drop)) {
                // Of a process that was ended behind the rename.
                handedOver[name] = today
                return nil
            }
            guard try put(recurrence, drop, today, &note, of: setup) else { return nil }
        } catch let trouble as Trouble {
            try tell(trouble.description, on: today, &note, recurrence, name)
            return nil
        } catch let trouble as SystemError {
            try tell("\(trouble)", on: today, &note, recurrence, name)
            return nil
        }
        handedOver[name] = today
        context.log.info(
            "campaign.repeated", ["campaign": .text(name), "file": .text(recurrence.file), "drop": .text(drop.name)])
        return drop
    }

    /// When a list is due next; nil if none ever is.
    func next() -> Timestamp? {
        context.configuration.campaigns.compactMap { campaign in
            guard let recurrence = campaign.repeats, let setup = context.setup(campaign.name) else { return nil }
            return RecurrenceClock(recurrence, zone: setup.zone)?.next(after: context.now)
        }.min()
    }

    // MARK: Days that went by

    /// Where the campaign stands, once days that went by without a drop are told; nil while one that was handed over
    /// is still on its way.
    private func passOver(
        _ setup: CampaignSetup, _ recurrence: Recurrence, _ clock: RecurrenceClock, _ today: CalendarDay,
        _ inboxProblem: String?
    ) throws -> RecurrenceNote? {
        let name = setup.campaign.name
        let yesterday = today.adding(days: -1)
        guard var note = try store.recurrence(of: name) else {
            // Days before the setting came are nobody's. A list that begins today is meant to be sent today.
            let isNew = clock.days(after: clock.firstDay.adding(days: -1), before: today).isEmpty
            let isPast = clock.moment(on: today).map { $0 <= context.now } ?? false
            let isOver = try isPast && (!isNew || isSent(today, name))
            let note = RecurrenceNote(through: isOver ? today : yesterday)
            try store.durably { try store.set(note, of: name) }
            return note
        }
        if let day = note.handedOver, day < today {
            // Nobody knows while the inbox does not answer.
            guard inboxProblem == nil, (try? isOnItsWay(day, recurrence, name)) == false else { return nil }
            let gone = path(of: Arrival(folder: name, name: Self.stem(day) + Self.ending(recurrence.file)))
            try? Files.remove(gone + DropName.metaSuffix)
        }
        let missed = clock.days(after: note.through, before: today)
        guard !missed.isEmpty || (note.handedOver.map { $0 < today } ?? false) else { return note }
        let words = Self.words(missed, recurrence, name, note.trouble)
        note.through = max(note.through, yesterday)
        (note.handedOver, note.trouble) = (nil, nil)
        try store.durably {
            try store.set(note, of: name)
            if !missed.isEmpty { try tell(words, on: missed[missed.count - 1], name) }
        }
        if !missed.isEmpty {
            context.log.warning("campaign.repeats", ["campaign": .text(name), "missed": .text(words)])
        }
        return note
    }

    /// Whether a batch is the day's, where the note that knew of it was damaged and is gone.
    private func isSent(_ day: CalendarDay, _ name: String) throws -> Bool {
        let beginning = Self.stem(day)
        let from = Timestamp(day: day.adding(days: -1), secondsOfDay: 0)
        return try store.batches(ofCampaign: name, from: from, to: context.now.adding(.minutes(1))).contains {
            $0.name.hasPrefix(beginning)
        }
    }

    private func isOnItsWay(_ day: CalendarDay, _ recurrence: Recurrence, _ name: String) throws -> Bool {
        let drop = Arrival(folder: name, name: Self.stem(day) + Self.ending(recurrence.file))
        if try Files.exists(path(of: drop)) { return true }
        return try store.unpublishedBatches().contains { $0.status == .claimed && $0.purpose == .contacts }
    }

    private static func words(
        _ missed: [CalendarDay], _ recurrence: Recurrence, _ name: String, _ trouble: RecurrenceNote.Trouble?
    ) -> String {
        guard let last = missed.last else { return "" }
        let days = missed.count == 1 ? "on \(last)" : "on \(missed.count.grouped) days up to \(last)"
        let why = trouble.map { $0.words } ?? "Waybill did not run then, or the campaign was paused or had stopped"
        return "\(recurrence.file.plain) was not repeated for \(name) \(days), and is not made up for: \(why)"
    }

    // MARK: The drop

    /// Why a list cannot be handed over.
    private struct Trouble: Error, CustomStringConvertible {
        let description: String
    }

    /// Where the copy is made; a start removes what is left there.
    static let partName = "repeated.part"

    /// False while somebody seems to write the list.
    private func put(
        _ recurrence: Recurrence, _ drop: Arrival, _ day: CalendarDay, _ note: inout RecurrenceNote,
        of setup: CampaignSetup
    ) throws -> Bool {
        let kept = context.workspace.template(recurrence.file)
        guard let status = try FileStatus.of(kept, followLinks: true) else {
            throw Trouble(description: "it is not there")
        }
        guard status.kind == .regular else { throw Trouble(description: "it is not a plain file") }
        guard status.size > 0 else { throw Trouble(description: "it has no bytes") }
        let rest = context.now.milliseconds - status.modified / 1_000_000
        if !context.isRehearsal, (0..<max(1_000, setup.campaign.quiet.milliseconds)).contains(rest) { return false }
        let copy = context.state(Self.partName)
        try Files.copyDurably(kept, to: copy)
        defer { try? Files.remove(copy) }
        let digest = SHA256.hex(try SHA256.hash(file: copy))
        guard try FileStatus.of(kept, followLinks: true) == status else { return false }
        note.handedOver = day
        let noted = note
        try store.durably { try store.set(noted, of: setup.campaign.name) }
        let path = path(of: drop)
        try Files.createFolder(Files.folder(of: path))
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("campaign", setup.campaign.name)
            json.member("repeats", day.description)
            json.member("sha256", digest)
        }
        try Files.writeAtomically(json.line(), to: path + DropName.metaSuffix, mode: 0o600)
        let rule = ReadinessRules(context.configuration, of: context.configuration.inbox[0])
            .rule(folder: drop.folder, name: drop.name)
        if rule.mode == .marker { try Files.writeAtomically([], to: path + rule.marker, mode: 0o600) }
        try Files.moveDurably(copy, to: path, replacing: false)
        return true
    }

    private func path(of drop: Arrival) -> String {
        context.workspace.path(context.configuration.inbox[0]) + "/" + drop.folder + "/" + drop.name
    }

    /// `repeat-20261201`.
    private static func stem(_ day: CalendarDay) -> String { "repeat-" + day.description.replacing("-", with: "") }

    /// `.csv` or `.csv.gz`. Nothing in the name may look like a batch that is corrected.
    static func ending(_ file: String) -> String {
        let parts = Files.name(of: file).split(separator: ".").dropFirst()
        return parts.suffix(parts.last == "gz" ? 2 : 1).filter { part in
            part.utf8.count <= 6 && part.utf8.allSatisfy { $0 < 0x80 && Character(Unicode.Scalar($0)).isLetter }
        }.map { "." + $0 }.joined()
    }

    // MARK: Telling

    private func tell(
        _ why: String, on day: CalendarDay, _ note: inout RecurrenceNote, _ recurrence: Recurrence, _ name: String
    ) throws {
        let words = "\(recurrence.file.plain): \(why)"
        guard note.trouble?.day != day || note.trouble?.words != words else { return }
        let isTold = note.trouble?.day == day
        note.trouble = RecurrenceNote.Trouble(day: day, words: words)
        let noted = note
        try store.durably {
            try store.set(noted, of: name)
            if !isTold { try tell("\(name) has to repeat a list today and cannot: \(words)", on: day, name) }
        }
        context.log.warning("campaign.repeats", ["campaign": .text(name), "problem": .text(words)])
    }

    /// Call it inside a transaction.
    private func tell(_ words: String, on day: CalendarDay, _ name: String) throws {
        try context.tell(
            OutgoingEvent(
                .dropMissing, .error, campaign: name, subject: day.description, at: context.now,
                data: OutgoingEvent.data { json in json.member("text", words) }))
    }
}
