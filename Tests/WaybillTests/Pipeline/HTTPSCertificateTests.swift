import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// A server that is called by https has to be who it says it is.
final class HTTPSCertificateTests: XCTestCase {
    private func openssl(_ arguments: [String], in folder: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder, isDirectory: true)
        // A server ends with its input, as soon as it is called.
        process.standardInput = Pipe()
        let output = URL(fileURLWithPath: folder + "/output")
        try Data().write(to: output)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    func testAServerWhoseCertificateNobodyVouchesForGetsNothing() throws {
        try XCTSkipUnless(FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "openssl is not installed")
        let port = try XCTUnwrap(FreshPort.free())
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: 's', transports: {sms: 'web'}}},
             strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '1h'}]}},
             transports: {web: {kind: 'http', url: 'https://localhost:\(port)', key: {file: 'key'},
               body: {to: '{{address}}'}}}}
            """, standing: true, files: ["key": Array("no-secret".utf8)])
        bench.pipeline.dispatcher.chance = { 0 }
        let key = try openssl(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                "own.key",
                "-out", "own.crt", "-days", "1", "-subj", "/CN=localhost",
            ], in: bench.root)
        key.waitUntilExit()
        try XCTSkipUnless(key.terminationStatus == 0, "openssl makes no certificate")
        let server = try openssl(
            ["s_server", "-accept", "127.0.0.1:\(port)", "-key", "own.key", "-cert", "own.crt"], in: bench.root)
        defer { server.terminate() }
        XCTAssertTrue(try eventually { try bench.text("output").contains("ACCEPT") })
        try bench.drop("phone1\n+14155551000\n", as: "a/1.csv")
        repeat {
            _ = bench.pipeline.claims.wait(milliseconds: 20, waking: nil)
            _ = try bench.pipeline.dispatchDue { false }
        } while bench.pipeline.dispatcher.inFlight > 0
        XCTAssertEqual(
            try bench.pipeline.store.states(of: BatchID("20261120-000001")!).filter { $0.value != 0 }, [.pending: 1])
        XCTAssertFalse(try bench.text("output").contains("no-secret"))
        let told = bench.logged.with("parcel.answered")
        XCTAssertEqual(told.filter { $0.contains("its certificate does not hold (") }.count, 1, "\(told)")
    }
}
