import SystemIO
import WebIO

/// Hands parcels to a server by HTTP, as its settings declare it (`HTTPSettings`); no server's name is known here.
///
/// | a crash | a message |
/// | --- | --- |
/// | before its call began | has not left: the journal says so (`HTTPJournal`) |
/// | after its call ended | is as the answer said |
/// | between | with an idempotency key the very same call is made again (`ParcelResolution.again`); where the server |
/// |         | tells of messages (`events`) it is asked (`HTTPInquiry`); else it is `lost` |
package struct HTTPTransport: Transport {
    package static let kind = TransportSettings.Kind.http
    package static let isImmediate = false
    package var form: ParcelForm { .lines(LineForm(.jsonLines, mailPlaces: settings.http.names)) }
    package var minimumValidity: TimeSpan? { settings.validity?.minimum }
    private let name: String
    private let settings: TransportSettings
    private let folder: String

    package init(_ name: String, _ settings: TransportSettings, in folder: String) {
        (self.name, self.settings, self.folder) = (name, settings, folder)
    }

    private static let version = 1

    /// The content of a ticket: the transport as it was, with the place of its key but not the key.
    private struct Job: Codable {
        let transport: String
        /// The settings as the configuration has them.
        let settings: String
        let folder: String
        let journal: String
        /// Distinguishes the parcel's journal from that of another parcel with the same number, as after a restore.
        let mark: String

        func read() throws(TransportProblem) -> TransportSettings {
            let read = ConfigurationReader.read(Array(settings.utf8)).configuration.transports["t"]
            guard let read, read.kind == .http else {
                throw TransportProblem("the parcel's transport \(transport) is of a kind that this waybill cannot use")
            }
            return read
        }
    }

    package func prepare(_ load: ParcelLoad) throws -> Ticket {
        // What is missing holds the parcel before anything else is done.
        if let obstacle = WebClient.obstacle() { throw TransportProblem(obstacle) }
        _ = try HTTPSecret.header(settings.http, in: folder, at: load.at)
        try Files.createFolder(settings.journals, mode: 0o700)
        let job = Job(
            transport: name, settings: "{transports: {t: \(ConfigurationWriter.tree(of: settings).text)}}",
            folder: folder, journal: settings.journals + "/" + load.parcel.description,
            mark: String(UInt64.random(in: .min ... .max), radix: 16))
        try HTTPJournal.make(job.journal, mark: job.mark)
        return try Ticket(Self.kind, version: Self.version, job)
    }

    package static func commit(_ ticket: Ticket, _ load: ParcelLoad, _ stop: StopSign) throws -> ParcelOutcome {
        let job: Job = try ticket.content(kind, version: version)
        let journal = try HTTPJournal(job.journal, mark: job.mark)
        var flight = try HTTPFlight(job.transport, try job.read(), in: job.folder, load, journal, stop)
        return flight.run()
    }

    package static func resolve(
        _ ticket: Ticket, _ references: [Reference], _ stop: StopSign
    ) throws -> ParcelResolution {
        let job: Job = try ticket.content(kind, version: version)
        // A journal that is missing, damaged or another parcel's proves for no message that it was not sent.
        guard let entries = try HTTPJournal.read(job.journal, mark: job.mark) else { return .left(.each([:])) }
        if entries.calls == 0 { return .notLeft }
        var outcomes = entries.outcomes
        let canBeAsked = try job.read().http.events != nil
        for begun in entries.open {
            for reference in begun.references where entries.outcomes[reference.record] == nil {
                outcomes[reference.record] = begun.sent == nil && !canBeAsked ? .lost : .unknown
            }
        }
        for reference in references where outcomes[reference.record] == nil { outcomes[reference.record] = .later }
        if references.contains(where: { outcomes[$0.record] == .unknown }) { return .again }
        return .left(.each(outcomes))
    }

    package static func discard(_ ticket: Ticket) throws {
        let job: Job = try ticket.content(kind, version: version)
        if try Files.exists(job.journal) { try Files.remove(job.journal) }
    }
}
