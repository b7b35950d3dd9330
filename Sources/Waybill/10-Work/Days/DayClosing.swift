import Foundation
import SystemIO

/// Writes the reports of days: when a day ends, for missed days, and on request.
///
/// Two processes may write reports at once, a daemon and `waybill report`: the one that holds `lock` does.
final class DayClosing {
    private let context: WorkContext
    private let retention: Retention
    private let lock: FileLock
    /// By campaign, the day whose report could not be written, as already logged, and why.
    private(set) var unwritten: [String: (day: CalendarDay, error: SystemError)] = [:]
    /// When a campaign's day ends next; nil until the days were checked under this configuration.
    private(set) var nextEnd: Timestamp?

    init(_ context: WorkContext, retention: Retention, lock: FileLock) {
        self.context = context
        self.retention = retention
        self.lock = lock
    }

    private var store: any Store { context.store }

    /// Makes the days be checked again: under another configuration they may end at other times.
    func forgetNextEnd() { nextEnd = nil }

    /// Closes every day that has ended and is not closed, until asked to stop between two of them. Returns how many
    /// reports were written.
    func writeMissedDays(stopping: () -> Bool) throws -> Int {
        if let nextEnd, context.now < nextEnd { return 0 }
        var written = 0
        var ends: [Timestamp] = []
        var hasUnwritten = false
        for (name, since) in try store.campaignsWithBatches() {
            // The days of a campaign that is no longer in the configuration are closed too: its contacts must be
            // accounted for.
            let setup = context.setupOrDefaults(name)
            ends.append(setup.days.end(of: setup.days.day(of: context.now)))
            let today = setup.days.day(of: context.now)
            var first = try store.lastClosedDay(of: name)?.adding(days: 1) ?? setup.days.day(of: since)
            if first > today {
                // A clock that was ahead closed them: they are closed again when they really end.
                try store.durably { try store.reopenDays(from: today, of: name) }
                first = today
            }
            for day in try daysToClose(setup, from: first, to: today) {
                if stopping() { return written }
                // Somebody else writes reports now: the next pass tries again.
                guard try lock.tryLock() else { return written }
                defer { lock.unlock() }
                guard try publish(setup, day) else {
                    hasUnwritten = true
                    break
                }
                written += 1
            }
        }
        if written > 0 { try retention.removeExpired() }
        let moment = context.now
        ends += context.configuration.dayClocks.map { $0.end(of: $0.day(of: moment)) }
        nextEnd = ends.min()
        if hasUnwritten { nextEnd = min(nextEnd ?? moment.adding(.minutes(1)), moment.adding(.minutes(1))) }
        return written
    }

    /// The days from `first` on that are over. Days older than `keepDays.reports`, whose reports would be removed at
    /// once, and days that the clock passed over when it was set, are included only if something came in or changed:
    /// otherwise a clock that stood in 1970 would cause thousands of empty reports.
    private func daysToClose(
        _ setup: CampaignSetup, from first: CalendarDay, to today: CalendarDay
    ) throws -> [CalendarDay] {
        let oldest = today.adding(days: -context.configuration.keepDays.reports)
        let trust = context.clockTrust
        var days: Set<CalendarDay> = []
        if first < oldest || !trust.jumps.isEmpty {
            let (start, end) = (setup.days.start(of: first), setup.days.start(of: today))
            let batches = try store.batches(ofCampaign: setup.campaign.name, from: start, to: end)
            let moments = batches.flatMap { [$0.visibleAt, $0.changedAt] }.filter { $0 >= start && $0 < end }
            days = Set(moments.map { setup.days.day(of: $0) })
        }
        var day = max(first, oldest)
        while day < today {
            if !trust.skipped(day, setup.days) { days.insert(day) }
            day = day.adding(days: 1)
        }
        return days.sorted()
    }

