import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// A drop of several blocks, which are cut at line ends, has the records that it has as one text.
final class DropChunksTests: XCTestCase {
    private func chunks(_ bytes: [UInt8], _ settings: DecodeSettings) throws -> [Chunk] {
        let folder = try TestWorkspace()
        let path = folder.path + "/drop"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        var drop = try DropChunks(try DropFile(path: path), settings, limits: Configuration.Limits())
        var all: [Chunk] = []
        while let chunks = try drop.next() { all += chunks }
        XCTAssertEqual(try drop.finish(), SHA256.hash(bytes))
        XCTAssertEqual(drop.bytesRead, Int64(bytes.count))
        return all
    }

    private func check(_ bytes: [UInt8], as stored: [UInt8]? = nil, line: UInt = #line) throws {
        let settings = ReadDrop.settings(recordBytes: 1 << 20)
        let expected = ReadDrop.read(bytes, block: bytes.count, settings: settings).drop
        var found = ReadDrop()
        let chunks = try chunks(stored ?? bytes, settings)
        for chunk in chunks { found.add(chunk) }
        XCTAssertGreaterThan(chunks.count, 1, line: line)
        XCTAssertEqual(found.records.count, expected.records.count, line: line)
        XCTAssertTrue(found == expected, line: line)
    }

    private static let words = String(repeating: "some words ", count: 6)

    /// 400 KB and more.
    private func csv(lineEnd: String = "\n", _ value: (Int) -> String = { "\(words) \($0)" }) -> String {
        (["phone1,param1"] + (0..<5_000).map { "+1415555\(1_000 + $0),\(value($0))" } + [""])
            .joined(separator: lineEnd)
    }

    func testLinesAreTheSameWhereverBlocksEnd() throws {
        for lineEnd in ["\n", "\r\n", "\r"] { try check(Array(csv(lineEnd: lineEnd).utf8)) }
        try check(Array(csv { $0 % 3 == 0 ? "\"two\nlines, \"\"\(Self.words)\"\"\"" : Self.words }.utf8))
        try check(Array(csv().utf8.dropLast(20)))
        try check([0xFF, 0xFE] + csv().utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
        let objects = (0..<5_000).map { "{\"phone1\":\"+1415555\(1_000 + $0)\",\"param1\":\"\(Self.words)\"}" }
        try check(Array((objects.joined(separator: "\n") + "\n").utf8))
        try check(Array(("[" + objects.joined(separator: ",") + "]").utf8))
    }

    func testALineThatIsLongerThanABlockIsWhole() throws {
        try check(Array(csv { $0 % 2_500 == 2_499 ? String(repeating: "x", count: 400_000) : Self.words }.utf8))
    }

    func testACompressedDropIsCutAtItsLinesAsWell() throws {
        let text = Array(csv().utf8)
        try check(text, as: try Gzip.bytes(text))
    }

    /// Then no block is copied to put it behind the rest of the one before.
    func testEveryBlockButTheLastEndsWithALine() throws {
        let chunks = try chunks(Array(csv().utf8), ReadDrop.settings())
        XCTAssertGreaterThan(chunks.count, 1)
        for chunk in chunks { XCTAssertEqual(chunk.text[chunk.rawEnd - 1], ASCII.lineFeed) }
        XCTAssertEqual(Set(chunks.map { $0.rawEnd == $0.text.count }), [true])
    }
}
