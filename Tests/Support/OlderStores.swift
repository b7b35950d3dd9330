import Foundation
import SystemIO

/// The stores that older programs wrote, as they are in `Tests/Fixtures/stores`.
package enum OlderStores {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/stores").path

    package static func bytes(ofVersion version: Int) throws -> [UInt8] {
        let packed = try Files.read("\(folder)/\(version).db.gz", limit: 1 << 20)
        let reader = GzipReader()
        var bytes: [UInt8] = []
        var taken = 0
        while taken < packed.count { taken += try reader.decompress(packed[taken...], into: &bytes, limit: 1 << 24) }
        try reader.finish()
        return bytes
    }
}
