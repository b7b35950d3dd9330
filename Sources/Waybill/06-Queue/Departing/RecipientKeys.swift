/// The keys that may identify a contact: those of its phones, its e-mail address and its id.
enum RecipientKeys {
    /// The key of a message's address: a number, an e-mail address, or the `id` of a hand-over; nil if it is empty.
    static func key(ofAddress address: ArraySlice<UInt8>) -> UInt64? {
        let key = key(ofAddress: address.span)
        return key == RecipientKey.none ? nil : key
    }

    /// The same, with `RecipientKey.none` for an empty address.
    @inline(__always)
    static func key(ofAddress address: Span<UInt8>) -> UInt64 {
        if address.isEmpty { return RecipientKey.none }
        if address[0] == UInt8(ascii: "+"), let number = E164Number(text: address) { return RecipientKey.phone(number) }
        for index in address.indices where address[index] == UInt8(ascii: "@") { return RecipientKey.email(address) }
        return RecipientKey.id(address)
    }

    /// Nil for a phone that is not in E.164.
    @inline(__always)
    static func key(of text: ArraySlice<UInt8>, field: Field) -> UInt64? { key(of: text.span, field: field) }

    @inline(__always)
    static func key(of value: Span<UInt8>, field: Field) -> UInt64? {
        if field == .email { return RecipientKey.email(value) }
        if field == .id { return RecipientKey.id(value) }
        return E164Number(text: value).map(RecipientKey.phone)
    }

    /// Where a batch has the values whose keys these are.
    static func columns(of schema: Schema) -> [(field: Field, column: Int)] {
        (Field.phones + [.email, .id]).compactMap { field in
            schema.position(of: field).map { (field: field, column: $0) }
        }
    }

    /// Calls `body` with each key of a stored contact.
    @inline(__always)
    static func forEachKey(
        of contacts: ContactSegment, at index: Int, in columns: [(field: Field, column: Int)], _ body: (UInt64) -> Void
    ) {
        for (field, column) in columns {
            let value = contacts.value(at: index, column: column)
            if !value.isEmpty, let key = key(of: value, field: field) { body(key) }
        }
    }

    /// Looks up the prefixes of a number in E.164, the shortest first, until one is found.
    static func firstBeginning<Found>(of number: ArraySlice<UInt8>, _ look: (UInt64) -> Found?) -> Found? {
        guard number.first == UInt8(ascii: "+") else { return nil }
        var digits: UInt64 = 0
        for (count, digit) in zip(1..., number.dropFirst().prefix(E164Number.mostDigits)) {
            digits = digits * 10 + UInt64(digit &- 0x30)
            if let found = look(RecipientKey.prefix(digits, count: count)) { return found }
        }
        return nil
    }

    /// Looks up the domain of an e-mail address, then the domains above it, until one is found.
    static func firstDomain<Found>(of address: ArraySlice<UInt8>, _ look: (UInt64) -> Found?) -> Found? {
        guard let at = address.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        var domain = address[(at + 1)...]
        if !EmailAddress.isASCII(domain.span), let travelling = DomainName.ascii(Array(domain)) {
            domain = travelling[...]
        }
        while !domain.isEmpty {
            if let found = look(RecipientKey.domain(domain.span)) { return found }
            guard let dot = domain.firstIndex(of: UInt8(ascii: ".")) else { return nil }
            domain = domain[(dot + 1)...]
        }
        return nil
    }
}
