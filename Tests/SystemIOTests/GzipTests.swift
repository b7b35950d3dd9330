import Foundation
import Support
import XCTest

@testable import SystemIO

final class GzipTests: XCTestCase {
    /// Unpacks everything, handing the input over in pieces and taking the output in pieces.
    private func unpack(_ packed: [UInt8], inputPiece: Int = 65_536, outputPiece: Int = 65_536) throws -> [UInt8] {
        let reader = GzipReader()
        var unpacked: [UInt8] = []
        var at = 0
        while true {
            let before = unpacked.count
            let taken = try reader.decompress(
                packed[at..<min(at + inputPiece, packed.count)], into: &unpacked, limit: outputPiece)
            XCTAssertLessThanOrEqual(unpacked.count - before, outputPiece)
            at += taken
            if at == packed.count && unpacked.count == before { break }
        }
        try reader.finish()
        XCTAssertEqual(reader.bytesIn, Int64(packed.count))
        XCTAssertEqual(reader.bytesOut, Int64(unpacked.count))
        return unpacked
    }

    private func member(_ bytes: [UInt8]) -> [UInt8] { GzipMemberPacker(.usual).pack(bytes) }

    private func failure(_ packed: [UInt8], inputPiece: Int = 65_536) -> GzipError? {
        do {
            _ = try unpack(packed, inputPiece: inputPiece)
            return nil
        } catch {
            return error as? GzipError
        }
    }

