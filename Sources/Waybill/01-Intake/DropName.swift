/// What a file's name in an inbox says before anybody looks inside.
package enum DropName {
    private static let unfinishedSuffixes = [
        "~", ".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".swp", ".lock", ".writing",
    ]
    package static let metaSuffix = ".meta.json"
    package static let checksumSuffix = ".sha256"
    static let sidecarSuffixes = [metaSuffix, checksumSuffix]

    /// Whether a file of this name can be a drop wherever it lies: not hidden, not still being written, no side-car.
    /// `ReadinessRules` knows the markers.
    static func canBeDrop(_ name: String) -> Bool {
        let lower = name.lowercased()
        return !name.isEmpty && !name.hasPrefix(".") && !lower.hasPrefix("readme")
            && !unfinishedSuffixes.contains(where: lower.hasSuffix)
            && !sidecarSuffixes.contains(where: lower.hasSuffix)
    }

    /// Whether `name` matches a pattern of `drops`: `*` is any run of characters, `?` any one, all else itself.
    package static func matches(_ name: String, pattern: String) -> Bool {
        let name = Array(name.unicodeScalars)
        let pattern = Array(pattern.unicodeScalars)
        var at = 0
        var patternAt = 0
        // Where to go on when what follows the last star does not fit: the star takes one character more.
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

    /// The batch id that a mended file carries in its name (`20261121-000007.rejects.csv`), nil without one.
    package static func batchID(in name: String) -> BatchID? {
        let bytes = Array(name.utf8)
        guard bytes.count >= 15 else { return nil }
        func isDigit(_ index: Int) -> Bool {
            bytes.indices.contains(index) && bytes[index] >= 0x30 && bytes[index] <= 0x39
        }
        for start in 0...(bytes.count - 15) where !isDigit(start - 1) && !isDigit(start + 15) {
            if let id = BatchID(String(decoding: bytes[start..<start + 15], as: UTF8.self)) { return id }
        }
        return nil
    }
}
