import Foundation

/// A command that came as a file: `{"command": "pause", "campaign": "clinic-reminders"}` (contract §9).
package struct ControlCommand: Hashable, Sendable {
    package enum Action: String, CaseIterable, Sendable {
        case pause, resume, publish, flush, withdraw
        /// Of batches that wait for it: what is due leaves.
        case approve
        /// Contacts that certainly got nothing come again, in a new batch.
        case requeue
        /// Of a do-not-contact list that holds campaigns: they go on without it, as with `withdraw`.
        case accept

        /// Whether it stops nobody: if it cannot be carried out, nothing has to wait for it.
        package var letsGo: Bool {
            switch self {
            case .resume, .publish, .accept, .approve, .requeue: true
            case .pause, .flush, .withdraw: false
            }
        }
    }

    /// What it is for.
    package enum Scope: Hashable, Sendable {
        case campaign(String)
        /// One batch, and its campaign when the file names it (it must then be that batch's).
        case batch(BatchID, campaign: String?)
    }

    package let action: Action
    package let scope: Scope
    /// Of `requeue`: which contacts.
    package private(set) var filter: ContactFilter?

    /// Why a control file is not carried out.
    package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    package init(json bytes: [UInt8]) throws(Mistake) {
        let members = try Self.members(bytes)
        for key in members.keys.sorted() where !["command", "campaign", "batch", "where"].contains(key) {
            throw Mistake(
                description: "The control file has the unknown key \"\(key)\"; use command, campaign and batch only, "
                    + "and where with requeue.")
        }
        guard let name = try Self.text("command", in: members) else {
            throw Mistake(description: "The control file has no \"command\"; give it one of: \(Self.actions).")
        }
        guard let action = Action(rawValue: name.lowercased()) else {
            throw Mistake(
                description: "The control file's command \"\(name)\" is unknown; use one of: \(Self.actions).")
        }
        self.action = action
        let condition = try Self.text("where", in: members)
        guard (condition != nil) == (action == .requeue) else {
            throw Mistake(
                description: action == .requeue
                    ? "Say whom to requeue by \"where\", such as \"state=Failed\"."
                    : "\"where\" goes with requeue only.")
        }
        if let condition {
            do throws(ContactFilter.Mistake) { filter = try ContactFilter(condition) } catch {
                throw Mistake(description: error.description)
            }
        }
        let campaign = try Self.text("campaign", in: members)
        if let text = try Self.text("batch", in: members) {
            guard let batch = BatchID(text) else {
                throw Mistake(
                    description: "The control file's batch \"\(text)\" is no batch id; write it as in the "
                        + "acknowledgement, such as 20261121-000007.")
            }
            scope = .batch(batch, campaign: campaign)
        } else if let campaign {
            scope = .campaign(campaign)
        } else {
            throw Mistake(
                description: "The control file names neither a campaign nor a batch; say what to \(action.rawValue) "
                    + "with \"campaign\" or \"batch\".")
        }
    }

    private static let actions = Action.allCases.map(\.rawValue).joined(separator: ", ")

    private static func members(_ bytes: [UInt8]) throws(Mistake) -> [String: Any] {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: mark) ? bytes[3...] : bytes[...]
        let value: Any
        do {
            value = try JSONSerialization.jsonObject(with: Data(content), options: [.fragmentsAllowed])
        } catch {
            throw Mistake(
                description: "The control file is not JSON; write one object such as "
                    + "{\"command\": \"pause\", \"campaign\": \"default\"}.")
        }
        if let key = JSONMembers(bytes).keyTwice {
            throw Mistake(
                description: "The control file has the key \"\(key)\" twice; leave in the one that counts.")
        }
        guard let members = value as? [String: Any] else {
            throw Mistake(
                description: "The control file holds something other than one JSON object; write "
                    + "{\"command\": …, \"campaign\": …}.")
        }
        return members
    }

    /// A member's text without outer white space; nil when it is absent, null or empty.
    private static func text(_ key: String, in members: [String: Any]) throws(Mistake) -> String? {
        guard let value = members[key], !(value is NSNull) else { return nil }
        guard let text = value as? String else {
            throw Mistake(description: "The control file's \"\(key)\" is not text; write it in quotation marks.")
        }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed.isEmpty ? nil : trimmed
    }
}
