/// How addresses appear in reports (`reports.addresses`): masked, as a keyed hash, or plain.
///
/// Masked, a phone number of at least 11 digits keeps its first four and last four (`+1415•••3012`), a shorter one at
/// most half of its digits. An e-mail address keeps the first letters of its name and its domain, and the top-level
/// domain (`j•••@e•••.com`), unless a letter would be the whole. Anything else is just `•••`. There are always three
/// dots, so they do not tell the length. No masked or hashed text ever needs CSV quotes.
package struct AddressMask: Sendable {
    private let style: Configuration.AddressStyle
    private let digest: AddressDigest

    /// The key counts for `hashed` only.
    package init(style: Configuration.AddressStyle, digest: AddressDigest) {
        self.style = style
        self.digest = digest
    }

    /// Appends the address as the report may show it; nothing for an empty one.
    @inline(__always)
    package func append(_ address: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        if address.isEmpty { return }
        switch style {
        case .plain: ReportCells.append(cell: address, to: &bytes)
        case .hashed: digest.append(address, to: &bytes)
        case .masked: Self.append(masked: address, to: &bytes)
        }
    }

    static func append(masked address: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        let digits = address.first == UInt8(ascii: "+") ? address.dropFirst() : address
        if digits.count >= 2, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            let isLong = digits.count >= 11
            if digits.count < address.count { bytes.append(UInt8(ascii: "+")) }
            bytes.append(contentsOf: digits.prefix(isLong ? 4 : digits.count / 4))
            appendDots(to: &bytes)
            bytes.append(contentsOf: digits.suffix(isLong ? 4 : digits.count / 4))
        } else if let at = address.lastIndex(of: UInt8(ascii: "@")) {
            appendInitial(of: address[..<at], to: &bytes)
            bytes.append(UInt8(ascii: "@"))
            let domain = address[(at + 1)...]
            let dot = domain.lastIndex(of: UInt8(ascii: "."))
            appendInitial(of: domain[..<(dot ?? domain.endIndex)], to: &bytes)
            if let dot, domain[(dot + 1)...].allSatisfy({ isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }) {
                bytes.append(contentsOf: domain[dot...])
            }
        } else {
            appendDots(to: &bytes)
        }
    }

    /// The first letter and dots; only dots if the letter would be the whole text.
    private static func appendInitial(of text: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        if let first = text.first, text.count > 1, isLetterOrDigit(first) { bytes.append(first) }
        appendDots(to: &bytes)
    }

    private static func appendDots(to bytes: inout [UInt8]) {
        // Three times U+2022.
        for _ in 0..<3 {
            bytes.append(0xE2)
            bytes.append(0x80)
            bytes.append(0xA2)
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
    }
}
