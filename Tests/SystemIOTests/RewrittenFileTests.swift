import Foundation
import XCTest

@testable import SystemIO

final class RewrittenFileTests: XCTestCase {
    private func inode(_ path: String) throws -> UInt64? { try FileStatus.of(path)?.inode }

    func testItIsOneFileWhileItStaysAsLong() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("mark")
        let file = RewrittenFile(path: path, mode: 0o640)
        try file.write([1, 2])
        let first = try inode(path)
        for bytes: [UInt8] in [[3, 4], [5, 6]] {
            try file.write(bytes)
            XCTAssertEqual(try Files.read(path, limit: 9), bytes)
            XCTAssertEqual(try inode(path), first)
        }
        try file.write([7, 8, 9])
        XCTAssertEqual(try Files.read(path, limit: 9), [7, 8, 9])
        XCTAssertNotEqual(try inode(path), first)
        XCTAssertEqual(try FileStatus.of(path)?.mode, 0o640)
        XCTAssertEqual(try folder.names(), ["mark"])
    }

    func testWhatOthersDoToItsNameLeavesTheirFilesAlone() throws {
        let deeds: [(String, (TemporaryFolder, String) throws -> Void)] = [
            ("removed", { try Files.remove($1) }),
            (
                "no rights",
                { try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: $1) }
            ),
            ("moved away", { try Files.rename($1, to: $0.file("moved"), replacing: false) }),
            ("another in its place", { try Files.writeAtomically([9, 9], to: $1) }),
            ("a second name", { try FileManager.default.linkItem(atPath: $1, toPath: $0.file("second")) }),
            (
                "a link",
                { folder, path in
                    try Files.rename(path, to: folder.file("target"), replacing: false)
                    try folder.link("mark", to: folder.file("target"))
                }
            ),
        ]
        for (what, deed) in deeds {
            let folder = try TemporaryFolder()
            let path = folder.file("mark")
            let file = RewrittenFile(path: path)
            try file.write([1, 2])
            try deed(folder, path)
            try file.write([3, 4])
            XCTAssertEqual(try Files.read(path, limit: 9, followLinks: false), [3, 4], what)
            for name in try folder.names() where name != "mark" {
                XCTAssertEqual(try Files.read(folder.file(name), limit: 9), [1, 2], what)
            }
        }
    }

    /// Its file system may be unmounted while it is used.
    func testNothingStaysOpen() throws {
        let folder = try TemporaryFolder()
        let file = RewrittenFile(path: folder.file("mark"))
        for byte: UInt8 in 1...3 {
            try file.write([byte])
            let open = try Files.list("/proc/self/fd").compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
            }
            XCTAssertEqual(open.filter { $0.hasPrefix(folder.path) }, [])
        }
    }

    func testWhatCannotBeWrittenIsThrownAndMadeAnewByTheNext() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("mark")
        let file = RewrittenFile(path: path)
        try file.write([1, 2])
        Faults.handIn(Fault(.fails(EIO), of: [.write], beneath: folder.path))
        defer { Faults.takeBack() }
        XCTAssertThrowsError(try file.write([3, 4]))
        XCTAssertEqual(try Files.read(path, limit: 9), [1, 2])
        try file.write([5, 6])
        XCTAssertEqual(try Files.read(path, limit: 9), [5, 6])
        XCTAssertEqual(try folder.names(), ["mark"])
    }
}
