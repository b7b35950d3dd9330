import SystemIO

/// Finds the data for an explanation in the store.
extension Explanation {
    /// What is known about a record; nil if there is no such batch of contacts, or it has no such record.
    package static func of(
        record: UInt32, batch id: BatchID, store: any Store, configuration: Configuration, at now: Timestamp
    ) throws -> Explanation? {
        guard record > 0, let batch = try store.bareBatch(id), batch.purpose == .contacts,
            batch.status != .claimed
        else { return nil }
        let setup = CampaignSetup(named: batch.campaign, in: configuration)
        var explanation = Explanation(batch, record: record, zone: setup.zone)
        let place = batch.folder.isEmpty ? "the inbox" : "inbox/\(batch.folder)"
        explanation.add("arrived", batch.claimedAt, "the drop \(batch.name) was taken from \(place) as batch \(id)")
        do {
            return try explanation.filled(batch, setup, store, configuration, at: now)
        } catch let problem as StoreProblem {
            // The other records of the batch can still be explained.
            explanation.state = "Unreadable"
            explanation.present = problem.description
            return explanation
        }
    }

    private func filled(
        _ batch: BatchRow, _ setup: CampaignSetup, _ store: any Store, _ configuration: Configuration, at now: Timestamp
    ) throws -> Explanation? {
        var explanation = self
        let id = batch.id
        let mask = AddressMask(
            style: configuration.reports.addresses == .plain ? .plain : .masked, digest: AddressDigest(key0: 0, key1: 0)
        )
        if let stored = try store.segment(of: record, batch: id), let index = stored.contacts.index(of: record) {
            let standing = try store.standings(of: stored.id)?[index] ?? Standing()
            try explanation.explain(
                standing, stored.contacts.values(at: index, columns: batch.schema.columns.count), batch, setup, store,
                mask,
                holds: {
                    try CampaignHolds(store, configuration, at: now).words(for: setup, batch: id)
                        + [Brakes(store, at: now).hold(of: setup.campaign.name)?.words].compactMap(\.self)
                })
            return explanation
        }
        var refusal: RefusedRecord?
        try store.forEachRefusal(of: id) { if $0.record == record { refusal = $0 } }
        if let refusal {
            let whole = try store.batch(id) ?? batch
            explanation.explain(refusal, whole, mask, corrections: try store.corrections(of: whole, limit: 3))
            return explanation
        }
        guard record <= UInt32(clamping: batch.received) else { return nil }
        explanation.state = "Unknown"
        explanation.present = "its contacts were removed when keepDays.contacts had passed"
        return explanation
    }

    /// All accepted contacts with one of these keys as a phone or an e-mail address, or with the id, oldest batch
    /// first; where there are none, those whose id differs from it only in writing. Reads all stored contacts of
    /// batches whose keys were not noted (`Contacts.noteKeys`).
    package static func of(
        anyOf keys: Set<UInt64>, id: [UInt8] = [], store: any Store, configuration: Configuration, at now: Timestamp
    ) throws -> [Explanation] {
        let exact = try records(
            of: id.isEmpty ? keys : keys.union([RecipientKey.id(id.span), IDForm.key(id.span)]), store)
        let found =
            try exact.isEmpty && !id.isEmpty ? records(of: [IDForm.looseKey(id.span)], loosely: true, store) : exact
        return try found.sorted { ($0.batch, $0.record) < ($1.batch, $1.record) }.compactMap {
            try of(record: $0.record, batch: $0.batch, store: store, configuration: configuration, at: now)
        }
    }

    private static func records(
        of keys: Set<UInt64>, loosely: Bool = false, _ store: any Store
    ) throws -> Set<FoundRecord> {
        var found: Set<FoundRecord> = []
        for key in keys {
            for (batch, record) in try store.records(ofRecipient: key) {
                found.insert(FoundRecord(batch: batch, record: record))
            }
        }
        for (campaign, _) in try store.campaignsWithBatches() {
            for batch in try store.batches(ofCampaign: campaign) where batch.purpose == .contacts {
                // The readable part is searched; the day's report names a batch that cannot be read.
                do { try find(keys, loosely: loosely, in: batch, store, &found) } catch is StoreProblem {}
            }
        }
        return found
    }

    private struct FoundRecord: Hashable {
        let batch: BatchID
        let record: UInt32
    }

