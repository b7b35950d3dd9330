import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// Whose a drop is: by its names, the batch it corrects, and what of an inbox is nobody's (contract §1, §3).
final class WhoseDropTests: XCTestCase {
    private let parent = "20261120-000001"
    /// Contacts of `clinic` wait for ever; those of `default` leave at once.
    private let clinic = """
        {campaigns: {clinic: {drops: ['clinic_*.csv', 'visite_\u{E9}t\u{E9}*.csv'], policy: 'closed'}},
         policies: {closed: {startAfter: '2030-01-01T00:00:00Z'}}}
        """

    private func campaign(_ bench: PipelineBench, _ number: Int) throws -> String? {
        try bench.acknowledgement(number)["campaign"] as? String
    }

    // MARK: Names

    func testANameThatDiffersFromAPatternInCaseOrUnicodeFormGoesToItsCampaign() throws {
        let names = [
            "clinic_1.csv", "CLINIC_2.CSV", "Clinic_3.Csv", "visite_e\u{301}te\u{301}.csv", "VISITE_\u{C9}T\u{C9}.CSV",
        ]
        let bench = try PipelineBench(clinic)
        for (index, name) in names.enumerated() {
            try bench.drop("phone1\n+1415555010\(index)\n", as: name)
            XCTAssertEqual(try campaign(bench, index + 1), "clinic", name)
        }
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch"), [])
        try bench.drop("phone1\n+14155550109\n", as: "clinical.csv")
        XCTAssertEqual(try campaign(bench, names.count + 1), "default")
    }

    func testACampaignsFolderIsItsOwnInWhateverCase() throws {
        let bench = try PipelineBench(clinic)
        try bench.drop("phone1\n+14155550101\n", as: "CLINIC/list.csv")
        XCTAssertEqual(try campaign(bench, 1), "clinic")
        try bench.drop("phone1\n+14155550102\n", as: "clinic2/list.csv")
        XCTAssertTrue((try bench.acknowledgement(2)["reason"] as? String ?? "").hasPrefix("drop.no-campaign"))
    }

    func testTwoCampaignsWhoseNamesAreEqualWhenFoldedAreAConfigurationError() {
        for names in [
            "clinic: {}, Clinic: {}", "'\u{E9}t\u{E9}': {}, '\u{C9}T\u{C9}': {}", "Default: {}",
            "'straße': {}, STRASSE: {}",
        ] {
            let problems = ConfigurationReader.read(Array("{campaigns: {\(names)}}".utf8)).problems
            XCTAssertEqual(problems.map(\.severity), [.error], names)
        }
    }

    // MARK: Corrections

