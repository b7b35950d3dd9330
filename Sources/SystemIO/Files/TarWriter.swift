import Glibc

/// Writes a sequence of files in the format of POSIX `tar` (ustar), so anybody can inspect them.
///
/// Names have at most 100 bytes; sizes of more than 8 GiB are written in base 256, like GNU tar.
package final class TarWriter {
    private let file: DurableFileWriter
    static let block = 512

    package init(path: String, mode: UInt32) throws(SystemError) {
        file = try DurableFileWriter(path: path, mode: mode)
    }

    package func add(_ name: String, _ bytes: [UInt8], at seconds: Int64) throws(SystemError) {
        try file.write(Self.header(name, size: Int64(bytes.count), at: seconds))
        try file.write(bytes)
        try pad(Int64(bytes.count))
    }

    /// Adds the first `size` bytes of a file, which may be longer by now; returns their SHA-256.
    package func add(_ name: String, from path: String, size: Int64, at seconds: Int64) throws(SystemError) -> [UInt8] {
        let source = try OpenFile(reading: path)
        try file.write(Self.header(name, size: size, at: seconds))
        var hash = SHA256()
        var left = size
        var buffer: [UInt8] = []
        while left > 0 {
            buffer.removeAll(keepingCapacity: true)
            guard try source.read(into: &buffer, atMost: Int(min(left, 1 << 20))) > 0 else {
                throw SystemError(operation: "read all of", path: path, code: EIO)
            }
            hash.update(buffer)
            try file.write(buffer)
            left -= Int64(buffer.count)
        }
        try pad(size)
        return hash.finish()
    }

    /// Ends the archive and gives it its name once durable. A taken name is EEXIST.
    package func commit() throws(SystemError) {
        try file.write([UInt8](repeating: 0, count: 2 * Self.block))
        try file.commit(replacing: false)
    }

    private func pad(_ size: Int64) throws(SystemError) {
        let rest = Int(size % Int64(Self.block))
        if rest > 0 { try file.write([UInt8](repeating: 0, count: Self.block - rest)) }
    }

    static func header(_ name: String, size: Int64, at seconds: Int64) -> [UInt8] {
        precondition(name.utf8.count <= 100, "a longer name has no room in the header")
        var bytes = [UInt8](repeating: 0, count: block)
        func put(_ text: String, at place: Int) {
            for (index, byte) in text.utf8.enumerated() { bytes[place + index] = byte }
        }
        func octal(_ number: Int64, _ digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
        }
        put(name, at: 0)
        put(octal(0o600, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        if size < 1 << 33 {
            put(octal(size, 11), at: 124)
        } else {
            bytes[124] = 0x80
            for index in 0..<8 { bytes[128 + index] = UInt8(truncatingIfNeeded: size >> Int64(8 * (7 - index))) }
        }
        put(octal(max(0, min(seconds, (1 << 33) - 1)), 11), at: 136)
        put("        ", at: 148)
        bytes[156] = UInt8(ascii: "0")
        put("ustar", at: 257)
        put("00", at: 263)
        // The sum of all bytes, with the checksum field counted as blanks.
        put(octal(bytes.reduce(0) { $0 + Int64($1) }, 6), at: 148)
        bytes[154] = 0
        return bytes
    }
}
