import Foundation
import Glibc
import XCTest

@testable import SystemIO

final class ProcessesTests: XCTestCase {
    func testThisProcessIsAliveAndReadsItselfBack() throws {
        let current = ProcessIdentity.current
        XCTAssertEqual(current.pid, getpid())
        XCTAssertGreaterThan(current.startTicks, 0)
        XCTAssertEqual(current.isAlive(), true)
        XCTAssertEqual(ProcessIdentity(current.text), current)
        XCTAssertFalse(current.text.contains("/"))
    }

    func testAHostMayHaveDots() throws {
        let identity = try XCTUnwrap(ProcessIdentity("a.b.example.0123abcd.17.9000"))
        XCTAssertEqual(identity, ProcessIdentity(host: "a.b.example", bootID: "0123abcd", pid: 17, startTicks: 9000))
        for text in ["", "a", "a.b.c", "a.b.0.1", "a.b.-1.1", "a.b.1.", ".b.1.1", "a..1.1", "a.b.1.x"] {
            XCTAssertNil(ProcessIdentity(text), text)
        }
    }

    func testAnotherHostCannotBeToldAnotherBootIsDead() {
        let here = ProcessIdentity.current
        XCTAssertNil(
            ProcessIdentity(host: here.host + "x", bootID: here.bootID, pid: here.pid, startTicks: here.startTicks)
                .isAlive())
        XCTAssertEqual(
            ProcessIdentity(host: here.host, bootID: "ffffffxx", pid: here.pid, startTicks: here.startTicks).isAlive(),
            false)
        XCTAssertEqual(
            ProcessIdentity(host: here.host, bootID: here.bootID, pid: here.pid, startTicks: here.startTicks + 1)
                .isAlive(), false, "the number belongs to somebody else now")
    }

    func testAChildIsAliveUntilItEnds() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sleep")
        process.arguments = ["60"]
        try process.run()
        let child = try XCTUnwrap(ProcessIdentity.running(process.processIdentifier))
        XCTAssertEqual(child.isAlive(), true)
        XCTAssertNotEqual(child, ProcessIdentity.current)
        process.terminate()
        process.waitUntilExit()
        XCTAssertEqual(child.isAlive(), false)
    }

    func testAChildNobodyHasWaitedForIsDead() throws {
        var pid: pid_t = 0
        // Safe: the name is freed after its only use; the structure is filled by the call that gets it.
        let arguments = unsafe [strdup("true"), nil]
        defer { unsafe free(arguments[0]) }
        guard unsafe posix_spawn(&pid, "/bin/true", nil, nil, arguments, nil) == 0 else {
            throw XCTSkip("there is no /bin/true here")
        }
        var info = unsafe siginfo_t()
        // Waits for the end and leaves the child as it is.
        XCTAssertEqual(unsafe waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT), 0)
        let child = try XCTUnwrap(ProcessIdentity.running(pid))
        XCTAssertEqual(child.isAlive(), false)
        XCTAssertEqual(waitpid(pid, nil, 0), pid)
        XCTAssertEqual(child.isAlive(), false)
    }

    func testAPipeIsNoTerminalAndHasADefaultWidth() throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        XCTAssertFalse(Terminal.isTerminal(descriptor))
        XCTAssertEqual(Terminal.width(descriptor), 80)
    }

    func testAClosedPipeIsAnErrorOfTheWrite() throws {
        ProcessSetup.ignoreBrokenPipe()
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        XCTAssertThrowsError(
            try Descriptor.writeAll(pipe.fileHandleForWriting.fileDescriptor, [1], path: "pipe")
        ) { XCTAssertEqual(($0 as? SystemError)?.code, EPIPE) }
    }

    func testMemoryAndTimeAreCounted() throws {
        let room = [UInt8](repeating: 1, count: 64 << 20)
        XCTAssertGreaterThanOrEqual(ResourceUse.peakResidentBytes(), Int64(room.count))
        let before = ResourceUse.cpuSeconds()
        var hash = SHA256()
        while ResourceUse.cpuSeconds() <= before { hash.update(room[..<65_536]) }
        XCTAssertGreaterThan(ResourceUse.cpuSeconds(), before)
    }

    func testThePeakCanStartAgain() throws {
        do {
            let room = [UInt8](repeating: 1, count: 128 << 20)
            XCTAssertEqual(room.last, 1)
        }
        let high = ResourceUse.peakResidentBytes()
        guard ResourceUse.resetPeak() else { throw XCTSkip("the system does not let the peak start again") }
        XCTAssertLessThan(ResourceUse.peakResidentBytes(), high - 32 << 20)
    }
}