    func testAMendedFileSavedAsTheNoticeSaysGoesToTheCampaignOfItsBatchWhateverThePatterns() throws {
        let bench = try PipelineBench(clinic)
        try bench.drop("phone1,id\n+14155550101,a\n12,b\n", as: "clinic/list.csv")
        try bench.drop("phone1,id\n+14155550101,a\n+14155550102,b\n", as: "list-\(parent).csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["campaign"] as? String, "clinic")
        XCTAssertEqual(ack["corrects"] as? String, parent)
        XCTAssertEqual(ack["accepted"] as? Int, 1)
        XCTAssertEqual(ack["duplicates"] as? Int, 1)
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch"), [])
    }

    func testASideCarThatCorrectsTakesTheDropToTheCampaignOfItsBatch() throws {
        let bench = try PipelineBench(clinic)
        try bench.drop("phone1,id\n+14155550101,a\n12,b\n", as: "clinic_1.csv")
        try bench.drop(
            bytes: Array("phone1,id\n+14155550102,b\n".utf8), as: "mended.csv", meta: #"{"corrects": "\#(parent)"}"#)
        XCTAssertEqual(try campaign(bench, 2), "clinic")
    }

    func testASideCarThatCorrectsNoBatchOrOneOfAnotherCampaignIsRefused() throws {
        let bench = try PipelineBench(clinic)
        try bench.drop("phone1,id\n+14155550101,a\n12,b\n", as: "clinic_1.csv")
        let bad = [
            #"{"corrects": "20261119-000001"}"#, #"{"corrects": "20261120-000099"}"#,
            #"{"corrects": "\#(parent)", "campaign": "default"}"#,
        ]
        for (index, meta) in bad.enumerated() {
            try bench.drop(bytes: Array("phone1,id\n+14155550102,b\n".utf8), as: "mended.csv", meta: meta)
            let ack = try bench.acknowledgement(index + 2)
            XCTAssertEqual(ack["status"] as? String, "rejected", meta)
            XCTAssertTrue((ack["reason"] as? String ?? "").hasPrefix("drop.corrects-unknown"), meta)
        }
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch"), [])
    }

    func testABatchIDInANameThatIsNoCorrectionIsRefusedOnlyWhereNothingButTheStarOfDefaultTakesTheDrop() throws {
        let rows = "phone1\n+14155550109\n"
        // Never there; there, and without rejects; a time.
        for id in ["20261119-000001", parent, "20261120-101500"] {
            let bench = try PipelineBench(clinic)
            try bench.drop("phone1\n+14155550101\n", as: "clinic_0.csv")
            for name in ["list-\(id).csv", "clinic_\(id).csv", "clinic/list-\(id).csv", "default/list-\(id).csv"] {
                try bench.drop(rows.replacing("109", with: "10\(name.count % 10)"), as: name)
            }
            XCTAssertTrue(
                (try bench.acknowledgement(2)["reason"] as? String ?? "").hasPrefix("drop.corrects-unknown"), id)
            XCTAssertEqual(try (3...5).map { try campaign(bench, $0) }, ["clinic", "clinic", "default"], id)
            XCTAssertEqual(try bench.acknowledgement(5)["status"] as? String, "accepted", id)
        }
        // A campaign of one's own patterns for `default` means them, and one for everything has nothing to confuse.
        for configuration in ["{campaigns: {clinic: {}, default: {drops: ['calls_*']}}}", "{}"] {
            let bench = try PipelineBench(configuration)
            try bench.drop(rows, as: "calls_20261120-101500.csv")
            XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted", configuration)
        }
    }

    func testAMendedFileOfACampaignThatWasTakenOutOfTheConfigurationIsNotSentByTheLastOneLeft() throws {
        let bench = try PipelineBench(clinic, standing: true)
        try bench.drop("phone1,id\n+14155550101,a\n12,b\n", as: "clinic_1.csv")
        try bench.restart(at: "2026-11-20T16:00:00Z", with: "{}")
        try bench.drop("phone1,id\n+14155550102,b\n", as: "clinic_1-\(parent).csv")
        XCTAssertTrue((try bench.acknowledgement(2)["reason"] as? String ?? "").hasPrefix("drop.corrects-unknown"))
    }

    // MARK: Identity

    func testTheSameContentForASecondCampaignIsNoDuplicateAndCompressedItIs() throws {
        let bench = try PipelineBench("{campaigns: {a: {}, b: {}}}")
        let rows = Array("phone1\n+14155550101\n+14155550102\n".utf8)
        let compressed = try Gzip.bytes(rows)
        try bench.drop(rows, as: "a/list.csv")
        try bench.drop(rows, as: "b/list.csv")
        try bench.drop(compressed, as: "a/list.csv.gz")
        try bench.drop(rows, as: "b/again.csv")
        let statuses = try (1...4).map { try bench.acknowledgement($0)["status"] as? String }
        XCTAssertEqual(statuses, ["accepted", "accepted", "duplicate", "duplicate"])
        XCTAssertEqual(try bench.acknowledgement(3)["firstBatch"] as? String, parent)
        XCTAssertEqual(try bench.acknowledgement(4)["firstBatch"] as? String, "20261120-000002")
        XCTAssertEqual(try bench.acknowledgement(3)["sha256"] as? String, SHA256.hex(SHA256.hash(compressed)))
    }

    func testWhatCameCompressedIsKnownUncompressedAndCompressedOtherwise() throws {
        let bench = try PipelineBench()
        let rows = Array("phone1\n+14155550101\n+14155550102\n".utf8)
        // Two members, one behind the other, are the same content.
        let whole = try Gzip.bytes(rows)
        let parts = try Gzip.bytes(Array(rows.prefix(9))) + Gzip.bytes(Array(rows.dropFirst(9)))
        XCTAssertNotEqual(whole, parts)
        try bench.drop(whole, as: "a.csv.gz")
        for (index, bytes) in [rows, parts, whole].enumerated() {
            try bench.drop(bytes, as: "b\(index).csv")
            XCTAssertEqual(try bench.acknowledgement(index + 2)["firstBatch"] as? String, parent, "\(index)")
        }
    }

    // MARK: Folders that are nobody's

    func testAFolderThatBeginsWithAnUnderscoreAndIsNotKnownIsLeftAloneAndReportedAtOnce() throws {
        let rows = "phone1\n+14155550101\n"
        let places = [
            "_dnc": "names no other", "_suppression": "did you mean _suppress?", "_Urgent": "did you mean _urgent?",
            "_events": "not read yet", "_Calendars": "not read yet", "default/_suppress": "in the inbox itself only",
            "default/_dnc": "it is not read",
        ]
        let bench = try PipelineBench()
        for place in places.keys { try bench.put(rows, as: place + "/list.csv") }
        try bench.settle()
        try bench.send()
        XCTAssertEqual(bench.files("outbox/acks"), [])
        XCTAssertEqual(bench.files("inbox"), places.keys.map { $0 + "/list.csv" }.sorted())
        try bench.pipeline.writeStatus()
        let stuck = try XCTUnwrap(try bench.json("outbox/status.json")["stuck"] as? [[String: Any]])
        XCTAssertEqual(Set(stuck.compactMap { $0["file"] as? String }), Set(places.keys.map { "inbox/" + $0 }))
        for (place, words) in places where words != "names no other" {
            XCTAssertTrue(
                stuck.contains {
                    $0["file"] as? String == "inbox/" + place && ($0["reason"] as? String ?? "").contains(words)
                },
                "\(place): \(stuck)")
        }
        let told = bench.logged.with("folder.left-alone")
        XCTAssertEqual(told.count, places.count, "\(told)")
        XCTAssertTrue(told.allSatisfy { $0.contains(" error ") }, "\(told)")
    }

    func testAListInAFolderWhoseNameDiffersInCaseIsAList() throws {
        let bench = try PipelineBench()
        try bench.put("+14155550101\n", as: "_Suppress/stops.txt")
        try bench.settle()
        XCTAssertEqual(try campaign(bench, 1), "_suppress")
        try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "list.csv")
        XCTAssertEqual(try bench.sentTo(), ["+14155550102"])
    }

    func testAClaimThatAnEarlierProgramMadeInSuchAFolderIsRefusedNotSent() {
        XCTAssertThrowsError(
            try DropCampaign(
                sidecar: Sidecar(), folder: "_dnc", name: "list.csv", in: Configuration(), batch: { _ in nil },
                content: { nil })
        ) { XCTAssertEqual(($0 as? RefusedDrop)?.code, .noCampaign) }
    }
}
