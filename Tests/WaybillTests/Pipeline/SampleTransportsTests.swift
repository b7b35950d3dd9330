import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// The programs in `samples/transports` carry parcels as `samples/README.md` says.
final class SampleTransportsTests: XCTestCase {
    override func setUp() { ProcessSetup.ignoreBrokenPipe() }

    private let samples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "samples/transports").path

    private func bench(_ run: String, _ more: String = "") throws -> PipelineBench {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: 's', transports: {sms: 'carrier'}}},
             strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '1h'}]}},
             transports: {carrier: {kind: 'command', run: [\(run)] \(more)}}}
            """, standing: true)
        bench.pipeline.dispatcher.chance = { 0 }
        return bench
    }

    private func send(_ bench: PipelineBench) throws -> [ContactState: Int] {
        try bench.drop(
            "phone1,message\n+14155551001,one\n+14155551002,two\n+14155551003,three\n", as: "a/1.csv")
        repeat {
            _ = bench.pipeline.claims.wait(milliseconds: 20, waking: nil)
            _ = try bench.pipeline.dispatchDue { false }
        } while bench.pipeline.dispatcher.inFlight > 0
        return try bench.pipeline.store.states(of: BatchID("20261120-000001")!).filter { $0.value != 0 }
    }

    func testTheShellScriptHandsEachMessageToAProgramAndGivesItsExitStatusAsOutcome() throws {
        let bench = try bench("'\(samples)/carrier.sh', './send-one'")
        try Files.writeAtomically(
            Array("#!/bin/sh\ncat >> sent\ntail -n 1 sent | grep -q 5551002 && exit 67\nexit 0\n".utf8),
            to: bench.root + "/send-one", mode: 0o755)
        XCTAssertEqual(try send(bench), [.smsSent: 2, .failed: 1])
        XCTAssertEqual(try bench.text("sent").split(separator: "\n").count, 3)
    }

    private func skipWithoutPython() throws {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        try XCTSkipUnless(
            path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/python3") },
            "python3 is not installed")
    }

    func testThePythonScriptKeepsAJournalAndAnswersFromIt() throws {
        try skipWithoutPython()
        let bench = try bench("'\(samples)/carrier.py', 'journal'", ", resolve: true")
        XCTAssertEqual(try send(bench), [.smsSent: 3])
        XCTAssertEqual(try bench.text("journal").split(separator: "\n").count, 6)
        // Two of these it knows, and the third it has never seen.
        let ticket = Ticket(
            bytes: try XCTUnwrap(bench.pipeline.store.parcel(ParcelID(rawValue: 1))?.ticket))
        let references = [1, 2, 9].map { record in
            Reference("bcdfgh-20261120-000001-\(record)-text-1")!
        }
        guard case .left(.each(let outcomes)) = try CommandTransport.resolve(ticket, references, StopSign()) else {
            return XCTFail("not told")
        }
        XCTAssertEqual(outcomes, [1: .accepted, 2: .accepted, 9: .later])
    }

    func testThePythonScriptSendsLaterWhatNobodyCanHaveGot() throws {
        try skipWithoutPython()
        for url in ["http://nobody.invalid/send", "http://127.0.0.1:1/send"] {
            let bench = try bench("'/usr/bin/env', 'CARRIER_URL=\(url)', '\(samples)/carrier.py', 'journal'")
            XCTAssertEqual(try send(bench), [.pending: 3], url)
        }
        // Who leads elsewhere may have taken it.
        let server = try TestServer { _ in .answer(302, "", ["Location": "http://nobody.invalid/"]) }
        let bench = try bench(
            "'/usr/bin/env', 'CARRIER_URL=http://127.0.0.1:\(server.port)/', '\(samples)/carrier.py', 'journal'")
        XCTAssertEqual(try send(bench), [.dangling: 3])
    }
}
