/// What Waybill is doing at this moment: the contents of `status.json`, `metrics.prom` and `waybill status`.
package struct WorkspaceStatus: Sendable {
    package var now: Timestamp
    package var version: String
    package var campaigns: [CampaignStatus] = []
    /// Batches in work: being read, or with open contacts.
    package var batches: [BatchStatus] = []
    package var inboxes: [InboxStatus] = []
    package var stuck: [StuckFile] = []
    /// All that the configuration names.
    package var transports: [TransportStatus] = []

    package init(now: Timestamp, version: String) {
        self.now = now
        self.version = version
    }

    package struct CampaignStatus: Sendable {
        package var campaign: String
        /// IANA name.
        package var zone: String
        /// Seconds that its clock is ahead of UTC now.
        package var offset: Int
        package var isPaused = false
        package var totals: ReportTotals
        package var held: [Held] = []
        /// When its last open contact is due to leave, and is done with that. Nil where nothing is open, and where more
        /// than the clock decides: rates, results that are awaited, whatever has to be mended or decided first.
        package var expectedEnd: Timestamp?

        package init(campaign: String, zone: String, offset: Int, totals: ReportTotals) {
            self.campaign = campaign
            self.zone = zone
            self.offset = offset
            self.totals = totals
        }
    }

    /// Contacts that wait for one kind of reason.
    package struct Held: Hashable, Sendable {
        package var kind: HoldReason.Kind
        /// In words for a person, such as `outside the contact hours`.
        package var reason: String
        package var contacts: Int
        /// When the first of them can go on; nil when that does not depend on time.
        package var nextAt: Timestamp?

        package init(kind: HoldReason.Kind, reason: String, contacts: Int, nextAt: Timestamp?) {
            self.kind = kind
            self.reason = reason
            self.contacts = contacts
            self.nextAt = nextAt
        }
    }

    package struct BatchStatus: Sendable {
        package var batch: BatchID
        package var drop: String
        package var campaign: String
        package var startedAt: Timestamp
        /// Bytes of the drop as it lies there; less than `bytesTotal` while it is being read.
        package var bytesRead: Int64
        package var bytesTotal: Int64
        /// So far, while the drop is being read.
        package var totals: ReportTotals
        package var expectedEnd: Timestamp?

        package init(
            batch: BatchID, drop: String, campaign: String, startedAt: Timestamp, bytesRead: Int64, bytesTotal: Int64,
            totals: ReportTotals
        ) {
            self.batch = batch
            self.drop = drop
            self.campaign = campaign
            self.startedAt = startedAt
            self.bytesRead = bytesRead
            self.bytesTotal = bytesTotal
            self.totals = totals
        }

        package var isReading: Bool { bytesRead < bytesTotal }
    }

    package struct InboxStatus: Sendable {
        package var inbox: String
        /// The last scan that went well; nil before the first.
        package var lastScanAt: Timestamp?
        /// `events` or `polling`.
        package var watch: String
        /// What the last scan failed with; nil when it went well.
        package var problem: String?

        package init(inbox: String, lastScanAt: Timestamp?, watch: String, problem: String?) {
            self.inbox = inbox
            self.lastScanAt = lastScanAt
            self.watch = watch
            self.problem = problem
        }
    }

    package struct TransportStatus: Sendable {
        package var transport: String
        /// Why nothing leaves by it for a while, and until when; nil while it does.
        package var reason: String?
        package var nextAt: Timestamp?

        package init(transport: String, reason: String?, nextAt: Timestamp?) {
            self.transport = transport
            self.reason = reason
            self.nextAt = nextAt
        }
    }

    /// A file that lies in an inbox and is not taken.
    package struct StuckFile: Sendable {
        package var file: String
        package var reason: String
        package var since: Timestamp

        package init(file: String, reason: String, since: Timestamp) {
            self.file = file
            self.reason = reason
            self.since = since
        }
    }
}
