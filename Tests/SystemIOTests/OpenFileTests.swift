import Glibc
import XCTest

@testable import SystemIO

final class OpenFileTests: XCTestCase {
    private func refusal(_ path: String, followLinks: Bool = false) -> Int32? {
        do throws(SystemError) {
            _ = try OpenFile(reading: path, followLinks: followLinks)
            return nil
        } catch {
            return error.code
        }
    }

    func testReadsInPiecesToTheEnd() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([1, 2, 3, 4, 5], to: folder.file("f"))
        let file = try OpenFile(reading: folder.file("f"))
        file.adviseSequential()
        var bytes: [UInt8] = [0]
        XCTAssertEqual(try file.read(into: &bytes, atMost: 3), 3)
        XCTAssertEqual(try file.read(into: &bytes, atMost: 3), 2)
        XCTAssertEqual(try file.read(into: &bytes, atMost: 3), 0)
        XCTAssertEqual(bytes, [0, 1, 2, 3, 4, 5])
        XCTAssertEqual(try file.status().size, 5)
    }

    func testLinksAreRefusedUnlessAskedFor() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([1], to: folder.file("f"))
        try folder.link("l", to: "f")
        XCTAssertEqual(refusal(folder.file("l")), ELOOP)
        XCTAssertNil(refusal(folder.file("l"), followLinks: true))
    }

    func testFoldersFifosAndDevicesAreRefusedWithoutWaiting() throws {
        let folder = try TemporaryFolder()
        try folder.fifo("p")
        try folder.link("l", to: "p")
        XCTAssertEqual(refusal(folder.file("p")), EOPNOTSUPP)
        XCTAssertEqual(refusal(folder.file("l"), followLinks: true), EOPNOTSUPP)
        XCTAssertEqual(refusal(folder.path), EISDIR)
        XCTAssertEqual(refusal("/dev/null"), EOPNOTSUPP)
        XCTAssertEqual(refusal(folder.file("nothing")), ENOENT)
    }

    func testStatusIsOfTheFileThatIsOpen() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([1, 2], to: folder.file("f"))
        let file = try OpenFile(reading: folder.file("f"))
        try Files.writeAtomically([1, 2, 3], to: folder.file("f"))
        XCTAssertEqual(try file.status().size, 2)
        XCTAssertEqual(try file.status().links, 0)
    }

    func testDescriptorsAreGivenBack() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([1], to: folder.file("f"))
        let before = try Files.list("/proc/self/fd").count
        for _ in 0..<50 {
            _ = try OpenFile(reading: folder.file("f"))
            _ = refusal(folder.path)
            _ = try ScratchFile(in: folder.path)
        }
        // Others may open a file meanwhile, but not fifty.
        XCTAssertLessThan(try Files.list("/proc/self/fd").count, before + 25)
    }

    func testScratchFileHasNoName() throws {
        let folder = try TemporaryFolder()
        let scratch = try ScratchFile(in: folder.path)
        try scratch.append([1, 2, 3])
        try scratch.append([4, 5])
        XCTAssertEqual(try folder.names(), [])
        var bytes: [UInt8] = []
        XCTAssertEqual(try scratch.read(at: 1, into: &bytes, count: 3), 3)
        XCTAssertEqual(bytes, [2, 3, 4])
        XCTAssertEqual(try scratch.read(at: 4, into: &bytes, count: 3), 1)
        XCTAssertEqual(try scratch.read(at: 99, into: &bytes, count: 3), 0)
        XCTAssertEqual(bytes, [2, 3, 4, 5])
    }
}
