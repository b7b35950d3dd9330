/// Guesses which name was meant by a misspelt one: a key, a value, an option, a command.
package enum NearestName {
    /// The known name nearest to a misspelt one, by Damerau-Levenshtein distance (optimal string alignment) within a
    /// third of the longer one's length; nil when none is that near.
    ///
    /// Names are compared folded (`FoldedName`). Of equally near names the first wins. An opposite is never suggested:
    /// `undeliverd` gets no `delivered`, which one prefix turns into its negation. Where two known names that are
    /// opposites are equally near, neither is suggested.
    package static func of(_ name: String, in known: some Sequence<String>) -> String? {
        let wanted = Array(FoldedName(name).text.unicodeScalars)
        // Longer than any of our names; the distance takes quadratic time.
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        var found: [(name: String, letters: [Unicode.Scalar], distance: Int)] = []
        for candidate in known {
            let letters = Array(FoldedName(candidate).text.unicodeScalars)
            let allowed = max(wanted.count, letters.count) / 3
            guard abs(wanted.count - letters.count) <= allowed else { continue }
            let distance = distance(wanted, letters)
            if distance <= allowed, !denies(wanted, letters, distance), !denies(letters, wanted, distance) {
                found.append((candidate, letters, distance))
            }
        }
        // The first of the nearest.
        guard let best = found.reduce(nil, { best, next in (best?.distance ?? .max) <= next.distance ? best : next })
        else { return nil }
        let isOpposed = found.contains { $0.distance == best.distance && areOpposites($0.letters, best.letters) }
        return isOpposed ? nil : best.name
    }

    /// The prefixes that negate a word.
    private static let denials = ["un", "dis", "non", "not", "no", "de", "in", "anti"].map { Array($0.unicodeScalars) }

    private static let opposites: [Set<String>] = [
        ["start", "stop"], ["pause", "resume"], ["add", "remove"], ["accept", "reject"], ["accepted", "rejected"],
        ["include", "exclude"], ["keep", "drop"], ["allow", "block"], ["yes", "no"], ["true", "false"],
    ]

    /// Whether a word is nearer to the other without a negating prefix: `undeliverd`, `delivered`.
    private static func denies(_ word: [Unicode.Scalar], _ other: [Unicode.Scalar], _ apart: Int) -> Bool {
        denials.contains { syllable in
            word.starts(with: syllable) && !other.starts(with: syllable)
                && distance(Array(word.dropFirst(syllable.count)), other) < apart
        }
    }

    /// Whether two known names are opposites, or negate each other.
    private static func areOpposites(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Bool {
        let isDenied = denials.contains { $0 + left == right || $0 + right == left }
        return isDenied || opposites.contains([text(left), text(right)])
    }

    private static func text(_ letters: [Unicode.Scalar]) -> String {
        String(String.UnicodeScalarView(letters))
    }

    /// How many insertions, deletions, replacements and swaps of neighbours turn one word into the other.
    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var line = [row + 1]
            line.reserveCapacity(right.count + 1)
            for (column, other) in right.enumerated() {
                var cost = min(line[column] + 1, last[column + 1] + 1, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                line.append(cost)
            }
            beforeLast = last
            last = line
        }
        return last[right.count]
    }
}
