/// What a file's name tells before anybody looks inside.
package enum DropName {
    private static let unfinishedSuffixes = [
        "~", ".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".swp", ".lock", ".writing", ".bak",
        ".md5",
    ]
    /// Files that Windows programs leave in folders.
    private static let strangers: Set<String> = ["thumbs.db", "desktop.ini"]
    package static let metaSuffix = ".meta.json"
    package static let checksumSuffix = ".sha256"
    static let sidecarSuffixes = [metaSuffix, checksumSuffix]

    /// Whether a file of this name can be a drop, in any folder: not hidden, not still being written, not a side-car.
    /// `ReadinessRules` knows the markers.
    static func canBeDrop(_ name: String) -> Bool {
        let lower = FoldedFileName(name).text
        return !name.isEmpty && !name.hasPrefix(".") && !lower.hasPrefix("readme") && !lower.hasPrefix("~$")
            && !strangers.contains(lower) && !unfinishedSuffixes.contains(where: lower.hasSuffix)
            && !sidecarSuffixes.contains(where: lower.hasSuffix)
    }

    /// The ending, if the name is a side-car's, in any case.
    static func sidecarEnding(_ name: String) -> String? {
        let lower = FoldedFileName(name).text
        return sidecarSuffixes.first(where: lower.hasSuffix)
    }

    /// A name, and what is left of it without its ending, and without that of its compression.
    static func stems(_ name: String) -> [FoldedFileName] {
        var parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let endings = parts.last?.lowercased() == "gz" ? 2 : 1
        var stems = [FoldedFileName(name)]
        for _ in 0..<endings where parts.count > 1 {
            parts.removeLast()
            stems.append(FoldedFileName(parts.joined(separator: ".")))
        }
        return stems
    }

    /// The batch ids in a name, as corrected files carry one (`20261121-000007.rejects.csv`). A time may look the same.
    package static func batchIDs(in name: String) -> [BatchID] {
        let bytes = Array(name.utf8)
        guard bytes.count >= 15 else { return [] }
        func isDigit(_ index: Int) -> Bool {
            bytes.indices.contains(index) && bytes[index] >= 0x30 && bytes[index] <= 0x39
        }
        return (0...(bytes.count - 15)).compactMap { start in
            guard !isDigit(start - 1), !isDigit(start + 15) else { return nil }
            return BatchID(String(decoding: bytes[start..<start + 15], as: UTF8.self))
        }
    }
}
