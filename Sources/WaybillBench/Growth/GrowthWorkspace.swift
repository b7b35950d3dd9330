import Foundation
import SystemIO
import Waybill

/// A workspace with the real pipeline and a full store, without the time that a real intake takes.
struct GrowthWorkspace {
    let workspace: Workspace
    let pipeline: Pipeline

    /// - Parameter campaigns: as written in the configuration, like `strategies`; nothing is due under `later`.
    init(_ folder: String, campaigns: String, strategies: String = "") throws {
        workspace = Workspace(root: folder + "/workspace")
        try Files.createFolder(workspace.root)
        let text = """
            {campaigns: {\(campaigns)}, strategies: {\(strategies)},
             policies: {later: {startAfter: "2099-01-01T00:00:00Z"}, agreed: {require: "consent"}}}
            """
        let (configuration, problems) = ConfigurationReader.read(Array(text.utf8), file: "growth.json5")
        guard problems.isEmpty else { throw ChildProcess.Failure(description: "\(problems[0])") }
        let clock = WallClock()
        let log = Log(level: .error, format: .text, clock: clock) { FileHandle.standardError.write(Data($0)) }
        pipeline = try Pipeline(workspace: workspace, configuration: configuration, clock: clock, log: log)
        try pipeline.recover()
        // As the service sets it.
        pipeline.claims.followsEvents = true
    }

    static func phone(_ person: Int) -> String { "+\(digits(person))" }

    private static func digits(_ person: Int) -> Int { 14_152_000_000 + person }

    /// A drop with these people.
    static func people(_ range: Range<Int>) -> String {
        "id,phone1\n" + range.map { "p\($0),\(phone($0))\n" }.joined()
    }

    /// Takes drops, and returns the processor seconds.
    func take(_ drops: [(folder: String, name: String, text: String)]) throws -> Double {
        var spent = 0.0
        for drop in drops {
            let folder = workspace.path("inbox/" + drop.folder)
            try Files.createFolder(folder, durably: false)
            try Files.writeAtomically(Array(drop.text.utf8), to: folder + "/" + drop.name)
            var taken = 0
            let end = MonotonicClock.nanoseconds() + 60_000_000_000
            pipeline.claims.noteArrival(place: .init(folder: drop.folder), name: drop.name)
            spent += try processorSeconds {
                while taken == 0, MonotonicClock.nanoseconds() < end {
                    taken = try pipeline.takeDrops { false }.taken
                }
            }
            guard taken > 0 else { throw ChildProcess.Failure(description: "\(drop.name) is not taken") }
        }
        return spent
    }

    /// Puts earlier batches of two contacts each into the ledger.
    func fillLedger(_ count: Int, isOpen: Bool = true) throws {
        let store = pipeline.store
        for number in 0..<count {
            let batch = try store.recordClaim(
                token: "growth~\(number)", purpose: .contacts, name: "before-\(number).csv", folder: "bench",
                size: Int64(1_000_000 + number), at: pipeline.now)
            try store.transiently {
                try store.insert(
                    Self.segment(2 * number..<2 * number + 2, from: 1), as: SegmentID(batch: batch, number: 0))
                let entries = (0..<2).map { place in
                    RecipientEntry(
                        key: RecipientKey.phone(E164Number(digits: UInt64(Self.digits(2 * number + place)))),
                        record: UInt32(place + 1))
                }
                try store.insertRecipients(entries.sorted(), batch: batch, part: 0)
                try finish(batch, [isOpen ? .pending : .handedOver: 2])
            }
        }
    }

    /// Queues one batch in parcels of one contact each, which are due, or which left that many days ago.
    func queue(parcels count: Int, leftDaysAgo days: Int? = nil) throws {
        let store = pipeline.store
        let now = pipeline.now
        let batch = try store.recordClaim(
            token: "growth~queued", purpose: .contacts, name: "queued.csv", folder: "bench", size: 1, at: now)
        try store.transiently {
            for start in stride(from: 0, to: count, by: 1_000) {
                try store.insert(
                    Self.segment(start..<min(count, start + 1_000), from: start + 1),
                    as: SegmentID(batch: batch, number: start / 1_000))
            }
            for number in 0..<count {
                _ = try store.insert(
                    NewParcel(
                        batch: batch, campaign: "bench", step: "text", channel: .sms, due: now,
                        contacts: [ParcelContact(record: UInt32(number + 1), attempt: 1, stepAttempt: 1)]))
            }
            try finish(batch, [.pending: count])
        }
        guard let days else { return }
        let moment = now.adding(.hours(Int64(-24 * days)))
        while true {
            let due = try store.claimDue(
                limit: 1_000, owner: "growth", lease: now.adding(.minutes(5)), now: now, except: [], behind: [])
            if due.isEmpty { return }
            try store.transiently {
                for parcel in due.readable {
                    try store.markLeaving(parcel.id, owner: "growth", transport: "folder", ticket: nil, at: moment)
                    try store.markLeft(parcel.id, contacts: [], resultsDue: nil)
                }
            }
        }
    }

    private static func segment(_ people: Range<Int>, from first: Int) -> ContactSegment {
        var builder = ContactSegment.Builder()
        for (place, person) in people.enumerated() {
            builder.append(Array(phone(person).utf8).span)
            builder.finish(record: UInt32(first + place))
        }
        return builder.build()
    }

    private func finish(_ batch: BatchID, _ states: [ContactState: Int]) throws {
        let now = pipeline.now
        var acknowledgement = Acknowledgement(
            batch: batch, drop: "before.csv", sha256: String(repeating: "0", count: 64), campaign: "bench",
            status: .accepted, startedAt: now, finishedAt: now)
        acknowledgement.accepted = states.values.reduce(0, +)
        acknowledgement.received = acknowledgement.accepted
        acknowledgement.columns = [.init(sender: "phone1", column: "phone1")]
        try pipeline.store.finish(
            batch,
            BatchOutcome(
                status: .visible, campaign: "bench",
                identity: DropIdentity(sha256: SHA256.hash(Array(batch.description.utf8))), visibleAt: now,
                segments: 1, schema: Schema([Column(name: "phone1", field: .phone1)]),
                acknowledgement: acknowledgement, states: states))
        try pipeline.store.markPublished(batch)
    }
}