    private static func find(
        _ keys: Set<UInt64>, loosely: Bool, in batch: BatchRow, _ store: any Store, _ found: inout Set<FoundRecord>
    ) throws {
        let columns = RecipientKeys.columns(of: batch.schema)
        let id = batch.schema.position(of: .id)
        try store.forEachSegment(of: batch.id, mayHave: keys) { segment in
            for index in 0..<segment.contacts.count {
                var isMeant = false
                RecipientKeys.forEachKey(of: segment.contacts, at: index, in: columns) {
                    if keys.contains($0) { isMeant = true }
                }
                if !isMeant, let id {
                    let value = segment.contacts.value(at: index, column: id)
                    isMeant = !value.isEmpty && keys.contains(IDForm.key(of: value, loosely: loosely))
                }
                guard isMeant else { continue }
                found.insert(FoundRecord(batch: batch.id, record: segment.contacts.record(at: index)))
            }
        }
    }

    private mutating func add(_ kind: String, _ at: Timestamp, _ words: String) {
        happenings.append(Happening(at: at, kind: kind, words: words))
    }

    // MARK: - Records that did not become contacts

    /// - Parameter corrections: the batches that mended records of this one.
    private mutating func explain(
        _ refusal: RefusedRecord, _ batch: BatchRow, _ mask: AddressMask, corrections: [BatchRow]
    ) {
        id = String(decoding: refusal.id, as: UTF8.self)
        address = Self.shown(refusal.address[...], mask)
        let codes = refusal.reason.isEmpty ? refusal.code : refusal.reason
        if refusal.isDuplicate {
            state = "Duplicate"
            add("duplicate", batch.visibleAt, "it was set aside as a duplicate: \(codes)")
            present = "nothing is sent for it; the record that came first counts"
        } else {
            state = "Rejected"
            add("rejected", batch.visibleAt, "it was rejected: \(codes)")
            present = "nothing is sent for it"
            if let notice = batch.acknowledgement?.notice {
                present += "; what to correct is in \(notice)/errors.csv"
            }
            if let reason = batch.acknowledgement?.reason {
                present += "; the whole drop was refused: \(Acknowledgement.words(reason))"
            }
            if batch.mended > 0 {
                let others = corrections.map { "batch \($0.id)" }.joined(separator: ", ")
                present +=
                    "; of its \(batch.rejected.counted("rejected record", "rejected records")) "
                    + "\(batch.mended.grouped) came again corrected, in \(others)"
            }
        }
    }

    // MARK: - Contacts

    private mutating func explain(
        _ standing: Standing, _ values: ContactValues, _ batch: BatchRow, _ setup: CampaignSetup,
        _ store: any Store, _ mask: AddressMask, holds: () throws -> [String]
    ) throws {
        func text(_ field: Field) -> String {
            batch.schema.position(of: field).map { String(decoding: values[$0], as: UTF8.self) } ?? ""
        }
        (id, consent, consentAt) = (text(.id), text(.consent), text(.consentat))
        let stepName = try store.text(standing.step)
        let step = stepName.isEmpty ? setup.strategy.steps[0] : setup.step(stepName)
        address = Self.shown(AddressChoice(step: step, schema: batch.schema).address(in: values) ?? [], mask)
        state = standing.state.label
        add("accepted", batch.visibleAt, "it was accepted")
        let letters = try store.referenceLetters() ?? .older
        let parcels = try store.parcels(ofBatch: batch.id, with: record).compactMap { parcel in
            parcel.contacts.first { $0.record == record }.map { (parcel: parcel, seat: $0) }
        }
        for (parcel, seat) in parcels where parcel.leftAt.milliseconds > 0 && seat.fate == .travels {
            let relied = try store.reliedConsents(of: parcel.id).first { $0.record == record }
            add(
                "sent", parcel.leftAt,
                "attempt \(seat.attempt), step \(parcel.step): "
                    + (parcel.channel.isHandover
                        ? "handed over" : "sent by \(parcel.channel)")
                    + " through \(parcel.transport), parcel \(parcel.id), reference "
                    + Reference(
                        letters: letters.letters(of: parcel.id), batch: batch.id, record: record, step: parcel.step,
                        attempt: Int(seat.attempt)
                    ).description + (relied.map { ", since " + ConsentView.words($0.consent) } ?? ""))
        }
        for receipt in try store.receipts(ofBatch: batch.id, record: record) {
            var words = "attempt \(receipt.attempt), step \(receipt.step): came back \(receipt.event)"
            if !receipt.detail.isEmpty { words += " (\(Self.line(receipt.detail)))" }
            if receipt.isLate { words += ", too late to count" }
            add("receipt", receipt.at, words)
        }
        let code = try store.text(standing.code)
        let reason = try store.reason(standing.reason).words
        let why = [code, reason].filter { !$0.isEmpty }.joined(separator: ", ")
        if standing.state.isFinal {
            let cause = why.isEmpty ? "" : ": " + why
            // What sampling and policy decide at the intake becomes known only with the commit.
            let decidedAt = max(standing.changedAt, batch.visibleAt)
            add("decided", decidedAt, "it became \(state) at \(standing.stage.label)\(cause)")
            present = Self.meaning(of: standing.state)
        } else {
            let current = parcels.last { $0.parcel.id.rawValue == standing.parcel } ?? parcels.last
            try describeOpen(standing, current?.parcel, why, setup, store, holds)
        }
        // Sorted by time alone, and stably: events of the same moment stay in the order of the stages.
        happenings = happenings.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(
            \.element)
    }

