/// Carries parcels out.
///
/// A parcel goes through `prepare` and `commit`, and the process can die in, before and after each of them:
///
///     waiting ─▶ prepare ─▶ leaving (durable, with the ticket) ─▶ commit ─▶ left (durable)
///
/// | it died | what the next start does |
/// | --- | --- |
/// | before *leaving* is durable | the parcel waits: it is prepared anew |
/// | after that | it asks `resolve`, and commits again only what has not left |
///
/// `commit` and `resolve` are static and get the ticket: the configuration may have changed since, so nothing that they need is
/// taken from it. A new transport is a file like `FolderTransport`, a line in `Transports.all`, and its settings.
package protocol Transport: Sendable {
    /// The kind of its settings, and of its tickets.
    static var kind: TransportSettings.Kind { get }

    /// - Parameter settings: with paths that are absolute.
    init(_ settings: TransportSettings)

    /// What a parcel's bytes look like.
    var layout: TransportSettings.Layout { get }

    /// Makes a parcel ready to go and returns what finds it again; on return that is on the disk.
    ///
    /// Nobody takes the parcel for sent yet. A crash leaves at most what the next `prepare` of the same parcel replaces, or
    /// what the next start removes.
    func prepare(_ load: ParcelLoad) throws -> Ticket

    /// Lets a parcel go: after its ticket is durable, or after `resolve` said `notLeft`. Whoever is told of an error does not know
    /// whether the parcel left, and asks `resolve`, as after a crash.
    static func commit(_ ticket: Ticket) throws -> ParcelOutcome

    /// What became of a parcel whose `commit` may have been interrupted at any place. Sends nothing, and deletes nothing whose
    /// content is not known to have left.
    static func resolve(_ ticket: Ticket) throws -> ParcelResolution
}

/// A parcel about to leave.
package struct ParcelLoad: Sendable {
    package let parcel: ParcelID
    package let campaign: String
    /// In the transport's layout.
    package let bytes: [UInt8]

    package init(parcel: ParcelID, campaign: String, bytes: [UInt8]) {
        self.parcel = parcel
        self.campaign = campaign
        self.bytes = bytes
    }
}

/// What a transport did with a parcel.
package enum ParcelOutcome: Sendable {
    /// It has taken every message.
    case accepted
}

/// What a transport finds out about a parcel that was leaving.
package enum ParcelResolution: Sendable {
    case left(ParcelOutcome)
    /// Nothing of it has left; `commit` may be called again.
    case notLeft
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
    package static let all: [any Transport.Type] = [FolderTransport.self]
}
