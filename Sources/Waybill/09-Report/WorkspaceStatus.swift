package import SystemIO

/// What Waybill is doing now: the content of `status.json`, `metrics.prom` and `waybill status`.
package struct WorkspaceStatus: Sendable {
    package var now: Timestamp
    package var version: String
    package var campaigns: [CampaignStatus] = []
    /// Batches in work: being read, or with open contacts.
    package var batches: [BatchStatus] = []
    package var inboxes: [InboxStatus] = []
    package var stuck: [StuckFile] = []
    /// All transports in the configuration.
    package var transports: [TransportStatus] = []
    /// By transport: messages of the last day of which nobody knows whether they were sent.
    package var inDoubt: [MessagesInDoubt] = []
    /// Drops that were refused whole and have not come back corrected.
    package var refused: [RefusedDropStatus] = []
    /// Do-not-contact lists and the like that hold campaigns, or of which somebody has to know.
    package var lists: [HoldingList] = []
    /// Batches that nobody has approved yet.
    package var approvals: [ApprovalHold] = []
    /// Campaigns that expect a drop, and when it should have come.
    package var missing: [MissingDrop] = []
    /// Lists that are sent again and again.
    package var repeats: [RepeatStatus] = []
    /// Folders that cannot be written for want of room.
    package var fullDisks: [FullDisk] = []
    /// Why the configuration on the disk is not the one that is in force; nil where it is.
    package var configurationProblem: String?
    /// When a running waybill last reported on the inboxes and on what it reads; nil if unknown.
    package var toldAt: Timestamp?
    /// Whether that one ends by itself and is started again by others, as by cron.
    package var ranUntilIdle = false
    /// Whether that one has ended since, and said so.
    package var hasEnded = false
    /// Whether somebody ended it before it would have ended by itself.
    package var wasStopped = false
    /// Which process that is.
    package var origin: ProcessOrigin?
    /// Whether it still runs; nil where that cannot be seen from here.
    package var isAlive: Bool?
    /// Why it cannot be told whether anything runs; nil where it can.
    package var silence: String?
    /// Files in the inboxes while nothing runs to take them.
    package var untakenFiles = 0

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
        package var pausedSince: Timestamp?
        /// What paused it, such as `a command`; nil if that is not known.
        package var pausedBy: String?
        /// Why it has stopped by itself; nil where it has not.
        package var stopped: String?
        package var totals: ReportTotals
        package var states: [ContactState: Int] = [:]
        /// How many contacts leave per minute, over the last minutes; nil if not measured.
        package var perMinute: Int?
        package var held: [Held] = []
        /// When its last open contact should be done, if none has to be retried: by then it has left, as fast as the
        /// rates allow, and its result is in or no longer awaited. Nil if nothing is open, if the campaign is paused,
        /// and if something has to be corrected or decided first.
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
        /// When the first of them can go on, or a transport is tried again; nil if that does not depend on time.
        package var nextAt: Timestamp?
        /// When how many of them can go on.
        package var openings: [Holding.Opening]
        /// How many of the openings `status.json` names.
        static let mostOpenings = 6

        package init(
            kind: HoldReason.Kind, reason: String, contacts: Int, nextAt: Timestamp?, openings: [Holding.Opening] = []
        ) {
            self.kind = kind
            self.reason = reason
            self.contacts = contacts
            self.nextAt = nextAt
            self.openings = openings
        }
    }

    package struct BatchStatus: Sendable {
        package var batch: BatchID
        package var drop: String
        package var campaign: String
        package var startedAt: Timestamp
        /// Bytes of the stored drop that were read; less than `bytesTotal` while it is being read.
        package var bytesRead: Int64
        package var bytesTotal: Int64
        /// The totals so far, while the drop is being read.
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
        /// What carries words to subscribers; no transport has such a name.
        package static let subscribers = "to subscribers"

        package var transport: String
        /// Why nothing leaves by it for a while, and until when; nil if it works.
        package var reason: String?
        package var nextAt: Timestamp?

        package init(transport: String, reason: String?, nextAt: Timestamp?) {
            self.transport = transport
            self.reason = reason
            self.nextAt = nextAt
        }
    }

    package struct FullDisk: Sendable {
        package let folder: String
        package let problem: String

        package init(folder: String, problem: String) {
            self.folder = folder
            self.problem = problem
        }
    }

    package struct MessagesInDoubt: Sendable {
        package let transport: String
        package let messages: Int

        package init(transport: String, messages: Int) {
            self.transport = transport
            self.messages = messages
        }
    }

    package struct MissingDrop: Sendable {
        package let campaign: String
        package let since: Timestamp
        /// Why the list that it repeats cannot be; nil where somebody else's drop has not come.
        package let trouble: String?
        /// By when it is expected, on the campaign's clock.
        package let by: String?

        package init(campaign: String, since: Timestamp, trouble: String? = nil, by: String? = nil) {
            self.campaign = campaign
            self.since = since
            self.trouble = trouble
            self.by = by
        }
    }

    package struct RepeatStatus: Sendable {
        package let campaign: String
        package let file: String
        /// Seconds that the campaign's clock is ahead of UTC then.
        package let offset: Int
        /// Nil: never again.
        package let nextAt: Timestamp?

        package init(campaign: String, file: String, offset: Int, nextAt: Timestamp?) {
            self.campaign = campaign
            self.file = file
            self.offset = offset
            self.nextAt = nextAt
        }
    }

    package struct RefusedDropStatus: Sendable {
        package var batch: BatchID
        package var drop: String
        /// Empty if unknown; else a campaign, or the folder of a list and the like.
        package var campaign: String
        package var reason: String
        package var at: Timestamp

        package init(batch: BatchID, drop: String, campaign: String, reason: String, at: Timestamp) {
            self.batch = batch
            self.drop = drop
            self.campaign = campaign
            self.reason = reason
            self.at = at
        }
    }

    package struct HoldingList: Sendable {
        package var batch: BatchID
        package var drop: String
        /// Empty for all.
        package var campaigns: [String]
        package var problem: String
        /// Else nothing waits for it.
        package var holds: Bool

        package init(batch: BatchID, drop: String, campaigns: [String], problem: String, holds: Bool = true) {
            self.batch = batch
            self.drop = drop
            self.campaigns = campaigns
            self.problem = problem
            self.holds = holds
        }
    }

    /// A file in an inbox that is not taken.
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