    private func written(_ bytes: [UInt8], threads: Int, piece: Int, in folder: TemporaryFolder) throws -> [UInt8] {
        let writer = try ParallelGzipWriter(path: folder.file("out.gz"), threads: threads)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            try writer.write(bytes[start..<min(start + piece, bytes.count)])
        }
        try writer.commit()
        let file = try Files.read(folder.file("out.gz"), limit: 64 << 20)
        XCTAssertEqual(writer.bytesIn, Int64(bytes.count))
        XCTAssertEqual(writer.bytesOut, Int64(file.count))
        XCTAssertEqual(writer.digest, SHA256.hash(file))
        return file
    }

    func testWhatIsPackedComesBackHoweverItIsCut() throws {
        var numbers = SeededGenerator(seed: 2)
        let lines = numbers.lines(300)
        let packed = member(lines) + member([]) + member(numbers.bytes(500)) + member(lines)
        let expected = try unpack(packed)
        XCTAssertEqual(expected.count, 2 * lines.count + 500)
        for inputPiece in [1, 7, 65_536] {
            for outputPiece in [1, 7, 65_536] {
                XCTAssertEqual(
                    try unpack(packed, inputPiece: inputPiece, outputPiece: outputPiece), expected,
                    "\(inputPiece), \(outputPiece)")
            }
        }
    }

    func testAFileThatEndsTooEarlyIsTruncatedAtEveryByte() {
        let one = member(Array("Hello, world. Hello, world.".utf8))
        XCTAssertEqual(failure([]), .truncated)
        for length in 1..<one.count {
            XCTAssertEqual(failure(Array(one.prefix(length))), .truncated, "\(length)")
            XCTAssertEqual(failure(one + one.prefix(length)), .truncated, "second member, \(length)")
        }
        XCTAssertNil(failure(one))
    }

    func testDamageIsFound() {
        let one = member(Array("Hello, world. Hello, world.".utf8))
        XCTAssertEqual(failure(Array("id,phone\n".utf8)), .damaged)
        var wrongCheck = one
        wrongCheck[one.count - 8] ^= 1
        XCTAssertEqual(failure(wrongCheck), .damaged)
        var wrongLength = one
        wrongLength[one.count - 4] ^= 1
        XCTAssertEqual(failure(wrongLength), .damaged)
        // zlib's own wrapper is not gzip.
        XCTAssertEqual(failure([0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01]), .damaged)
    }

    func testOnlyZerosMayFollowTheLastMember() throws {
        let one = member([1, 2, 3])
        for piece in [1, 65_536] {
            XCTAssertNil(failure(one + [UInt8](repeating: 0, count: 700), inputPiece: piece))
            XCTAssertEqual(failure(one + [0, 0, 1], inputPiece: piece), .damaged)
            XCTAssertEqual(failure(one + [1], inputPiece: piece), .damaged)
            XCTAssertEqual(failure(one + [0] + one, inputPiece: piece), .damaged)
        }
        XCTAssertEqual(failure([0, 0, 0]), .damaged, "padding alone is no file")
        XCTAssertEqual(failure([0x1F]), .truncated, "what may still become a member is cut short")
    }

    func testDamageStaysDamage() throws {
        let reader = GzipReader()
        var output: [UInt8] = []
        for _ in 0..<2 {
            XCTAssertThrowsError(try reader.decompress([1, 2, 3], into: &output, limit: 10)) {
                XCTAssertEqual($0 as? GzipError, .damaged)
            }
        }
        XCTAssertThrowsError(try reader.finish()) { XCTAssertEqual($0 as? GzipError, .damaged) }
    }

    func testABombIsSeenBeforeItFillsTheMemory() throws {
        let bomb = member([UInt8](repeating: 0, count: 8 << 20))
        let reader = GzipReader()
        var output: [UInt8] = []
        let taken = try reader.decompress(bomb[...], into: &output, limit: 1 << 16)
        XCTAssertEqual(output.count, 1 << 16)
        XCTAssertEqual(reader.bytesOut, 1 << 16)
        XCTAssertEqual(reader.bytesIn, Int64(taken))
        XCTAssertGreaterThan(reader.bytesOut / max(reader.bytesIn, 1), 200)
    }

    func testTheFileIsTheSameWhateverTheThreadsAndPieces() throws {
        let folder = try TemporaryFolder()
        var numbers = SeededGenerator(seed: 4)
        let bytes = numbers.lines(60_000)
        XCTAssertGreaterThan(bytes.count, 3 * ParallelGzipWriter.blockSize)
        let first = try written(bytes, threads: 1, piece: 1_000_000, in: folder)
        XCTAssertEqual(try written(bytes, threads: 3, piece: 99_991, in: folder), first)
        XCTAssertEqual(try written(bytes, threads: 2, piece: bytes.count, in: folder), first)
        XCTAssertEqual(try unpack(first), bytes)
        XCTAssertEqual(try output(of: "/usr/bin/gzip", ["-dc", folder.file("out.gz")]), bytes)
    }

    func testAroundTheBlockSizeAndForNothingAtAll() throws {
        let folder = try TemporaryFolder()
        let size = ParallelGzipWriter.blockSize
        for count in [0, 1, size - 1, size, size + 1, 2 * size] {
            let bytes = [UInt8](repeating: 5, count: count)
            let file = try written(bytes, threads: 2, piece: 100_000, in: folder)
            XCTAssertEqual(try unpack(file), bytes, "\(count)")
            if count <= size { XCTAssertEqual(file, member(bytes), "one member, without a time and a name") }
        }
    }

    func testADiscardedFileLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let writer = try ParallelGzipWriter(path: folder.file("out.gz"))
        try writer.write([UInt8](repeating: 1, count: 3 * ParallelGzipWriter.blockSize))
        writer.discard()
        XCTAssertEqual(try folder.names(), [])
        do {
            let forgotten = try ParallelGzipWriter(path: folder.file("out.gz"))
            try forgotten.write([UInt8](repeating: 1, count: 3 * ParallelGzipWriter.blockSize))
        }
        XCTAssertEqual(try folder.names(), [])
    }

    func testFilesOfTheSystemsGzipAreRead() throws {
        let folder = try TemporaryFolder()
        var numbers = SeededGenerator(seed: 6)
        let bytes = numbers.lines(20_000)
        try Files.writeAtomically(bytes, to: folder.file("drop.csv"))
        // With a name and a time in its header, unlike our own.
        let packed = try output(of: "/usr/bin/gzip", ["-c", "-N", folder.file("drop.csv")])
        XCTAssertEqual(try unpack(packed), bytes)
        XCTAssertEqual(try unpack(packed + packed), bytes + bytes)
    }
}
