import Glibc
import Support
import XCTest

@testable import SystemIO

final class DurableFileTests: XCTestCase {
    func testTheNameAppearsWithTheCommitOnly() throws {
        let folder = try TemporaryFolder()
        let file = try DurableFileWriter(path: folder.file("report.csv"), mode: 0o600)
        try file.write([1, 2])
        try file.flush()
        let during = try folder.names()
        XCTAssertEqual(during.count, 1)
        XCTAssertTrue(during[0].hasPrefix(".report.csv.") && during[0].hasSuffix(".tmp"), during[0])
        try file.commit()
        XCTAssertEqual(try folder.names(), ["report.csv"])
        XCTAssertEqual(try FileStatus.of(folder.file("report.csv"))?.mode, 0o600)
        file.discard()
        XCTAssertEqual(try folder.names(), ["report.csv"], "discarding after the commit does nothing")
        XCTAssertThrowsError(try file.commit())
    }

    func testDiscardedOrForgottenFilesLeaveNothing() throws {
        let folder = try TemporaryFolder()
        let file = try DurableFileWriter(path: folder.file("a"))
        try file.write([1])
        file.discard()
        XCTAssertEqual(try folder.names(), [])
        do {
            let forgotten = try DurableFileWriter(path: folder.file("b"))
            try forgotten.write([1])
        }
        XCTAssertEqual(try folder.names(), [])
    }

    func testSeveralFilesGetTheirNamesTogether() throws {
        let folder = try TemporaryFolder()
        let files = try ["a", "b", "c"].map { try DurableFileWriter(path: folder.file($0)) }
        for (number, file) in files.enumerated() { try file.write([UInt8(number)]) }
        try DurableFileWriter.commit(files)
        XCTAssertEqual(try folder.names().sorted(), ["a", "b", "c"])
        for (number, file) in files.enumerated() {
            XCTAssertEqual(try Files.read(file.path, limit: 9), [UInt8(number)])
        }
        XCTAssertThrowsError(try DurableFileWriter.commit(files))
    }

    func testOfSeveralFilesNoneIsLeftWithoutItsName() throws {
        let folder = try TemporaryFolder()
        let files = try ["a", "b", "c"].map { try DurableFileWriter(path: folder.file($0)) }
        for file in files { try file.write([1]) }
        // A folder in the way: the second cannot have its name.
        try Files.createFolder(folder.file("b"))
        XCTAssertThrowsError(try DurableFileWriter.commit(files))
        XCTAssertEqual(try folder.names().sorted(), ["a", "b"])
    }

