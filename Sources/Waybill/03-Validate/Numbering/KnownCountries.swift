/// The countries that values of a country column name. Each value is looked up once, since a drop has few of them. A
/// drop may be hostile, so the memory is bounded.
struct KnownCountries {
    struct Country {
        let region: RegionCode
        /// Whether the value is a calling code.
        let isCallingCode: Bool
        /// Alpha-2, in capitals.
        let letters: [UInt8]
    }

    private var known: [UInt64: Country?] = [:]

    /// Nil for a value that names no country.
    mutating func country(_ value: Span<UInt8>) -> Country? {
        let key = RecipientKey.digest(value, foldingCase: false)
        if let found = known[key] { return found }
        let found = CountryNames.country(value).map { country in
            Country(
                region: country.region, isCallingCode: country.isCallingCode,
                letters: Array(country.region.description.utf8))
        }
        if known.count >= 4_096 { known.removeAll(keepingCapacity: true) }
        known[key] = .some(found)
        return found
    }
}
