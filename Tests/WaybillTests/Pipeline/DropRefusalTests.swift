import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// Each reason for which a drop is refused whole: what its acknowledgement says, and what lies in the quarantine.
final class DropRefusalTests: XCTestCase {
    private struct Refused {
        let code: DropRefusal
        var configuration = "{}"
        var name = "list.csv"
        var bytes: [UInt8]
        var meta: String?
        /// Of its records, those that could be counted.
        var received = 0
        /// The code of each row of `errors.csv`.
        var codes: [String] = []

        init(
            _ code: DropRefusal, _ text: String, configuration: String = "{}", name: String = "list.csv",
            meta: String? = nil, received: Int = 0, codes: [String] = []
        ) {
            self.code = code
            self.configuration = configuration
            self.name = name
            bytes = Array(text.utf8)
            self.meta = meta
            self.received = received
            self.codes = codes
        }
    }

    /// Three records, of which the last is bad.
    private static let three = "phone1,name\n+14155550101,Ann\n+14155550102,Bob\n12,Cid\n"

    private static func own(_ code: String) -> [String] { [code, code, "phone1.impossible-length"] }

    private static let refused = [
        Refused(.empty, "phone1,name\n"),
        Refused(
            .noValidRecords, "phone1,name\n12,Ann\n,Bob\n", received: 2,
            codes: ["phone1.impossible-length", "phone1.missing"]),
        Refused(.unknownFormat, "Dear colleagues\nplease find the list attached\n"),
        Refused(.noCampaign, three, configuration: "{campaigns: {clinic: {}}}", name: "clinc/list.csv"),
        Refused(.correctsUnknown, three, meta: #"{"corrects": "20261119-000001"}"#),
        Refused(.repeatsUnknown, three, meta: #"{"repeats": "2026-11-20"}"#),
        Refused(
            .missingPhone, "id,name\n1,Ann\n2,Bob\n", received: 2,
            codes: ["header.missing-phone", "header.missing-phone"]),
        Refused(
            .duplicateHeader, "phone1,Phone 1\n+14155550101,12\n12,\n", received: 2,
            codes: ["header.duplicate", "header.duplicate"]),
        Refused(
            .unknownHeader, "phone1,shoe size\n+14155550101,44\n",
            configuration: "{campaigns: {default: {unknownColumns: 'reject'}}}", received: 1, codes: ["header.unknown"]),
        Refused(.countMismatch, three, meta: #"{"records": 4}"#, received: 3, codes: own("drop.count-mismatch")),
        Refused(
            .checksumMismatch, three, meta: #"{"sha256": ""# + String(repeating: "0", count: 64) + #""}"#, received: 3,
            codes: own("drop.checksum-mismatch")),
        Refused(
            .tooManyRejects, three, configuration: "{campaigns: {default: {rejectLimit: '10%'}}}", received: 3,
            codes: own("drop.too-many-rejects")),
        Refused(.tooLarge, three, configuration: "{limits: {dropBytes: 20}}"),
        Refused(
            .truncated, three, configuration: "{campaigns: {default: {trailer: {starts: 'END'}}}}", received: 3,
            codes: own("drop.truncated")),
        Refused(.unreadable, three, meta: #"{"record": 3}"#),
    ]

    private func assertRefused(_ refused: Refused, _ bench: PipelineBench, line: UInt = #line) throws {
        let code = refused.code.rawValue
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["status"] as? String, "rejected", code, line: line)
        let reason = try bench.refusal(1)
        XCTAssertTrue(reason.hasPrefix(code + ": "), "\(code): \(reason)", line: line)
        XCTAssertGreaterThan(reason.utf8.count, code.utf8.count + 20, reason, line: line)
        XCTAssertEqual(ack["received"] as? Int, refused.received, code, line: line)
        XCTAssertEqual(ack["rejected"] as? Int, refused.received, code, line: line)
        XCTAssertEqual(ack["accepted"] as? Int, 0, code, line: line)
        XCTAssertEqual(ack["duplicates"] as? Int, 0, code, line: line)
        var counts: [String: Int] = [:]
        for code in refused.codes { counts[code, default: 0] += 1 }
        XCTAssertEqual(ack["rejectsByCode"] as? [String: Int], counts, code, line: line)
        let rows = try bench.notice(1, "errors.csv").split(separator: "\n").dropFirst()
        XCTAssertEqual(
            rows.map { String($0.split(separator: ",", omittingEmptySubsequences: false)[4]) }, refused.codes, code,
            line: line)
        XCTAssertTrue(try bench.notice(1, "notice.txt").contains(code), code, line: line)
        let name = String(refused.name.split(separator: "/").last ?? "")
        let kept = bench.files("state/quarantine/2026-11-20")
        let drop = kept.filter { $0.hasSuffix("-" + name) }
        XCTAssertEqual(drop.count, 1, "\(code): \(kept)", line: line)
        if let drop = drop.first {
            XCTAssertEqual(
                try Files.read(bench.root + "/state/quarantine/2026-11-20/" + drop, limit: 1 << 26), refused.bytes,
                code, line: line)
        }
        let why = kept.filter { $0.hasSuffix("-\(name).reason.txt") }
        XCTAssertEqual(why.count, 1, "\(code): \(kept)", line: line)
        XCTAssertEqual(
            try why.map { try bench.text("state/quarantine/2026-11-20/" + $0) }, [reason + "\n"], code, line: line)
        XCTAssertEqual(kept.count, refused.meta == nil ? 2 : 3, "\(code): \(kept)", line: line)
        XCTAssertEqual(bench.files("inbox"), [], code, line: line)
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch"), [], code, line: line)
    }

    func testEachReasonIsToldAndKeptWithTheDrop() throws {
        for refused in Self.refused {
            let bench = try PipelineBench(refused.configuration)
            if refused.name.contains("/") {
                try bench.drop(String(decoding: refused.bytes, as: UTF8.self), as: refused.name)
            } else {
                try bench.drop(bytes: refused.bytes, as: refused.name, meta: refused.meta)
            }
            try assertRefused(refused, bench)
        }
    }

    func testAGzipFileThatGrowsTooMuchIsRefused() throws {
        var refused = Refused(.bomb, "", name: "list.csv.gz")
        var bytes = Array("phone1,name\n".utf8)
        bytes += [UInt8](repeating: 0x30, count: 24 << 20)
        refused.bytes = try Gzip.bytes(bytes)
        let bench = try PipelineBench()
        try bench.drop(bytes: refused.bytes, as: refused.name)
        try assertRefused(refused, bench)
    }

    func testAGzipFileThatEndsInTheMiddleIsRefused() throws {
        var refused = Refused(.truncated, "", name: "list.csv.gz")
        refused.bytes = try Gzip.bytes(Array(Self.three.utf8), cut: 4)
        let bench = try PipelineBench()
        try bench.drop(bytes: refused.bytes, as: refused.name)
        let ack = try bench.acknowledgement(1)
        XCTAssertTrue((ack["reason"] as? String ?? "").hasPrefix("drop.truncated"))
        XCTAssertEqual(ack["accepted"] as? Int, 0)
        XCTAssertEqual(ack["received"] as? Int, ack["rejected"] as? Int)
        XCTAssertEqual(bench.files("state/quarantine/2026-11-20").count, 2)
    }

    func testALinkIsRefusedAndWhatItLeadsToIsLeftAlone() throws {
        let bench = try PipelineBench()
        let outside = bench.root + "/outside.csv"
        try Files.writeAtomically(Array(Self.three.utf8), to: outside)
        try FileManager.default.createSymbolicLink(
            atPath: bench.root + "/inbox/list.csv", withDestinationPath: outside)
        bench.pipeline.claims.noteArrival(place: .init(folder: ""), name: "list.csv")
        try bench.take()
        let ack = try bench.acknowledgement(1)
        XCTAssertTrue((ack["reason"] as? String ?? "").hasPrefix("drop.not-a-file"))
        XCTAssertEqual(ack["received"] as? Int, 0)
        XCTAssertTrue(try Files.exists(outside))
        let kept = try Files.list(bench.root + "/state/quarantine/2026-11-20")
        XCTAssertEqual(kept.count, 2, "\(kept)")
    }

    func testEveryReasonHasItsTest() {
        let apart: Set<DropRefusal> = [.bomb, .changed, .notAFile]
        XCTAssertEqual(Set(DropRefusal.allCases).subtracting(Self.refused.map(\.code)), apart)
    }
}
