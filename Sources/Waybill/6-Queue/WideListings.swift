import SystemIO

/// Do-not-contact listings of more than one recipient: domains of e-mail addresses with all beneath them, and beginnings of
/// phone numbers. They are few, and kept at hand.
package struct WideListings: Sendable {
    private var domains: [UInt64: String] = [:]
    private var prefixes: [UInt64: String] = [:]

    package var isEmpty: Bool { domains.isEmpty && prefixes.isEmpty }

    fileprivate mutating func add(_ key: UInt64, kind: String, reason: String) {
        if kind == "domain" { domains[key] = reason } else { prefixes[key] = reason }
    }

    /// The reason of a listing that concerns a contact, given its values by their columns' positions; nil when none does.
    package func reason(_ schema: Schema, _ value: (Int) -> ArraySlice<UInt8>) -> String? {
        if !prefixes.isEmpty {
            for field in Field.phones {
                guard let position = schema.position(of: field) else { continue }
                if let reason = reason(ofNumber: value(position)) { return reason }
            }
        }
        guard !domains.isEmpty, let position = schema.position(of: .email) else { return nil }
        return reason(ofEmail: value(position))
    }

    private func reason(ofNumber text: ArraySlice<UInt8>) -> String? {
        guard text.first == UInt8(ascii: "+") else { return nil }
        var digits: UInt64 = 0
        for (count, digit) in zip(1..., text.dropFirst().prefix(E164Number.mostDigits)) {
            digits = digits * 10 + UInt64(digit &- 0x30)
            if let reason = prefixes[RecipientKey.prefix(digits, count: count)] { return reason }
        }
        return nil
    }

    private func reason(ofEmail text: ArraySlice<UInt8>) -> String? {
        guard let at = text.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        var domain = text[(at + 1)...]
        while !domain.isEmpty {
            if let reason = domains[RecipientKey.domain(domain.span)] { return reason }
            guard let dot = domain.firstIndex(of: UInt8(ascii: ".")) else { return nil }
            domain = domain[(dot + 1)...]
        }
        return nil
    }
}

extension Store {
    package func wideListings() throws -> WideListings {
        var listings = WideListings()
        guard knowsLists else { return listings }
        let select = try database.statement(StoreSQL.wideListings)
        defer { select.reset() }
        while try select.step() {
            listings.add(
                Self.unsigned(select.int64(0)), kind: select.text(1), reason: select.text(2))
        }
        return listings
    }
}
