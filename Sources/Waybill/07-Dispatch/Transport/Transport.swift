/// Carries parcels out.
///
/// A parcel goes through `prepare` and `commit`, and the process can die in, before and after each of them:
///
///     waiting ─▶ prepare ─▶ leaving (durable, with the ticket) ─▶ commit ─▶ left (durable)
///
/// | it died | what the next start does |
/// | --- | --- |
/// | before *leaving* is durable | the parcel waits: it is prepared anew |
/// | after that | it asks `resolve`; what has not left is taken back, waits, and is prepared anew |
///
/// What was about to leave before a crash is not let go after it: hours may have closed since, and somebody may have
/// said stop. There is one exception: what may have left already, toward somebody who knows the very same again by its
/// key, is given to them again (`ParcelResolution.again`), and each message of it only while its person may still be
/// contacted. `resolve` itself sends nothing.
///
/// `commit`, `resolve` and `discard` are static and get the ticket: the configuration may have changed since, so
/// nothing that they need is taken from it. A new transport is a file like `FolderTransport`, a line in
/// `Transports.all`, and its settings.
package protocol Transport: Sendable {
    /// The kind of its settings, and of its tickets.
    static var kind: TransportSettings.Kind { get }

    /// Whether `commit` and `resolve` take no longer than a file operation: they are called on the pipeline's thread
    /// then. Others are called on threads of their own, several parcels at a time.
    static var isImmediate: Bool { get }

    /// - Parameters:
    ///   - name: under which the configuration has it.
    ///   - settings: with paths that are absolute.
    ///   - folder: where programs run.
    init(_ name: String, _ settings: TransportSettings, in folder: String)

    /// What it takes of a parcel.
    var form: ParcelForm { get }

    /// Nothing travels that must reach its person sooner; nil: the carrier is not told until when a message is valid.
    var minimumValidity: TimeSpan? { get }

    /// Makes a parcel ready to go and returns what finds it again; on return that is on the disk.
    ///
    /// Nobody takes the parcel for sent yet. A crash leaves at most what the next `prepare` of the same parcel
    /// replaces, or what the next start removes.
    func prepare(_ load: ParcelLoad) throws -> Ticket

    /// Lets a parcel go, after its ticket is durable. An error says that nobody knows whether the parcel left:
    /// `resolve` is asked then, as after a crash.
    ///
    /// After `resolve` said `again` it is called once more, with `heldAgain` in the load, which has no bytes then: the
    /// transport has kept what it sent. It sends the very same of that, or says what became of it: never other content
    /// under the same key, nothing that went to somebody who is held, and nothing once the key may be forgotten.
    ///
    /// - Parameter stop: raised when the process is asked to end: who is not immediate ends within its time-out.
    static func commit(_ ticket: Ticket, _ load: ParcelLoad, _ stop: StopSign) throws -> ParcelOutcome

    /// What became of a parcel whose `commit` may have been interrupted at any place. Sends nothing, and deletes
    /// nothing whose content is not known to have left.
    ///
    /// - Parameter references: of the messages of which it is not known yet what became of them, at least one.
    static func resolve(_ ticket: Ticket, _ references: [Reference], _ stop: StopSign) throws -> ParcelResolution

    /// Clears away what was prepared, after the parcel was durably taken back, or, of those that are not immediate, all
    /// that became of it was written down. What a crash before it leaves is removed by the next start.
    static func discard(_ ticket: Ticket) throws

    /// Called while nothing is in flight: gives back what nobody has needed for a while.
    static func rest()
}

extension Transport {
    package var minimumValidity: TimeSpan? { nil }
    package static func rest() {}
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

    package init(
        _ layout: TransportSettings.Layout, columns: [TransportSettings.Column] = [],
        validity: TransportSettings.Validity? = nil
    ) {
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
    /// Of the messages, in the order of the lines.
    package let references: [Reference]
    /// When it leaves.
    package let at: Timestamp
    /// Until when each message may reach its person, for a transport with `minimumValidity`; nil: it has no end.
    package let until: [Timestamp?]
    /// Where it is sent again after nobody knew whether it had left: those who must not be contacted now.
    package let heldAgain: Set<UInt32>?

    package init(
        parcel: ParcelID, batch: BatchID, campaign: String, step: String, channel: String, bytes: [UInt8],
        mail: MailLoad? = nil, references: [Reference], at: Timestamp, until: [Timestamp?] = [],
        heldAgain: Set<UInt32>? = nil
    ) {
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

/// What a transport did with a parcel.
package enum ParcelOutcome: Sendable {
    /// It has taken every message.
    case accepted
    /// By record. A message that is not in it is `lost`.
    case each([UInt32: MessageOutcome])
    /// The same, and nothing more is to be given to it for a while, for longer where it says so for good: it, or who
    /// sends, is at fault, and none of those who are written to.
    case halted([UInt32: MessageOutcome], because: String, isLasting: Bool)
    /// The same, of a transport that wants some of them later: for how long it is left alone as a whole, where it says
    /// so, and why.
    case resting([UInt32: MessageOutcome], for: TimeSpan?, why: String)

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
    /// It cannot be told now whether it was sent; `resolve` is asked again.
    case unknown
    /// Nobody can ever tell whether it was sent.
    case lost
}

/// What a transport finds out about a parcel that was leaving.
package enum ParcelResolution: Sendable {
    case left(ParcelOutcome)
    /// Nothing of it has left, and nothing will.
    case notLeft
    /// It cannot be told, and the very same may be sent again, since whoever gets it knows it by its key.
    case again
    /// It cannot be told now: why, and what somebody can do. The parcel stays as it is and is asked about again.
    case unknown(String)
}

/// Why a transport cannot do its work with a parcel: it waits, and the others go on. `SystemError` counts as one.
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
