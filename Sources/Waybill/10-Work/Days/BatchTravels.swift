/// The parcels of one batch, by contact: who was in which, and what came back.
struct BatchTravels {
    /// One contact's seat in one parcel.
    struct Trip {
        let record: UInt32
        /// The index in `parcels`.
        let parcel: UInt32
        let attempt: UInt8
        let stepAttempt: UInt8
        let fate: ParcelContact.Fate
    }

    /// What the reports say about a parcel.
    final class Way: Sendable {
        let id: UInt32
        let due: Timestamp
        let leftAt: Timestamp
        let step: [UInt8]
        let stepID: NameID
        let channel: Channel
        let channelName: [UInt8]
        let transport: [UInt8]
        /// The letters that its messages' references begin with.
        let letters: StoreLetters
        let config: [UInt8]
        /// Why it waits, in words; empty if it does not.
        let reason: [UInt8]
        /// Of which kind that is, where it goes on only once somebody mends or decides something.
        let needsSomebody: HoldReason.Kind?
        let isUndecided: Bool
        /// The zones its contacts can be in, joined by `+`.
        let zone: String

        init(_ parcel: Parcel, _ stepID: NameID, _ letters: StoreLetters) {
            (id, due, leftAt, self.stepID, self.letters) = (
                parcel.id.rawValue, parcel.due, parcel.leftAt, stepID, letters
            )
            step = Array(parcel.step.utf8)
            channel = parcel.channel
            channelName = Array(parcel.channel.name.utf8)
            transport = Array(parcel.transport.utf8)
            config = Array(parcel.config.utf8)
            reason = parcel.reason == .due ? [] : Array(parcel.reason.words.utf8)
            needsSomebody = parcel.reason.kind.needsSomebody ? parcel.reason.kind : nil
            isUndecided = parcel.status == .undecided
            zone = parcel.zone
        }
    }

    let parcels: [Way]
    let trips: [Trip]
    private let byID: [UInt32: Int]
    private let receiptsByRecord: [UInt32: [StoredReceipt]]
    private let end: Timestamp
    private let store: any Store
    private let transitions: ContactTransitions

    init(_ store: any Store, _ batch: BatchRow, _ transitions: ContactTransitions, until end: Timestamp) throws {
        self.store = store
        self.transitions = transitions
        var trips: [Trip] = []
        var parcels: [Way] = []
        var byID: [UInt32: Int] = [:]
        let letters = try store.referenceLetters() ?? .older
        trips.reserveCapacity(batch.accepted)
        for parcel in try store.parcels(ofBatch: batch.id) {
            for contact in parcel.contacts {
                trips.append(
                    Trip(
                        record: contact.record, parcel: UInt32(parcels.count), attempt: contact.attempt,
                        stepAttempt: contact.stepAttempt, fate: contact.fate))
            }
            byID[parcel.id.rawValue] = parcels.count
            parcels.append(Way(parcel, store.knownName(parcel.step), letters.letters(of: parcel.id)))
        }
        // With one zone and one attempt they are in order already.
        if !zip(trips, trips.dropFirst()).allSatisfy({ $0.record <= $1.record }) {
            trips.sort { ($0.record, $0.parcel) < ($1.record, $1.parcel) }
        }
        self.trips = trips
        self.parcels = parcels
        self.byID = byID
        self.end = end
        receiptsByRecord = Dictionary(grouping: try store.receipts(ofBatch: batch.id), by: \.record)
    }

    func receipts(of record: UInt32) -> [StoredReceipt] {
        receiptsByRecord.isEmpty ? [] : receiptsByRecord[record] ?? []
    }

    func cursor() -> Cursor { Cursor(trips: trips) }

    /// Moves along the trips as a reader moves along the contacts, both in record order.
    struct Cursor {
        fileprivate let trips: [Trip]
        private var next = 0

        fileprivate init(trips: [Trip]) { self.trips = trips }

        /// Where they are in `trips`.
        mutating func trips(of record: UInt32) -> Range<Int> {
            while next < trips.count, trips[next].record < record { next += 1 }
            let start = next
            while next < trips.count, trips[next].record == record { next += 1 }
            return start..<next
        }
    }

    /// The parcel in which an open contact waits, or whose results it awaits.
    func waiting(_ standing: Standing, _ trips: ArraySlice<Trip>) -> Way? {
        if standing.parcel != 0 { return byID[standing.parcel].map { parcels[$0] } }
        return trips.last.map { parcels[Int($0.parcel)] }
    }

    /// The standing, at the end of the day, of a contact that changed later: the transition table is asked again about
    /// everything that had happened to it by then.
    ///
    /// Since it changed later, it was open, whatever the table says under today's configuration.
    func standing(_ trips: ArraySlice<Trip>) -> Standing {
        var standing = Standing()
        for trip in trips where trip.fate == .travels {
            let parcel = parcels[Int(trip.parcel)]
            guard parcel.leftAt.milliseconds > 0, parcel.leftAt < end else { continue }
            var position = ContactPosition(
                state: parcel.channel.medium.awaiting,
                step: String(decoding: parcel.step, as: UTF8.self), attempts: Int(trip.attempt),
                stepAttempts: Int(trip.stepAttempt))
            standing.attempts = trip.attempt
            standing.stepAttempts = trip.stepAttempt
            standing.lastAttemptAt = parcel.leftAt
            standing.changedAt = parcel.leftAt
            standing.parcel = parcel.id
            let out = position
            var cause = Event.expired
            var news = MessageNews()
            for (moment, happening, said) in happenings(of: trip, in: parcel) {
                if let said {
                    defer { news.add(said.event, at: said.at) }
                    if position.state == .pending {
                        guard transitions.takesBack(said.event, at: said.at, news, since: cause, from: out) else {
                            continue
                        }
                        position = out
                        standing.changedAt = moment
                    } else if position.state != .sentToDialer, news.outdates(said.event, at: said.at) {
                        continue
                    }
                }
                let transition = transitions.next(position, happening)
                guard case .queue = transition else { continue }
                position.follow(transition)
                cause = said?.event ?? .expired
                standing.changedAt = moment
            }
            standing.state = position.state
            standing.step = position.state == .pending ? store.knownName(position.step) : parcel.stepID
        }
        return standing
    }

    /// Something that happened to a message; of an event, which one and when it was, as its receipt says.
    private typealias Happened = (
        at: Timestamp, what: ContactTransitions.Happening, said: (event: Event, at: Timestamp)?
    )

    /// What happened to a message until the end of the day, in order.
    private func happenings(of trip: Trip, in parcel: Way) -> [Happened] {
        var happenings: [Happened] = []
        for receipt in receipts(of: trip.record)
        where receipt.attempt == Int(trip.attempt) && receipt.receivedAt < end {
            guard let event = Event(rawValue: receipt.event) else { continue }
            happenings.append(
                (receipt.receivedAt, .event(event, attempt: receipt.attempt), (event, receipt.at)))
        }
        if parcel.due > parcel.leftAt, parcel.due < end { happenings.append((parcel.due, .timeUp, nil)) }
        return happenings.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
    }
}
