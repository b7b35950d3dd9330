/// Do-not-contact listings of more than one recipient: e-mail domains with their subdomains, and prefixes of phone
/// numbers. They are few, and kept in memory.
package struct WideListings: Sendable {
    private struct Entry {
        let scope: Listing.Scope
        let reason: String
    }

    private var domains: [UInt64: [Entry]] = [:]
    private var prefixes: [UInt64: [Entry]] = [:]

    package var isEmpty: Bool { domains.isEmpty && prefixes.isEmpty }

    mutating func add(_ key: UInt64, _ kind: Listing.Kind, _ scope: Listing.Scope, reason: String) {
        let entry = Entry(scope: scope, reason: reason)
        if kind == .domain { domains[key, default: []].append(entry) } else { prefixes[key, default: []].append(entry) }
    }

    /// Only the listings that concern a campaign, and a channel if one is given.
    func narrowed(campaign: String, channel: Channel?) -> WideListings {
        let concerns = { (entries: [Entry]) -> [Entry]? in
            let kept = entries.filter { $0.scope.holds(campaign: campaign, channel: channel) }
            return kept.isEmpty ? nil : kept
        }
        var narrowed = WideListings()
        narrowed.domains = domains.compactMapValues(concerns)
        narrowed.prefixes = prefixes.compactMapValues(concerns)
        return narrowed
    }

    /// The listing that concerns a contact; nil if none does.
    package func listing(
        _ schema: Schema, _ value: (Int) -> ArraySlice<UInt8>
    ) -> (scope: Listing.Scope, reason: String)? {
        if !prefixes.isEmpty {
            for field in Field.phones {
                guard let position = schema.position(of: field) else { continue }
                let entry = RecipientKeys.firstBeginning(of: value(position)) { prefixes[$0]?.first }
                if let entry { return (entry.scope, entry.reason) }
            }
        }
        guard !domains.isEmpty, let position = schema.position(of: .email) else { return nil }
        return RecipientKeys.firstDomain(of: value(position)) { domains[$0]?.first }.map { ($0.scope, $0.reason) }
    }
}
