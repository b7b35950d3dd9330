/// One receipt: what became of a message, by its reference or by the address it went to.
package struct ReceiptRow: Hashable, Sendable {
    /// What it is about; the reference decides where both are given.
    package enum Subject: Hashable, Sendable {
        case reference(Reference)
        /// The last message to the contact with this `id`, as diallers name contacts.
        case account([UInt8])
        /// The last message to the row's address.
        case address
    }

    private let words: Words
    package var event: Event
    /// Of a bounce: the address is there, and only takes nothing for now.
    package var isSoft = false

    package init(subject: Subject, address: [UInt8], event: Event, at: Timestamp?, detail: [UInt8]) {
        words = Words(subject: subject, address: address, at: at, detail: detail)
        self.event = event
    }

    package var subject: Subject { words.subject }
    /// As it stood in the file, beside a reference too; empty when none did, of a refusal also where nothing says whose
    /// it is.
    package var address: [UInt8] { words.address }
    /// Nil when the file does not say, or not readably: the time of its arrival stands in.
    package var at: Timestamp? { words.at }
    /// The provider's own words or code.
    package var detail: [UInt8] { words.detail }

    /// What never changes of it: a million rows are handed on a dozen times, so they are small.
    private final class Words: Hashable, Sendable {
        let subject: Subject
        let address: [UInt8]
        let at: Timestamp?
        let detail: [UInt8]

        init(subject: Subject, address: [UInt8], at: Timestamp?, detail: [UInt8]) {
            self.subject = subject
            self.address = address
            self.at = at
            self.detail = detail
        }

        static func == (left: Words, right: Words) -> Bool {
            left.subject == right.subject && left.address == right.address && left.at == right.at
                && left.detail == right.detail
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(subject)
            hasher.combine(address)
            hasher.combine(at)
            hasher.combine(detail)
        }
    }

    package var isOfReference: Bool { if case .reference = subject { true } else { false } }

    /// Orders rows with a reference by where their contacts lie.
    var position: RecordPosition? {
        switch subject {
        case .reference(let reference): RecordPosition(batch: reference.batch, record: reference.record)
        case .account, .address: nil
        }
    }
}

/// Where a contact lies among all.
struct RecordPosition: Comparable {
    let batch: BatchID
    let record: UInt32

    static func < (left: RecordPosition, right: RecordPosition) -> Bool {
        left.batch == right.batch ? left.record < right.record : left.batch < right.batch
    }
}

/// One inbound message.
package struct ReplyRow: Hashable, Sendable {
    /// Who wrote; empty when the file does not say.
    package let from: [UInt8]
    /// The number or mailbox written to; empty when the file does not say.
    package let to: [UInt8]
    package let text: [UInt8]
    /// Nil if the file does not say, or not readably: then the time of arrival counts.
    package let at: Timestamp?
    /// The same as the first moment that it can mean, where a start counts from, and as the last one, where a stop
    /// does.
    package let firstAt: Timestamp?
    package let lastAt: Timestamp?
    /// The message that it answers, where the file says so.
    package var reference: Reference?
    /// The contact's `id`, where the file has such; empty for none.
    package var account: [UInt8] = []
    /// The file says when, but not readably.
    package var isTimeUnknown = false
    /// The sender is written so that it may be another one, too.
    package var isSenderDamaged = false

    /// Whether it says who wrote and what: else whatever stands in its record may be a stop.
    package var isWhole: Bool { !from.isEmpty && !text.isEmpty }
}

/// One thing wrong with a record of a receipt or reply file; the message and the hint hold no contact data.
package struct ReceiptProblem: Hashable, Sendable {
    package let code: Code
    /// The value as it stood; empty when nothing did.
    package let value: [UInt8]
    package let message: String
    package let hint: String

    static func date(_ value: ArraySlice<UInt8>) -> ReceiptProblem {
        ReceiptProblem(
            code: .dateInvalid, value: Array(value),
            message: "The value of \"at\" is no date and time; the time of arrival was taken.",
            hint: "Write it as ISO 8601, such as 2026-11-21T10:00:00Z.")
    }
}

/// What reading one record gave: a row unless it could not be used, and what was wrong with it.
package struct ReceiptReading<Row: Hashable & Sendable>: Hashable, Sendable {
    package let row: Row?
    package let problems: [ReceiptProblem]
}

/// Why a whole receipt file cannot be read.
package struct UnusableReceipts: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}
