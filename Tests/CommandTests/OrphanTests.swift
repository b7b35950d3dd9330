import Foundation
import Glibc
import Support
import XCTest

/// What becomes of the programs that messages are given to when Waybill itself is killed.
final class OrphanTests: XCTestCase {
    func testAProgramThatSendsEndsWithAWaybillThatIsKilled() throws {
        let workspace = try TestWorkspace()
        try workspace.write(
            """
            {campaigns: {a: {strategy: 's', transports: {sms: 'x'}}},
             strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '1h'}]}},
             transports: {x: {kind: 'command', run: ['/bin/sh', '-c', 'exec 3> held; echo here >&3; exec sleep 40']}}}
            """, to: "waybill.json5")
        try workspace.write("phone1,message\n+14155550142,hello\n", to: "inbox/a/1.csv")
        // Safe: the paths are zero-ended copies that live for the calls.
        XCTAssertEqual(unsafe mkfifo(workspace.path("held"), 0o600), 0)
        let held = FileHandle(
            fileDescriptor: unsafe open(workspace.path("held"), O_RDONLY | O_NONBLOCK), closeOnDealloc: true)
        var said: [UInt8] = []
        /// What stands in the pipe; nil where the program has its other end, and says nothing.
        func read() -> Int? {
            var bytes = [UInt8](repeating: 0, count: 64)
            // Safe: the call writes at most as many bytes as there are.
            let count = unsafe Glibc.read(held.fileDescriptor, &bytes, bytes.count)
            if count > 0 { said += bytes[..<count] }
            return count < 0 ? nil : count
        }
        let running = try Executable(workspace).start("run")
        XCTAssertTrue(
            eventually {
                _ = read()
                return said == Array("here\n".utf8)
            }, running.errors)
        running.send(SIGKILL)
        XCTAssertTrue(eventually { read() == 0 }, "it goes on without Waybill")
    }
}
