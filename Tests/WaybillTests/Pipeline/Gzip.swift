import Foundation
import SystemIO

enum Gzip {
    /// The bytes as gzip, up to the last `cut` of them.
    static func bytes(_ bytes: [UInt8], cut: Int = 0) throws -> [UInt8] {
        let path = FileManager.default.temporaryDirectory.path + "/waybill-" + UUID().uuidString + ".gz"
        defer { try? Files.remove(path) }
        let writer = try ParallelGzipWriter(path: path)
        try writer.write(bytes)
        try writer.commit()
        return Array(try Files.read(path, limit: 1 << 26).dropLast(cut))
    }
}
