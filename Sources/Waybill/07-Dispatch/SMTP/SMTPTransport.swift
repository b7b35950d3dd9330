import SystemIO

/// Gives mails to a relay (RFC 5321) on this machine or network, which delivers them. There is no encryption here; to
/// reach a remote relay, use a tunnel.
///
/// | the relay | a mail |
/// | --- | --- |
/// | takes it | has left |
/// | refuses it for the recipient's own fault | fails with the relay's code |
/// | wants it later, or blames the sender or itself (`SMTPJudgement`) | waits |
/// | is lost before the mail is complete | waits |
/// | is lost after that, without an answer | is `Dangling` |
///
/// After a crash the journal says the same about each mail (`SMTPJournal`).
package struct SMTPTransport: Transport {
    package static let kind = TransportSettings.Kind.smtp
    package static let isImmediate = false
    package let form = ParcelForm.mail
    package var minimumValidity: TimeSpan? { SMTPPool.shared.shortest(of: relay).map { .seconds(Int64($0)) } }
    private let relay: SMTPRelay
    private let journals: String
    private let folder: String

    package init(_ name: String, _ settings: TransportSettings, in folder: String) {
        relay = SMTPRelay(name, settings)
        journals = settings.journals
        self.folder = folder
    }

    private static let version = 1

    /// The content of a ticket.
    private struct Job: Codable {
        let relay: SMTPRelay
        let folder: String
        let journal: String
    }

    package func prepare(_ load: ParcelLoad) throws -> Ticket {
        try Files.createFolder(journals, mode: 0o700)
        let job = Job(relay: relay, folder: folder, journal: "\(journals)/\(load.parcel)")
        _ = try SMTPJournal(job.journal)
        return try Ticket(Self.kind, version: Self.version, job)
    }

    package static func commit(_ ticket: Ticket, _ load: ParcelLoad, _ stop: StopSign) throws -> ParcelOutcome {
        let job: Job = try ticket.content(kind, version: version)
        guard let mail = load.mail else { throw TransportProblem("the parcel has no mails") }
        var delivery = SMTPDelivery(
            job.relay, in: job.folder, mail, Turn(load, stop), try SMTPJournal(job.journal), stop,
            load.watch)
        return delivery.run()
    }

    package static func resolve(
        _ ticket: Ticket, _ references: [Reference], _ stop: StopSign
    ) throws -> ParcelResolution {
        let job: Job = try ticket.content(kind, version: version)
        guard let outcome = try SMTPJournal.read(job.journal) else { return .left(.each([:])) }
        let outcomes = Dictionary(references.map { ($0.record, outcome($0.record)) }) { first, _ in first }
        return outcomes.values.allSatisfy { $0 == .later } ? .notLeft : .left(.each(outcomes))
    }

    package static func discard(_ ticket: Ticket) throws {
        let job: Job = try ticket.content(kind, version: version)
        if try Files.exists(job.journal) { try Files.remove(job.journal) }
    }

    package static func rest() { SMTPPool.shared.rest() }
}
