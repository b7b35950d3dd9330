import Foundation

/// Who asked for what, and when: each row is chained to the one before it, so that none can be altered, removed or put
/// in without the chain saying so. Rows are only added.
package protocol Audit {
    /// Adds a row. Call it inside the transaction in which what it tells becomes true.
    func note(_ entry: AuditEntry) throws

    /// Calls `body` with each row after a number, in their order.
    func forEachAudited(after number: Int64, _ body: (AuditRow) throws -> Void) throws

    /// How long the chain is, and the hash of its last row.
    func auditEnd() throws -> AuditEnd

    /// Writes down, outside of the tables, how long the chain is now: so that rows which go from its end are missed.
    /// Where it is shorter already, or another, a row says so from then on. Outside of transactions.
    func sealAudit(at now: Timestamp) throws

    /// What was written down last; nil where there is none.
    func auditSeal() throws -> AuditEnd?

    /// Makes good what of the store can be, before anything else is done with it: what it cannot know it takes for what
    /// leaves more people alone. Looks at all that is stored where that is little. In transactions of its own.
    ///
    /// - Parameter campaigns: those of the configuration.
    func mend(campaigns: [String], at now: Timestamp) throws -> MendedStore

    /// Reads all that is stored, and calls `body` with each thing that is not as it was written: in words, which name
    /// batches, records and files, and nobody.
    func forEachDamage(_ body: (String) throws -> Void) throws
}

/// What a row of the chain is about. Kept in the store as it is written: never rename.
package enum AuditKind: String, CaseIterable, Sendable {
    // Who must not be contacted; the keys of whom it is about are with the row.
    case stopped, lifted, listed
    case takenOff = "taken-off"
    /// A whole list, reply, receipt or command file: its name, digest and counts.
    case drop
    /// What people agreed to and took back (`ConsentPart`); what the consent columns of a drop say; on whose consent
    /// the messages of a parcel relied.
    case consent
    case consentColumn = "consent-column"
    case consentRelied = "consent-relied"
    /// Consent that a drop's column denies: whose open contacts ended.
    case consentClosed = "consent-closed"
    // What somebody told Waybill to do.
    case paused, resumed, published, flushed, withdrawn, approved, requeued
    case listAccepted = "list-accepted"
    case listWithdrawn = "list-withdrawn"
    case inboxAccepted = "inbox-accepted"
    case clockAccepted = "clock-accepted"
    case stateAccepted = "state-accepted"
    // What the chain says of itself.
    /// The rows before it were there before there was a chain.
    case begun
    /// It had been longer, or another.
    case broken
    /// Who must not be contacted was damaged, and listed again by the chain.
    case restored
}

package struct AuditEntry: Sendable {
    package let kind: AuditKind
    package let at: Timestamp
    /// A campaign, a batch, an inbox; empty where it is about people, who are in `keys`.
    package var subject = ""
    /// The drop that asked for it; nil for a command or Waybill itself.
    package var source: BatchID?
    /// The record of the drop; 0 for all of it.
    package var record: UInt32 = 0
    /// A JSON object: the rest, by kind.
    package var content = AuditContent()
    /// `RecipientKey`s.
    package var keys: [UInt64] = []
    /// In their place, where a kind has a layout of its own (`ConsentPart`).
    var bytes: [UInt8] = []

    package init(_ kind: AuditKind, at: Timestamp) {
        self.kind = kind
        self.at = at
    }
}

/// The particulars of a row: the members of a JSON object, in the order in which they were added.
package struct AuditContent: Hashable, Sendable {
    package private(set) var json: String

    package init() { json = "{}" }

    init(json: String) { self.json = json }

    /// What was altered may be anything.
    package var isObject: Bool {
        (try? JSONSerialization.jsonObject(with: Data(json.utf8))) is [String: Any]
    }

    /// Empty texts are left out.
    package mutating func add(_ name: String, _ text: String) {
        if text.isEmpty { return }
        var bytes: [UInt8] = []
        JSONText.append(text, to: &bytes)
        add(name, raw: String(decoding: bytes, as: UTF8.self))
    }

    package mutating func add(_ name: String, _ number: Int64) { add(name, raw: String(number)) }

    private mutating func add(_ name: String, raw value: String) {
        json = json.dropLast() + (json == "{}" ? "" : ",") + "\"\(name)\":\(value)}"
    }
}

/// A row as it is stored.
package struct AuditRow: Sendable {
    package let number: Int64
    package let at: Timestamp
    /// As it is written; an `AuditKind` unless somebody altered it.
    package let kind: String
    package let subject: String
    package let source: BatchID?
    package let record: UInt32
    package let content: AuditContent
    /// `KeyBytes`.
    let keyBytes: [UInt8]
    package let hash: [UInt8]

    package var countOfKeys: Int {
        switch AuditKind(rawValue: kind) {
        // How many they are stands in the content.
        case .consent, .consentColumn, .consentRelied: 0
        case .stopped, .lifted, .listed, .takenOff, .drop, .consentClosed, .paused, .resumed, .published, .flushed,
            .withdrawn, .approved, .requeued, .listAccepted, .listWithdrawn, .inboxAccepted, .clockAccepted,
            .stateAccepted,
            .begun, .broken,
            .restored, nil:
            keyBytes.count / 8
        }
    }
}

/// What was found when a store was opened, in words that name nobody.
package struct MendedStore: Sendable {
    package var mended: [String] = []
    /// What stays as it is.
    package var damaged: [String] = []
}

package struct AuditEnd: Hashable, Sendable {
    /// Rows.
    package let count: Int64
    /// SHA-256; before the first row 32 zeros.
    package let hash: [UInt8]

    package static let none = AuditEnd(count: 0, hash: Array(repeating: 0, count: 32))

    package init(count: Int64, hash: [UInt8]) {
        self.count = count
        self.hash = hash
    }
}
