import Foundation
import SystemIO
import XCTest

final class SubprocessTests: XCTestCase {
    override func setUp() { ProcessSetup.ignoreBrokenPipe() }

    private func run(
        _ script: String, feeding parts: [String] = [], patience: Int64 = 5_000, in folder: String = "/",
        isStopped: () -> Bool = { false }
    ) throws -> (ending: Subprocess.Ending, output: String) {
        let program = try Subprocess(["/bin/sh", "-c", script], in: folder, environment: [("WAYBILL_X", "a b")])
        var rest = parts[...]
        var output: [UInt8] = []
        let ending = try program.exchange(
            patience: patience, next: { rest.popFirst().map { Array($0.utf8) } }, take: { output += $0 },
            isStopped: isStopped)
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
        let start = Date()
        for script in ["sleep 60 & sleep 60", "exec 1>&-; sleep 60"] {
            XCTAssertEqual(try run(script, patience: 200).ending, .timedOut)
        }
        // As long as it reads, slowly, it works.
        let slowly = "for i in 1 2 3 4; do sleep 0.2; head -c 65536 > /dev/null; done; cat > /dev/null"
        XCTAssertEqual(
            try run(slowly, feeding: [String(repeating: "x", count: 400_000)], patience: 2_000).ending, .exited(0))
        XCTAssertEqual(try run("sleep 60", isStopped: { Date().timeIntervalSince(start) > 0.1 }).ending, .stopped)
        XCTAssertLessThan(Date().timeIntervalSince(start), 10)
    }

    func testOneThatIsKilledOrNotThereSaysSo() throws {
        XCTAssertEqual(try run("kill -9 $$").ending, .killed(by: 9))
        XCTAssertThrowsError(try Subprocess(["./nothing-here"], in: "/usr", environment: [])) { error in
            XCTAssertEqual("\(error)", "start ./nothing-here: No such file or directory (ENOENT)")
        }
    }

    func testWhatItLeavesBehindIsKilled() throws {
        let (ending, output) = try run("sleep 300 > /dev/null & echo $!")
        XCTAssertEqual(ending, .exited(0))
        let left = try XCTUnwrap(Int32(output.trimmingCharacters(in: .whitespacesAndNewlines)))
        // The kill is on its way; it is gone, or nobody has taken notice of its end yet.
        let end = Date().addingTimeInterval(5)
        var state: String?
        repeat {
            state = try? String(contentsOfFile: "/proc/\(left)/stat", encoding: .utf8)
            if state == nil || state?.contains(") Z ") == true || state?.contains(") X ") == true { return }
            usleep(5_000)
        } while Date() < end
        XCTFail(state ?? "")
    }

    func testSignalsReachIt() throws {
        // The daemon has these blocked, and SIGPIPE ignored.
        let (ending, _) = try run("kill -TERM $$; sleep 5")
        XCTAssertEqual(ending, .killed(by: 15))
        XCTAssertEqual(try run("kill -PIPE $$; sleep 5").ending, .killed(by: 13))
    }
}
