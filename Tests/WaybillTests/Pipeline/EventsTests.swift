import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// What systems that follow are told: `outbox/events`, and webhooks.
final class EventsTests: XCTestCase {
    private func events(_ bench: PipelineBench) throws -> [[String: Any]] {
        try lines(try bench.text("outbox/events/events.jsonl"))
    }

    private func lines(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            try XCTUnwrap(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    private func types(_ events: [[String: Any]]) -> [String] {
        events.map { String(($0["type"] as? String ?? "").dropFirst("waybill.".count)) }
    }

    private let good = "phone1,id\n+14155550100,ann\n"

    func testWhatBecomesOfDropsParcelsAndCommandsIsTold() throws {
        let bench = try PipelineBench("{campaigns: {a: {}}}")
        try bench.drop(good, as: "a/1.csv")
        try bench.drop(good, as: "a/2.csv")
        try bench.drop("phone1,id\n+14155550101,b\n+1415555010,c\n", as: "a/3.csv")
        try bench.drop("phone1\n12\n", as: "a/4.csv")
        try bench.send()
        try bench.pipeline.carryOut(ControlCommand(json: Array(#"{"command": "pause", "campaign": "a"}"#.utf8)))
        try bench.pipeline.tellOthers()
        let told = try events(bench)
        XCTAssertEqual(
            types(told),
            [
                "batch.accepted", "batch.duplicate", "batch.partial", "batch.rejected", "parcel.left", "parcel.left",
                "campaign.command",
            ])
        XCTAssertEqual(
            told.map { $0["severity"] as? String },
            ["information", "information", "warning", "error", "debug", "debug", "information"])
        for event in told {
            XCTAssertEqual(event["specversion"] as? String, "1.0")
            XCTAssertEqual(event["source"] as? String, "/waybill/bcdfgh")
            XCTAssertEqual(event["campaign"] as? String, "a")
            XCTAssertNotNil((event["data"] as? [String: Any])?["text"] as? String)
        }
        XCTAssertEqual(Set(told.compactMap { $0["id"] as? String }).count, told.count)
        let partial = try XCTUnwrap(told[2]["data"] as? [String: Any])
        XCTAssertEqual(partial["rejectsByCode"] as? [String: Int], ["phone1.impossible-length": 1])
        XCTAssertEqual(partial["text"] as? String, "3.csv: 1 of 2 records rejected")
        XCTAssertEqual(told[2]["subject"] as? String, "20261120-000003")
        let text = try bench.text("outbox/events/events.jsonl")
        for secret in ["4155550100", "4155550101", "\"ann\""] { XCTAssertFalse(text.contains(secret), secret) }
    }

    func testWhatACrashLeftUntoldIsToldOnceAndWithTheSameBytes() throws {
        let bench = try PipelineBench()
        try bench.drop(good, as: "1.csv")
        try bench.pipeline.tellOthers()
        let store = bench.pipeline.store
        let before = try XCTUnwrap(store.eventsTold())
        try bench.drop(good, as: "2.csv")
        try bench.drop("", as: "x/3.csv")
        try bench.pipeline.tellOthers()
        let whole = try bench.text("outbox/events/events.jsonl")
        // As it is when the file is written, and what says so is not; and when only a part of it is.
        let rows = whole.split(separator: "\n").dropFirst().map { Array("\($0)\n".utf8) }
        for part in [whole, String(whole.dropLast(30))] {
            try Files.writeAtomically(Array(part.utf8), to: bench.root + "/outbox/events/events.jsonl")
            try store.durably {
                for (place, row) in rows.enumerated() {
                    try store.set(.event(before.written + 1 + Int64(place)), to: row)
                }
                try store.set(before)
            }
            try bench.pipeline.tellOthers()
            XCTAssertEqual(try bench.text("outbox/events/events.jsonl"), whole)
        }
        // Of a file that somebody changed nothing is lost: another one is begun.
        try Files.writeAtomically(Array("gone\n".utf8), to: bench.root + "/outbox/events/events.jsonl")
        try bench.drop("phone1\n+14155550109\n", as: "4.csv")
        try bench.pipeline.tellOthers()
        XCTAssertEqual(types(try events(bench)), ["batch.accepted"])
        let found = try XCTUnwrap(bench.files("outbox/events").first { $0.contains("found-") })
        XCTAssertEqual(try bench.text("outbox/events/" + found), "gone\n", "nothing of somebody's is lost")
    }

    func testNumbersGoOnAfterARestartAndNoRowIsKeptThatEverybodyHas() throws {
        let bench = try PipelineBench()
        try bench.drop(good, as: "1.csv")
        try bench.restart(at: "2026-11-20T15:10:00Z")
        try bench.drop(good, as: "2.csv")
        try bench.pipeline.tellOthers()
        let ids = try events(bench).compactMap { $0["id"] as? String }
        XCTAssertEqual(ids.count, 2)
        XCTAssertEqual(Set(ids).count, 2)
        let store = bench.pipeline.store
        let last = try XCTUnwrap(store.lastEvent())
        XCTAssertEqual(try (last - 3...last).compactMap { try store.event($0) }.count, 0)
    }

    func testADayThatIsOverIsPutAwayCompressedWithAnIndex() throws {
        let bench = try PipelineBench("{keepDays: {events: 2}}", standing: true)
        try bench.drop(good, as: "1.csv")
        try bench.pipeline.tellOthers()
        let first = try bench.text("outbox/events/events.jsonl")
        try bench.set(Timestamp(iso8601: Array("2026-11-21T00:00:01Z".utf8)[...])!)
        try bench.pipeline.tellOthers()
        XCTAssertEqual(try bench.text("outbox/events/events.jsonl"), first, "it stays until there is another")
        let name = try XCTUnwrap(bench.files("outbox/events/2026-11-20").first { $0.hasSuffix(".gz") })
        let packed = try Files.read(bench.root + "/outbox/events/2026-11-20/" + name, limit: 1 << 20)
        XCTAssertEqual(try gunzipped(packed), first)
        let files = try XCTUnwrap(try bench.json("outbox/events/2026-11-20/index.json")["files"] as? [[String: Any]])
        XCTAssertEqual(files.count, 1)
        XCTAssertEqual(files[0]["file"] as? String, name)
        XCTAssertEqual(files[0]["events"] as? Int, 1)
        XCTAssertEqual(files[0]["first"] as? String, try lines(first)[0]["id"] as? String)
        XCTAssertEqual(files[0]["last"] as? String, try lines(first)[0]["id"] as? String)
        XCTAssertEqual(files[0]["sha256"] as? String, SHA256.hex(SHA256.hash(packed)))
        try bench.drop(good, as: "2.csv")
        try bench.pipeline.tellOthers()
        XCTAssertEqual(types(try events(bench)), ["batch.duplicate"])
        // Days are removed when their time is over.
        try bench.set(Timestamp(iso8601: Array("2026-11-24T12:00:00Z".utf8)[...])!)
        try bench.pipeline.writeMissedDays()
        XCTAssertFalse(bench.files("outbox/events").contains { $0.hasPrefix("2026-11-20") })
    }

    func testTheOldestFilesGoWhereAllHaveMoreBytesThanAreAllowed() throws {
        let folder = try TestWorkspace()
        let file = EventFile(folder: folder.path("events"), most: 100)
        for day in 1...5 {
            var open: EventsTold.File?
            let moment = Timestamp(iso8601: Array("2026-11-0\(day)T10:00:00Z".utf8)[...])!
            try file.append(Array("{\"id\":\"\(day)\",\"time\":\"t\"}\n".utf8), from: Int64(day), at: moment, &open)
            try file.putAway(try XCTUnwrap(open))
        }
        let left = folder.files(below: "events", ending: ".gz")
        XCTAssertTrue((1...4).contains(left.count), "\(left)")
        XCTAssertEqual(left.last, "events/2026-11-05/5.jsonl.gz")
    }

    func testErrorsOfTheLogAreTold() throws {
        let bench = try PipelineBench("{campaigns: {a: {from: {}}}}")
        bench.pipeline.context.log.error("transport.stopped", ["transport": "relay", "reason": "it says 530"])
        bench.pipeline.context.log.error("store.full", ["error": "no room", "campaign": "a"])
        bench.pipeline.context.log.warning("drop.refused", ["code": "x"])
        try bench.pipeline.tellOthers()
        let told = try events(bench)
        XCTAssertEqual(types(told), ["trouble", "trouble"])
        XCTAssertEqual(told.map { $0["severity"] as? String }, ["error", "failure"])
        XCTAssertEqual(told.map { $0["campaign"] as? String }, [nil, "a"])
        let data = try XCTUnwrap(told[0]["data"] as? [String: Any])
        XCTAssertEqual(
            data["text"] as? String,
            "A transport has stopped, and is tried again: it says 530 (transport.stopped, transport relay)")
        XCTAssertEqual(data["transport"] as? String, "relay")
    }

    func testSingleContactsAreToldWhereTheConfigurationAsksForThem() throws {
        let bench = try PipelineBench(
            """
            {events: {contacts: true}, campaigns: {a: {strategy: "s"}},
             strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1", expires: "24h"}]}}}
            """)
        try bench.drop(good, as: "a/1.csv")
        try bench.send()
        try bench.drop(
            "reference,event,detail\nbcdfgh-20261120-000001-1-text-1,delivered,my secret\n", as: "_receipts/1.csv")
        try bench.drop("from,to,text\n+14155550100,1,STOP\n", as: "_replies/1.csv")
        try bench.pipeline.tellOthers()
        let told = try events(bench)
        XCTAssertEqual(
            types(told),
            [
                "batch.accepted", "message.left", "parcel.left", "receipt.taken", "batch.accepted", "contact.ended",
                "receipt.taken", "batch.accepted",
            ])
        let left = try XCTUnwrap(told[1]["data"] as? [String: Any])
        XCTAssertEqual(told[1]["subject"] as? String, "bcdfgh-20261120-000001-1-text-1")
        XCTAssertEqual(left["record"] as? Int, 1)
        XCTAssertEqual(left["state"] as? String, "SMS sent")
        XCTAssertEqual((told[3]["data"] as? [String: Any])?["event"] as? String, "delivered")
        XCTAssertEqual((told[5]["data"] as? [String: Any])?["state"] as? String, "Suppressed")
        let text = try bench.text("outbox/events/events.jsonl")
        for secret in ["4155550100", "secret", "Ann", "ann\""] { XCTAssertFalse(text.contains(secret), secret) }
    }

    // MARK: - Webhooks

    private func hooked(_ server: TestServer, _ more: String = "") -> String {
        "{events: {webhooks: {ops: {url: '\(server.url)/in', \(more)}}}, campaigns: {a: {}, b: {}}}"
    }

    private func ids(_ requests: [TestServer.Request]) throws -> [String] {
        try requests.flatMap { request in
            try XCTUnwrap(JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? [[String: Any]])
                .compactMap { $0["id"] as? String }
        }
    }

    func testAWebhookIsGivenWhatItDidNotTakeAgainUntilItHasAll() throws {
        let server = try TestServer { _ in .answer(500, "") }
        let bench = try PipelineBench(hooked(server), standing: true)
        try bench.pipeline.tellOthers(waiting: 60_000)
        XCTAssertEqual(server.requests.count, 0, "nothing has happened")
        try bench.drop(good, as: "a/1.csv")
        try bench.pipeline.tellOthers(waiting: 60_000)
        XCTAssertEqual(server.requests.count, 1)
        try bench.pipeline.tellOthers(waiting: 60_000)
        XCTAssertEqual(server.requests.count, 1, "it is left alone for a while")
        try bench.pipeline.writeStatus()
        let status = try bench.text("outbox/status.json")
        XCTAssertTrue(status.contains("webhook ops: it answers 500"), status)
        server.set { _ in .cut }
        try bench.advance(seconds: 3)
        try bench.pipeline.tellOthers(waiting: 60_000)
        server.set { _ in .answer(204, "") }
        try bench.restart(at: "2026-11-20T15:10:00Z")
        try bench.drop(good, as: "a/2.csv")
        try bench.pipeline.tellOthers(waiting: 60_000)
        let all = try lines(try bench.text("outbox/events/events.jsonl")).compactMap { $0["id"] as? String }
        XCTAssertEqual(all.count, 2)
        let taken = server.requests.suffix(from: 2)
        XCTAssertEqual(try ids(Array(taken)), all, "in their order, each with the id that it has in the file")
        XCTAssertEqual(try Set(ids(server.requests)), Set(all))
        XCTAssertEqual(taken.first?.headers["content-type"], "application/cloudevents-batch+json; charset=utf-8")
        try bench.pipeline.tellOthers(waiting: 60_000)
        XCTAssertEqual(server.requests.count, 2 + taken.count, "what it has it is not given again")
    }

    func testAWebhookThatWantsToBeAskedAgainAtOnceIsLeftAloneAllTheSame() throws {
        let count = Counter()
        let server = try TestServer { _ in
            count.next() > 20 ? .answer(204, "") : .answer(429, "", ["Retry-After": "0"])
        }
        let bench = try PipelineBench(hooked(server), standing: true)
        try bench.pipeline.tellOthers(waiting: 60_000)
        try bench.drop(good, as: "a/1.csv")
        for _ in 0..<3 { try bench.pipeline.tellOthers(waiting: 60_000) }
        XCTAssertEqual(server.requests.count, 1)
        try bench.advance(seconds: 2)
        for _ in 0..<3 { try bench.pipeline.tellOthers(waiting: 60_000) }
        XCTAssertEqual(server.requests.count, 2)
        try bench.advance(seconds: 1)
        try bench.pipeline.tellOthers(waiting: 60_000)
        XCTAssertEqual(server.requests.count, 2, "two seconds then")
    }

    func testAWebhookGetsWhatItAsksForWithItsKey() throws {
        let server = try TestServer { _ in .answer(200, "") }
        let key = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString
        try Files.writeAtomically(Array("s3cret\n".utf8), to: key)
        defer { try? Files.remove(key) }
        let bench = try PipelineBench(
            hooked(server, "campaigns: ['b'], kinds: ['batch.accepted', 'batch.rejected'], key: {file: '\(key)'}"))
        try bench.pipeline.tellOthers(waiting: 60_000)
        try bench.drop(good, as: "a/1.csv")
        try bench.drop(good, as: "b/1.csv")
        try bench.send()
        try bench.pipeline.tellOthers(waiting: 60_000)
        XCTAssertEqual(server.requests.count, 1)
        XCTAssertEqual(server.requests[0].headers["authorization"], "Bearer s3cret")
        XCTAssertTrue(server.requests[0].body.contains("\"campaign\":\"b\""), server.requests[0].body)
        XCTAssertFalse(server.requests[0].body.contains("\"campaign\":\"a\""))
        XCTAssertFalse(server.requests[0].body.contains("parcel.left"))
    }

    func testWhatIsWrongWithAWebhookIsTold() {
        func problems(_ text: String) -> [String] {
            ConfigurationReader.read(Array(text.utf8), file: "w").problems.map(\.description)
        }
        XCTAssertEqual(
            problems("{events: {webhooks: {ops: {}}}}"),
            ["w:1:27: events.webhooks.ops: the key \"url\" is missing: write url: \"https://example.com/waybill\""])
        XCTAssertEqual(
            problems(
                "{campaigns: {clinic: {}}, events: {webhooks: {o: {url: 'https://x.example', campaigns: ['clinik']}}}}"),
            [
                "w:1:89: events.webhooks.o.campaigns[0]: there is no \"clinik\" in campaigns, did you mean \"clinic\"?"
            ])
        XCTAssertEqual(
            problems("{events: {webhooks: {o: {url: 'http://x.example/'}}}}"),
            ["w:1:31: events.webhooks.o.url: without TLS only this machine is called: write https://"])
    }

    private func gunzipped(_ packed: [UInt8]) throws -> String {
        var bytes: [UInt8] = []
        let reader = GzipReader()
        var rest = packed[...]
        while !rest.isEmpty { rest = rest.dropFirst(try reader.decompress(rest, into: &bytes, limit: 1 << 24)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
