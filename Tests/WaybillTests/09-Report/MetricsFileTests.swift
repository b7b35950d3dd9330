import Foundation
import XCTest

@testable import Waybill

/// `metrics.prom`: what OpenMetrics and Prometheus ask of names and lines, and the samples that go by them.
final class MetricsFileTests: XCTestCase {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private func sample(_ name: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: "samples/monitoring/" + name), encoding: .utf8)
    }

    /// With something in every family.
    private func exposition() -> String {
        let now = Timestamp(milliseconds: 1_795_014_000_000)
        var status = WorkspaceStatus(now: now, version: "1")
        var campaign = WorkspaceStatus.CampaignStatus(
            campaign: "a \"b\"\\\n", zone: "UTC", offset: 0, totals: ReportTotals(received: 3, rejected: 1))
        campaign.held = HoldReason.Kind.allCases.map {
            WorkspaceStatus.Held(kind: $0, reason: "r", contacts: 1, nextAt: nil)
        }
        status.campaigns = [campaign]
        status.inboxes = [.init(inbox: "inbox", lastScanAt: now, watch: "events", problem: nil)]
        status.transports = [.init(transport: "folder", reason: nil, nextAt: nil)]
        return String(decoding: MetricsFile.bytes(status), as: UTF8.self)
    }

    private var families: [(name: String, type: String)] {
        exposition().split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { line in
            let words = line.split(separator: " ")
            return (String(words[2]), String(words[3]))
        }
    }

    func testCountersAndUnitsAreNamedAsOpenMetricsNamesThem() {
        XCTAssertGreaterThan(families.count, 20)
        for (name, type) in families {
            XCTAssertEqual(name.hasSuffix("_total"), type == "counter", name)
            XCTAssertNotNil(name.wholeMatch(of: /waybill_[a-z][a-z_]*[a-z]/), name)
            for word in ["milliseconds", "minutes", "hours", "kilobytes", "percent"] {
                XCTAssertFalse(name.contains(word), "\(name): base units only")
            }
            if name.contains("timestamp") { XCTAssertTrue(name.hasSuffix("_timestamp_seconds"), name) }
        }
        XCTAssertEqual(Set(families.map(\.name)).count, families.count, "each family stands once")
    }

    func testEverySampleFollowsItsFamilyAndLabelsAreEscaped() {
        var family = ""
        for line in exposition().split(separator: "\n") {
            if line.hasPrefix("# TYPE ") { family = String(line.split(separator: " ")[2]) }
            guard !line.hasPrefix("#") else { continue }
            XCTAssertEqual(String(line.prefix { $0 != "{" && $0 != " " }), family)
            XCTAssertNotNil(
                line.wholeMatch(of: /[a-z_]+(\{([a-z]+="([^"\\]|\\["\\n])*",?)+\})? -?[0-9]+/), String(line))
        }
        XCTAssertTrue(exposition().contains(#"{campaign="a \"b\"\\\n"}"#))
    }

    func testTheNumberOfSeriesGrowsWithCampaignsInboxesAndTransportsOnly() {
        let labels = Set(exposition().matches(of: /[{,]([a-z]+)="/).map { String($0.output.1) })
        XCTAssertEqual(labels, ["campaign", "inbox", "reason", "transport", "version"])
    }

    func testEveryMetricOfTheAlertsAndTheDashboardIsThere() throws {
        let known = Set(families.map(\.name))
        let dashboard = try sample("dashboard.json")
        XCTAssertNotNil(try JSONSerialization.jsonObject(with: Data(dashboard.utf8)) as? [String: Any])
        for text in [try sample("alerts.yml"), dashboard] {
            let named = Set(text.matches(of: /waybill_[a-z_]+/).map { String($0.output) })
            XCTAssertGreaterThan(named.count, 8)
            XCTAssertEqual(named.subtracting(known), [])
        }
        let kinds = Set(HoldReason.Kind.allCases.map(\.label))
        for list in try sample("alerts.yml").matches(of: /reason=~"([^"]+)"/) {
            XCTAssertEqual(Set(list.output.1.split(separator: "|").map(String.init)).subtracting(kinds), [])
        }
    }

    /// Where Prometheus's own tool is installed.
    func testPromtoolTakesTheFileAndTheRules() throws {
        let places = ["/usr/bin/promtool", "/usr/local/bin/promtool"]
        guard let tool = places.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            throw XCTSkip("no promtool here")
        }
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(exposition().utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        for arguments in [
            ["check", "metrics"], ["check", "rules", Self.root.appending(path: "samples/monitoring/alerts.yml").path],
            ["test", "rules", Self.root.appending(path: "Tests/Fixtures/monitoring/alerts-test.yml").path],
        ] {
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(fileURLWithPath: tool)
            process.arguments = arguments
            process.standardInput = try FileHandle(forReadingFrom: file)
            process.standardOutput = output
            process.standardError = output
            try process.run()
            let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            XCTAssertEqual(process.terminationStatus, 0, said)
        }
    }
}
