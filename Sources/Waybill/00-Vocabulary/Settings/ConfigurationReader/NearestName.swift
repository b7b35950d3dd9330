/// Finds what somebody meant who misspelt a name: a key, a value, an option, a command.
package enum NearestName {
    /// The known name nearest to a misspelt one, by Damerau-Levenshtein distance (optimal string alignment) within a
    /// third of the longer one's length; nil when none is that near.
    ///
    /// Names are compared folded (`FoldedName`). Of names equally near the first one wins.
    package static func of(_ name: String, in known: some Sequence<String>) -> String? {
        let wanted = Array(FoldedName(name).text.unicodeScalars)
        // Longer than any name of ours: the distance is quadratic in the length.
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in known {
            let letters = Array(FoldedName(candidate).text.unicodeScalars)
            let allowed = max(wanted.count, letters.count) / 3
            guard abs(wanted.count - letters.count) <= allowed else { continue }
            let found = distance(wanted, letters)
            if found <= allowed, found < best?.distance ?? .max { best = (candidate, found) }
        }
        return best?.name
    }

    /// How many insertions, removals, replacements and swaps of neighbours part two words.
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
