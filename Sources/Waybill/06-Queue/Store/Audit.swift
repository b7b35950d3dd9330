import Foundation
package import SystemIO

/// Who asked for what, and when. Each row is chained to the one before, so none can be altered, removed or inserted
/// unnoticed. Rows are only added.
package protocol Audit {
    /// Adds a row. Call it inside the transaction that makes its content true.
    func note(_ entry: AuditEntry) throws

    /// Calls `body` with each row after a number, in order.
    func forEachAudited(after number: Int64, _ body: (AuditRow) throws -> Void) throws

    /// The row of a kind about something that happened at a moment.
    func audited(_ kind: AuditKind, about subject: String, at moment: Timestamp) throws -> AuditRow?

    /// How long the chain is, and the hash of its last row.
    func auditEnd() throws -> AuditEnd

    /// Writes the chain's present length to a file outside the tables, so that rows removed from its end are noticed.
    /// If the chain was already shortened or changed, or the file is missing or damaged, a row is added that says so,
    /// and true is returned. Outside of transactions.
    @discardableResult
    func sealAudit(at now: Timestamp) throws -> Bool

    /// Why that file could not be read when the chain was to be compared with it last; nil where it could.
    var sealProblem: SystemError? { get }

    /// What was sealed last; nil if nothing was.
    func auditSeal() throws -> AuditEnd?

    /// Repairs what it can of the store, before anything else: what it cannot know, it replaces by what leaves more
    /// people alone. In a small store it checks everything. Uses transactions of its own.
    ///
    /// - Parameter campaigns: those of the configuration.
    func mend(campaigns: [String], at now: Timestamp) throws -> MendedStore

    /// Reads everything stored, and calls `body` with each thing that is damaged, in words that name batches, records
    /// and files, but no people.
    func forEachDamage(_ body: (String) throws -> Void) throws
}

/// What a row of the chain is about. The store keeps it as it is spelled: never rename.
package enum AuditKind: String, CaseIterable, Sendable {
    // Who must not be contacted; the row has the keys of the people.
    case stopped, lifted, listed
    case takenOff = "taken-off"
    /// A whole list, reply, receipt or command file: its name, digest and counts.
    case drop
    /// Consents and revocations (`ConsentPart`); what a drop's consent columns say; the consents that a parcel's
    /// messages relied on.
    case consent
    case consentColumn = "consent-column"
    case consentRelied = "consent-relied"
    /// A drop's column denied consent, so open contacts of these people ended.
    case consentClosed = "consent-closed"
    // What somebody told Waybill to do.
    case paused, resumed, published, flushed, withdrawn, approved, requeued
    case listAccepted = "list-accepted"
    case listWithdrawn = "list-withdrawn"
    case inboxAccepted = "inbox-accepted"
    case clockAccepted = "clock-accepted"
    case stateAccepted = "state-accepted"
    // What the chain says about itself.
    /// The rows before it are older than the chain.
    case begun
    /// The chain had been longer, or different.
    case broken
    /// The data about who must not be contacted was damaged, and was restored from the chain.
    case restored
}

package struct AuditEntry: Sendable {
    package let kind: AuditKind
    package let at: Timestamp
    /// A campaign, a batch, an inbox; empty if it is about people, who are in `keys`.
    package var subject = ""
    /// The drop that asked for it; nil for a command or Waybill itself.
    package var source: BatchID?
    /// The record of the drop; 0 for the whole drop.
    package var record: UInt32 = 0
    /// The details of the kind, as a JSON object.
    package var content = AuditContent()
    /// `RecipientKey`s.
    package var keys: [UInt64] = []
    /// Used instead of `keys` by kinds with a layout of their own (`ConsentPart`).
    var bytes: [UInt8] = []

    package init(_ kind: AuditKind, at: Timestamp) {
        self.kind = kind
        self.at = at
    }
}

/// The details of a row: members of a JSON object, in the order of adding.
package struct AuditContent: Hashable, Sendable {
    package private(set) var json: String

    package init() { json = "{}" }

    init(json: String) { self.json = json }

    /// False for content that was altered into something else.
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
    /// The kind as stored; an `AuditKind` unless somebody altered it.
    package let kind: String
    package let subject: String
    package let source: BatchID?
    package let record: UInt32
    package let content: AuditContent
    /// The stored `KeyBytes`.
    let keyBytes: [UInt8]
    package let hash: [UInt8]

    package var countOfKeys: Int {
        switch AuditKind(rawValue: kind) {
        // Their number is in the content.
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

/// What was found when a store was opened, in words that name no people.
package struct MendedStore: Sendable {
    package var mended: [String] = []
    /// What could not be repaired.
    package var damaged: [String] = []
}

package struct AuditEnd: Hashable, Sendable {
    /// How many rows it has.
    package let count: Int64
    /// The last row's SHA-256; 32 zeros before the first row.
    package let hash: [UInt8]

    package static let none = AuditEnd(count: 0, hash: Array(repeating: 0, count: 32))

    package init(count: Int64, hash: [UInt8]) {
        self.count = count
        self.hash = hash
    }
}
