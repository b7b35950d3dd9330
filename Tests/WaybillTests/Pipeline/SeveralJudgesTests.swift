import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// However many judge a drop, what comes of it is the same to the byte.
final class SeveralJudgesTests: XCTestCase {
    /// What a reading gives, chunk by chunk.
    private struct Reading: Equatable {
        var segments: [[UInt8]] = []
        var keys: [[UInt64]] = []
        var rejected: [Rejection] = []
        var duplicates: [Rejection] = []
        var read: [Int64] = []
        var normalised = 0
        var unknownStates = 0
        var recipients: [RecipientEntry] = []
        var digest: [UInt8] = []
        var refusal: String?
    }

    private func read(_ text: [UInt8], as name: String, _ campaign: Campaign, judges: Int) throws -> Reading {
        let folder = try TestWorkspace()
        try Data(text).write(to: URL(fileURLWithPath: folder.path + "/" + name))
        var campaign = campaign
        campaign.sampling = [.percent(percent: 50, by: "param1")]
        let reading = DropReading(
            try DropFile(path: folder.path + "/" + name), campaign: campaign, configuration: Configuration(),
            spillFolder: folder.path, judges: judges)
        var result = Reading()
        do {
            let findings = try reading.run { part in
                result.segments.append(part.verdicts.segment.bytes)
                result.keys.append(part.verdicts.keys)
                // One block is judged on the caller's thread, where nothing is gained by doing it before.
                if text.count > DropReading.blockSize { checkWhatJudgesDidBeside(part, campaign) }
                result.rejected += part.verdicts.rejected
                result.duplicates += part.verdicts.duplicates
                result.read.append(part.bytesRead)
            }
            result.normalised = findings.normalised
            result.unknownStates = findings.unknownStates
            result.digest = findings.sha256
            guard var recipients = findings.recipients else { return result }
            while let entry = try recipients.next() { result.recipients.append(entry) }
        } catch {
            result.refusal = "\(error)"
        }
        return result
    }

    /// What the judges found for the sampling and wrote of rejected records is what others find and write later.
    private func checkWhatJudgesDidBeside(_ part: DropReading.Part, _ campaign: Campaign) {
        let sampler = Sampler(rules: campaign.sampling, seed: campaign.seed, drop: part.salt)
        XCTAssertEqual(
            part.verdicts.hashes,
            sampler.hashes(of: part.verdicts.segment, columns: sampler.columns(in: part.chunk.schema)))
        XCTAssertEqual(part.verdicts.hashes?.count, part.verdicts.segment.count)
        for rejection in part.verdicts.rejected {
            var rows: [UInt8] = []
            for violation in rejection.violations {
                ErrorsFile.append(
                    record: rejection.number, line: rejection.line, byte: rejection.byte, violation, to: &rows)
            }
            XCTAssertFalse(rows.isEmpty)
            XCTAssertEqual(rejection.rows, rows)
        }
    }

    private static let columns = ["phone1", "phone2", "email", "state", "timezone", "priority", "id", "note", "param1"]

    /// Values at the edge of every rule, good ones among them.
    private static let values = [
        "", " ", "+14155550100", "+1 (415) 555-0101", "(415) 555-0102", "0049 30 23125100", "12", "415-555-0103/4",
        "ann@example.com", "Ann.Bee@Example.COM", "a@b", "@", "x..y@example.com", "ann@b\u{FC}cher.example", "FL",
        "Florida", "Atlantis", "Europe/Berlin", "Nowhere", "high", "7", "\u{A0}+14155550104\u{A0}", "\u{FEFF}x",
        "a,b", "say \"so\"", "two\nlines", "x\u{1}y", String(repeating: "n", count: 254),
        String(repeating: "n", count: 255), String(repeating: "n", count: 700),
    ]

    /// A value of a row: one of three rows is hostile.
    private func value(_ column: Int, row: Int, _ random: inout SeededGenerator) -> String {
        let isHostile = row % 3 == 0
        if column == 0, !isHostile { return "+1415555\(1_000 + Int.random(in: 0..<9_000, using: &random))" }
        if isHostile || column >= Self.columns.count { return Self.values.randomElement(using: &random) ?? "" }
        switch Self.columns[column] {
        case "phone2": return Bool.random(using: &random) ? " +1 (415) 555-0109" : ""
        case "state": return Bool.random(using: &random) ? "Atlantis" : "FL"
        case "note", "param1": return ["", "x ", "a,b", "say \"so\"", "two\nlines"].randomElement(using: &random) ?? ""
        default: return ""
        }
    }

