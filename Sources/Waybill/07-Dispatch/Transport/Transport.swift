import SystemIO

/// Carries parcels out.
///
/// A parcel goes through `prepare` and `commit`, and the process can die in, before and after each of them:
///
///     waiting ─▶ prepare ─▶ leaving (durable, with the ticket) ─▶ commit ─▶ left (durable)
///
/// | it died | what the next start does |
/// | --- | --- |
/// | before *leaving* is durable | the parcel waits: it is prepared again |
/// | after that | it asks `resolve`; what has not left is taken back, waits, and is prepared again |
///
/// A parcel that was about to leave before a crash is not sent after it: hours may have closed, and somebody may have
/// said stop. There is one exception: if a parcel may have left, and the receiver recognises exactly the same content
/// by its key, it is sent to that receiver again (`ParcelResolution.again`), but each message only while its person may
/// still be contacted. `resolve` itself sends nothing.
///
/// `commit`, `resolve` and `discard` are static and get the ticket: the configuration may have changed since, so they
/// take nothing from it. A new transport is a file like `FolderTransport`, a line in `Transports.all`, and its
/// settings.
package protocol Transport: Sendable {
    /// The kind of its settings, and of its tickets.
    static var kind: TransportSettings.Kind { get }

    /// Whether `commit` and `resolve` take no longer than a file operation: then they are called on the pipeline's
    /// thread. Others are called on threads of their own, several parcels at a time.
    static var isImmediate: Bool { get }

    /// The same with these settings: a folder on a share whose server has gone blocks whoever touches it, perhaps for
    /// ever.
    var isImmediate: Bool { get }

    /// What all depends on that is done by a ticket and may wait without end: a folder on a share. Then it is done on a
    /// thread of its own, too. Looks at nothing that may wait.
    static func share(of ticket: Ticket) -> String?

    /// - Parameters:
    ///   - name: the transport's name in the configuration.
    ///   - settings: with absolute paths.
    ///   - folder: the folder in which programs run.
    init(_ name: String, _ settings: TransportSettings, in folder: String)

    /// The form in which it takes a parcel.
    var form: ParcelForm { get }

    /// Messages that must reach their person sooner than this do not travel; nil: the carrier is not told until when a
    /// message is valid.
    var minimumValidity: TimeSpan? { get }

    /// Makes a parcel ready to go and returns what identifies it; that is on the disk on return.
    ///
    /// Nobody takes the parcel as sent yet. A crash leaves at most what the next `prepare` of the same parcel replaces,
    /// or what the next start removes.
    func prepare(_ load: ParcelLoad) throws -> Ticket

    /// The same for several parcels, each with its result.
    func prepare(_ loads: [ParcelLoad]) -> [Result<Ticket, any Error>]

    /// Sends a parcel, after its ticket is durable. An error means that nobody knows whether the parcel left: then
    /// `resolve` is asked, as after a crash.
    ///
    /// After `resolve` returned `again`, it is called once more, with `heldAgain` in the load, which then has no bytes:
    /// the transport has kept what it sent. It sends exactly that again, or says what became of it: never other content
    /// under the same key, nothing to anybody who is held, and nothing once the key may be forgotten.
    ///
    /// Transports that are not immediate ask `stop` just before the turn of each message (`Turn`): what the carrier was
    /// not given yet, and was recalled or is too late (`until`), is not given to it, and comes back as `recalled`.
    ///
    /// - Parameter stop: raised when the process is asked to end: transports that are not immediate end within their
    ///   time-out, except on a share (`StopSign.cross`).
    static func commit(_ ticket: Ticket, _ load: ParcelLoad, _ stop: StopSign) throws -> ParcelOutcome

    /// The same for several parcels, each with its result, of transports that are immediate.
    static func commit(_ parcels: [(ticket: Ticket, load: ParcelLoad)]) -> [Result<ParcelOutcome, any Error>]

    /// What became of a parcel whose `commit` may have been interrupted anywhere. Sends nothing, and deletes nothing
    /// that may not have left.
    ///
    /// - Parameter references: those of the messages whose outcome is unknown, at least one.
    static func resolve(_ ticket: Ticket, _ references: [Reference], _ stop: StopSign) throws -> ParcelResolution

    /// Removes what was prepared, after the parcel was durably taken back; for transports that are not immediate, also
    /// after its outcome was recorded. If a crash prevents it, the next start removes it.
    static func discard(_ ticket: Ticket) throws

    /// Called while nothing is in flight: releases what nobody has needed for a while.
    static func rest()
}

