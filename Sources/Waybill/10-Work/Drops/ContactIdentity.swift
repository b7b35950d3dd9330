/// Who a contact is, whatever else its record says: its recipient, and the sender's own id if it has one.
struct ContactIdentity: Hashable {
    /// The key of `phone1`, else of the e-mail address, else of the id.
    let recipient: UInt64
    /// The key of the id, the same for all writings of one; nil without an id.
    let id: UInt64?

    init(of contacts: ContactSegment, at index: Int, _ schema: Schema) {
        func value(_ field: Field) -> ArraySlice<UInt8> {
            schema.position(of: field).map { contacts.value(at: index, column: $0) } ?? []
        }
        func key(_ field: Field) -> UInt64? {
            let value = value(field)
            return value.isEmpty ? nil : RecipientKeys.key(of: value, field: field)
        }
        let id = value(.id)
        recipient = key(.phone1) ?? key(.email) ?? key(.id) ?? RecipientKey.none
        self.id = id.isEmpty ? nil : IDForm.looseKey(id.span)
    }

    init(of refusal: RefusedRecord) {
        recipient = RecipientKeys.key(ofAddress: refusal.address[...]) ?? RecipientKey.none
        id = refusal.id.isEmpty ? nil : IDForm.looseKey(refusal.id.span)
    }
}
