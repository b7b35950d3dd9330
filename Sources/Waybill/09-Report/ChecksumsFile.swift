/// `SHA256SUMS`: written last, so a report that has it is complete; `sha256sum -c SHA256SUMS` checks it.
package enum ChecksumsFile {
    package static let fileName = "SHA256SUMS"

    /// The file's bytes, sorted by name. Checksums are lower-case hexadecimal.
    package static func bytes(_ files: [(name: String, sha256: String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for file in files.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            let isEscaped = file.name.utf8.contains { $0 == UInt8(ascii: "\\") || $0 == 0x0A || $0 == 0x0D }
            // Like coreutils, for a name that would break the line: a backslash in front, and the name escaped.
            if isEscaped { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(contentsOf: file.sha256.utf8)
            bytes.append(contentsOf: "  ".utf8)
            for byte in file.name.utf8 {
                switch byte {
                case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
                case 0x0A: bytes.append(contentsOf: "\\n".utf8)
                case 0x0D: bytes.append(contentsOf: "\\r".utf8)
                default: bytes.append(byte)
                }
            }
            bytes.append(CSVText.lineEnd)
        }
        return bytes
    }
}
