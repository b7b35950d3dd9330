import Foundation
import Support
import SystemIO
import WebIO
import XCTest

/// Calls by processes of `waybill-web`, and what ends those.
final class WebClientTests: XCTestCase {
    override func setUp() { ProcessSetup.ignoreBrokenPipe() }

    private typealias Outcomes = Tray<(call: Int, outcome: WebOutcome)>

    /// Opens once so many have come to it, and stays open.
    private final class Gate: Sendable {
        private let come = Mutex(0)
        private let most: Int

        init(opensFor most: Int) { self.most = most }

        /// Waits as long as any call does.
        func pass() {
            come.withLock { $0 += 1 }
            _ = eventually(within: 20) { come.withLock { $0 >= most } }
        }
    }

    private func begin(
        _ url: String, _ outcomes: Outcomes, _ number: Int = 0, body: String = "{}", timeout: Int = 20_000,
        most: Int = 1 << 20, by program: WebProgram = .own, idle: Int64 = 10_000
    ) throws {
        let call = WebCall(
            url: try XCTUnwrap(WebCall.address(url + "/a")), method: "POST", headers: [("X-Key", "secret")],
            body: Array(body.utf8), timeout: timeout, most: most)
        WebClient.begin(call, by: program, idle: idle) { outcomes.put((number, $0)) }
    }

    /// What so many calls came to.
    private func wait(_ outcomes: Outcomes, for count: Int = 1) -> [Int: WebOutcome] {
        var found: [Int: WebOutcome] = [:]
        _ = eventually {
            for (number, outcome) in outcomes.take(milliseconds: 20) {
                XCTAssertNil(found.updateValue(outcome, forKey: number), "told twice")
            }
            return found.count >= count
        }
        return found
    }

    private func words(_ outcome: WebOutcome?) -> (notSent: String?, unknown: String?) {
        switch outcome {
        case .notSent(let words): (words, nil)
        case .unknown(let words): (nil, words)
        case .answered, nil: (nil, nil)
        }
    }

    private func processes() throws -> Set<Int32> { try children(of: getpid(), named: "waybill-web") }

    /// The process that calls this server first: it is told which calls are under way.
    private func processCalling(_ server: TestServer, _ outcomes: Outcomes, calls: Int = 1) throws -> Int32 {
        let before = try processes()
        for number in 0..<calls { try begin(server.url, outcomes, number) }
        XCTAssertTrue(eventually { server.requests.count == calls })
        return try XCTUnwrap(processes().subtracting(before).first)
    }

    // MARK: - Calls

    func testManyCallsAtOnceEachHaveTheirOwnAnswer() throws {
        let gate = Gate(opensFor: 17)
        let server = try TestServer { request in
            gate.pass()
            return .answer(200, "to " + request.body, ["X-A": "b"])
        }
        let outcomes = Outcomes()
        for number in 0..<64 { try begin(server.url, outcomes, number, body: "\(number)") }
        for (number, outcome) in wait(outcomes, for: 64) {
            guard case .answered(200, let headers, let body) = outcome else {
                XCTFail("\(number): \(outcome)")
                continue
            }
            XCTAssertEqual(String(decoding: body, as: UTF8.self), "to \(number)")
            XCTAssertEqual(headers["x-a"], "b")
        }
        XCTAssertEqual(server.requests.count, 64)
        XCTAssertGreaterThan(server.mostUnderWay, 16)
    }

    func testMegabytesPassInBothDirectionsAndNoMoreThanIsAllowed() throws {
        let large = String(repeating: "x", count: 4 << 20)
        let server = try TestServer { request in .answer(200, request.body) }
        let outcomes = Outcomes()
        try begin(server.url, outcomes, 0, body: large, most: 4 << 20)
        try begin(server.url, outcomes, 1, body: large, most: (4 << 20) - 1)
        let found = wait(outcomes, for: 2)
        guard case .answered(200, _, let body)? = found[0] else { return XCTFail("\(String(describing: found[0]))") }
        XCTAssertTrue(body == Array(large.utf8))
        XCTAssertEqual(words(found[1]).unknown, "it answers more than \((4 << 20) - 1) bytes")
    }

