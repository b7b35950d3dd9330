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
            .modeUnknown, three, meta: #"{"mode": "udpate"}"#, received: 3, codes: own("drop.mode-unknown")),
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

    // MARK: - What to do about it

    private func told(_ bytes: [UInt8], _ campaign: String = "", as name: String = "a.csv") throws -> String {
        let bench = try PipelineBench("{campaigns: {default: {\(campaign)}}}")
        try bench.drop(bytes, as: name)
        return try bench.refusal(1)
    }

    func testATableUnderAnotherDelimiterThanTheOneThatIsSetNamesBoth() throws {
        for (text, set, words) in [
            ("phone1\tname\n+14155550101\tAnn, B\n", ";", ["is a semicolon", "parted by a tab"]),
            ("phone1;name\n+14155550101;Ann\n", "\\t", ["is a tab", "parted by a semicolon"]),
            ("+14155550101|Ann|x\n", ",", ["is a comma", "parted by a bar"]),
        ] {
            let found = try told(Array(text.utf8), "delimiter: \"\(set)\"")
            XCTAssertTrue(found.hasPrefix("drop.unknown-format: the campaign's delimiter "), found)
            for word in words + ["set the campaign's delimiter to that or to \"auto\""] {
                XCTAssertTrue(found.contains(word), found)
            }
        }
        XCTAssertFalse(try told(Array("no;table\nat;all\n".utf8), "delimiter: \"\\t\"").contains("parted by"))
    }

    func testUTF16WithoutItsMarkIsToldByItsOrderAndInListsWithWhatASenderCanDo() throws {
        let text = "phone1,name\n+14155550101,Ann\n"
        let little = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        for (bytes, encoding) in [(little, "utf-16le"), (big, "utf-16be")] {
            let found = try told(bytes)
            XCTAssertTrue(found.hasSuffix("set the campaign's encoding to \"\(encoding)\", or save it as UTF-8"), found)
            let bench = try PipelineBench("{campaigns: {default: {encoding: \"\(encoding)\"}}}")
            try bench.drop(bytes, as: "a.csv")
            XCTAssertEqual(try bench.acknowledgement(1)["accepted"] as? Int, 1)
            let list = try told(bytes, as: "_suppress/l.csv")
            XCTAssertTrue(list.hasSuffix("; save it as UTF-8, or as UTF-16 with its mark"), list)
        }
    }

    func testAMailAmongRepliesSaysWhereMailsAreReadAndHowAnAnswerIsWritten() throws {
        let mail = Array("From: Ann <ann@example.com>\nTo: us@example.org\nSubject: Re: offer\n\nSTOP\n".utf8)
        let found = try told(mail, as: "_replies/a.eml")
        XCTAssertTrue(found.contains("is an e-mail message; mails that came back are read in _receipts"), found)
        XCTAssertTrue(found.contains("from,to,text,at"), found)
        XCTAssertFalse(found.contains("attached"), found)
        XCTAssertTrue(try told(mail).hasSuffix("is an e-mail message; drop what is attached to it"))
    }

    func testAHoldSaysOnceWhatToDo() throws {
        let bench = try PipelineBench()
        for path in ["_suppress/2026/list.csv", "x/_replies/r.csv"] {
            try Files.createFolder(Files.folder(of: bench.root + "/inbox/" + path))
            try Files.writeAtomically([1], to: bench.root + "/inbox/" + path)
        }
        try Files.writeAtomically([], to: bench.root + "/inbox/_suppress/empty.csv")
        try bench.take()
        let told = try bench.pipeline.claims.unheard(at: bench.pipeline.context.monotonic()).map(\.hold.problem)
            .sorted()
        XCTAssertEqual(
            told,
            [
                "a folder of this name is read in the inbox itself only, and nobody knows what its files say; move them there",
                "folders are not looked into here, and nobody knows what its files say; put them beside it",
                "it has no bytes; put it right or move it away",
            ])
    }

    func testAFileWhereAFolderOfTheWorkspaceBelongsIsAConfigurationError() throws {
        for setting in ["inbox", "outbox", "state"] {
            let root = NSTemporaryDirectory() + "waybill-" + UUID().uuidString
            defer { try? Files.removeTree(root) }
            try Files.createFolder(root)
            try Files.writeAtomically([1], to: root + "/" + setting)
            let problems = try Workspace(root: root).configuration().1
            XCTAssertEqual(problems.map(\.path), [setting])
            XCTAssertTrue(
                problems.allSatisfy { $0.severity == .error && $0.message.contains("is a file") }, "\(problems)")
        }
    }
}
