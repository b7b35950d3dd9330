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
        let text = address.span
        let start = address.first == UInt8(ascii: "+") ? 1 : 0
        let count = text.count - start
        if count >= 2, areDigits(text.extracting(start...)) {
            let shown = count >= 11 ? 4 : count / 4
            bytes.append(copying: text.extracting(..<(start + shown)))
            appendDots(to: &bytes)
            bytes.append(copying: text.extracting((text.count - shown)...))
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

    private static func areDigits(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] < 0x30 || text[index] > 0x39 { return false }
        return true
    }

    private static func appendDots(to bytes: inout [UInt8]) { bytes.append(copying: dots.span) }

    private static let dots = Array("•••".utf8)

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
    }
}
