import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// Mail servers that are not ours take what is sent: Python's aiosmtpd, and Postfix's smtp-sink. Where one is missing
/// its test is skipped.
final class MailPeersTests: XCTestCase {
    /// A server that runs until the test ends.
    private final class Peer {
        private let process = Process()
        let output = Pipe()
        private let input = Pipe()

        init(_ arguments: [String]) throws {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = arguments
            process.standardInput = input
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
        }

        deinit {
            guard process.isRunning else { return }
            process.terminate()
            process.waitUntilExit()
        }
    }

    private func bench(port: Int, connections: Int) throws -> PipelineBench {
        try PipelineBench(
            """
            {campaigns: {a: {require: ['email'], strategy: 's', from: {email: 'Klinik Süd <desk@clinic.example>'},
               transports: {email: 'relay'}, templates: {t: {subject: 'Grüße {{name}}', text: 't.txt', html: 't.html'}}}},
             strategies: {s: {steps: [{name: 'mail', channel: 'email', template: 't', expires: '1d'}]}},
             transports: {relay: {kind: 'smtp', port: \(port), connections: \(connections), perConnection: 40}}}
            """, standing: true,
            files: [
                "t.txt": Array("Liebe {{name}},\n.\n..zwei Punkte\nFrom hier.\n".utf8),
                "t.html": Array("<p>Liebe {{name}}</p>\n".utf8),
            ])
    }

    private func send(_ contacts: Int, _ bench: PipelineBench) throws {
        try bench.drop(
            "email,name\n" + (0..<contacts).map { "a\($0)@b.example,Zoë \($0)\n" }.joined(), as: "a/1.csv")
        repeat {
            _ = try bench.pipeline.dispatchDue { false }
            _ = bench.pipeline.claims.wait(milliseconds: 20, waking: nil)
        } while bench.pipeline.dispatcher.inFlight > 0
        _ = try bench.pipeline.dispatchDue { false }
        XCTAssertEqual(
            try bench.pipeline.store.states(of: BatchID("20261120-000001")!).filter { $0.value != 0 },
            [.emailSent: contacts])
    }

    func testAiosmtpdTakesEveryMailAndReadsIt() throws {
        let check = "import importlib.util as u; print(u.find_spec('aiosmtpd') is not None)"
        guard try Python.run(check, input: []).hasPrefix("True") else { throw XCTSkip("aiosmtpd is not installed") }
        let folder = FileManager.default.temporaryDirectory.path + "/waybill-peer-" + UUID().uuidString
        try Files.createFolder(folder)
        defer { try? Files.removeTree(folder) }
        let script = """
            import email, email.policy, json, socket, sys
            from aiosmtpd.controller import Controller
            probe = socket.socket(); probe.bind(('127.0.0.1', 0)); port = probe.getsockname()[1]; probe.close()
            class Handler:
                async def handle_DATA(self, server, session, envelope):
                    mail = email.message_from_bytes(envelope.content, policy=email.policy.strict)
                    with open(sys.argv[1], 'a') as out:
                        out.write(json.dumps([envelope.rcpt_tos, envelope.mail_from, mail['Subject'],
                            mail.get_body(('plain',)).get_content().replace('\\r\\n', '\\n'),
                            mail.get_body(('html',)).get_content().strip()]) + '\\n')
                    return '250 2.0.0 taken'
            controller = Controller(Handler(), hostname='127.0.0.1', port=port, enable_SMTPUTF8=True)
            controller.start()
            print(port, flush=True)
            sys.stdin.read()
            """
        let peer = try Peer(["python3", "-c", script, folder + "/mails"])
        let port = try XCTUnwrap(Int(line(of: peer.output)), "the server did not start")
        let bench = try bench(port: port, connections: 1)
        try send(60, bench)
        let lines = String(decoding: try Files.read(folder + "/mails", limit: 1 << 20), as: UTF8.self)
        let mails = try lines.split(separator: "\n").map {
            try XCTUnwrap(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [Any])
        }
        XCTAssertEqual(Set(mails.compactMap { ($0[0] as? [String])?.first }).count, 60)
        XCTAssertEqual(mails.count, 60)
        let last = mails[59]
        XCTAssertEqual(last[0] as? [String], ["a59@b.example"])
        XCTAssertEqual(last[1] as? String, "desk+bcdfgh-20261120-000001-60-mail-1@clinic.example")
        XCTAssertEqual(last[2] as? String, "Grüße Zoë 59")
        XCTAssertEqual(last[3] as? String, "Liebe Zoë 59,\n.\n..zwei Punkte\nFrom hier.")
        XCTAssertEqual(last[4] as? String, "<p>Liebe Zoë 59</p>")
    }

    func testPostfixsSinkTakesEveryMail() throws {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let places: [String] = (path.split(separator: ":").map(String.init) + ["/usr/sbin"]).map { $0 + "/smtp-sink" }
        guard let sink = places.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            throw XCTSkip("smtp-sink, of Postfix, is not installed")
        }
        let folder = FileManager.default.temporaryDirectory.path + "/waybill-peer-" + UUID().uuidString
        try Files.createFolder(folder)
        // It writes there as another user.
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder)
        defer { try? Files.removeTree(folder) }
        // Nobody can ask it for a free port: one that was free a moment ago will do.
        let free = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
        let port = try XCTUnwrap(Int(try Python.run(free, input: []).trimmingCharacters(in: .newlines)))
        // As root it wants another user.
        let user = ProcessInfo.processInfo.userName == "root" ? ["-u", "nobody"] : []
        let peer = try Peer([sink] + user + ["-D", folder + "/mails", "127.0.0.1:\(port)", "100"])
        try withExtendedLifetime(peer) {
            let bench = try bench(port: port, connections: 4)
            bench.pipeline.dispatcher.chance = { 0 }
            var isThere = false
            for _ in 0..<500 where !isThere {
                isThere = (try? StreamSocket(host: "127.0.0.1", port: port, milliseconds: 1_000)) != nil
                if !isThere { usleep(10_000) }
            }
            try XCTSkipUnless(isThere, "smtp-sink did not start")
            try send(2_500, bench)
            let dump = String(decoding: try Files.read(folder + "/mails", limit: 1 << 26), as: UTF8.self)
            let recipients = dump.matches(of: /X-Rcpt-Args: <([^>]+)>/).map { String($0.output.1) }
            XCTAssertEqual(recipients.count, 2_500)
            XCTAssertEqual(Set(recipients).count, 2_500)
        }
    }

    /// The first line of what a program prints.
    private func line(of pipe: Pipe) -> String {
        var text = ""
        while !text.contains("\n") {
            let more = pipe.fileHandleForReading.availableData
            if more.isEmpty { break }
            text += String(decoding: more, as: UTF8.self)
        }
        return text.trimmingCharacters(in: .newlines)
    }
}
