/// The unit of queueing and sending: contacts of one batch, step, channel and time zone.
package struct Parcel: Sendable {
    package let id: ParcelID
    package let batch: BatchID
    package let campaign: String
    package let step: String
    package let channel: Channel
    /// The zones its contacts can be in, joined by `+`; empty if no policy needs any.
    package let zone: String
    /// 0–9, 9 first.
    package let priority: Int
    /// Waiting: when it may leave. Awaiting: when its results are due.
    package let due: Timestamp
    package let status: ParcelStatus
    package let leftAt: Timestamp
    package let transport: String
    /// How its transport identifies it once it is leaving. Nil before that, and for parcels that left before tickets
    /// existed.
    package let ticket: [UInt8]?
    /// The fingerprint of the configuration under which it was formed.
    package let config: String
    /// Why it waits.
    package let reason: HoldReason
    /// Who has claimed it; empty for nobody.
    package let owner: String
    package var contacts: [ParcelContact]

    /// The most contacts in one parcel: enough that its two durable commits (0.2 ms each) hardly count, few enough that
    /// a stop waits only milliseconds.
    package static let capacity = 1_000
}

/// A parcel's number in the store; its file is named after it.
package struct ParcelID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `P` and nine digits or more.
    package var description: String { "P" + CalendarDay.padded(Int(rawValue), to: 9) }
}

/// Kept in the store: never renumber.
package enum ParcelStatus: Int, Sendable {
    case waiting = 1
    case leaving, awaiting, done
    /// Its contacts wait for the answer of a sampling program.
    case undecided
}

/// One contact's seat in a parcel: record, attempt, and its fate there; 8 bytes.
///
/// `ParcelSQL.parcelsWithRecord` looks for a record in these bytes.
///
///      0 record u32   4 attempt u8   5 attempt in the step u8   6 fate u8   7 segments u8
package struct ParcelContact: Hashable, Sendable {
    package enum Fate: UInt8, Sendable {
        case travels = 0
        /// Taken out before the parcel left: closed, suppressed or withdrawn in the meantime.
        case takenOut
        /// The transport refused it, or its message could not be rendered.
        case failed
    }

    package let record: UInt32
    package let attempt: UInt8
    package let stepAttempt: UInt8
    package var fate = Fate.travels
    /// Of a text message that its campaign's budget counts; else 0.
    package var segments: UInt8 = 0

    package init(record: UInt32, attempt: UInt8, stepAttempt: UInt8) {
        self.record = record
        self.attempt = attempt
        self.stepAttempt = stepAttempt
    }

    /// The contacts of a parcel, from the store. Invalid bytes are damage: nobody is sent a message because of them.
    static func decode(_ bytes: [UInt8], of parcel: ParcelID) throws -> [ParcelContact] {
        guard bytes.count % size == 0 else {
            throw StoreProblem.damaged(what: "the contacts of parcel \(parcel) have \(bytes.count) bytes")
        }
        return try stride(from: 0, to: bytes.count, by: size).map { offset in
            var contact = ParcelContact(
                record: ContactSegment.word(bytes, at: offset), attempt: bytes[offset + 4],
                stepAttempt: bytes[offset + 5])
            guard let fate = Fate(rawValue: bytes[offset + 6]) else {
                throw StoreProblem.damaged(
                    what: "record \(contact.record) in parcel \(parcel) has the unknown fate \(bytes[offset + 6])")
            }
            contact.fate = fate
            contact.segments = bytes[offset + 7]
            return contact
        }
    }

    private static let size = 8

    static func encode(_ contacts: [ParcelContact]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(contacts.count * size)
        for contact in contacts {
            ContactSegment.append(contact.record, to: &bytes)
            bytes.append(contact.attempt)
            bytes.append(contact.stepAttempt)
            bytes.append(contact.fate.rawValue)
            bytes.append(contact.segments)
        }
        return bytes
    }
}
