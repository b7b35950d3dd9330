import Foundation

/// A name, or a pattern of `drops`, prepared for comparison.
package struct DropPattern: Sendable {
    fileprivate let scalars: [Unicode.Scalar]

    package init(_ text: String) {
        let folded = FoldedFileName(text).text
        let isASCII = folded.utf8.allSatisfy { $0 < 0x80 }
        // Form C, compared by scalars and not by grapheme clusters: `क*` must match `की`.
        scalars = Array((isASCII ? folded : folded.precomposedStringWithCanonicalMapping).unicodeScalars)
    }

    /// A file's name as patterns are also compared with it: without its compression suffix and outer blanks.
    package static func plainName(_ name: String) -> String {
        var plain = name.drop { $0.isWhitespace }
        while plain.last?.isWhitespace == true { plain.removeLast() }
        if plain.lowercased().hasSuffix(".gz") { plain = plain.dropLast(3) }
        return String(plain)
    }

    /// The names under which a file is compared with patterns.
    package static func names(of file: String) -> [DropPattern] { [file, plainName(file)].map(DropPattern.init) }

    /// Fits every name, and so says nothing of whose a drop is.
    package var fitsAll: Bool { !scalars.isEmpty && scalars.allSatisfy { $0 == "*" } }

    /// Has nothing but wildcards before the ending, as `*.csv`: it says nothing of what a file is.
    package var saysNothing: Bool {
        scalars.prefix { $0 != "." }.allSatisfy { $0 == "*" || $0 == "?" }
    }

    /// Whether `name` matches this pattern: `*` is any run of characters, `?` any one, all else itself in whatever
    /// case.
    package func matches(_ name: DropPattern) -> Bool {
        let (name, pattern) = (name.scalars, scalars)
        var at = 0
        var patternAt = 0
        // Where to resume when the text after the last star does not match: the star then takes one character more.
        var starAt: Int?
        var resumeAt = 0
        while at < name.count {
            if patternAt < pattern.count, pattern[patternAt] == "*" {
                starAt = patternAt
                resumeAt = at
                patternAt += 1
            } else if patternAt < pattern.count, pattern[patternAt] == "?" || pattern[patternAt] == name[at] {
                at += 1
                patternAt += 1
            } else if let star = starAt {
                resumeAt += 1
                at = resumeAt
                patternAt = star + 1
            } else {
                return false
            }
        }
        return pattern[patternAt...].allSatisfy { $0 == "*" }
    }
}

/// The `drops` of all campaigns, in file order. A name is compared only with patterns that begin as it does: with
/// thousands of campaigns, most patterns begin with the campaign's own name.
struct DropPatterns: Sendable {
    private var patterns: [(pattern: DropPattern, campaign: Int, place: Int)] = []
    /// Positions of patterns, rising, by the text before their first wildcard.
    private var byBeginning: [String: [Int]] = [:]
    /// The lengths of those texts.
    private var lengths: Set<Int> = []

    init(_ campaigns: [Campaign]) {
        for (place, campaign) in campaigns.enumerated() {
            for (index, text) in campaign.drops.enumerated() {
                let pattern = DropPattern(text)
                let beginning = pattern.scalars.prefix { $0 != "*" && $0 != "?" }
                byBeginning[Self.text(beginning), default: []].append(patterns.count)
                lengths.insert(beginning.count)
                patterns.append((pattern, place, index))
            }
        }
    }

    /// The position of the campaign with the first pattern that matches a name.
    func campaign(of name: String) -> Int? { first(matching: [DropPattern(name)])?.campaign }

    /// The position of the first pattern that matches all of some names, and that of its campaign.
    func first(matching names: [DropPattern]) -> (campaign: Int, place: Int)? {
        guard let name = names.first else { return nil }
        let found = lengths.compactMap { length -> Int? in
            guard length <= name.scalars.count else { return nil }
            return byBeginning[Self.text(name.scalars.prefix(length))]?.first { place in
                names.allSatisfy { patterns[place].pattern.matches($0) }
            }
        }
        return found.min().map { (patterns[$0].campaign, patterns[$0].place) }
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }
}