    /// Closes a day. False if its files cannot be written now; only this campaign's days wait for that.
    ///
    /// A report that does not add up, or whose rows cannot be read, is left unpublished: its day is over nevertheless,
    /// and `waybill report --day` writes it once the fault is repaired.
    private func publish(_ setup: CampaignSetup, _ day: CalendarDay) throws -> Bool {
        let name = setup.campaign.name
        do {
            do {
                try writeReport(setup, day: day, isClosed: true)
            } catch is SystemError {
                // An error may be temporary, and a report made now knows more than a later one.
                try writeReport(setup, day: day, isClosed: true)
            }
        } catch let error as SystemError {
            if unwritten.updateValue((day, error), forKey: name)?.error.path != error.path {
                context.log.error(
                    "report.unwritten",
                    ["campaign": .text(name), "day": .text(day.description), "error": .text("\(error)")])
            }
            return false
        } catch let error where error is UnbalancedSummary || error is StoreProblem {
            context.log.error(
                "report.unpublished",
                ["campaign": .text(name), "day": .text(day.description), "error": .text("\(error)")])
            try store.durably {
                try store.close(day, of: name, at: context.now)
                try store.note(UnpublishedReport(day: day, campaign: name, problem: "\(error)"))
            }
        }
        unwritten[name] = nil
        return true
    }

    /// Writes reports again, or those of the running day. Returns the folders written.
    func report(day: CalendarDay?, campaign: String?) throws -> [String] {
        guard try lock.tryLock() else { throw ReportsBusy() }
        defer { lock.unlock() }
        var folders: [String] = []
        for (name, since) in try store.campaignsWithBatches()
        where campaign.map({ FoldedFileName.areSame($0, name) }) ?? true {
            let setup = context.setupOrDefaults(name)
            let today = setup.days.day(of: context.now)
            let wanted = day ?? today
            guard wanted <= today, wanted >= setup.days.day(of: since) else { continue }
            let folder = try writeReport(setup, day: wanted, isClosed: wanted < today)
            if !folders.contains(folder) { folders.append(folder) }
        }
        return folders
    }

    /// A report that is made later than so long after its day is one that was missed.
    private static let promptness = TimeSpan.hours(1)

    /// Writes one campaign's files of one day, then the day's summary, page and checksums.
    @discardableResult
    private func writeReport(_ setup: CampaignSetup, day: CalendarDay, isClosed: Bool) throws -> String {
        let folder = context.outbox("reports/\(day)")
        try Files.createFolder(folder, mode: OutboxRights.folder)
        let until = isClosed ? setup.days.end(of: day) : context.now.adding(TimeSpan(milliseconds: 1))
        let addresses = AddressMask(style: context.configuration.reports.addresses, digest: try context.addressDigest())
        let closing = try store.closing(of: day, of: setup.campaign.name) ?? context.now
        let isMissed = isClosed && closing > until.adding(Self.promptness)
        var damaged: [DaySummary.DamagedBatch] = []
        func write() throws -> DayReport? {
            var report = try DayReport(
                store: store, setup: setup, day: day, until: until, isClosed: isClosed, folder: folder,
                addresses: addresses, splitBy: context.configuration.reports.splitBy, except: damaged,
                isMissed: isMissed)
            do {
                try store.snapshot { try report.write() }
                return report
            } catch let problem as DayReport.Damaged {
                tell(problem.batch, setup, day)
                damaged.append(problem.batch)
                return nil
            }
        }
        var written: DayReport?
        while written == nil { written = try write() }
        guard var report = written else { return folder }
        let own = DaySummary(day: day, version: WaybillVersion.number, campaigns: [report.summary])
        try own.checkBalance()
        // Without the list of checksums, nobody takes the files to be complete.
        try Files.remove(folder + "/" + ChecksumsFile.fileName)
        try report.commit()
        try store.durably {
            try store.set(
                .summary(day, campaign: setup.campaign.name), to: Array(try JSONEncoder().encode(report.summary)))
        }
        try writeSummary(day, folder, report.checksums)
        // Last, so that a start after a crash before this point writes the day again.
        if isClosed {
            try store.durably {
                if try store.lastClosedDay(of: setup.campaign.name).map({ $0 < day }) ?? true {
                    try tellClosed(report.summary, day)
                }
                try store.close(day, of: setup.campaign.name, at: context.now)
                try store.notePublished(day, of: setup.campaign.name)
            }
        }
        context.log.info("report.written", ["campaign": .text(setup.campaign.name), "day": .text(day.description)])
        return folder
    }

