/// One recipient that an address in results, replies and lists can mean.
///
/// Providers write numbers in international form without the plus, people as they dial them, and a text of digits is often a
/// number both ways: `491711234578` is a mobile of Germany and, dialled there, a line in Leer. So an address has readings, and
/// a stop counts for all of them: one number too many that is left alone costs less than a stop that is not heard.
package struct AddressReading: Hashable, Sendable {
    package let key: UInt64
    /// `phone` or `email`.
    package let kind: Listing.Kind

    /// All readings, the likeliest first; none where it is neither a number nor an address.
    ///
    /// With a plus a number is itself. Else it is every number that a plan allows, with its calling code in front and dialled
    /// in each of the regions; then those of a possible length, and at last the digits as they are.
    package static func all(of address: [UInt8], regions: [String]) -> [AddressReading] {
        if address.contains(UInt8(ascii: "@")) {
            return [AddressReading(key: RecipientKey.email(address.span), kind: .email)]
        }
        return numbers(address, regions).map { AddressReading(key: RecipientKey.phone($0), kind: .phone) }
    }

    /// The keys of all listings of more than one recipient that concern an address: of what its numbers begin with, or of its
    /// domain and those above it.
    package static func wideKeys(of address: [UInt8], regions: [String]) -> [UInt64] {
        var keys: [UInt64] = []
        let take = { (key: UInt64) -> Never? in
            keys.append(key)
            return nil
        }
        for number in numbers(address, regions) {
            _ = RecipientKeys.firstBeginning(of: Array("+\(number.digits)".utf8)[...], take)
        }
        _ = RecipientKeys.firstDomain(of: address[...], take)
        return keys
    }

    private static func numbers(_ text: [UInt8], _ regions: [String]) -> [E164Number] {
        guard let dialled = try? DialledDigits(text.span), dialled.digits.count > 1 else { return [] }
        let plan = NumberingPlan.world
        let digits = dialled.digits
        var asIs: E164Number?
        if digits.count >= 4, digits.count <= E164Number.mostDigits, digits.bytes[0] != 0x30 {
            asIs = E164Number(digits: digits.value(of: 0..<digits.count))
        }
        var found: [PhoneNumber] = []
        func read(_ digits: NumberDigits, hasPlus: Bool, region: Int?) {
            var digits = digits
            if let number = try? plan.parse(&digits, hasPlus: hasPlus, region: region) { found.append(number) }
        }
        if let rest = digits.afterDoubleZero, !dialled.hasPlus { read(rest, hasPlus: true, region: nil) }
        read(digits, hasPlus: true, region: nil)
        if !dialled.hasPlus {
            for region in regions { read(digits, hasPlus: false, region: NumberJudge.place(of: region)) }
        }
        let possible = found.filter { !$0.isValid && plan.lengthVerdict(of: $0) == .possible }
        var numbers = (found.filter(\.isValid) + possible).compactMap(\.e164)
        // What a campaign that asks for no plan has accepted is found as it was stored.
        if let asIs { numbers.insert(asIs, at: dialled.hasPlus ? 0 : numbers.count) }
        return numbers.reduce(into: []) { kept, number in if !kept.contains(number) { kept.append(number) } }
    }
}

extension Configuration {
    /// The regions in which numbers without a country are read: the workspace's and the campaigns' own.
    package var regions: [String] {
        campaigns.compactMap(\.region).reduce(into: [region]) { known, region in
            if !known.contains(region) { known.append(region) }
        }
    }
}
