/// Finds the country in which a record's national numbers are read.
extension RecordValidator {
    /// Notes what the record's own columns say about its country, before its numbers are judged.
    mutating func takeCountry(_ record: RecordSpan, _ fields: Span<FieldSpan>, _ text: Span<UInt8>) {
        place = RecordPlace()
        func range(_ position: Int?) -> Range<Int> {
            guard let position, position < Int(record.fieldCount) else { return 0..<0 }
            let span = fields[Int(record.firstField) + position]
            return TextForm.trimmed(text, span.offset..<span.end)
        }
        if plan.country != nil, let named = country(text.extracting(range(plan.country))) {
            place.region = named.region
            if named.isCallingCode { place.origin = .besideCallingCode }
        }
        // States have many spellings, so only country codes are read as countries.
        if plan.region != nil, let code = RegionCode(text.extracting(range(plan.region))), code.isAssigned {
            place.regionColumn = code
        }
    }

    /// The country that a value names.
    mutating func country(_ value: Span<UInt8>) -> (region: RegionCode, isCallingCode: Bool)? {
        if value.isEmpty { return nil }
        if value.count == 2, let region = RegionCode(value) { return region.isAssigned ? (region, false) : nil }
        return countries.country(value).map { ($0.region, $0.isCallingCode) }
    }

    /// Whether a value names a subdivision of the record's country. The memory of values is bounded.
    mutating func isKnownState(_ value: Span<UInt8>) -> Bool {
        let region = place.region ?? home
        let isTold = place.region != nil
        let key = RecipientKey.digest(value, foldingCase: false) &+ UInt64(region?.index ?? 0) &+ (isTold ? 1 << 32 : 0)
        if let known = knownStates[key] { return known }
        let isKnown =
            region.map { !StateNames.codes(of: value, country: $0.description, isTold: isTold).isEmpty } ?? false
        if knownStates.count >= 4_096 { knownStates.removeAll(keepingCapacity: true) }
        knownStates[key] = isKnown
        return isKnown
    }

    /// Judges a number as dialled in the place that the record gives. An unmapped column `region` decides nothing: if
    /// the number would read differently under it, the number is refused with both readings (`CO` is Colorado as well
    /// as Colombia).
    func judge(_ value: Span<UInt8>, _ origin: NumberJudge.Origin) -> NumberVerdict {
        let verdict = judge.judge(value, region: place.region, origin: origin)
        guard let other = place.regionColumn,
            case .valid(let under, _) = judge.judge(value, region: other, origin: origin)
        else { return verdict }
        switch verdict {
        case .valid(let number, _):
            guard number != under else { return verdict }
            return .invalid(NumberAdvice(home: number.description, underRegion: under.description, other.description))
        case .invalid, .impossibleLength, .unknownCountry:
            return .invalid(NumberAdvice(home: nil, underRegion: under.description, other.description))
        }
    }
}

/// What a record's columns say about where its numbers are dialled.
struct RecordPlace {
    var region: RegionCode?
    var origin = NumberJudge.Origin.plain
    /// The country in an unmapped column `region`, if its value is a country code.
    var regionColumn: RegionCode?
}
