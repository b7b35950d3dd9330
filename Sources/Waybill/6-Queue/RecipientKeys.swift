/// The keys under which a contact may be known: each of its phones, its e-mail address and its id.
enum RecipientKeys {
    /// The key of what a message goes to: a number, an e-mail address, or the `id` of a hand-over; nil for nothing.
    static func key(ofAddress address: ArraySlice<UInt8>) -> UInt64? {
        if address.isEmpty { return nil }
        if address.first == UInt8(ascii: "+"), let key = key(of: address, field: .phone1) { return key }
        return key(of: address, field: address.contains(UInt8(ascii: "@")) ? .email : .id)
    }

    static func key(of value: ArraySlice<UInt8>, field: Field) -> UInt64? { key(of: value.span, field: field) }

    /// Nil for a phone that is not in E.164.
    static func key(of value: Span<UInt8>, field: Field) -> UInt64? {
        switch field {
        case .email: return RecipientKey.email(value)
        case .id: return RecipientKey.id(value)
        default:
            guard (2...20).contains(value.count), value[0] == UInt8(ascii: "+") else { return nil }
            var digits: UInt64 = 0
            for place in 1..<value.count {
                let digit = value[place] &- 0x30
                guard digit < 10 else { return nil }
                digits = digits * 10 + UInt64(digit)
            }
            return RecipientKey.phone(E164Number(digits: digits))
        }
    }
}
