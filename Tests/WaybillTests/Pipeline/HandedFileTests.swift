import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Files of parcels with columns of one's own, what follows them, and until when messages may arrive.
final class HandedFileTests: XCTestCase {
    private static func configuration(_ folder: String, _ campaign: String = "") -> String {
        """
        {campaigns: {a: {strategy: 's', transports: {sms: 'files'}, \(campaign)}},
         policies: {p: {windows: [{from: '08:00', to: '21:00'}], zone: 'UTC'}},
         strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '1d'}]}},
         transports: {files: {kind: 'folder', \(folder)}}}
        """
    }

    private let rows =
        "phone1,id,message,Vorname,expiresat\n"
        + "+14155551000,C1,\"Hi, \"\"you\"\"\",Ann,\n+14155551001,C2,Ho,,2026-11-20T18:00:00Z\n"
    private let file = "outbox/dispatch/a/P000000001.csv"

    func testATransportsOwnColumnsStandInItsOrder() throws {
        let columns = """
            columns: {Ref: '{{reference}}', Phone: '{{digits}}', Text: '{{ message }}', Who: '{{vorname|you}}!',
              Where: '{{campaign}}/{{step}}/{{parcel}}', 'Key, id': '{{id}}', None: '{{nothing}}'}
            """
        let bench = try PipelineBench(Self.configuration(columns), standing: true)
        try bench.drop(rows, as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(
            try bench.text(file),
            """
            Ref,Phone,Text,Who,Where,"Key, id",None
            bcdfgh-20261120-000001-1-text-1,14155551000,"Hi, ""you""\",Ann!,a/text/P000000001,C1,
            bcdfgh-20261120-000001-2-text-1,14155551001,Ho,you!,a/text/P000000001,C2,

            """)
        let lines = try PipelineBench(Self.configuration("layout: 'jsonl', " + columns), standing: true)
        try lines.drop(rows, as: "a/1.csv")
        try lines.send()
        XCTAssertEqual(
            try lines.text("outbox/dispatch/a/P000000001.jsonl").split(separator: "\n").last.map(String.init),
            #"{"Ref":"bcdfgh-20261120-000001-2-text-1","Phone":"14155551001","Text":"Ho","Who":"you!","#
                + #""Where":"a/text/P000000001","Key, id":"C2"}"#)
        XCTAssertEqual(
            ConfigurationReader.read(Array(Self.configuration("layout: 'dialer', columns: {A: '{{id}}'}").utf8))
                .problems.map(\.severity), [.error, .warning])
    }

    func testAControlFileFollowsAFileAndIsASidecarOfIt() throws {
        let bench = try PipelineBench(Self.configuration("control: true"), standing: true)
        try bench.drop(rows, as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch"), ["a/P000000001.csv", "a/P000000001.csv.meta.json"])
        var sidecar = Sidecar()
        try sidecar.read(meta: Array(try bench.text(file + ".meta.json").utf8))
        XCTAssertEqual(sidecar.records, 2)
        XCTAssertEqual(sidecar.sha256, SHA256.hex(SHA256.hash(Array(try bench.text(file).utf8))))
    }

    func testAControlFileThatACrashKeptBackComesWithTheNextStart() throws {
        for isTaken in [false, true] {
            let bench = try PipelineBench(Self.configuration("control: true"), standing: true)
            try bench.drop(rows, as: "a/1.csv")
            bench.pipeline.dispatcher.transports = [Dying<FolderTransport, AfterCommit>.self]
            try bench.send()
            XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 1)
            try Files.remove(bench.root + "/" + file + ".meta.json")
            if isTaken { try Files.remove(bench.root + "/" + file) }
            try bench.restart(at: "2026-11-20T15:00:05Z")
            XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 0)
            XCTAssertEqual(try Files.exists(bench.root + "/" + file + ".meta.json"), !isTaken)
            XCTAssertEqual(
                try bench.pipeline.store.states(of: BatchID("20261120-000001")!).filter { $0.value > 0 }, [.smsSent: 2])
        }
    }

    func testAFileSaysUntilWhenItsMessagesMayArriveAndNothingLateIsInIt() throws {
        let folder =
            "validity: {minimum: '10m', maximum: '4h'}, columns: {R: '{{reference}}', U: '{{validuntil}}', S: '{{validity}}', "
            + "M: '{{validityms}}'}"
        for (moment, ends) in [
            (
                "2026-11-20T15:00:00Z",
                ["2026-11-20T19:00:00.000Z,14400,14400000", "2026-11-20T18:00:00.000Z,10800,10800000"]
            ),
            ("2026-11-20T17:55:00Z", ["2026-11-20T21:00:00.000Z,11100,11100000"]), ("2026-11-20T20:55:00Z", []),
        ] {
            let bench = try PipelineBench(Self.configuration(folder, "policy: 'p'"), at: moment, standing: true)
            try bench.drop(rows, as: "a/1.csv")
            try bench.send()
            XCTAssertEqual(
                try bench.dispatched("a").map { $0.split(separator: ",").dropFirst().joined(separator: ",") }, ends,
                moment)
        }
        let lines = try PipelineBench(
            Self.configuration("layout: 'jsonl', validity: {}", "policy: 'p'"), standing: true)
        try lines.drop(rows, as: "a/1.csv")
        try lines.send()
        XCTAssertTrue(
            try lines.text("outbox/dispatch/a/P000000001.jsonl").contains(#""validuntil":"2026-11-20T21:00:00.000Z","#))
    }

    func testARelayThatTakesItIsToldInHowManySecondsAMailHasToArrive() throws {
        func mails(_ offers: [String], at moment: String, validity: String) throws -> [String] {
            var behaviour = MailServer.Behaviour()
            behaviour.offers = offers
            let server = try MailServer(behaviour)
            let bench = try PipelineBench(
                """
                {campaigns: {a: {require: ['email'], strategy: 's', policy: 'p', from: {email: 'desk@clinic.example'},
                   transports: {email: 'relay'}, templates: {t: {subject: 'Hello', text: 't.txt'}}}},
                 policies: {p: {windows: [{from: '08:00', to: '21:00'}], zone: 'UTC'}},
                 strategies: {s: {steps: [{name: 'mail', channel: 'email', template: 't'}]}},
                 transports: {relay: {kind: 'smtp', port: \(server.port), validity: \(validity)}}}
                """, at: moment, standing: true, files: ["t.txt": Array("Hello".utf8)])
            bench.fly(by: StandingTime(milliseconds: MonotonicClock.millisecondsSinceBoot()))
            try bench.drop("email\nann@b.example\n", as: "a/1.csv")
            _ = try bench.pipeline.dispatchDue { false }
            while bench.pipeline.dispatcher.inFlight > 0 {
                _ = bench.pipeline.claims.wait(milliseconds: 20, waking: nil)
                _ = try bench.pipeline.dispatchDue { false }
            }
            return server.state.mails.map(\.sender)
        }
        let told = try mails(["DELIVERBY 60", "PIPELINING"], at: "2026-11-20T15:00:00Z", validity: "{maximum: '2h'}")
        XCTAssertEqual(told.count, 1)
        XCTAssertTrue(told[0].contains("@clinic.example> BY=7200;R"), told[0])
        let short = try mails(["DELIVERBY"], at: "2026-11-20T20:50:00Z", validity: "{maximum: '2h'}")
        XCTAssertTrue(short.first?.contains(" BY=600;R") == true, "\(short)")
        XCTAssertFalse(try mails([], at: "2026-11-20T15:00:00Z", validity: "{}")[0].contains("BY="))
        XCTAssertFalse(
            try mails(["DELIVERBY"], at: "2026-11-20T15:00:00Z", validity: "null")[0].contains("BY="))
        XCTAssertEqual(try mails(["DELIVERBY 3600"], at: "2026-11-20T20:30:00Z", validity: "{}"), [])
    }
}