    func testACallEndsWithItsTimeAndTheNextGoesOn() throws {
        let server = try TestServer { $0.body == "slow" ? .hang : .answer(200, "") }
        let outcomes = Outcomes()
        // Far longer than a call takes on this machine now.
        let start = MonotonicClock.nanoseconds()
        try begin(server.url, outcomes)
        XCTAssertEqual(wait(outcomes).count, 1)
        let timeout = max(300, Int(MonotonicClock.nanoseconds() - start) / 100_000)
        try begin(server.url, outcomes, 0, body: "slow", timeout: timeout)
        try begin(server.url, outcomes, 1)
        let found = wait(outcomes, for: 2)
        XCTAssertEqual(words(found[0]).unknown, "it does not answer in time")
        guard case .answered(200, _, _)? = found[1] else { return XCTFail("\(String(describing: found[1]))") }
    }

    // MARK: - What ends the process

    func testAnAnswerThatBreaksOffWithinItsHeadersConcernsItsServerAlone() throws {
        let bad = try TestServer { _ in .broken("HTTP/1.1 200 OK\r\nContent-Le") }
        let gate = Gate(opensFor: 2)
        let good = try TestServer { _ in
            gate.pass()
            return .answer(200, "")
        }
        let outcomes = Outcomes()
        try begin(good.url, outcomes, 1)
        XCTAssertTrue(eventually { good.requests.count == 1 })
        try begin(bad.url, outcomes, 0)
        let lost = wait(outcomes)[0]
        let told = try XCTUnwrap(words(lost).unknown, "\(String(describing: lost))")
        XCTAssertTrue(told.contains(bad.url), told)
        gate.pass()
        let found = wait(outcomes)
        guard case .answered(200, _, _)? = found[1] else { return XCTFail("\(String(describing: found[1]))") }
        // The next call to that server is made as if nothing had been.
        bad.set { _ in .answer(201, "") }
        try begin(bad.url, outcomes, 2)
        guard case .answered(201, _, _)? = wait(outcomes)[2] else { return XCTFail("no call after it") }
        XCTAssertEqual(bad.requests.count, 2)
    }

    func testOfAProcessThatIsKilledNobodyKnowsWhatItWasGivenAndNothingIsSentTwice() throws {
        let server = try TestServer { _ in .hang }
        let outcomes = Outcomes()
        let process = try processCalling(server, outcomes, calls: 3)
        kill(process, SIGKILL)
        let found = wait(outcomes, for: 3)
        for number in 0..<3 {
            let told = try XCTUnwrap(words(found[number]).unknown)
            XCTAssertTrue(told.contains("signal 9") && told.contains(server.url), told)
        }
        server.set { _ in .answer(200, "") }
        try begin(server.url, outcomes, 3)
        guard case .answered(200, _, _)? = wait(outcomes)[3] else { return XCTFail("no call after it") }
        XCTAssertEqual(server.requests.count, 4)
    }

    func testItIsNotEndedByWhatEndsAServiceOrATerminal() throws {
        let gate = Gate(opensFor: 2)
        let server = try TestServer { _ in
            gate.pass()
            return .answer(200, "")
        }
        let outcomes = Outcomes()
        let process = try processCalling(server, outcomes)
        XCTAssertEqual(getpgid(process), process, "a group of its own")
        for signal in [SIGTERM, SIGINT, SIGHUP] { kill(process, signal) }
        gate.pass()
        guard case .answered(200, _, _)? = wait(outcomes)[0] else { return XCTFail("it was ended") }
    }

    func testItEndsWhenNobodyNeedsItAnyMore() throws {
        let gate = Gate(opensFor: 2)
        let server = try TestServer { _ in
            gate.pass()
            return .answer(200, "")
        }
        let outcomes = Outcomes()
        let before = try processes()
        try begin(server.url, outcomes, idle: 300)
        XCTAssertTrue(eventually { server.requests.count == 1 })
        let own = try processes().subtracting(before)
        XCTAssertEqual(own.count, 1)
        gate.pass()
        XCTAssertEqual(wait(outcomes).count, 1)
        XCTAssertTrue(try eventually { try processes().isDisjoint(with: own) })
        try begin(server.url, outcomes, 1, idle: 300)
        guard case .answered(200, _, _)? = wait(outcomes)[1] else { return XCTFail("no call after it") }
    }

