/// Who a record is about.
extension RecordValidator {
    /// What tells the recipient of a record without a number from others with its key (`RecipientKey.check`).
    static func check(_ email: Range<Int>?, _ id: Range<Int>, _ text: Span<UInt8>) -> UInt32 {
        guard let email else { return id.isEmpty ? 0 : RecipientKey.check(text.extracting(id), foldingCase: false) }
        let address = text.extracting(email)
        if EmailAddress.isASCII(address) { return RecipientKey.check(address, foldingCase: true) }
        return RecipientKey.check(EmailAddress.recipient(copy(address)).span, foldingCase: true)
    }
}
