import Foundation

/// `status.json` as it is read back: what a running waybill knows and the store does not.
extension StatusFile {
    private struct Live: Decodable {
        struct Batch: Decodable {
            let batch, drop, campaign, state, startedAt: String
            let bytesRead, bytesTotal: Int64
            let received, rejected, duplicates: Int
            let expectedEnd: String?
        }
        struct Inbox: Decodable {
            let inbox, watch: String
            let lastScanAt, problem: String?
        }
        struct Stuck: Decodable {
            let file, reason, since: String
        }
        let now: String
        let batches: [Batch]
        let inboxes: [Inbox]
        let stuck: [Stuck]
        struct Transport: Decodable {
            let transport: String
            let stopped, nextAt: String?
        }
        /// Nil of an older version's.
        let transports: [Transport]?
    }

    /// A running waybill writes the file every ten seconds at least, but for the moments that a large commit takes.
    private static let freshSeconds: Int64 = 60

    /// Adds the drops being read, the inboxes and the stuck files of a `status.json` to a status from the store.
    /// Nothing where the file is older than a minute, since then nobody runs, or cannot be read.
    package static func addLive(_ bytes: [UInt8], to status: inout WorkspaceStatus) {
        guard let live = try? JSONDecoder().decode(Live.self, from: Data(bytes)), let written = moment(live.now),
            // Clocks of two machines differ by a moment.
            (-2...freshSeconds).contains(status.now.seconds - written.seconds)
        else { return }
        let known = Set(status.batches.map(\.batch))
        let reading = live.batches.compactMap { batch -> WorkspaceStatus.BatchStatus? in
            guard batch.state == "reading", let id = BatchID(batch.batch), !known.contains(id),
                let startedAt = moment(batch.startedAt), batch.bytesRead < batch.bytesTotal, batch.bytesRead >= 0,
                [batch.received, batch.rejected, batch.duplicates].allSatisfy({ (0...1 << 40).contains($0) })
            else { return nil }
            var found = WorkspaceStatus.BatchStatus(
                batch: id, drop: batch.drop, campaign: batch.campaign, startedAt: startedAt,
                bytesRead: batch.bytesRead, bytesTotal: batch.bytesTotal,
                totals: ReportTotals(
                    received: batch.received, rejected: batch.rejected, duplicates: batch.duplicates))
            found.expectedEnd = batch.expectedEnd.flatMap(moment)
            return found
        }
        status.batches = reading + status.batches
        status.inboxes = live.inboxes.map {
            WorkspaceStatus.InboxStatus(
                inbox: $0.inbox, lastScanAt: $0.lastScanAt.flatMap(moment), watch: $0.watch,
                problem: $0.problem)
        }
        status.stuck = live.stuck.compactMap { file in
            moment(file.since).map { WorkspaceStatus.StuckFile(file: file.file, reason: file.reason, since: $0) }
        }
        status.transports = (live.transports ?? []).map {
            WorkspaceStatus.TransportStatus(
                transport: $0.transport, reason: $0.stopped, nextAt: $0.nextAt.flatMap(moment))
        }
    }

    private static func moment(_ text: String) -> Timestamp? { Timestamp(iso8601: ArraySlice(text.utf8)) }
}