    private func tellClosed(_ summary: DaySummary.CampaignSummary, _ day: CalendarDay) throws {
        let days = context.setupOrDefaults(summary.campaign).days
        let problems = try summary.problems(
            of: store.batches(ofCampaign: summary.campaign, from: days.start(of: day), to: days.end(of: day)).filter {
                $0.visibleAt >= days.start(of: day)
            })
        try context.tell(
            OutgoingEvent(
                .dayClosed, .information, campaign: summary.campaign, subject: day.description, at: context.now,
                data: OutgoingEvent.data { json in
                    json.member("text", summary.sentence(day))
                    json.member("problems", array: problems) { $0.string($1) }
                    json.member("day", day.description)
                    json.member("report", context.workspace.relative(context.outbox("reports/\(day)")))
                    json.member("received", summary.totals.received)
                    json.member("rejected", summary.totals.rejected)
                    json.member("duplicates", summary.totals.duplicates)
                    json.member("skipped", summary.totals.skipped)
                    json.member("open", summary.totals.open)
                    json.member("success", summary.totals.success)
                    json.member("failure", summary.totals.failure)
                }))
    }

    private func tell(_ damaged: DaySummary.DamagedBatch, _ setup: CampaignSetup, _ day: CalendarDay) {
        context.log.error(
            "report.damaged",
            [
                "campaign": .text(setup.campaign.name), "day": .text(day.description),
                "batch": .text(damaged.batch.description), "problem": .text(damaged.problem),
            ])
    }

    /// Writes the files that all campaigns share on a day. Of the files written just now the checksums are known.
    private func writeSummary(_ day: CalendarDay, _ folder: String, _ known: [String: [UInt8]]) throws {
        var summary = try kept(day)
        summary.drops = try dropsOfNobody(day)
        try summary.checkBalance()
        try Files.writeAtomically(summary.json(), to: folder + "/" + DaySummary.fileName, mode: OutboxRights.file)
        let earlier = try (1...6).map { try kept(day.adding(days: -$0)) }
        try Files.writeAtomically(
            ReportPage.bytes(summary, earlier: earlier), to: folder + "/" + ReportPage.fileName,
            mode: OutboxRights.file)
        var sums: [(name: String, sha256: String)] = []
        for name in try Files.list(folder) where !name.hasPrefix(".") && name != ChecksumsFile.fileName {
            sums.append((name, SHA256.hex(try known[name] ?? SHA256.hash(file: folder + "/" + name))))
        }
        try Files.writeAtomically(ChecksumsFile.bytes(sums), to: folder + "/" + ChecksumsFile.fileName)
    }

    /// What was reported for a day, for all campaigns.
    private func kept(_ day: CalendarDay) throws -> DaySummary {
        var summary = DaySummary(day: day, version: WaybillVersion.number, campaigns: [])
        for (name, _) in try store.campaignsWithBatches() {
            guard let bytes = try store.setting(.summary(day, campaign: name)) else { continue }
            summary.campaigns.append(
                try JSONDecoder().decode(DaySummary.CampaignSummary.self, from: Data(bytes)))
        }
        return summary
    }

    /// The contact drops that were refused on the workspace's day before their campaign was known.
    private func dropsOfNobody(_ day: CalendarDay) throws -> [DaySummary.ReturnedDrop] {
        let zone = Zone.named(context.configuration.timezone) ?? .utc
        let days = DayClock(zone: zone, endOfDay: context.configuration.endOfDay)
        let (start, end) = (days.start(of: day), days.end(of: day))
        // Ids have the UTC day of the claim.
        return try store.batches(
            after: BatchID(day: day.adding(days: -2), number: 0), claimedUntil: end, limit: .max
        ).filter {
            $0.status == .refused && $0.campaign.isEmpty && $0.purpose == .contacts && $0.visibleAt >= start
                && $0.visibleAt < end
        }.map { batch in
            DaySummary.ReturnedDrop(
                batch: batch.id, drop: batch.name, status: .rejected, reason: batch.acknowledgement?.reason,
                firstBatch: nil, at: LocalMoment(batch.visibleAt, offset: zone.offset(at: batch.visibleAt)))
        }
    }
}

extension WorkContext {
    /// The key of hashed addresses: made once for a workspace, so that the same address has the same hash on all days.
    func addressDigest() throws -> AddressDigest {
        if let key = try store.setting(.addressKey), key.count == 16 { return AddressDigest(key: key) }
        let key = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        try store.durably { try store.set(.addressKey, to: key) }
        return AddressDigest(key: key)
    }
}

/// Another process is writing reports.
package struct ReportsBusy: Error, CustomStringConvertible {
    package let description = "another waybill is writing reports at this moment; try again when it is done"
}

extension AddressDigest {
    fileprivate init(key: [UInt8]) {
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(key0: word(key[..<8]), key1: word(key[8...]))
    }
}
