/// The numbers that stand in addresses of other kinds: of SIP (`sip:+14155550142@gw`), of gateways from mails to text
/// messages (`+14155550142@txt.example`) and to fax machines (`FAX=+14155550142/TYPE=PLMN@gw`), of messengers
/// (`14155550142@c.us`).
enum AddressWithNumber {
    /// What stands in front of the last @, part by part, where it may be a number.
    static func numbers(inFrontOf address: [UInt8]) -> [[UInt8]] {
        guard let end = address.lastIndex(of: UInt8(ascii: "@")) else { return [] }
        return withPlainPlus(address[..<end]).split(whereSeparator: isBetween)
            .filter(AddressReading.mayBeNumber).map(Array.init)
    }

    /// A number of which the beginning stands apart: `tel:5550142;phone-context=+1415` (RFC 3966).
    static func withContext(_ text: [UInt8]) -> [UInt8]? {
        let name = Array(";phone-context=+".utf8)
        let lower = text.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
        guard let start = lower.indices.first(where: { lower[$0...].starts(with: name) }) else { return nil }
        let context = text[(start + name.count - 1)...].prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "@") }
        let local = text[..<start].reversed().prefix { $0 != UInt8(ascii: ":") }.reversed()
        return Array(context) + Array(local)
    }

    /// The address in what is left of a link; nil where there is nothing of one around it.
    static func withoutLink(_ text: [UInt8]) -> [UInt8]? {
        let address = text.drop { $0 == UInt8(ascii: "/") }
        guard let middle = address.firstIndex(of: UInt8(ascii: "@")) else { return nil }
        let end = address[middle...].firstIndex { "?/&#".utf8.contains($0) } ?? address.endIndex
        let bare = Array(address[..<end])
        return bare.count == text.count ? nil : bare
    }

    /// `%2B` as it is meant.
    private static func withPlainPlus(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let parts = String(decoding: text, as: UTF8.self).split(separator: "%2", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(Array(parts[0].utf8)) { plain, part in
            let isPlus = part.utf8.first.map { $0 | 0x20 == UInt8(ascii: "b") } ?? false
            return plain + (isPlus ? Array("+".utf8) + part.utf8.dropFirst() : Array("%2".utf8) + part.utf8)
        }
    }

    /// `" / : ; = _`: what else stands beside digits is part of somebody's name.
    private static func isBetween(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x22, 0x2F, 0x3A, 0x3B, 0x3D, 0x5F: true
        case _: false
        }
    }
}
