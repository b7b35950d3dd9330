import Foundation
import Support
import XCTest

@testable import SystemIO
@testable import Waybill

/// What is said of the file systems that a workspace's folders lie on.
final class FolderMountsTests: XCTestCase {
    private func looked(
        _ configuration: String, _ lines: [String], table: String = ""
    ) throws -> (words: [String], problems: [String]) {
        let text = (["27 1 254:0 / / rw - ext4 /dev/vda rw"] + lines).joined(separator: "\n")
        let read = ConfigurationReader.read(Array(configuration.utf8), file: "waybill.json5").configuration
        let mounts = FolderMounts(
            read, in: Workspace(root: "/srv/w"), nil, mounts: Mounts(text), table: table)
        return (mounts.folders.map(\.words), mounts.problems(file: "waybill.json5", tree: nil).map(\.description))
    }

    func testMountsAreSaidWithTheirKindAndFoldersOfTheWorkspacesOwnAreNot() throws {
        let found = try looked(
            "{inbox: ['inbox', '/mnt/in'], transports: {far: {path: '/mnt/out'}}}",
            [
                "30 27 0:27 / /mnt/in rw - nfs4 server:/in rw", "31 27 0:28 / /mnt/out rw - cifs //server/out rw",
                "32 27 254:0 /lists /srv/w/inbox/_suppress rw - ext4 /dev/vda rw",
            ])
        XCTAssertEqual(
            found.words,
            [
                "folder /srv/w/inbox/_suppress is on ext4 (/dev/vda, mounted at /srv/w/inbox/_suppress)",
                "inbox /mnt/in is on nfs4 (server:/in, mounted at /mnt/in)",
                "transport far /mnt/out is on cifs (//server/out, mounted at /mnt/out)",
            ])
        XCTAssertEqual(found.problems.count, 1)
        XCTAssertTrue(found.problems[0].contains("can be taken only from that of the inbox"), found.problems[0])
        XCTAssertEqual(try looked("{}", []).words, [])
    }

    func testWhatShouldBeMountedByTheTableAndIsNotIsToldAndSoAreOutboxAndStateOnAShare() throws {
        let table =
            "# comment\nserver:/in\t/mnt/in\tnfs4\trw,noauto 0 0\n/dev/vda / ext4 rw 0 1\nnone swap swap sw 0 0\n"
        let configuration = "{inbox: '/mnt/in/drops', outbox: '/mnt/back/outbox'}"
        let share = "31 27 0:28 / /mnt/back rw - nfs4 server:/back rw"
        let found = try looked(configuration, [share], table: table).problems
        XCTAssertEqual(found.count, 2, "\(found)")
        XCTAssertTrue(
            found[0].contains("/etc/fstab has a file system for /mnt/in, and none is mounted there: mount it"), found[0]
        )
        XCTAssertTrue(found[1].contains("while server:/back does not answer"), found[1])
        let whole = try looked("{}", ["28 27 0:29 / /srv/w rw - nfs4 server:/w rw"]).problems
        XCTAssertEqual(whole.count, 2, "\(whole)")
        XCTAssertTrue(whole[1].contains("the store needs a file system of this machine"), whole[1])
        let mounted = "30 27 0:27 / /mnt/in rw - nfs4 server:/in rw"
        XCTAssertEqual(try looked(configuration, [share, mounted], table: table).problems.count, 1)
    }

    func testAnInboxThatOnlyTheStateLiesApartFromHasLostNoMount() throws {
        let bench = try PipelineBench()
        let (root, store) = (bench.root, bench.pipeline.store)
        let mounts = Mounts(
            """
            27 1 254:0 / / rw - ext4 /dev/vda rw
            28 27 0:29 / \(root)/state rw - tmpfs tmpfs rw
            """)
        // As when the inbox was first opened: it lies on another file system than the state.
        try store.durably { try store.noteShare(root + "/inbox") }
        try Files.createFolder(root + "/inbox/.waybill")
        func problems() -> [String] {
            FolderMounts(bench.configuration, in: bench.workspace, store, mounts: mounts, table: "")
                .folders.compactMap(\.problem)
        }
        XCTAssertEqual(problems(), [])
        // An empty mount point has no folder for claims.
        try Files.rename(root + "/inbox/.waybill", to: root + "/claims", replacing: false)
        XCTAssertEqual(problems().count, 1, "\(problems())")
    }
}
