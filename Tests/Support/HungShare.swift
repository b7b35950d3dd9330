import Foundation
import SystemIO
import XCTest

/// A mounted folder whose server can be stopped: whoever uses it then waits in the kernel, as for a server that has gone.
package final class HungShare {
    package let folder: String
    private let root: String
    private let server = Process()

    /// Skips the test where nobody may mount, or bindfs is not installed.
    package init() throws {
        root = FileManager.default.temporaryDirectory.path + "/waybill-share-" + UUID().uuidString
        folder = root + "/share"
        for name in ["share", "behind"] { try Files.createFolder(root + "/" + name, durably: false) }
        guard geteuid() == 0, try Files.exists("/usr/bin/bindfs"), try Files.exists("/dev/fuse") else {
            throw XCTSkip("nothing can be mounted here")
        }
        server.executableURL = URL(fileURLWithPath: "/usr/bin/bindfs")
        server.arguments = ["-f", root + "/behind", folder]
        server.standardError = FileHandle.nullDevice
        try server.run()
        let outside = try FileStatus.of(root)?.device
        for _ in 0..<1_000 {
            if try FileStatus.of(folder)?.device != outside { return }
            usleep(5_000)
        }
        throw XCTSkip("bindfs mounts nothing here")
    }

    package func unmount() {
        let unmount = Process()
        unmount.executableURL = URL(fileURLWithPath: "/usr/bin/umount")
        unmount.arguments = ["-l", folder]
        unmount.standardError = FileHandle.nullDevice
        try? unmount.run()
        unmount.waitUntilExit()
    }

    deinit {
        // Where the test is skipped, it was never started, and Foundation traps at what was not.
        if server.isRunning {
            answer()
            unmount()
            server.terminate()
            server.waitUntilExit()
        }
        try? Files.removeTree(root)
    }

    package func hang() {
        kill(server.processIdentifier, SIGSTOP)
    }

    package func answer() {
        guard server.processIdentifier > 0 else { return }
        kill(server.processIdentifier, SIGCONT)
    }

    package func files(_ folder: String) -> [String] {
        ((try? Files.list(root + "/behind/" + folder)) ?? []).filter { !$0.hasPrefix(".") }
    }

    package func hidden(_ folder: String) -> [String] {
        ((try? Files.list(root + "/behind/" + folder)) ?? []).filter { $0.hasPrefix(".P") }
    }

    package func text(_ path: String) throws -> String {
        String(decoding: try Files.read(root + "/behind/" + path, limit: 1 << 20), as: UTF8.self)
    }

    /// Runs `body`, which must not wait for the share: if it still does after a minute, the share answers, and the
    /// test fails.
    package func withoutWaiting<Result>(line: UInt = #line, _ body: () throws -> Result) rethrows -> Result {
        let isOver = DispatchSemaphore(value: 0)
        let pid = server.processIdentifier
        let watch = Thread {
            if isOver.wait(timeout: .now() + 60) == .success { return }
            kill(pid, SIGCONT)
            XCTFail("it waited for the share", line: line)
        }
        watch.start()
        defer { isOver.signal() }
        return try body()
    }
}
