import Foundation
import SystemIO

/// Reads `status.json` back: for what a running waybill knows and the store does not, and for users who may not read
/// the store.
extension StatusFile {
    private struct FileContents: Decodable {
        struct Campaign: Decodable {
            let campaign, zone: String
            let paused: Bool
            let pausedSince: String?
            let pausedBy: String?
            let received, rejected, duplicates, skipped, open, success, failure: Int
            let held: [Held]
            let stopped, expectedEnd: String?
            let states: [String: Int]?
            let perMinute: Int?

            var totals: ReportTotals {
                ReportTotals(
                    received: received, rejected: rejected, duplicates: duplicates, skipped: skipped, open: open,
                    success: success, failure: failure)
            }
        }
        struct Held: Decodable {
            let kind, reason: String
            let contacts: Int
            let nextAt: String?
            let openings: [Opening]?
        }
        struct Opening: Decodable {
            let at: String
            let contacts: Int
        }
        struct Batch: Decodable {
            let batch, drop, campaign, state, startedAt: String
            let bytesRead, bytesTotal: Int64
            let received, rejected, duplicates: Int
            let skipped, open, success, failure: Int?
            let expectedEnd: String?
        }
        struct Inbox: Decodable {
            let inbox, watch: String
            let lastScanAt, problem: String?
        }
        struct Stuck: Decodable {
            let file, reason, since: String
        }
        struct InDoubt: Decodable {
            let transport: String
            let messages: Int
        }
        struct Refused: Decodable {
            let batch, drop, campaign, reason, at: String
        }
        struct List: Decodable {
            let batch, drop, problem: String
            let campaigns: [String]
            /// Nil of an older version's.
            let holds: Bool?
        }
        struct Unapproved: Decodable {
            let batch, drop, campaign, reason, at: String
            let received: Int
        }
        struct Missing: Decodable {
            let campaign, since: String
            let trouble, by: String?
        }
        struct Repeat: Decodable {
            let campaign, file: String
            let nextAt: String?
        }
        let now: String
        let campaigns: [Campaign]
        let batches: [Batch]
        let inboxes: [Inbox]
        let stuck: [Stuck]
        struct Transport: Decodable {
            let transport: String
            let stopped, nextAt: String?
        }
        /// Nil of an older version's.
        let transports: [Transport]?
        let inDoubt: [InDoubt]?
        let refused: [Refused]?
        let lists: [List]?
        let approvals: [Unapproved]?
        let missing: [Missing]?
        let repeats: [Repeat]?
        let configurationProblem: String?
        /// Nil of an older version's.
        let untilIdle: Bool?
        let ended, stopped: Bool?
        let process, pidNamespace: String?
        struct Disk: Decodable {
            let folder, problem: String
        }
        let disks: [Disk]?
    }

    /// Everything the file says, as of `now`; nil if it cannot be read, or says something impossible.
    package static func read(_ bytes: [UInt8], at now: Timestamp) -> WorkspaceStatus? {
        guard let file = try? JSONDecoder().decode(FileContents.self, from: Data(bytes)), let written = moment(file.now)
        else { return nil }
        var status = WorkspaceStatus(now: now, version: WaybillVersion.number)
        status.toldAt = written
        status.ranUntilIdle = file.untilIdle ?? false
        (status.hasEnded, status.wasStopped) = (file.ended ?? false, file.stopped ?? false)
        status.origin = file.process.flatMap(ProcessIdentity.init).map {
            ProcessOrigin(process: $0, namespace: file.pidNamespace)
        }
        status.isAlive = status.origin?.isAlive()
        status.campaigns = file.campaigns.compactMap { campaign($0, at: now) }
        status.batches = file.batches.compactMap(batch)
        status.inboxes = file.inboxes.map {
            WorkspaceStatus.InboxStatus(
                inbox: $0.inbox, lastScanAt: $0.lastScanAt.flatMap(moment), watch: $0.watch, problem: $0.problem)
        }
        status.stuck = file.stuck.compactMap { file in
            moment(file.since).map { WorkspaceStatus.StuckFile(file: file.file, reason: file.reason, since: $0) }
        }
        status.transports = (file.transports ?? []).map {
            WorkspaceStatus.TransportStatus(
                transport: $0.transport, reason: $0.stopped, nextAt: $0.nextAt.flatMap(moment))
        }
        status.inDoubt = (file.inDoubt ?? []).filter { isCount($0.messages) }.map {
            WorkspaceStatus.MessagesInDoubt(transport: $0.transport, messages: $0.messages)
        }
        status.refused = (file.refused ?? []).compactMap { drop in
            guard let id = BatchID(drop.batch), let at = moment(drop.at) else { return nil }
            return WorkspaceStatus.RefusedDropStatus(
                batch: id, drop: drop.drop, campaign: drop.campaign, reason: drop.reason, at: at)
        }
        status.lists = (file.lists ?? []).compactMap { list in
            BatchID(list.batch).map {
                WorkspaceStatus.HoldingList(
                    batch: $0, drop: list.drop, campaigns: list.campaigns, problem: list.problem,
                    holds: list.holds ?? true)
            }
        }
        status.approvals = (file.approvals ?? []).compactMap { hold in
            guard let id = BatchID(hold.batch), let at = moment(hold.at), isCount(hold.received) else { return nil }
            return ApprovalHold(
                batch: id, drop: hold.drop, campaign: hold.campaign, reason: hold.reason, received: hold.received,
                at: at)
        }
        status.missing = (file.missing ?? []).compactMap { missing in
            moment(missing.since).map {
                WorkspaceStatus.MissingDrop(
                    campaign: missing.campaign, since: $0, trouble: missing.trouble, by: missing.by)
            }
        }
        status.repeats = (file.repeats ?? []).map { list in
            let nextAt = list.nextAt.flatMap(moment)
            return WorkspaceStatus.RepeatStatus(
                campaign: list.campaign, file: list.file, offset: offset(list.nextAt, nextAt), nextAt: nextAt)
        }
        status.fullDisks = (file.disks ?? []).map {
            WorkspaceStatus.FullDisk(folder: $0.folder, problem: $0.problem)
        }
        status.configurationProblem = file.configurationProblem
        return status
    }

