import Foundation
import Support
import SystemIO
import XCTest

/// The daemon as systemd starts, watches, reloads and stops it.
final class ServiceManagerTests: XCTestCase {
    /// A datagram socket that writes each message as a line into a file.
    private static let listener = """
        import os, socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(sys.argv[1])
        out = open(sys.argv[2], 'ab', buffering=0)
        out.write(b'LISTENING\\n')
        while True:
            out.write(s.recv(4096).replace(b'\\n', b' ') + b'\\n')
        """

    private var workspace: TestWorkspace!
    private var waybill: Executable!
    private var listening: Process?

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") else { throw XCTSkip("no Python here") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", Self.listener, workspace.beside("n"), workspace.beside("heard")]
        try process.run()
        listening = process
        XCTAssertTrue(eventually { heard().contains("LISTENING") })
    }

    override func tearDown() { listening?.terminate() }

    private func heard() -> [String] {
        let text = (try? Data(contentsOf: URL(fileURLWithPath: workspace.beside("heard")))) ?? Data()
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func started(_ environment: [String: String] = [:]) throws -> Executable.Running {
        try waybill.start("run", environment: ["NOTIFY_SOCKET": workspace.beside("n")].merging(environment) { $1 })
    }

    func testSystemdHearsWhenItIsReadyReloadsAndStops() throws {
        let running = try started()
        XCTAssertTrue(eventually { heard().contains("READY=1 STATUS=running") }, running.errors)
        try workspace.write("{ campains: {} }", to: "waybill.json5")
        running.send(SIGHUP)
        XCTAssertTrue(eventually { heard().contains { $0.hasPrefix("RELOADING=1 MONOTONIC_USEC=") } }, running.errors)
        XCTAssertTrue(
            eventually { heard().contains { $0.hasPrefix("READY=1 STATUS=running by the last configuration") } })
        running.send(SIGTERM)
        XCTAssertEqual(running.finish().status, 0)
        XCTAssertTrue(eventually { heard().last == "STOPPING=1" }, "\(heard())")
        XCTAssertFalse(heard().contains("WATCHDOG=1"), "nobody asked for it")
    }

    func testSystemdHearsSignsOfLifeWhileNothingHappensAndWhileADropIsRead() throws {
        let running = try started(["WATCHDOG_USEC": "400000"])
        XCTAssertTrue(eventually { heard().filter { $0 == "WATCHDOG=1" }.count > 3 }, running.errors)
        let rows = (0..<50_000).map { "+1415\(2_000_000 + $0)\n" }.joined()
        _ = try waybill.run("drop", try workspace.file("large.csv", "phone1\n" + rows))
        let before = heard().filter { $0 == "WATCHDOG=1" }.count
        XCTAssertTrue(eventually { heard().filter { $0 == "WATCHDOG=1" }.count > before + 3 })
        running.send(SIGTERM)
        XCTAssertEqual(running.finish().status, 0)
    }

    func testWhoIsNotMeantShowsNoSignOfLife() {
        let place = ["NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "2000000"]
        XCTAssertEqual(ServiceManager(environment: place, process: 7)?.patience, 2_000)
        XCTAssertEqual(
            ServiceManager(environment: place.merging(["WATCHDOG_PID": "7"]) { $1 }, process: 7)?.patience, 2_000)
        XCTAssertNil(ServiceManager(environment: place.merging(["WATCHDOG_PID": "8"]) { $1 }, process: 7)?.patience)
        XCTAssertNil(ServiceManager(environment: ["NOTIFY_SOCKET": "n"], process: 7))
        XCTAssertNil(ServiceManager(environment: [:], process: 7))
    }
}
