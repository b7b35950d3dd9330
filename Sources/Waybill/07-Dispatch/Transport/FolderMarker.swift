import SystemIO

/// A small file that identifies a folder: `.waybill-folder`, with 32 random hexadecimal digits.
///
/// The system's own numbers are not enough: a share has another device number after each mount, and the number of a
/// folder is reused. The file is on the share itself, so it is there when the share is, and an empty mount point has
/// none.
enum FolderMarker {
    static let name = ".waybill-folder"

    /// The folder's marker; nil where it has none.
    static func read(in folder: String) throws -> String? {
        let path = folder + "/" + name
        guard try Files.exists(path) else { return nil }
        let text = String(decoding: try Files.read(path, limit: 64), as: UTF8.self)
        let digits = text.prefix { $0.isHexDigit }
        guard digits.count == 32, text.dropFirst(32).allSatisfy(\.isNewline) else {
            throw TransportProblem("\(path) is not what waybill wrote; remove it")
        }
        return String(digits)
    }

    /// The folder's marker, made where it has none.
    static func make(in folder: String) throws -> String {
        if let known = try read(in: folder) { return known }
        let made = (0..<2).map { _ in
            let part = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - part.count) + part
        }.joined()
        do throws(SystemError) {
            try Files.writeAtomically(Array((made + "\n").utf8), to: folder + "/" + name, replacing: false)
        } catch {
            // Another workspace may have made it at the same moment.
            guard error.code == SystemError.exists, let theirs = try read(in: folder) else { throw error }
            return theirs
        }
        return made
    }
}
