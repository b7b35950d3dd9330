@testable import Waybill

/// When a process dies that sends.
protocol DyingMoment {
    static var isAfterCommit: Bool { get }
}

enum BeforeCommit: DyingMoment { static let isAfterCommit = false }
enum AfterCommit: DyingMoment { static let isAfterCommit = true }

/// A transport at which the process dies: its parcel is marked as leaving, and what came of it is not written down.
struct Dying<Own: Transport, Moment: DyingMoment>: Transport {
    static var kind: TransportSettings.Kind { Own.kind }
    static var isImmediate: Bool { true }
    private let own: Own
    var form: ParcelForm { own.form }

    init(_ name: String, _ settings: TransportSettings, in folder: String) {
        own = Own(name, settings, in: folder)
    }

    func prepare(_ load: ParcelLoad) throws -> Ticket { try own.prepare(load) }

    static func commit(_ ticket: Ticket, _ load: ParcelLoad, _ stop: StopSign) throws -> ParcelOutcome {
        if Moment.isAfterCommit { _ = try Own.commit(ticket, load, stop) }
        throw TransportProblem("died")
    }

    static func resolve(
        _ ticket: Ticket, _ references: [Reference], _ stop: StopSign
    ) throws -> ParcelResolution { .unknown("died") }

    static func discard(_ ticket: Ticket) {}
}