    private func csv(rows: Int, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = Array((Self.columns.joined(separator: ",") + "\r\n").utf8)
        for row in 0..<rows {
            let count = Int.random(in: 0...20, using: &random) == 0 ? Int.random(in: 1...11, using: &random) : 9
            for column in 0..<count {
                if column > 0 { bytes.append(0x2C) }
                var value = value(column, row: row, &random)
                if value.contains(where: { ",\"\n".contains($0) }) || Bool.random(using: &random) {
                    value = "\"" + value.replacingOccurrences(of: "\"", with: "\"\"") + "\""
                }
                bytes += Array(value.utf8)
                if Int.random(in: 0..<400, using: &random) == 0 { bytes.append(0xFF) }
                if Int.random(in: 0..<2_000, using: &random) == 0 { bytes.append(0x22) }
            }
            bytes += row % 7 == 0 ? [0x0D, 0x0A] : [0x0A]
        }
        return bytes
    }

    private func jsonLines(rows: Int, _ random: inout SeededGenerator) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for row in 0..<rows {
            var object: [String: Any] = [:]
            for (place, column) in Self.columns.enumerated() where place == 0 || Bool.random(using: &random) {
                object[column] = value(place, row: row, &random)
            }
            // Columns are found on the way.
            if row % 500 == 499 { object["found\(row)"] = row }
            bytes += try JSONSerialization.data(withJSONObject: object) + [0x0A]
            if row % 97 == 0 { bytes += Array("{\"phone1\": \n".utf8) }
        }
        return bytes
    }

    func testADropIsTheSameHoweverManyJudgeIt() throws {
        var random = SeededGenerator(seed: TestSeed.next())
        var keeping = Campaign(name: "default")
        keeping.duplicates = .keep
        for campaign in [Campaign(name: "default"), keeping] {
            let csv = csv(rows: 14_000, &random)
            let json = try jsonLines(rows: 8_000, &random)
            XCTAssertGreaterThan(min(csv.count, json.count), 4 * DropReading.blockSize)
            for (text, name) in [(csv, "drop.csv"), (json, "drop.jsonl")].prefix(campaign.duplicates == .keep ? 1 : 2) {
                let one = try read(text, as: name, campaign, judges: 1)
                XCTAssertNil(one.refusal)
                XCTAssertGreaterThan(one.segments.count, 4)
                XCTAssertGreaterThan(one.keys.joined().count, 1_000)
                XCTAssertFalse(one.rejected.isEmpty)
                XCTAssertEqual(one.duplicates.isEmpty, campaign.duplicates == .keep)
                XCTAssertGreaterThan(one.normalised, 0)
                XCTAssertGreaterThan(one.unknownStates, 0)
                for judges in [2, 5] {
                    let several = try read(text, as: name, campaign, judges: judges)
                    XCTAssertTrue(several == one, "\(judges) judges of \(name), which is kept: \(keeping.duplicates)")
                }
            }
        }
    }

    /// Of several places at which a drop is refused, the first in the file counts, whoever comes to it first.
    func testTheFirstRefusalInTheFileCounts() throws {
        let row = "+14155550142," + String(repeating: "x", count: 90) + "\n"
        let block = String(repeating: row, count: 2 * DropReading.blockSize / row.utf8.count)
        let table = "name,phone\nDi,+14155550144\n"
        let text = Array(("phone,name\n" + block + table + block + table + block + table).utf8)
        let line = block.split(separator: "\n").count + 2
        for judges in [1, 2, 4] {
            for _ in 0..<5 {
                let refusal = try read(text, as: "drop.csv", Campaign(name: "default"), judges: judges).refusal
                XCTAssertTrue(refusal?.contains("begins on line \(line);") == true, refusal ?? "accepted")
            }
        }
    }

    func testAStateThatADuplicateRepeatsIsCountedOnce() throws {
        let text = "phone1,state\n+14155550142,Atlantis\n+14155550142,Atlantis\n+14155550143,FL\n"
        let reading = try read(Array(text.utf8), as: "drop.csv", Campaign(name: "default"), judges: 1)
        XCTAssertEqual(reading.duplicates.count, 1)
        XCTAssertEqual(reading.unknownStates, 2, "once for each record")
    }
}
