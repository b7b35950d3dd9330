package import Waybill

/// What every store engine must promise (`Waybill/06-Queue/Store`), as checks for any engine.
///
/// A check gets stores that are empty at first, and throws `BrokenContract` if the engine breaks a promise. It knows no
/// engine, no file and no SQL.
package struct StoreSuite {
    /// Opens the store of a name, which is empty the first time. Opening it again gives another writer on the same
    /// store, as another machine would be.
    let open: (String) throws -> any Store

    package init(open: @escaping (String) throws -> any Store) {
        self.open = open
    }

    package struct Check: Sendable {
        /// The promise, as a fact.
        package let name: String
        package let run: @Sendable (StoreSuite) throws -> Void

        init(_ name: String, _ run: @escaping @Sendable (any Store) throws -> Void) {
            self.init(withTwo: name) { suite in try run(suite.open(name)) }
        }

        init(withTwo name: String, _ run: @escaping @Sendable (StoreSuite) throws -> Void) {
            self.name = name
            self.run = run
        }
    }

    package static let checks =
        ledgerChecks + contactChecks + claimChecks + parcelChecks + suppressionChecks + consentChecks + historyChecks
        + transactionChecks
}

/// The engine does not do what the store's contracts promise.
package struct BrokenContract: Error, CustomStringConvertible {
    package let description: String
}

/// Thrown by a check to roll back a transaction.
struct Undone: Error {}

// MARK: - Assertions

func expect<Value: Equatable>(
    _ found: Value, _ wanted: Value, _ what: String, line: UInt = #line, file: String = #fileID
) throws {
    guard found != wanted else { return }
    throw BrokenContract(description: "\(what): \(found) in place of \(wanted) (\(file):\(line))")
}

func expectDamage(_ what: String, _ body: () throws -> Void) throws {
    do {
        try body()
    } catch StoreProblem.damaged {
        return
    }
    throw BrokenContract(description: "\(what) is no damage")
}

func expectClaimLost(_ what: String, _ body: () throws -> Void) throws {
    do {
        try body()
    } catch is ClaimLost {
        return
    }
    throw BrokenContract(description: "\(what) needs no claim")
}

// MARK: - Stored data

extension Timestamp {
    /// Milliseconds after 2026-11-20, 15:00 UTC.
    static func after(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: 1_795_186_800_000 + milliseconds)
    }
}

extension Store {
    /// Adds a batch that is being read.
    func claim(_ name: String, purpose: DropPurpose = .contacts, size: Int64 = 100) throws -> BatchID {
        try recordClaim(token: "owner~" + name, purpose: purpose, name: name, folder: "", size: size, at: .after(0))
    }

    /// Stores people in a batch that is being read: records from `first` on, one segment each.
    func store(_ people: [[String]], in batch: BatchID, from first: UInt32 = 1) throws {
        for (number, names) in people.enumerated() {
            var builder = ContactSegment.Builder()
            for (index, name) in names.enumerated() {
                builder.append(Array(name.utf8).span)
                builder.finish(record: first + UInt32(number * 100 + index))
            }
            try insert(builder.build(), as: SegmentID(batch: batch, number: number))
        }
    }

    /// Makes a batch visible.
    func show(
        _ batch: BatchID, campaign: String = "shop", states: [ContactState: Int] = [.pending: 2], segments: Int = 1,
        corrects: BatchID? = nil, rejected: Int = 0, at moment: Timestamp = .after(1), status: BatchStatus = .visible
    ) throws {
        var acknowledgement = Acknowledgement(
            batch: batch, drop: "drop.csv", sha256: "00", campaign: campaign, status: .accepted, startedAt: moment,
            finishedAt: moment)
        acknowledgement.accepted = states.values.reduce(0, +)
        acknowledgement.received = acknowledgement.accepted + rejected
        acknowledgement.rejected = rejected
        acknowledgement.corrects = corrects
        let outcome = BatchOutcome(
            status: status, campaign: campaign,
            identity: DropIdentity(sha256: [UInt8(truncatingIfNeeded: batch.rawValue)]), visibleAt: moment,
            segments: segments, acknowledgement: acknowledgement, states: states)
        try durably { try finish(batch, outcome) }
    }

    /// A visible batch with two contacts.
    func visibleBatch(_ name: String = "drop", campaign: String = "shop") throws -> BatchID {
        let batch = try claim(name)
        try transiently { try store([["Ann", "Bob"]], in: batch) }
        try show(batch, campaign: campaign)
        return batch
    }

    /// Queues a parcel with two contacts.
    func queue(
        _ batch: BatchID, campaign: String = "shop", channel: Channel = .sms, priority: Int = 5,
        due: Timestamp = .after(0), config: String = "", status: ParcelStatus = .waiting
    ) throws -> ParcelID {
        let contacts = [1, 2].map { ParcelContact(record: $0, attempt: 1, stepAttempt: 1) }
        return try transiently {
            try insert(
                NewParcel(
                    batch: batch, campaign: campaign, step: "text", channel: channel, priority: priority, due: due,
                    config: config, contacts: contacts, status: status))
        }
    }

    /// The parcels that an owner claims, by number, in the order returned.
    func claimed(
        by owner: String, limit: Int = 16, at now: Timestamp = .after(0), until lease: Timestamp = .after(60_000),
        except full: Set<CampaignChannel> = [], behind: Set<ParcelID> = []
    ) throws -> [ParcelID] {
        let found = try claimDue(limit: limit, owner: owner, lease: lease, now: now, except: full, behind: behind)
        try expect(found.damaged.map(\.id), [], "damaged parcels")
        return found.readable.map(\.id)
    }

    func leave(_ parcel: ParcelID, _ owner: String, at now: Timestamp = .after(0)) throws {
        try durably { try markLeaving(parcel, owner: owner, transport: "folder", ticket: [1, 0, 2], at: now) }
    }
}
