import Glibc
import Support
import XCTest

@testable import SystemIO

final class FilesTests: XCTestCase {
    private func code(_ body: () throws -> Void) -> Int32? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SystemError)?.code
        }
    }

    func testErrorsSayWhatWhereAndWhy() throws {
        XCTAssertEqual(
            SystemError(operation: "open", path: "inbox/a.csv", code: EACCES).description,
            "open inbox/a.csv: Permission denied (EACCES)")
        XCTAssertEqual(
            SystemError(operation: "wait", path: "", code: EIO).description, "wait: Input/output error (EIO)")
    }

    /// As on NFS, FUSE and older ZFS.
    func testFoldersAreRenamedWhereTheFileSystemHasNoRenameThatNeverReplaces() throws {
        let folder = try TemporaryFolder()
        try Files.createFolder(folder.file("a"))
        try Files.writeAtomically([1], to: folder.file("a/x"))
        try Files.createFolder(folder.file("b"))
        for code in [EINVAL, ENOSYS] {
            Faults.handIn(Fault(.fails(code), of: [.rename], beneath: folder.file("a")))
            defer { Faults.takeBack() }
            XCTAssertEqual(
                self.code { try Files.rename(folder.file("a"), to: folder.file("b"), replacing: false) }, EEXIST)
            Faults.handIn(Fault(.fails(code), of: [.rename], beneath: folder.file("a")))
            try Files.rename(folder.file("a"), to: folder.file("c"), replacing: false)
            XCTAssertEqual(try Files.list(folder.file("c")), ["x"])
            Faults.takeBack()
            try Files.rename(folder.file("c"), to: folder.file("a"), replacing: false)
        }
    }

    func testListIsInByteOrderWithoutTheFolderItself() throws {
        let folder = try TemporaryFolder()
        for name in ["b", "a", ".hidden", "ä", "Z"] { try Files.writeAtomically([], to: folder.file(name)) }
        XCTAssertEqual(try Files.list(folder.path), [".hidden", "Z", "a", "b", "ä"])
    }

    func testNamesThatAreNotTextStandApart() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([], to: folder.file("good"))
        let raw: [UInt8] = [0x62, 0xFF, 0x64]
        let path = Array(folder.path.utf8) + [0x2F] + raw + [0]
        let descriptor = unsafe path.withUnsafeBytes {
            unsafe open($0.bindMemory(to: CChar.self).baseAddress!, O_CREAT | O_WRONLY, 0o600)
        }
        XCTAssertGreaterThanOrEqual(descriptor, 0)
        close(descriptor)
        XCTAssertEqual(try Files.listing(folder.path), Files.Listing(names: ["good"], undecodable: [raw]))
    }

    func testListOfNothingIsAnError() {
        XCTAssertEqual(code { _ = try Files.list("/there/is/no/such/folder") }, ENOENT)
    }

    func testStatusTellsFilesFoldersLinksAndOthersApart() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([1, 2, 3], to: folder.file("f"), mode: 0o640)
        try folder.link("l", to: "f")
        try folder.fifo("p")
        let status = try XCTUnwrap(FileStatus.of(folder.file("f")))
        XCTAssertEqual(status.size, 3)
        XCTAssertEqual(status.kind, .regular)
        XCTAssertEqual(status.links, 1)
        XCTAssertEqual(status.mode & 0o600, 0o600)
        XCTAssertGreaterThan(status.modified, 1_600_000_000_000_000_000)
        XCTAssertEqual(try FileStatus.of(folder.path)?.kind, .folder)
        XCTAssertEqual(try FileStatus.of(folder.file("l"))?.kind, .link)
        XCTAssertEqual(try FileStatus.of(folder.file("l"), followLinks: true), status)
        XCTAssertEqual(try FileStatus.of(folder.file("p"))?.kind, .other)
        XCTAssertNil(try FileStatus.of(folder.file("nothing")))
        XCTAssertEqual(code { _ = try FileStatus.of(folder.file("f/below")) }, ENOTDIR)
    }

    func testCreateFolderMakesParentsAndIsContentTwice() throws {
        let folder = try TemporaryFolder()
        try Files.createFolder(folder.file("a/b/c"), mode: 0o700)
        try Files.createFolder(folder.file("a/b/c"), mode: 0o700)
        XCTAssertEqual(try FileStatus.of(folder.file("a/b/c"))?.mode, 0o700)
        try Files.writeAtomically([], to: folder.file("f"))
        XCTAssertEqual(code { try Files.createFolder(folder.file("f")) }, EEXIST)
        XCTAssertEqual(code { try Files.createFolder(folder.file("f/below")) }, ENOTDIR)
    }

    func testRenameWithoutReplacingLeavesBothFilesAlone() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([1], to: folder.file("a"))
        try Files.writeAtomically([2], to: folder.file("b"))
        for rename in [Files.renameByLinking, { try Files.rename($0, to: $1, replacing: false) }] {
            XCTAssertEqual(code { try rename(folder.file("a"), folder.file("b")) }, EEXIST)
            XCTAssertEqual(try Files.read(folder.file("a"), limit: 9), [1])
            XCTAssertEqual(try Files.read(folder.file("b"), limit: 9), [2])
            try rename(folder.file("a"), folder.file("c"))
            XCTAssertEqual(try folder.names(), ["b", "c"])
            try rename(folder.file("c"), folder.file("a"))
            XCTAssertEqual(code { try rename(folder.file("missing"), folder.file("d")) }, ENOENT)
        }
        try Files.rename(folder.file("a"), to: folder.file("b"), replacing: true)
        XCTAssertEqual(try folder.names(), ["b"])
        XCTAssertEqual(try Files.read(folder.file("b"), limit: 9), [1])
    }

    /// An NFS client asks again when the server starts anew, and hears that what it asked for is there or gone.
    func testARenameByLinkingWhoseAnswerIsLostIsDone() throws {
        let folder = try TemporaryFolder()
        let (from, target) = (folder.file("a"), folder.file("b"))
        for (call, code) in [(SystemCall.link, EEXIST), (.unlink, ENOENT)] {
            try Files.writeAtomically([1], to: from)
            Faults.handIn(Fault(.seemsToFail(code), of: [call], beneath: folder.path))
            defer { Faults.takeBack() }
            XCTAssertNil(self.code { try Files.renameByLinking(from, to: target) }, call.rawValue)
            XCTAssertEqual(try folder.names(), ["b"])
            try Files.remove(target)
        }
    }

    func testOfTwoThatRenameByLinkingOneHasTheFile() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([1], to: folder.file("a"))
        // The other one, which also has its second name, and is the first to remove this one.
        try SystemCalls.link(folder.file("a"), to: folder.file("other"))
        Faults.handIn(Fault(.seemsToFail(ENOENT), of: [.unlink], beneath: folder.file("a")))
        defer { Faults.takeBack() }
        XCTAssertEqual(code { try Files.renameByLinking(folder.file("a"), to: folder.file("b")) }, ENOENT)
        XCTAssertEqual(try folder.names(), ["other"])
    }

    func testARenameAtOnceNeverLeavesBothNamesAndNeverReplaces() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([1], to: folder.file("a"))
        try Files.writeAtomically([2], to: folder.file("b"))
        for code in [nil, EINVAL, ENOSYS] {
            Faults.handIn(Fault(code.map { .fails($0) } ?? .nothing, of: [.rename], beneath: folder.path))
            defer { Faults.takeBack() }
            XCTAssertEqual(self.code { try Files.renameAtOnce(folder.file("a"), to: folder.file("b")) }, EEXIST)
            Faults.handIn(
                Fault(code.map { .fails($0) } ?? .nothing, of: [.rename, .link, .unlink], beneath: folder.path))
            try Files.renameAtOnce(folder.file("a"), to: folder.file("c"))
            XCTAssertEqual(Faults.takeBack().calls, code == nil ? 1 : 2)
            XCTAssertEqual(try folder.names(), ["b", "c"])
            try Files.rename(folder.file("c"), to: folder.file("a"), replacing: true)
        }
    }

    func testRemovingWhatIsNotThereIsFine() throws {
        let folder = try TemporaryFolder()
        XCTAssertNoThrow(try Files.remove(folder.file("nothing")))
        XCTAssertNoThrow(try Files.removeTree(folder.file("nothing")))
        XCTAssertNoThrow(try Files.removeTree(folder.file("nothing/below")))
        XCTAssertEqual(try folder.names(), [])
    }

    func testRemoveTreeNeverFollowsLinks() throws {
        let folder = try TemporaryFolder()
        try Files.createFolder(folder.file("kept"))
        try Files.writeAtomically([1], to: folder.file("kept/f"))
        try Files.createFolder(folder.file("tree/below"))
        try Files.writeAtomically([1], to: folder.file("tree/below/f"))
        try folder.link("tree/link", to: "../kept")
        try Files.removeTree(folder.file("tree"))
        XCTAssertEqual(try folder.names(), ["kept"])
        XCTAssertTrue(try Files.exists(folder.file("kept/f")))
    }

    func testReadRefusesMoreThanItsLimit() throws {
        let folder = try TemporaryFolder()
        let bytes = [UInt8](repeating: 7, count: 100_000)
        try Files.writeAtomically(bytes, to: folder.file("f"))
        XCTAssertEqual(try Files.read(folder.file("f"), limit: 100_000), bytes)
        XCTAssertEqual(code { _ = try Files.read(folder.file("f"), limit: 99_999) }, EFBIG)
        XCTAssertEqual(code { _ = try Files.read(folder.file("none"), limit: 9) }, ENOENT)
        // Size 0 by its status, and yet something to read.
        XCTAssertFalse(try Files.read("/proc/self/status", limit: 1 << 16).isEmpty)
    }

    func testPathsAreTakenApartAtTheLastSlash() {
        for (path, folder, name) in [
            ("a", ".", "a"), ("/a", "/", "a"), ("a/b", "a", "b"), ("/ä/b/c.csv", "/ä/b", "c.csv"),
        ] {
            XCTAssertEqual(Files.folder(of: path), folder)
            XCTAssertEqual(Files.name(of: path), name)
        }
    }

    func testTheFileSystemIsKnown() throws {
        let folder = try TemporaryFolder()
        XCTAssertFalse(try Files.fileSystem(folder.path).name.isEmpty)
        XCTAssertEqual(FileSystemKind(magic: 0xEF53), .local("ext4"))
        XCTAssertEqual(FileSystemKind(magic: 0xFF53_4D42), .network("cifs"))
        XCTAssertEqual(FileSystemKind(magic: 0x1234), .unknown("0x1234"))
        XCTAssertEqual(code { _ = try Files.fileSystem(folder.file("none")) }, ENOENT)
    }

    func testMovingAcrossFileSystemsKeepsBytesRightsAndTime() throws {
        let here = try TemporaryFolder()
        guard let there = try? TemporaryFolder(in: "/dev/shm") else {
            throw XCTSkip("there is no second file system here")
        }
        let devices = try (FileStatus.of(here.path)?.device, FileStatus.of(there.path)?.device)
        if devices.0 == devices.1 { throw XCTSkip("/dev/shm is the same file system as the temporary folder") }
        var numbers = SeededGenerator(seed: 5)
        let bytes = numbers.bytes(1_500_000)
        try Files.writeAtomically(bytes, to: here.file("f"), mode: 0o640)
        let before = try XCTUnwrap(FileStatus.of(here.file("f")))
        try Files.moveDurably(here.file("f"), to: there.file("g"), replacing: false)
        XCTAssertEqual(try here.names(), [])
        XCTAssertEqual(try there.names(), ["g"])
        XCTAssertEqual(try Files.read(there.file("g"), limit: 4_000_000), bytes)
        let after = try XCTUnwrap(FileStatus.of(there.file("g")))
        XCTAssertEqual(after.mode, before.mode)
        XCTAssertEqual(after.modified, before.modified)
        // A name that is taken stays as it is, and so does the file that wanted it.
        try Files.writeAtomically([1], to: here.file("f"))
        XCTAssertEqual(code { try Files.moveDurably(here.file("f"), to: there.file("g"), replacing: false) }, EEXIST)
        XCTAssertEqual(try Files.read(here.file("f"), limit: 9), [1])
        XCTAssertEqual(try there.names(), ["g"])
    }

    func testMovingWithinAFileSystemIsARename() throws {
        let folder = try TemporaryFolder()
        try Files.createFolder(folder.file("archive"))
        try Files.writeAtomically([1], to: folder.file("f"))
        let before = try FileStatus.of(folder.file("f"))?.inode
        try Files.moveDurably(folder.file("f"), to: folder.file("archive/f"))
        XCTAssertEqual(try FileStatus.of(folder.file("archive/f"))?.inode, before)
        XCTAssertEqual(try folder.names(), ["archive"])
    }

    func testCopyLeavesTheOriginal() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([1, 2], to: folder.file("f"))
        try Files.copyDurably(folder.file("f"), to: folder.file("g"))
        XCTAssertEqual(try folder.names(), ["f", "g"])
        XCTAssertEqual(try Files.read(folder.file("g"), limit: 9), [1, 2])
    }
}
