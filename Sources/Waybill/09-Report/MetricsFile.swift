/// `outbox/metrics.prom`: the live state for Prometheus's textfile collector (text exposition format 0.0.4).
///
/// No batch, drop or contact is a label, and reasons are told by kind, so the number of series grows only with
/// campaigns and inboxes.
package enum MetricsFile {
    package static let fileName = "metrics.prom"

    package static func bytes(_ status: WorkspaceStatus) -> [UInt8] {
        var text = Exposition()
        text.family("waybill_info", .gauge, "The version of Waybill that wrote this file.")
        text.sample([("version", status.version)], 1)
        text.family("waybill_status_timestamp_seconds", .gauge, "When this file was written, in seconds since 1970.")
        text.sample([], Int(status.now.seconds))
        text.family(
            "waybill_last_reload_successful", .gauge, "1 while the configuration that was read last is in force.")
        text.sample([], status.configurationProblem == nil ? 1 : 0)
        text.family(
            "waybill_refused_drops", .gauge, "Drops refused whole within a day that have not come again mended.")
        text.sample([], status.refused.count)
        text.family("waybill_batches_unapproved", .gauge, "Batches that wait until somebody approves them.")
        text.sample([], status.approvals.count)
        text.family("waybill_drops_missing", .gauge, "Campaigns whose expected drop has not come.")
        text.sample([], status.missing.count)
        campaigns(status, &text)
        batches(status, &text)
        inboxes(status, &text)
        return text.bytes
    }

    private static func campaigns(_ status: WorkspaceStatus, _ text: inout Exposition) {
        let counters: [(String, String, KeyPath<ReportTotals, Int>)] = [
            ("waybill_records_received_total", "Records received in drops.", \.received),
            ("waybill_records_rejected_total", "Records rejected by validation.", \.rejected),
            ("waybill_records_duplicate_total", "Records that repeated an earlier recipient.", \.duplicates),
            ("waybill_contacts_skipped_total", "Contacts sampled out, throttled or suppressed.", \.skipped),
            ("waybill_contacts_success_total", "Contacts that ended well.", \.success),
            ("waybill_contacts_failure_total", "Contacts that ended otherwise.", \.failure),
        ]
        for (name, help, figure) in counters {
            text.family(name, .counter, help)
            for campaign in status.campaigns {
                text.sample([("campaign", campaign.campaign)], campaign.totals[keyPath: figure])
            }
        }
        text.family("waybill_contacts_open", .gauge, "Contacts that are not done.")
        for campaign in status.campaigns { text.sample([("campaign", campaign.campaign)], campaign.totals.open) }
        text.family("waybill_contacts_held", .gauge, "Contacts that wait, by the kind of what holds them.")
        for campaign in status.campaigns {
            let held = Dictionary(grouping: campaign.held, by: \.kind).mapValues { $0.reduce(0) { $0 + $1.contacts } }
            for kind in HoldReason.Kind.allCases {
                guard let contacts = held[kind] else { continue }
                text.sample([("campaign", campaign.campaign), ("reason", kind.label)], contacts)
            }
        }
        text.family("waybill_campaign_paused", .gauge, "1 while the campaign is paused.")
        for campaign in status.campaigns {
            text.sample([("campaign", campaign.campaign)], campaign.isPaused ? 1 : 0)
        }
        text.family("waybill_campaign_stopped", .gauge, "1 while the campaign has stopped by itself.")
        for campaign in status.campaigns {
            text.sample([("campaign", campaign.campaign)], campaign.stopped == nil ? 0 : 1)
        }
    }

    private static func batches(_ status: WorkspaceStatus, _ text: inout Exposition) {
        let reading = status.batches.filter(\.isReading)
        text.family("waybill_batches_reading", .gauge, "Drops that are being read.")
        text.sample([], reading.count)
        text.family("waybill_batches_open", .gauge, "Batches that were read and have contacts that are not done.")
        text.sample([], status.batches.count - reading.count)
        text.family("waybill_reading_bytes", .gauge, "Size of the drops that are being read.")
        text.sample([], reading.reduce(0) { $0 + Int($1.bytesTotal) })
        text.family("waybill_reading_done_bytes", .gauge, "How much of them has been read.")
        text.sample([], reading.reduce(0) { $0 + Int($1.bytesRead) })
    }

    private static func inboxes(_ status: WorkspaceStatus, _ text: inout Exposition) {
        text.family("waybill_inbox_last_scan_timestamp_seconds", .gauge, "The last scan of the inbox that went well.")
        for inbox in status.inboxes {
            if let moment = inbox.lastScanAt { text.sample([("inbox", inbox.inbox)], Int(moment.seconds)) }
        }
        text.family("waybill_inbox_up", .gauge, "1 when the last scan of the inbox went well.")
        for inbox in status.inboxes { text.sample([("inbox", inbox.inbox)], inbox.problem == nil ? 1 : 0) }
        text.family("waybill_stuck_files", .gauge, "Files that lie in an inbox and are not taken.")
        text.sample([], status.stuck.count)
        text.family("waybill_transport_stopped", .gauge, "1 while nothing leaves by the transport.")
        for transport in status.transports {
            text.sample([("transport", transport.transport)], transport.reason == nil ? 0 : 1)
        }
        text.family(
            "waybill_messages_in_doubt", .gauge,
            "Messages of the last day that may or may not have been sent.")
        for doubt in status.inDoubt { text.sample([("transport", doubt.transport)], doubt.messages) }
    }

    /// The lines of the format; every sample belongs to the family before it.
    private struct Exposition {
        enum Kind: String { case counter, gauge }

        private(set) var bytes: [UInt8] = []
        private var name = ""

        mutating func family(_ name: String, _ kind: Kind, _ help: String) {
            self.name = name
            bytes.append(contentsOf: "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n".utf8)
        }

        mutating func sample(_ labels: [(name: String, value: String)], _ value: Int) {
            bytes.append(contentsOf: name.utf8)
            for (index, label) in labels.enumerated() {
                bytes.append(UInt8(ascii: index == 0 ? "{" : ","))
                bytes.append(contentsOf: "\(label.name)=\"".utf8)
                for byte in label.value.utf8 {
                    switch byte {
                    case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
                    case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
                    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
                    default: bytes.append(byte)
                    }
                }
                bytes.append(UInt8(ascii: "\""))
            }
            if !labels.isEmpty { bytes.append(UInt8(ascii: "}")) }
            bytes.append(UInt8(ascii: " "))
            DecimalText.append(value, to: &bytes)
            bytes.append(CSVText.lineEnd)
        }
    }
}
