import Foundation

/// Reads what senders write in a `country` column: alpha-2 (`DE`), alpha-3 (`DEU`), the English name, or the calling
/// code (`49`, `+49`).
///
/// Names are compared without case, spaces, punctuation and accents.
enum CountryNames {
    /// The country that a text names, and whether it is a calling code; nil if it names none.
    static func country(_ text: Span<UInt8>) -> (region: RegionCode, isCallingCode: Bool)? {
        if let region = RegionCode(text) { return region.isAssigned ? (region, false) : nil }
        if let region = callingCode(text) { return (region, true) }
        return byName[folded(String(decoding: RecordValidator.copy(text), as: UTF8.self))].map { ($0, false) }
    }

    /// The main country of a calling code; nil for codes that belong to no country.
    private static func callingCode(_ text: Span<UInt8>) -> RegionCode? {
        var start = text.count > 0 && text[0] == 0x2B ? 1 : 0
        if text.count > 2, text[0] == 0x30, text[1] == 0x30 { start = 2 }
        guard (1...3).contains(text.count - start) else { return nil }
        var value = 0
        for position in start..<text.count {
            guard text[position] &- 0x30 < 10 else { return nil }
            value = value * 10 + Int(text[position] &- 0x30)
        }
        return NumberingPlan.world.mainRegion(ofCallingCode: value)
    }

    private static func folded(_ name: String) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in name.decomposedStringWithCanonicalMapping.lowercased().unicodeScalars
        where scalar.properties.isAlphabetic { kept.append(scalar) }
        return String(kept)
    }

    private static let byName: [String: RegionCode] = {
        var found: [String: RegionCode] = [:]
        for line in data.split(separator: "\n") {
            let parts = line.split(separator: "=").map(String.init)
            guard let region = RegionCode(parts[0]) else { continue }
            for name in parts.dropFirst() { found[folded(name)] = region }
        }
        return found
    }()
}
