/// Who a record is about.
extension RecordValidator {
    /// The recipient's key, and what tells it from others with the same key (`RecipientKey.check`).
    @inline(__always)
    func recipient(
        of record: RecordSpan, _ fields: Span<FieldSpan>, _ text: Span<UInt8>
    ) -> (key: UInt64, check: UInt32) {
        if let phone { return (RecipientKey.phone(phone), 0) }
        if let email {
            let address = text.extracting(email)
            guard EmailAddress.isASCII(address) else {
                let folded = EmailAddress.recipient(Self.copy(text, email))
                return (RecipientKey.email(address), RecipientKey.check(folded.span, foldingCase: true))
            }
            return (RecipientKey.email(address), RecipientKey.check(address, foldingCase: true))
        }
        let range = idRange(of: record, fields, text)
        if range.isEmpty { return (RecipientKey.none, 0) }
        let id = text.extracting(range)
        return (RecipientKey.id(id), RecipientKey.check(id, foldingCase: false))
    }

    /// The range of the sender's id, trimmed; empty if there is none.
    func idRange(of record: RecordSpan, _ fields: Span<FieldSpan>, _ text: Span<UInt8>) -> Range<Int> {
        guard record.damage == nil, let position = plan.id, position < Int(record.fieldCount) else { return 0..<0 }
        let span = fields[Int(record.firstField) + position]
        return span.kind == .nested ? 0..<0 : TextForm.trimmed(text, span.offset..<span.end)
    }

    var recipientField: Field { phone != nil ? .phone1 : email != nil ? .email : .id }
}
