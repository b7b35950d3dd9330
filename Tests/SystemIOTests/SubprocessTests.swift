import Foundation
import XCTest

@testable import SystemIO

final class SubprocessTests: XCTestCase {
    override func setUp() { ProcessSetup.ignoreBrokenPipe() }

    private func run(
        _ script: String, feeding parts: [String] = [], in folder: String = "/", isStopped: () -> Bool = { false }
    ) throws -> (ending: Subprocess.Ending, output: String) {
        let program = try Subprocess(["/bin/sh", "-c", script], in: folder, environment: [("WAYBILL_X", "a b")])
        var rest = parts[...]
        var output: [UInt8] = []
        let ending = try program.exchange(
            patience: 60_000, next: { rest.popFirst().map { Array($0.utf8) } },
            take: {
                output += $0
                return true
            }, isStopped: isStopped)
        return (ending, String(decoding: output, as: UTF8.self))
    }

    func testWhatIsFedComesBackWholeHoweverMuchItIs() throws {
        let part = String(repeating: "0123456789abcde\n", count: 40_000)
        let (ending, output) = try run("cat", feeding: [part, part])
        XCTAssertEqual(ending, .exited(0))
        XCTAssertTrue(output == part + part)
    }

    func testItRunsInItsFolderWithItsVariables() throws {
        let (ending, output) = try run("pwd; echo $WAYBILL_X; cat; exit 3", in: "/usr")
        XCTAssertEqual(ending, .exited(3))
        XCTAssertEqual(output, "/usr\na b\n")
    }

    func testOneThatReadsNothingMayAnswerAllTheSame() throws {
        let part = String(repeating: "x", count: 1 << 20)
        let (ending, output) = try run("exec 0<&-; sleep 0.1; echo done", feeding: [part])
        XCTAssertEqual(ending, .exited(0))
        XCTAssertEqual(output, "done\n")
    }

    func testOneThatHangsIsKilledWithAllItStarted() throws {
        for script in ["sleep 100000 & sleep 100000", "exec 1>&-; sleep 100000"] {
            let program = try Subprocess(["/bin/sh", "-c", script], in: "/", environment: [])
            var now: Int64 = 0
            let ending = try program.exchange(
                patience: 200,
                clock: {
                    now += 50_000_000
                    return now
                }, next: { nil }, take: { _ in true }, isStopped: { false })
            XCTAssertEqual(ending, .timedOut)
        }
    }

    func testOneThatSaysOnlyWhatIsNoAnswerIsKilled() throws {
        let script = "i=0; while [ $i -lt 200 ]; do echo busy; sleep 0.05; i=$((i+1)); done"
        let program = try Subprocess(["/bin/sh", "-c", script], in: "/", environment: [])
        let ending = try program.exchange(patience: 300, next: { nil }, take: { _ in false }, isStopped: { false })
        XCTAssertEqual(ending, .timedOut)
    }

    func testOneThatReadsAndAnswersMayTakeItsTime() throws {
        let program = try Subprocess(["/bin/cat"], in: "/", environment: [])
        var now: Int64 = 0
        var parts = 20
        var answers = 0
        let ending = try program.exchange(
            patience: 200, clock: { now },
            next: {
                now += 150_000_000
                parts -= 1
                return parts < 0 ? nil : [UInt8](repeating: 0x78, count: 100)
            },
            take: {
                answers += $0.count
                return true
            }, isStopped: { false })
        XCTAssertEqual(ending, .exited(0))
        XCTAssertEqual(answers, 2_000)
    }

    func testOneThatIsNotWantedAnyMoreIsKilled() throws {
        var looks = 0
        let ending = try run("sleep 100000") {
            looks += 1
            return looks > 2
        }.ending
        XCTAssertEqual(ending, .stopped)
    }

    func testOneThatIsKilledOrNotThereSaysSo() throws {
        XCTAssertEqual(try run("kill -9 $$").ending, .killed(by: 9))
        XCTAssertThrowsError(try Subprocess(["./nothing-here"], in: "/usr", environment: [])) { error in
            XCTAssertEqual("\(error)", "start ./nothing-here: No such file or directory (ENOENT)")
        }
    }

    func testAProgramWithoutAFolderIsLookedForInThePath() throws {
        let program = try Subprocess(["printf", "%s", "found"], in: "/", environment: [])
        var output: [UInt8] = []
        let ending = try program.exchange(
            patience: 60_000, next: { nil },
            take: {
                output += $0
                return true
            }, isStopped: { false })
        XCTAssertEqual(ending, .exited(0))
        XCTAssertEqual(output, Array("found".utf8))
        XCTAssertThrowsError(try Subprocess(["no-such-program-anywhere"], in: "/", environment: [])) { error in
            XCTAssertEqual("\(error)", "start no-such-program-anywhere: No such file or directory (ENOENT)")
        }
        let folder = try TemporaryFolder()
        let file = folder.file("plain")
        try Data("echo hello\n".utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        XCTAssertThrowsError(try Subprocess([file], in: "/", environment: [])) { error in
            XCTAssertTrue("\(error)".contains("Exec format error"), "\(error)")
        }
    }

    func testWhatItLeavesBehindIsKilled() throws {
        let folder = try TemporaryFolder()
        try folder.fifo("held")
        let held = try FileHandle(
            fileDescriptor: SystemCalls.open(folder.file("held"), O_RDONLY | O_NONBLOCK), closeOnDealloc: true)
        // What is left behind holds the other end; the shell has opened it, so that it does from the beginning.
        let (ending, output) = try run(
            "exec 3> held; sleep 100000 > /dev/null & echo left >&3; echo done", in: folder.path)
        XCTAssertEqual(ending, .exited(0))
        XCTAssertEqual(output, "done\n")
        // To the end, which comes when nobody holds the other end any more: at once, or never.
        XCTAssertEqual(fcntl(held.fileDescriptor, F_SETFL, 0), 0)
        XCTAssertEqual(try held.readToEnd(), Data("left\n".utf8))
    }

    func testSignalsReachIt() throws {
        // The daemon has these blocked, and SIGPIPE ignored.
        let (ending, _) = try run("kill -TERM $$; sleep 5")
        XCTAssertEqual(ending, .killed(by: 15))
        XCTAssertEqual(try run("kill -PIPE $$; sleep 5").ending, .killed(by: 13))
    }
}