    func testItHasNoSecretsButThoseItIsGivenAndNoRightsItDoesNotNeed() throws {
        // Safe: no other thread of the tests reads the environment now.
        unsafe setenv("WAYBILL_TEST_KEY", "nobody-may-see-it", 1)
        defer { unsafe unsetenv("WAYBILL_TEST_KEY") }
        let server = try TestServer { _ in .hang }
        let process = try processCalling(server, Outcomes())
        defer { kill(process, SIGKILL) }
        let place = "/proc/\(process)/"
        for file in ["environ", "cmdline"] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: place + file))
            for secret in ["nobody-may-see-it", "secret", server.url] {
                XCTAssertNil(bytes.range(of: Data(secret.utf8)), "\(secret) in \(file)")
            }
        }
        let status = try String(contentsOfFile: place + "status", encoding: .utf8)
        XCTAssertTrue(status.contains("NoNewPrivs:\t1"), status)
        let limits = try String(contentsOfFile: place + "limits", encoding: .utf8)
        XCTAssertNotNil(limits.range(of: "Max core file size +0 +0 ", options: .regularExpression), limits)
        for descriptor in try FileManager.default.contentsOfDirectory(atPath: place + "fd") where descriptor != "2" {
            let target = try FileManager.default.destinationOfSymbolicLink(atPath: place + "fd/" + descriptor)
            XCTAssertTrue(["pipe:", "socket:", "anon_inode:"].contains(where: target.hasPrefix), target)
        }
    }

    // MARK: - What is no such program

    /// A program at the place where the one of this waybill would be.
    private func program(_ script: String?, mode: Int = 0o755) throws -> WebProgram {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("web-" + UUID().uuidString)
        addTeardownBlock { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if let script {
            let file = folder.appendingPathComponent("waybill-web").path
            try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: file))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        }
        try Data(WebFrame.greeting(calls: true)).write(to: folder.appendingPathComponent("greeting"))
        try Data(WebFrame.greeting(calls: false)).write(to: folder.appendingPathComponent("unable"))
        return WebProgram(beside: folder.path + "/waybill")
    }

    func testWhatIsMissingIsNamedWithWhereItWasLookedForAndNothingHasLeft() throws {
        XCTAssertNil(WebClient.obstacle())
        let cases: [(script: String?, mode: Int, words: [String])] = [
            (nil, 0o755, ["/waybill-web", "/libexec/waybill/waybill-web", "install it"]),
            ("", 0o644, ["/waybill-web", "chmod 755"]), ("exit 127", 0o755, ["/waybill-web", "libcurl"]),
            ("exit 4", 0o755, ["status 4"]), ("kill -6 $$", 0o755, ["signal 6"]), ("echo Hello, world", 0o755, []),
            ("cat $(dirname $0)/unable", 0o755, ["without HTTP"]),
        ]
        for (script, mode, expected) in cases {
            let program = try program(script, mode: mode)
            let obstacle = try XCTUnwrap(program.obstacle(), script ?? "none")
            XCTAssertEqual(program.missing(), script?.isEmpty ?? true ? obstacle : nil)
            let outcomes = Outcomes()
            try begin("http://127.0.0.1:1", outcomes, by: program)
            let told = try XCTUnwrap(words(wait(outcomes)[0]).notSent, script ?? "none")
            for word in expected {
                XCTAssertTrue(obstacle.contains(word) && told.contains(word), "\(word) in \(obstacle) and \(told)")
            }
        }
    }

    func testOneThatSaysWhatItShouldNotIsEnded() throws {
        for answer in ["cat", "printf 'Hello, world, this is no frame'; sleep 100"] {
            let program = try program("cat $(dirname $0)/greeting; dd bs=1 count=1 2>/dev/null >/dev/null; \(answer)")
            let outcomes = Outcomes()
            try begin("http://127.0.0.1:1", outcomes, by: program)
            XCTAssertTrue(words(wait(outcomes)[0]).unknown?.contains("cannot be read") == true)
        }
    }
}
