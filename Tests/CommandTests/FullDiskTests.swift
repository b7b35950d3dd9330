import Foundation
import Support
import XCTest

/// A disk without room is told by whoever looks, and by the program that meets it.
final class FullDiskTests: XCTestCase {
    private func about(_ name: String, in output: String) -> String {
        output.split(separator: "\n").first {
            $0.split(separator: " ", omittingEmptySubsequences: true).dropFirst().first.map(String.init) == name
        }.map(String.init) ?? ""
    }

    func testAFullDiskOfTheStateOrOutboxNeedsAttention() throws {
        for name in ["state", "outbox"] {
            let workspace = try TestWorkspace()
            let waybill = Executable(workspace)
            let disk = try SmallDisk(at: workspace.path(name), mebibytes: 16)
            XCTAssertEqual(try waybill.run("process", workspace.file("a.csv", "phone1\n+14155550142\n")).status, 0)
            for isFull in [true, false] {
                if isFull { try disk.fill() } else { try disk.makeRoom() }
                let status = try waybill.run("status")
                XCTAssertEqual(status.status, 0, status.errors)
                XCTAssertEqual(status.output.contains("! The disk of \(name) is full"), isFull, status.output)
                let attention = try waybill.run("status", "--json").objects().first?["attention"] as? [[String: Any]]
                XCTAssertEqual(attention?.contains { $0["kind"] as? String == "disk" }, isFull)
                let doctor = try waybill.run("doctor")
                let line = about(name, in: doctor.output)
                XCTAssertEqual(line.hasPrefix("problem") && line.contains("is full"), isFull, doctor.output)
                XCTAssertEqual(line.contains("can be written"), !isFull, doctor.output)
            }
        }
    }

    /// It ended once, and whoever starts it gave up after some tries.
    func testADaemonThatStartsOnAFullDiskWaitsForRoom() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        let disk = try SmallDisk(at: workspace.path("state"), mebibytes: 16)
        XCTAssertEqual(try waybill.run("process", workspace.file("a.csv", "phone1\n+14155550142\n")).status, 0)
        XCTAssertEqual(try waybill.run("drop", workspace.file("b.csv", "phone1\n+14155550143\n")).status, 0)
        try disk.fill()
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 4)
        let daemon = try waybill.start("run")
        XCTAssertTrue(eventually { daemon.errors.contains("store.full") }, daemon.errors)
        try disk.makeRoom()
        XCTAssertTrue(
            eventually { workspace.files(below: "outbox/acks").contains { $0.contains("b.csv") } }, daemon.errors)
        daemon.send(SIGTERM)
        XCTAssertEqual(daemon.finish().status, 0, daemon.errors)
    }

    /// Whoever watches status.json learns it from there.
    func testADaemonThatMeetsAFullDiskWritesItIntoItsStatus() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        let disk = try SmallDisk(at: workspace.path("state"), mebibytes: 16)
        let daemon = try waybill.start("run")
        XCTAssertTrue(eventually { workspace.exists("outbox/status.json") })
        try disk.fill()
        XCTAssertEqual(try waybill.run("drop", workspace.file("a.csv", "phone1\n+14155550142\n")).status, 0)
        XCTAssertTrue(eventually { daemon.errors.contains("store.full") })
        XCTAssertTrue(
            eventually { ((try? workspace.read("outbox/status.json")) ?? "").contains("\"kind\": \"disk\"") },
            (try? workspace.read("outbox/status.json")) ?? "")
        XCTAssertFalse(try waybill.run("status").output.contains("not running"))
        try disk.makeRoom()
        XCTAssertTrue(eventually { !workspace.files(below: "outbox/acks").isEmpty })
        XCTAssertTrue(
            eventually { !((try? workspace.read("outbox/status.json")) ?? "").contains("\"kind\": \"disk\"") })
        daemon.send(SIGTERM)
        XCTAssertEqual(daemon.finish().status, 0)
    }
}