extension Transport {
    package var isImmediate: Bool { Self.isImmediate }
    package var minimumValidity: TimeSpan? { nil }
    package static func share(of ticket: Ticket) -> String? { nil }
    package static func isImmediate(_ ticket: Ticket) -> Bool { isImmediate && share(of: ticket) == nil }
    package static func rest() {}

    package func prepare(_ loads: [ParcelLoad]) -> [Result<Ticket, any Error>] {
        loads.map { load in Result { try prepare(load) } }
    }

    package static func commit(
        _ parcels: [(ticket: Ticket, load: ParcelLoad)]
    ) -> [Result<ParcelOutcome, any Error>] {
        parcels.map { parcel in Result { try commit(parcel.ticket, parcel.load, StopSign()) } }
    }
}

/// What a transport takes of a parcel.
package enum ParcelForm: Sendable {
    /// A file with a line for each message.
    case lines(LineForm)
    /// Mails, to be written one by one.
    case mail
}

/// What the lines of a parcel's file say.
package struct LineForm: Sendable {
    package let layout: TransportSettings.Layout
    /// Empty: those of the layout.
    package let columns: [TransportSettings.Column]
    /// For how long a message is valid at the most; nil: the lines do not say until when it is.
    package let longest: TimeSpan?
    /// What a line says of a mail beside its text (`HTTPSettings.mailPlaces`).
    package let mailPlaces: Set<FoldedName>

    package init(
        _ layout: TransportSettings.Layout, columns: [TransportSettings.Column] = [],
        validity: TransportSettings.Validity? = nil, mailPlaces: Set<FoldedName> = []
    ) {
        self.mailPlaces = mailPlaces.intersection(HTTPSettings.mailPlaces)
        self.layout = layout
        self.columns = columns
        longest = validity?.maximum
    }
}

/// The mails of a parcel.
package struct MailLoad: Sendable {
    package let writer: MailWriter
    /// Where reports of what cannot be delivered go.
    package let returnPath: Mailbox
    package let drafts: [MailDraft]
}

/// A parcel about to leave.
package struct ParcelLoad: Sendable {
    package let parcel: ParcelID
    package let batch: BatchID
    package let campaign: String
    package let step: String
    package let channel: String
    /// In the transport's layout; none of mails.
    package let bytes: [UInt8]
    package let mail: MailLoad?
    /// The references of the messages, in the order of the lines.
    package let references: [Reference]
    /// When it leaves.
    package let at: Timestamp
    /// Until when each message may reach its person, for a transport that is not immediate or has `minimumValidity`;
    /// nil: no end.
    package let until: [Timestamp?]
    /// Set when it is sent again after its outcome was unknown: the records that must not be contacted now.
    package let heldAgain: Set<UInt32>?
    /// When its people were checked: milliseconds since the system started, its sleep included.
    private let checkedAt: Int64

    /// Whether that is so long ago that it says nothing of now: the process was stopped, or the machine slept.
    package var isStale: Bool { MonotonicClock.millisecondsSinceBoot() - checkedAt > Self.longest }
    /// Ten seconds: more than a disk takes that is busy.
    private static let longest: Int64 = 10_000
    /// What stops it midway; nil: nothing does.
    package let watch: RefusalWatch?

    package init(
        parcel: ParcelID, batch: BatchID, campaign: String, step: String, channel: String, bytes: [UInt8],
        mail: MailLoad? = nil, references: [Reference], at: Timestamp, until: [Timestamp?] = [],
        heldAgain: Set<UInt32>? = nil, checkedAt: Int64 = MonotonicClock.millisecondsSinceBoot(),
        watch: RefusalWatch? = nil
    ) {
        self.checkedAt = checkedAt
        self.watch = watch
        self.at = at
        self.until = until
        self.heldAgain = heldAgain
        self.parcel = parcel
        self.batch = batch
        self.campaign = campaign
        self.step = step
        self.channel = channel
        self.bytes = bytes
        self.mail = mail
        self.references = references
    }
}