    /// Adds the drops being read, the inboxes, the stuck files and how fast contacts leave to a status from the store.
    /// From a file older than a minute it only adds when that was written, and by whom. Of a process that was killed
    /// nothing else counts.
    package static func addLive(_ bytes: [UInt8], to status: inout WorkspaceStatus) {
        guard let live = read(bytes, at: status.now) else { return }
        status.toldAt = live.toldAt
        status.ranUntilIdle = live.ranUntilIdle
        (status.hasEnded, status.wasStopped) = (live.hasEnded, live.wasStopped)
        (status.origin, status.isAlive) = (live.origin, live.isAlive)
        guard status.isFresh, status.isRunning || status.hasEnded else { return }
        status.fullDisks = live.fullDisks
        let known = Set(status.batches.map(\.batch))
        status.batches = live.batches.filter { $0.isReading && !known.contains($0.batch) } + status.batches
        status.inboxes = live.inboxes
        status.stuck = live.stuck
        status.transports = live.transports
        status.configurationProblem = status.configurationProblem ?? live.configurationProblem
        for index in status.campaigns.indices {
            status.campaigns[index].perMinute =
                live.campaigns.first { $0.campaign == status.campaigns[index].campaign }?.perMinute
        }
    }

    private static func campaign(_ file: FileContents.Campaign, at now: Timestamp) -> WorkspaceStatus.CampaignStatus? {
        let totals = file.totals
        guard let zone = Zone.named(file.zone), totals.named.allSatisfy({ isCount($0.count) }),
            file.held.allSatisfy({ isCount($0.contacts) }), isCount(file.perMinute ?? 0)
        else { return nil }
        var campaign = WorkspaceStatus.CampaignStatus(
            campaign: file.campaign, zone: file.zone, offset: zone.offset(at: now), totals: totals)
        campaign.isPaused = file.paused
        campaign.pausedSince = file.pausedSince.flatMap(moment)
        campaign.pausedBy = file.pausedBy
        campaign.stopped = file.stopped
        campaign.perMinute = file.perMinute
        campaign.expectedEnd = file.expectedEnd.flatMap(moment)
        for state in ContactState.allCases {
            if let count = file.states?[state.label], isCount(count) { campaign.states[state] = count }
        }
        campaign.held = file.held.map { held in
            WorkspaceStatus.Held(
                kind: HoldReason.Kind.allCases.first { $0.label == held.kind } ?? .other, reason: held.reason,
                contacts: held.contacts, nextAt: held.nextAt.flatMap(moment),
                openings: (held.openings ?? []).compactMap { opening in
                    guard isCount(opening.contacts) else { return nil }
                    return moment(opening.at).map { Holding.Opening(at: $0, contacts: opening.contacts) }
                })
        }
        return campaign
    }

    private static func batch(_ file: FileContents.Batch) -> WorkspaceStatus.BatchStatus? {
        let totals = ReportTotals(
            received: file.received, rejected: file.rejected, duplicates: file.duplicates, skipped: file.skipped ?? 0,
            open: file.open ?? 0, success: file.success ?? 0, failure: file.failure ?? 0)
        guard let id = BatchID(file.batch), let startedAt = moment(file.startedAt), file.bytesRead >= 0,
            file.bytesRead <= file.bytesTotal, (file.state == "reading") == (file.bytesRead < file.bytesTotal),
            totals.named.allSatisfy({ isCount($0.count) })
        else { return nil }
        var found = WorkspaceStatus.BatchStatus(
            batch: id, drop: file.drop, campaign: file.campaign, startedAt: startedAt, bytesRead: file.bytesRead,
            bytesTotal: file.bytesTotal, totals: totals)
        found.expectedEnd = file.expectedEnd.flatMap(moment)
        return found
    }

    /// Whether a number is plausible as a count of contacts, so that sums cannot overflow.
    private static func isCount(_ number: Int) -> Bool { (0...1 << 40).contains(number) }

    /// How far ahead of UTC a time is written.
    private static func offset(_ text: String?, _ moment: Timestamp?) -> Int {
        guard let text, let moment, let local = Timestamp(iso8601: ArraySlice(text.prefix(19).utf8)) else { return 0 }
        return Int(local.seconds - moment.seconds)
    }

    private static func moment(_ text: String) -> Timestamp? { Timestamp(iso8601: ArraySlice(text.utf8)) }
}
