/// Reads what `TarWriter` writes: a sequence of plain files.
package final class TarReader {
    /// One file of the archive.
    package struct Entry: Sendable {
        package let name: String
        package let size: Int64
    }

    /// The file is not an archive, or is cut short.
    package struct Damaged: Error, CustomStringConvertible {
        package let path: String
        package let place: Int64

        package init(path: String, place: Int64) {
            self.path = path
            self.place = place
        }

        package var description: String { "\(path) is no archive that waybill wrote, or is cut short (byte \(place))" }
    }

    private let file: OpenFile
    private var place: Int64 = 0
    /// Unread bytes of the current entry, and the padding after it.
    private var left: Int64 = 0
    private var padding: Int64 = 0

    package init(path: String) throws(SystemError) { file = try OpenFile(reading: path) }

    /// The next file; nil at the end. Unread bytes of the last file are skipped.
    package func next() throws -> Entry? {
        place += left + padding
        (left, padding) = (0, 0)
        let header = try bytes(TarWriter.block)
        guard header.contains(where: { $0 != 0 }) else { return nil }
        let name = String(decoding: header[..<100].prefix { $0 != 0 }, as: UTF8.self)
        guard let size = Self.size(header), !name.isEmpty,
            header == TarWriter.header(name, size: size, at: Self.octal(header[136..<147]) ?? -1)
        else { throw Damaged(path: file.path, place: place) }
        place += Int64(TarWriter.block)
        left = size
        let rest = size % Int64(TarWriter.block)
        padding = rest == 0 ? 0 : Int64(TarWriter.block) - rest
        return Entry(name: name, size: size)
    }

    /// The next bytes of the current entry; empty at its end.
    package func read(atMost count: Int = 1 << 20) throws -> [UInt8] {
        let some = try bytes(Int(min(left, Int64(count))))
        place += Int64(some.count)
        left -= Int64(some.count)
        return some
    }

    private func bytes(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let read = try file.read(
                at: place + Int64(bytes.count), into: &bytes, atMost: count - bytes.count)
            guard read > 0 else { throw Damaged(path: file.path, place: place + Int64(bytes.count)) }
        }
        return bytes
    }

    private static func size(_ header: [UInt8]) -> Int64? {
        guard header[124] == 0x80 else { return octal(header[124..<135]) }
        let size = header[128..<136].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int64(exactly: size)
    }

    private static func octal(_ digits: ArraySlice<UInt8>) -> Int64? {
        Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }
}
