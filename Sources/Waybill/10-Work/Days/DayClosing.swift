import Foundation
import SystemIO

/// Writes the reports of days: when a day ends, for days missed, and whenever asked.
///
/// Two processes may write reports at once, a daemon and `waybill report`: whoever holds `lock` does.
final class DayClosing {
    private let context: WorkContext
    private let retention: Retention
    private let lock: FileLock
    /// The next moment at which a campaign's day ends; nil until the days were looked at under this configuration.
    private(set) var nextEnd: Timestamp?

    init(_ context: WorkContext, retention: Retention, lock: FileLock) {
        self.context = context
        self.retention = retention
        self.lock = lock
    }

    private var store: any Store { context.store }

    /// Looks at the days again, which another configuration lets end at other moments.
    func forgetNextEnd() { nextEnd = nil }

    /// Closes every day that has ended and was not closed, until it is asked to stop, which is between two; returns
    /// how many reports were written.
    func writeMissedDays(stopping: () -> Bool) throws -> Int {
        if let nextEnd, context.now < nextEnd { return 0 }
        var written = 0
        var ends: [Timestamp] = []
        for (name, since) in try store.campaignsWithBatches() {
            // The days of one that is not in the configuration any more are closed too: its contacts are somewhere.
            let setup = context.setupOrDefaults(name)
            ends.append(setup.days.end(of: setup.days.day(of: context.now)))
            let today = setup.days.day(of: context.now)
            var day = try store.lastClosedDay(of: name)?.adding(days: 1) ?? setup.days.day(of: since)
            while day < today {
                if stopping() { return written }
                // Somebody has reports written just now: the next pass tries again.
                guard try lock.tryLock() else { return written }
                defer { lock.unlock() }
                try writeReport(setup, day: day, isClosed: true)
                written += 1
                day = day.adding(days: 1)
            }
        }
        if written > 0 { try retention.removeExpired() }
        let moment = context.now
        ends += context.configuration.campaigns.compactMap { context.setup($0.name) }
            .map { $0.days.end(of: $0.days.day(of: moment)) }
        nextEnd = ends.min()
        return written
    }

    /// Writes reports again, or of the day that runs: returns the folders written.
    func report(day: CalendarDay?, campaign: String?) throws -> [String] {
        guard try lock.tryLock() else { throw ReportsBusy() }
        defer { lock.unlock() }
        var folders: [String] = []
        for (name, since) in try store.campaignsWithBatches() where campaign == nil || campaign == name {
            let setup = context.setupOrDefaults(name)
            let today = setup.days.day(of: context.now)
            let wanted = day ?? today
            guard wanted <= today, wanted >= setup.days.day(of: since) else { continue }
            let folder = try writeReport(setup, day: wanted, isClosed: wanted < today)
            if !folders.contains(folder) { folders.append(folder) }
        }
        return folders
    }

    /// Writes one campaign's files of one day, then the day's summary, page and checksums.
    @discardableResult
    private func writeReport(_ setup: CampaignSetup, day: CalendarDay, isClosed: Bool) throws -> String {
        let folder = context.outbox("reports/\(day)")
        try Files.createFolder(folder)
        let until = isClosed ? setup.days.end(of: day) : context.now.adding(TimeSpan(milliseconds: 1))
        let addresses = AddressMask(style: context.configuration.reports.addresses, digest: try addressDigest())
        var damaged: [DaySummary.DamagedBatch] = []
        func write() throws -> DayReport? {
            var report = try DayReport(
                store: store, setup: setup, day: day, until: until, isClosed: isClosed, folder: folder,
                addresses: addresses, except: damaged)
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
        // While there is no list of checksums, nobody takes the files for whole.
        try Files.remove(folder + "/" + ChecksumsFile.fileName)
        try report.commit()
        try store.durably {
            try store.set(summaryKey(day, setup.campaign.name), to: Array(try JSONEncoder().encode(report.summary)))
        }
        try writeSummary(day, folder)
        // Last, so that a start after a crash before this point writes the day again.
        if isClosed { try store.durably { try store.close(day, of: setup.campaign.name, at: context.now) } }
        context.log.info("report.written", ["campaign": .text(setup.campaign.name), "day": .text(day.description)])
        return folder
    }

    private func tell(_ damaged: DaySummary.DamagedBatch, _ setup: CampaignSetup, _ day: CalendarDay) {
        context.log.error(
            "report.damaged",
            [
                "campaign": .text(setup.campaign.name), "day": .text(day.description),
                "batch": .text(damaged.batch.description), "problem": .text(damaged.problem),
            ])
    }

    /// The files that all campaigns of a day share.
    private func writeSummary(_ day: CalendarDay, _ folder: String) throws {
        var summary = DaySummary(day: day, version: WaybillVersion.number, campaigns: [])
        for (name, _) in try store.campaignsWithBatches() {
            guard let bytes = try store.setting(summaryKey(day, name)) else { continue }
            summary.campaigns.append(
                try JSONDecoder().decode(DaySummary.CampaignSummary.self, from: Data(bytes)))
        }
        try summary.checkBalance()
        try Files.writeAtomically(summary.json(), to: folder + "/" + DaySummary.fileName)
        try Files.writeAtomically(ReportPage.bytes(summary), to: folder + "/" + ReportPage.fileName)
        var sums: [(name: String, sha256: String)] = []
        for name in try Files.list(folder) where !name.hasPrefix(".") && name != ChecksumsFile.fileName {
            sums.append((name, SHA256.hex(try SHA256.hash(file: folder + "/" + name))))
        }
        try Files.writeAtomically(ChecksumsFile.bytes(sums), to: folder + "/" + ChecksumsFile.fileName)
    }

    private func summaryKey(_ day: CalendarDay, _ campaign: String) -> String { "summary/\(day)/\(campaign)" }

    /// The key of hashed addresses: made once for a workspace, so that the same address has the same hash on all days.
    private func addressDigest() throws -> AddressDigest {
        let name = "address-key"
        if let key = try store.setting(name), key.count == 16 { return AddressDigest(key: key) }
        let key = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        try store.durably { try store.set(name, to: key) }
        return AddressDigest(key: key)
    }
}

/// Another process writes reports at this moment.
package struct ReportsBusy: Error, CustomStringConvertible {
    package let description = "another waybill is writing reports at this moment; try again when it is done"
}

extension AddressDigest {
    fileprivate init(key: [UInt8]) {
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(key0: word(key[..<8]), key1: word(key[8...]))
    }
}