    func testAFileOfAnotherIsNeverReplacedUnasked() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([1], to: folder.file("a"))
        XCTAssertThrowsError(try Files.writeAtomically([2], to: folder.file("a"), replacing: false)) {
            XCTAssertEqual(($0 as? SystemError)?.code, EEXIST)
        }
        XCTAssertEqual(try folder.names(), ["a"])
        XCTAssertEqual(try Files.read(folder.file("a"), limit: 9), [1])
        try Files.writeAtomically([2], to: folder.file("a"))
        XCTAssertEqual(try Files.read(folder.file("a"), limit: 9), [2])
    }

    func testPiecesOfAnySizeArriveInOrder() throws {
        let folder = try TemporaryFolder()
        let seed: UInt64 = 11
        var numbers = SeededGenerator(seed: seed)
        let durable = try DurableFileWriter(path: folder.file("d"))
        let growing = try AppendingFile(path: folder.file("g"))
        var expected: [UInt8] = []
        for size in [0, 1, 262_143, 2, 262_144, 262_145, 700_000, 3] {
            let piece = numbers.bytes(size)
            expected += piece
            try durable.write(piece)
            try growing.write(piece[...])
        }
        XCTAssertEqual(durable.bytesWritten, Int64(expected.count))
        XCTAssertEqual(growing.bytesWritten, Int64(expected.count))
        try durable.commit()
        try growing.close()
        XCTAssertEqual(try Files.read(folder.file("d"), limit: 4_000_000), expected, "seed \(seed)")
        XCTAssertEqual(try Files.read(folder.file("g"), limit: 4_000_000), expected, "seed \(seed)")
    }

    func testAGrowingFileCanBeReadAfterEachFlush() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([9, 9, 9], to: folder.file("g"))
        let file = try AppendingFile(path: folder.file("g"))
        XCTAssertEqual(try Files.read(folder.file("g"), limit: 9), [], "what was there is gone")
        try file.write([1])
        try file.flush()
        XCTAssertEqual(try Files.read(folder.file("g"), limit: 9), [1])
        try file.write([2])
        try file.sync()
        XCTAssertEqual(try Files.read(folder.file("g"), limit: 9), [1, 2])
        try file.close()
        try file.close()
    }

    func testFilesAndFoldersAreSyncedTogetherEachOnceAndAFailureOfAnyIsTold() throws {
        let folder = try TemporaryFolder()
        try Files.createFolder(folder.file("f"))
        defer { Faults.takeBack() }
        for failing in 0...4 {
            let files = try ["a", "b", "c"].map { try AppendingFile(path: folder.file($0)) }
            for file in files { try file.write([7]) }
            let names = ["a", "b", "c", "f"]
            let beneath = failing == 0 ? folder.path : folder.file(names[failing - 1])
            Faults.handIn(Fault(failing == 0 ? .nothing : .fails(EIO), of: [.fsync], beneath: beneath))
            let told = Result { try Files.sync(files, folders: [folder.file("f")]) }
            let report = Faults.takeBack()
            if failing == 0 {
                XCTAssertNoThrow(try told.get())
                XCTAssertEqual(report.calls, 4)
            } else {
                XCTAssertThrowsError(try told.get()) { XCTAssertEqual(($0 as? SystemError)?.path, beneath) }
                XCTAssertEqual(report.struck, 1)
            }
            for name in ["a", "b", "c"] { XCTAssertEqual(try Files.read(folder.file(name), limit: 9), [7]) }
        }
    }

    /// Of two failures the one of the first is told, in whatever order they happen.
    func testTheFirstFailureOfSeveralSyncsIsTold() throws {
        let folder = try TemporaryFolder()
        let files = try ["a", "b"].map { try AppendingFile(path: folder.file($0)) }
        defer { Faults.takeBack() }
        Faults.handIn(Fault(.fails(EIO), of: [.fsync], beneath: folder.path, lasts: true))
        XCTAssertThrowsError(try Files.sync(files)) {
            XCTAssertEqual(($0 as? SystemError)?.path, folder.file("a"))
        }
        XCTAssertEqual(Faults.takeBack().calls, 2)
    }

    func testAFileHasNoNameBeforeWhatItComesAfterIsOnTheDisk() throws {
        let folder = try TemporaryFolder()
        try Files.createFolder(folder.file("f"))
        defer { Faults.takeBack() }
        Faults.handIn(Fault(.fails(EIO), of: [.fsync], beneath: folder.file("f")))
        XCTAssertThrowsError(
            try DurableFileWriter(path: folder.file("a")).show(after: [folder.file("f")]))
        XCTAssertEqual(try folder.names(), ["f"])
        Faults.takeBack()
        try DurableFileWriter(path: folder.file("a")).show(after: [folder.file("f")])
        XCTAssertEqual(try folder.names(), ["a", "f"])
    }

    func testAGrowingFileIsNotWrittenThroughALink() throws {
        let folder = try TemporaryFolder()
        try folder.link("g", to: "elsewhere")
        XCTAssertThrowsError(try AppendingFile(path: folder.file("g"))) {
            XCTAssertEqual(($0 as? SystemError)?.code, ELOOP)
        }
        XCTAssertEqual(try folder.names(), ["g"])
    }

    func testTemporaryNamesAreNeverTooLong() throws {
        let folder = try TemporaryFolder()
        for name in [
            String(repeating: "a", count: 255), String(repeating: "ä", count: 127), String(repeating: "👍🏽", count: 31),
        ] {
            for random in [0, UInt64.max] {
                let made = Files.name(of: TemporaryName.make(beside: folder.file(name), random: random))
                XCTAssertLessThanOrEqual(made.utf8.count, 255)
                XCTAssertTrue(made.hasPrefix(".") && made.hasSuffix(".tmp"))
            }
            try Files.writeAtomically([1], to: folder.file(name))
            XCTAssertEqual(try folder.names(), [name])
            try Files.remove(folder.file(name))
        }
    }

    func testAFullDeviceIsReported() throws {
        guard try Files.exists("/dev/full") else { throw XCTSkip("there is no /dev/full here") }
        let descriptor = try SystemCalls.open("/dev/full", O_WRONLY, doing: "open")
        defer { close(descriptor) }
        XCTAssertThrowsError(try Descriptor.writeAll(descriptor, [1, 2, 3], path: "/dev/full")) {
            XCTAssertEqual($0 as? SystemError, SystemError(operation: "write", path: "/dev/full", code: ENOSPC))
        }
    }
}
