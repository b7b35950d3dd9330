import Foundation
import XCTest

@testable import SystemIO

final class DirectFileTests: XCTestCase {
    override func tearDown() { Faults.takeBack() }

    private static let pattern: [UInt8] = (0..<65_521).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ 1) }

    private static func piece(_ count: Int, _ seed: Int) -> [UInt8] {
        var bytes = pattern[(seed * 97)...]
        while bytes.count < count { bytes += pattern }
        return Array(bytes.prefix(count))
    }

    /// Writes pieces and flushes now and then; everything flushed must be there, with nothing but zeroes behind it.
    private func writeAndRead(_ path: String, _ counts: [Int], flushing: (Int) -> Bool) throws {
        let file = try DirectFile(path: path, mode: 0o600)
        var written: [UInt8] = []
        for (number, count) in counts.enumerated() {
            XCTAssertEqual(file.bytesWritten, Int64(written.count))
            let piece = Self.piece(count, number)
            try file.write(piece)
            written += piece
            guard flushing(number) else { continue }
            try file.flush()
            let there = try Files.read(path, limit: 1 << 26)
            XCTAssertEqual(Array(there.prefix(written.count)), written, "after piece \(number)")
            XCTAssertTrue(there.dropFirst(written.count).allSatisfy { $0 == 0 } && there.count < written.count + 4_096)
        }
        try file.sync()
        XCTAssertEqual(try Array(Files.read(path, limit: 1 << 26).prefix(written.count)), written)
    }

    private static let counts = [
        0, 1, 4_095, 4_096, 1, 300_000, 8_191, 1 << 20, 700_000, 3, (2 << 20) + 9, 1 << 19, 4_096 * 3,
    ]

    func testWhateverIsWrittenIsThereOnceItIsFlushed() throws {
        let folder = try TemporaryFolder()
        for every in 1...4 {
            try writeAndRead(folder.file("\(every)"), Self.counts) { $0 % every == 0 }
        }
        XCTAssertEqual(try FileStatus.of(folder.file("1"))?.mode, 0o600)
    }

    func testSomethingLongerWithItsNameIsReplacedAndALinkIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("before")
        try Files.writeAtomically(Array(repeating: 7, count: 1 << 20), to: path)
        try writeAndRead(path, [10]) { _ in true }
        XCTAssertLessThanOrEqual(try XCTUnwrap(FileStatus.of(path)).size, 4_096)
        try folder.link("link", to: path)
        XCTAssertThrowsError(try DirectFile(path: folder.file("link"), mode: 0o600)) {
            XCTAssertEqual(($0 as? SystemError)?.code, ELOOP)
        }
    }

    func testWhereDirectWritesAreRefusedTheFileIsWrittenThroughTheCache() throws {
        let folder = try TemporaryFolder()
        for occurrence in 1...5 {
            Faults.handIn(Fault(.fails(EINVAL), of: [.write], beneath: folder.path, occurrence: occurrence))
            try writeAndRead(folder.file("\(occurrence)"), Self.counts) { $0 % 3 == 0 }
            XCTAssertEqual(Faults.takeBack().struck, 1)
        }
    }

    func testADiskThatIsFullIsToldAndWhatWasNotWrittenIsTriedAgain() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("full")
        let file = try DirectFile(path: path, mode: 0o600)
        let piece = Self.piece(600_000, 1)
        Faults.handIn(Fault(.fails(ENOSPC), of: [.write], beneath: folder.path, occurrence: 1))
        try file.write(piece)
        XCTAssertThrowsError(try file.flush()) { XCTAssertEqual(($0 as? SystemError)?.code, ENOSPC) }
        try file.flush()
        XCTAssertEqual(try Array(Files.read(path, limit: 1 << 26).prefix(piece.count)), piece)
    }
}