/// A parcel whose people were checked too long ago: nothing of it has left, and all of it is to be checked again.
struct StaleParcel: Error {}

/// What a transport did with a parcel.
package enum ParcelOutcome: Sendable {
    /// It has taken every message.
    case accepted
    /// By record. A message that is not in it is `lost`.
    case each([UInt32: MessageOutcome])
    /// The same, and nothing more may be given to the transport for a while, longer if it says so permanently: the
    /// transport or the sender is at fault, and no recipient.
    case halted([UInt32: MessageOutcome], because: String, isLasting: Bool)
    /// The same, from a transport that wants some messages later, or does not know what became of some: how long to
    /// leave it alone as a whole, if it says so, and why.
    case resting([UInt32: MessageOutcome], for: TimeSpan?, why: String)

    /// What it did with one message.
    package func fate(of record: UInt32) -> MessageOutcome {
        switch self {
        case .accepted: .accepted
        case .each(let outcomes), .halted(let outcomes, _, _), .resting(let outcomes, _, _): outcomes[record] ?? .lost
        }
    }

    /// Why some are later or in doubt, if it says so.
    package var why: String? {
        switch self {
        case .accepted, .each: nil
        case .halted(_, let why, _), .resting(_, _, let why): why
        }
    }

    /// Whether the answer to some message was one by which the transport stops.
    package var hasStopping: Bool {
        switch self {
        case .accepted: false
        case .each(let outcomes), .halted(let outcomes, _, _), .resting(let outcomes, _, _):
            outcomes.values.contains { if case .stopping = $0 { true } else { false } }
        }
    }

    /// Whether the transport is left alone for as long as it said.
    package var isResting: Bool { if case .resting(_, .some, _) = self { true } else { false } }
}

/// What a transport did with one message.
package enum MessageOutcome: Hashable, Sendable {
    case accepted
    /// For good: the carrier's code and words, both may be empty.
    case refused(code: String, detail: String)
    /// It was not sent, and may be sent later.
    case later
    /// The same, and this one not sooner than after so long: others need not wait for it.
    case postponed(TimeSpan)
    /// The same, and the answer to it was one by which the transport stops: the carrier's code and words, and whether
    /// they are meant for good. Others find out whether that is the transport's fault or this message's (`Suspects`).
    case stopping(code: String, detail: String, isLasting: Bool)
    /// It was not sent, since its person must not be contacted any more or the process ends: it is checked again.
    case recalled
    /// It is unknown now whether it was sent; `resolve` is asked again.
    case unknown
    /// Nobody can ever know whether it was sent.
    case lost

    /// Whether the transport took or refused it.
    var isSettled: Bool {
        switch self {
        case .accepted, .refused: true
        case .later, .postponed, .stopping, .recalled, .unknown, .lost: false
        }
    }

    /// Whether it may be sent later.
    var isPutOff: Bool {
        switch self {
        case .later, .postponed, .stopping: true
        case .accepted, .refused, .recalled, .unknown, .lost: false
        }
    }
}

/// What a transport finds out about a parcel that was leaving.
package enum ParcelResolution: Sendable {
    case left(ParcelOutcome)
    /// All of it has left, though nothing shows it any more: what was found, in words.
    case takenAway(String)
    /// Nothing of it has left, and nothing will.
    case notLeft
    /// It is unknown, but exactly the same may be sent again, since the receiver recognises it by its key; or the
    /// receiver can be asked.
    case again
    /// It is unknown now: why, and what somebody can do. The parcel stays as it is and is asked about again.
    case unknown(String)
}

/// Why a transport cannot handle a parcel: the parcel waits, and the others go on. `SystemError` counts as one.
package struct TransportProblem: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// The transports there are.
package enum Transports {
    package static let all: [any Transport.Type] = [
        FolderTransport.self, CommandTransport.self, SMTPTransport.self, HTTPTransport.self,
    ]
}
