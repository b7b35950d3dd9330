import Foundation
import Support
import XCTest

@testable import SystemIO

/// Which file system a path lies on, as the kernel lists them.
final class MountsTests: XCTestCase {
    private func mounts(_ folder: String) -> Mounts {
        Mounts(
            """
            27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw
            30 27 0:27 / \(folder)/with\\040space rw - nfs4 server:/export rw,vers=4.2
            31 27 254:0 /var \(folder)/again rw - ext4 /dev/vda rw
            32 27 0:40 / \(folder)/fuse rw - fuse.sshfs me@there: rw
            33 27 0:41 / \(folder)/hidden rw - tmpfs tmpfs rw
            34 33 0:42 / \(folder)/hidden rw - cifs //server/share rw
            short line
            """)
    }

    func testAFileSystemOfTheKernelsOwnOnTheWayIsNoShare() {
        let list = """
            27 1 254:0 / / rw - ext4 /dev/vda rw
            24 27 0:6 / /dev rw - devtmpfs devtmpfs rw
            25 24 0:23 / /dev/shm rw - tmpfs tmpfs rw
            """
        XCTAssertEqual(Mounts(list).mount(of: "/dev/shm/work")?.kind, .local("tmpfs"))
        XCTAssertNil(Mounts(list).share(of: "/dev/shm/work"))
        XCTAssertEqual(Mounts(list, sharesAt: ["/dev/shm"]).share(of: "/dev/shm/work")?.kind, .unknown("tmpfs"))
    }

    func testAPathLiesOnTheMountThatCoversItAndLinksAreFollowed() throws {
        let folder = try TemporaryFolder()
        let mounts = mounts(folder.path)
        XCTAssertEqual(mounts.mount(of: folder.path + "/a/b")?.id, 27)
        XCTAssertEqual(mounts.mount(of: "/")?.kind, .local("ext4"))
        let share = try XCTUnwrap(mounts.mount(of: folder.path + "/with space/a"))
        XCTAssertEqual(share.kind, .network("nfs4"))
        XCTAssertEqual(share.source, "server:/export")
        XCTAssertEqual(mounts.mount(of: folder.path + "/again/a")?.id, 31, "the same device at another place")
        XCTAssertEqual(mounts.share(of: folder.path + "/fuse")?.kind, .unknown("fuse.sshfs"))
        XCTAssertEqual(mounts.mount(of: folder.path + "/hidden")?.id, 34, "the one above")
        XCTAssertNil(mounts.share(of: folder.path + "/again/a"))
        for (name, target) in [
            ("absolute", folder.path + "/fuse/x"), ("relative", "./absolute/../again"), ("loop", "loop"),
        ] {
            try Files.makeLink(to: target, as: folder.path + "/" + name)
        }
        XCTAssertEqual(mounts.mount(of: folder.path + "/absolute/y")?.id, 32)
        XCTAssertEqual(mounts.mount(of: folder.path + "/relative")?.id, 32, "nothing is looked at beyond a share")
        XCTAssertEqual(mounts.mount(of: folder.path + "/loop/y")?.id, 27)
        XCTAssertNil(Mounts("").mount(of: "/tmp"))
    }

    func testWhatIsMountedMeanwhileIsSeen() throws {
        let before = Mounts.now.mount(of: "/proc")
        XCTAssertEqual(before?.kind, .unknown("proc"))
        XCTAssertNil(Mounts.now.share(of: FileManager.default.temporaryDirectory.path))
        let share = try HungShare()
        XCTAssertTrue(Mounts.now.share(of: share.folder + "/a")?.kind.name.hasPrefix("fuse") ?? false)
        share.hang()
        share.withoutWaiting {
            XCTAssertEqual(Mounts.now.share(of: share.folder + "/a/b")?.point, share.folder)
        }
    }
}
