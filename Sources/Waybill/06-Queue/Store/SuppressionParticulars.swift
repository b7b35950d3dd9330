import Foundation

/// What a row of the chain says about people, besides who they are.
struct SuppressionParticulars {
    let kind: Listing.Kind
    let scope: Listing.Scope
    /// The named list; empty for none.
    let list: String
    let reason: String
    let expires: Timestamp?

    init(_ listing: Listing) {
        kind = listing.kind
        scope = listing.scope
        list = listing.list
        reason = listing.reason
        expires = listing.expires
    }

    init(json: String) throws {
        let read: Stored
        do {
            read = try JSONDecoder().decode(Stored.self, from: Data(json.utf8))
        } catch {
            throw StoreProblem.damaged(what: "the audit chain has a row about people that cannot be read")
        }
        guard let kind = Listing.Kind(label: read.by) else {
            throw StoreProblem.damaged(what: "the audit chain has a row about people by the unknown kind \(read.by)")
        }
        self.kind = kind
        scope = Listing.Scope(campaign: read.campaign ?? "", channel: Channel(unlessEmpty: read.channel ?? ""))
        list = read.list ?? ""
        reason = read.reason ?? ""
        expires = read.expires.map(Timestamp.init(milliseconds:))
    }

    func listing(of key: UInt64) -> Listing {
        var listing = Listing(key: key, kind: kind, scope: scope, reason: reason, expires: expires)
        listing.list = list
        return listing
    }

    var content: AuditContent {
        var content = AuditContent()
        content.add("by", kind.label)
        content.add("campaign", scope.campaign)
        content.add("channel", scope.channel?.name ?? "")
        content.add("list", list)
        content.add("reason", reason)
        if let expires { content.add("expires", expires.milliseconds) }
        return content
    }

    private struct Stored: Decodable {
        let by: String
        let campaign: String?
        let channel: String?
        let list: String?
        let reason: String?
        let expires: Int64?
    }
}