    private mutating func describeOpen(
        _ standing: Standing, _ parcel: Parcel?, _ why: String, _ setup: CampaignSetup, _ store: any Store,
        _ holds: () throws -> [String]
    ) throws {
        guard let parcel else {
            present = "it waits to be queued"
            return
        }
        let place = "parcel \(parcel.id) for step \(parcel.step) (\(parcel.channel))"
        let isTimed = parcel.due < ContactPlanner.never && parcel.due.milliseconds > 0
        switch parcel.status {
        case .leaving:
            present = "it is leaving in \(place)"
            if parcel.reason != .due { present += ", and whether it has left is not known: \(parcel.reason.words)" }
        case .awaiting, .done:
            present = "it is out in \(place), and its result is awaited"
            if parcel.status == .awaiting, isTimed { nextAt = parcel.due }
        case .undecided: present = "it waits, because: \(parcel.reason.words)"
        case .waiting:
            present = "it waits in \(place)"
            if try store.pausedCampaigns().contains(setup.campaign.name) {
                present += ", because the campaign is paused"
            } else {
                // What holds the campaign is told whatever its hours say, and then no hour is promised.
                let holds = try holds()
                let kind = parcel.reason.kind
                let isOfHold = [.list, .unread, .approval, .stopped].contains(kind) && !holds.isEmpty
                let reasons = (parcel.reason == .due || isOfHold ? [] : [parcel.reason.words]) + holds
                present += reasons.isEmpty ? "" : ", because: " + reasons.joined(separator: "; and ")
                if isTimed, holds.isEmpty, kind.endsByClock || kind.isTriedAgain { nextAt = parcel.due }
            }
        }
        if !why.isEmpty { present += " (after \(why))" }
    }

    private static func shown(_ address: ArraySlice<UInt8>, _ mask: AddressMask) -> String {
        var bytes: [UInt8] = []
        mask.append(address, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What a final state means for the contact.
    private static func meaning(of state: ContactState) -> String {
        switch state {
        case .pending, .sentToDialer, .smsSent, .emailSent, .sent: "it is on its way"
        case .handedOver: "done: its parcel was handed over"
        case .connected: "done: the person was reached"
        case .smsSentAndClosed, .emailSentAndClosed, .sentAndClosed:
            "done: the message was sent, and no answer is awaited"
        case .smsResponded, .emailResponded, .responded: "done: the person answered"
        case .notConnected: "done: the person was not reached, and the strategy closed it"
        case .retriesCompleted: "done: all attempts were used up"
        case .dangling: "done: it was sent, and no result came in time"
        case .expired: "done: it could not be sent in time"
        case .failed: "done: it could not be delivered"
        case .withdrawn: "done: it was withdrawn"
        case .sampledOut: "done: the sampling left it out, so nothing is sent"
        case .throttled: "done: the person was contacted often enough, so nothing is sent"
        case .suppressed: "done: the person does not want to be contacted"
        case .dncListed: "done: the address is on a do-not-contact list"
        case .cancelled: "done: it was cancelled, so nothing is sent"
        }
    }
}
