import Support
import XCTest

@testable import SystemIO

final class SHA256Tests: XCTestCase {
    private func digest(_ bytes: [UInt8], _ way: SHA256.Way) -> String {
        var hash = SHA256(way: way)
        hash.update(bytes)
        return SHA256.hex(hash.finish())
    }

    private var ways: [SHA256.Way] { SHA256.Way.allCases.filter(\.runsHere) }

    func testPortableWayRunsEverywhere() {
        XCTAssertTrue(ways.contains(.portable))
    }

    func testExamplesOfTheStandardInEveryWay() {
        let examples: [(String, String)] = [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
        ]
        for way in ways {
            for (text, expected) in examples { XCTAssertEqual(digest(Array(text.utf8), way), expected, "\(way)") }
            XCTAssertEqual(
                digest([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000), way),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", "\(way)")
        }
    }

    func testEveryWayAgreesAtEveryLengthAroundBlocks() {
        let seed: UInt64 = 20_240_611
        var numbers = SeededGenerator(seed: seed)
        let bytes = numbers.bytes(700)
        for length in 0...700 {
            let expected = digest(Array(bytes.prefix(length)), .portable)
            for way in ways {
                XCTAssertEqual(digest(Array(bytes.prefix(length)), way), expected, "\(way), \(length), seed \(seed)")
            }
        }
    }

    func testHowTheBytesAreCutDoesNotMatter() {
        let seed: UInt64 = 7
        var numbers = SeededGenerator(seed: seed)
        let bytes = numbers.bytes(10_000)
        let expected = SHA256.hash(bytes)
        for cut in [1, 7, 63, 64, 65, 127, 128, 4096] {
            var hash = SHA256()
            for start in stride(from: 0, to: bytes.count, by: cut) {
                hash.update(bytes[start..<min(start + cut, bytes.count)])
            }
            XCTAssertEqual(hash.finish(), expected, "cut \(cut), seed \(seed)")
            XCTAssertEqual(hash.finish(), expected, "asking twice gives the same")
        }
    }

    func testAgreesWithTheSystem() throws {
        let folder = try TemporaryFolder()
        var numbers = SeededGenerator(seed: 3)
        let bytes = numbers.bytes(123_457)
        try Files.writeAtomically(bytes, to: folder.file("x"))
        let printed = try output(of: "/usr/bin/sha256sum", [folder.file("x")])
        XCTAssertEqual(String(decoding: printed.prefix(64), as: UTF8.self), SHA256.hex(SHA256.hash(bytes)))
    }

    func testAFileHasTheDigestOfItsBytesHoweverManyReadsItTakes() throws {
        let folder = try TemporaryFolder()
        for length in [0, 1, 1 << 20, 2 << 20 + 1] {
            let bytes = [UInt8](repeating: 7, count: length)
            try Files.writeAtomically(bytes, to: folder.file("x"))
            XCTAssertEqual(try SHA256.hash(file: folder.file("x")), SHA256.hash(bytes), "\(length)")
        }
        XCTAssertThrowsError(try SHA256.hash(file: folder.file("missing")))
    }
}
