import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// The files in `samples/` say what `samples/README.md` and `README.md` tell about them.
final class SamplesTests: XCTestCase {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "samples").path

    private func configuration() throws -> Configuration {
        let (configuration, problems) = ConfigurationReader.read(
            try Files.read(Self.folder + "/waybill.json5", limit: 1 << 20))
        XCTAssertEqual(problems.map(\.description), [])
        return configuration
    }

    /// What a drop's records came to: the codes of each record that was not accepted.
    private struct Verdicts: Equatable {
        var received = 0
        var accepted = 0
        var kind: DropKind?
        var encoding: TextEncoding?
        var byteOrderMark = false
        var compressed = false
        var codes: [UInt32: [String]] = [:]
    }

    private func read(_ file: String, as campaign: String) throws -> Verdicts {
        let configuration = try configuration()
        let path = Self.folder + "/" + file
        let reading = DropReading(
            try DropFile(path: path), campaign: try XCTUnwrap(configuration.campaign(named: campaign)),
            configuration: configuration,
            spillFolder: FileManager.default.temporaryDirectory.path)
        var verdicts = Verdicts()
        _ = try reading.run { part in
            verdicts.received += part.chunk.records.count
            verdicts.accepted += part.verdicts.segment.count
            verdicts.kind = part.format.kind
            verdicts.encoding = part.format.encoding
            verdicts.byteOrderMark = part.format.hasByteOrderMark
            verdicts.compressed = part.format.isCompressed
            for rejection in part.verdicts.rejected + part.verdicts.duplicates {
                verdicts.codes[rejection.number] = rejection.violations.map(\.code)
            }
        }
        XCTAssertEqual(verdicts.received, verdicts.accepted + verdicts.codes.count, file)
        return verdicts
    }

    /// The campaign that takes a file that lies directly in an inbox.
    private func campaign(taking name: String) throws -> String? {
        try configuration().campaigns.first { campaign in
            campaign.drops.contains { DropPattern($0).matches(DropPattern(name)) }
        }?.name
    }

    func testTheExportWithoutHeaderHasTwoBadRecordsAndOneTwice() throws {
        XCTAssertEqual(try campaign(taking: "CRMEXP01.CSV"), "default")
        let verdicts = try read("drops/CRMEXP01.CSV", as: "default")
        XCTAssertEqual(
            verdicts,
            Verdicts(
                received: 24, accepted: 21, kind: .csv, encoding: .utf8,
                codes: [10: ["phone1.impossible-length"], 14: ["phone1.missing"], 17: ["row.duplicate"]]))
    }

    func testTheClinicsListHasAnUnknownZoneAShortNumberAndAPatientTwice() throws {
        XCTAssertEqual(try campaign(taking: "clinic-reminders.csv"), "clinic-reminders")
        XCTAssertEqual(
            try read("drops/clinic-reminders.csv", as: "clinic-reminders"),
            Verdicts(
                received: 20, accepted: 17, kind: .csv, encoding: .utf8,
                codes: [10: ["timezone.unknown"], 13: ["row.duplicate"], 16: ["phone1.impossible-length"]]))
    }

    func testTheGermanExportIsReadWithItsOwnColumnsAndLineBreaks() throws {
        XCTAssertEqual(try campaign(taking: "telefon-service.csv"), "telefon-service")
        XCTAssertEqual(
            try read("drops/telefon-service.csv", as: "telefon-service"),
            Verdicts(
                received: 18, accepted: 15, kind: .csv, encoding: .utf8, byteOrderMark: true,
                codes: [7: ["phone1.invalid"], 10: ["phone1.missing"], 13: ["row.duplicate"]]))
    }

    func testTheInvoicesLetAPersonStandTwiceAndAskForAnAddress() throws {
        XCTAssertEqual(try campaign(taking: "billing-notices.json"), "billing-notices")
        XCTAssertEqual(
            try read("drops/billing-notices.json", as: "billing-notices"),
            Verdicts(
                received: 16, accepted: 14, kind: .jsonArray, encoding: .utf8,
                codes: [8: ["email.invalid"], 11: ["email.missing"]]))
    }

    func testTheCompressedLinesHoldOneThatWasCutShortOneArrayAndOneWithTwoMistakes() throws {
        XCTAssertEqual(try campaign(taking: "collections-1124.jsonl.gz"), "collections")
        let verdicts = try read("drops/collections-1124.jsonl.gz", as: "collections")
        XCTAssertEqual(
            verdicts,
            Verdicts(
                received: 19, accepted: 16, kind: .jsonLines, encoding: .utf8, compressed: true,
                codes: [
                    6: ["row.invalid-json"], 13: ["date.invalid", "priority.invalid"], 16: ["row.not-an-object"],
                ]))
    }

    func testTheDispatchRequestNamesItsCampaignAndOneCountryWrongly() throws {
        let path = Self.folder + "/drops/survey-2026-week-47.json"
        XCTAssertEqual(JSONForm.campaign(inPrefix: try Files.read(path, limit: 1 << 20)), "survey-2026")
        XCTAssertEqual(
            try read("drops/survey-2026-week-47.json", as: "survey-2026"),
            Verdicts(
                received: 40, accepted: 39, kind: .dispatchRequest, encoding: .utf8,
                codes: [12: ["phone1.impossible-length", "country.unknown"]]))
    }

    /// The table of `samples/README.md`, which must have the same rows.
    private let mistakes: [UInt32: [String]] = [
        2: ["phone1.missing"], 3: ["phone1.too-long"], 4: ["phone1.invalid"], 5: ["phone1.invalid"],
        6: ["phone1.impossible-length"], 7: ["phone1.unknown-country"], 8: ["phone2.invalid"],
        9: ["param1.too-long"], 10: ["email.missing"], 11: ["email.invalid"], 12: ["email.too-long"],
        13: ["id.too-long"], 14: ["country.unknown"], 15: ["timezone.unknown"], 16: ["priority.invalid"],
        17: ["date.invalid"], 18: ["message.too-long"], 19: ["consent.missing"], 20: ["row.duplicate"],
        21: ["row.too-few-fields"], 22: ["row.too-many-fields"], 23: ["row.stray-quote"], 24: ["row.stray-quote"],
        25: ["row.invalid-encoding"], 26: ["row.control-character"], 27: ["row.too-large"],
        28: [
            "phone1.impossible-length", "phone2.unknown-country", "email.invalid", "country.unknown",
            "timezone.unknown", "priority.invalid", "date.invalid", "consent.missing",
        ],
        29: ["row.unterminated-quote"],
    ]

    func testTheListOfMistakesMakesEveryMistakeThatCSVCanShow() throws {
        XCTAssertEqual(try campaign(taking: "mistakes.csv"), "mistakes")
        let verdicts = try read("drops/mistakes.csv", as: "mistakes")
        XCTAssertEqual(verdicts.received, 30)
        XCTAssertEqual(verdicts.accepted, 2)
        XCTAssertEqual(verdicts.codes, mistakes)
    }

    func testTheTableOfMistakesInTheReadmeIsTrue() throws {
        let readme = String(decoding: try Files.read(Self.folder + "/README.md", limit: 1 << 20), as: UTF8.self)
        var rows: [UInt32: [String]] = [:]
        for line in readme.split(separator: "\n") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3, let record = UInt32(cells[0]) else { continue }
            rows[record] = cells[1].split(separator: " ").map { $0.trimmingCharacters(in: ["`"]) }
        }
        XCTAssertEqual(rows, mistakes)
    }

    func testTheSideCarAgreesWithItsFile() throws {
        let path = Self.folder + "/drops/evening-list.csv"
        var sidecar = Sidecar()
        try sidecar.read(meta: try Files.read(path + DropName.metaSuffix, limit: 1 << 20))
        XCTAssertEqual(sidecar.sha256, SHA256.hex(SHA256.hash(try Files.read(path, limit: 1 << 20))))
        let verdicts = try read("drops/evening-list.csv", as: try XCTUnwrap(sidecar.campaign))
        XCTAssertEqual(verdicts.received, sidecar.records)
        XCTAssertEqual(verdicts.accepted, 3)
    }

    func testEveryTemplateIsThereAndFindsItsColumns() throws {
        let configuration = try configuration()
        let samples = [
            "clinic-reminders": "drops/clinic-reminders.csv", "billing-notices": "drops/billing-notices.json",
        ]
        for campaign in configuration.campaigns {
            for (name, files) in campaign.templates {
                let (template, problems) = Workspace(root: Self.folder).template(of: files)
                XCTAssertEqual(problems.map(\.description), [], name)
                let sample = try XCTUnwrap(samples[campaign.name], "\(campaign.name) has a template and no sample")
                let reading = DropReading(
                    try DropFile(path: Self.folder + "/" + sample), campaign: campaign, configuration: configuration,
                    spillFolder: FileManager.default.temporaryDirectory.path)
                let schema = try reading.run { _ in }.schema
                var message: [UInt8] = []
                let values = ContactValues(schema.columns.map { _ in [UInt8(0x78)][...] })
                for texts in [template.base] + template.languages.values {
                    for text in texts.all {
                        message = []
                        try MessageRenderer(template: StepTemplate(text: text), schema: schema)
                            .append(values, to: &message)
                        XCTAssertFalse(message.isEmpty, name)
                    }
                }
            }
        }
    }

    // MARK: - Results

    private func rows(_ file: String) throws -> (names: [String], rows: [[ArraySlice<UInt8>]]) {
        var campaign = Campaign(name: "results")
        campaign.header = .set(true)
        campaign.require = []
        var decoder = DropDecoder(settings: DecodeSettings(campaign: campaign, limits: Configuration().limits))
        let chunks = try decoder.push(try Files.read(Self.folder + "/" + file, limit: 1 << 20), isLast: true)
        let rows = chunks.flatMap { chunk in
            chunk.records.map { record in
                (0..<Int(record.fieldCount)).map { chunk.value(chunk.fields[Int(record.firstField) + $0]) }
            }
        }
        return (decoder.schema.columns.map(\.name), rows)
    }

    func testTheReceiptsAreUsableButForAMisspeltEvent() throws {
        let (names, rows) = try rows("results/_receipts/clinic-receipts.csv")
        let columns = try ReceiptColumns(names: names)
        let readings = rows.map(columns.read)
        XCTAssertEqual(readings.map { $0.row != nil }, [true, true, true, true, true, false, true, true])
        XCTAssertEqual(readings[5].problems.map(\.code), [.eventUnknown])
        XCTAssertEqual(readings[5].problems.first?.hint, "Did you mean \"delivered\"?")
    }

    func testTheRepliesSayStopHelpAndOtherThings() throws {
        let (names, rows) = try rows("results/_replies/clinic-replies.csv")
        let columns = try ReplyColumns(names: names)
        let keywords = ReplyKeywords(try XCTUnwrap(configuration().campaign(named: "clinic-reminders")).keywords)
        XCTAssertEqual(
            try rows.map { keywords.meaning(of: try XCTUnwrap(columns.read($0).row).text) },
            [.response, .stop, .help, .stop, .response])
    }

    func testTheDoNotContactListHasANumberAndAnAddress() throws {
        let bytes = try Files.read(Self.folder + "/results/_suppress/do-not-contact.csv", limit: 1 << 20)
        let rules = ListingRules(try configuration(), at: Timestamp(milliseconds: 1_764_000_000_000))
        let list = try ReadList(bytes)
        for entry in list.entries { XCTAssertEqual(rules.read(entry).violations, []) }
        XCTAssertEqual(list.entries.map(\.kind), ["phone", "email"])
    }

    /// Ranges set aside for fiction: 555-0100 … 0199, Ofcom's and the Bundesnetzagentur's drama numbers.
    func testNoNumberInTheSamplesIsAnybodys() throws {
        let fiction = try Regex(
            #"\+(1[2-9]\d\d55501\d\d|447700900\d{3}|442079460\d{3}|493023125\d{3}|496990009\d{3}|494066969\d{3}|"#
                + #"492214710\d{3}|498999998\d{3}|4917139200\d\d)"#)
        let configuration = try configuration()
        var seen = 0
        for file in try Files.list(Self.folder + "/drops") where !file.hasSuffix(".meta.json") {
            let name = try campaign(taking: file) ?? "default"
            let reading = DropReading(
                try DropFile(path: Self.folder + "/drops/" + file),
                campaign: try XCTUnwrap(configuration.campaign(named: name)),
                configuration: configuration, spillFolder: FileManager.default.temporaryDirectory.path)
            _ = try reading.run { part in
                let schema = part.chunk.schema
                for index in 0..<part.verdicts.segment.count {
                    let values = part.verdicts.segment.values(at: index, columns: schema.columns.count)
                    for position in Field.phones.compactMap(schema.position) where !values[position].isEmpty {
                        let number = String(decoding: values[position], as: UTF8.self)
                        XCTAssertNotNil(try fiction.wholeMatch(in: number), "\(file): \(number)")
                        seen += 1
                    }
                }
            }
        }
        XCTAssertGreaterThan(seen, 100)
    }
}
