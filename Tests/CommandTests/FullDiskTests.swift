import Foundation
import Support
import SystemIO
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

    /// What has to be written before anything can be taken, each by itself.
    private enum Need: CaseIterable {
        case newDrop, newConfiguration, newInbox, olderStore, newState

        func prepare(_ workspace: TestWorkspace, _ waybill: Executable) throws {
            func run() throws {
                XCTAssertEqual(try waybill.run("process", workspace.file("a.csv", "phone1\n+14155550142\n")).status, 0)
            }
            switch self {
            case .newDrop:
                try run()
                XCTAssertEqual(try waybill.run("drop", workspace.file("c.csv", "phone1\n+14155550144\n")).status, 0)
            case .newConfiguration:
                try run()
                try workspace.write(#"{ campaigns: { default: { quiet: "100ms" } } }"#, to: "waybill.json5")
            case .newInbox:
                try run()
                try workspace.write(#"{ inbox: ["inbox", "other"] }"#, to: "waybill.json5")
            case .olderStore:
                try Files.writeAtomically(
                    OlderStores.bytes(ofVersion: 10), to: workspace.path("state/waybill.db"), mode: 0o600)
            case .newState: break
            }
        }
    }

    /// The `user_version` in the header of the database; 0 where there is none.
    private func version(ofStoreIn workspace: TestWorkspace) throws -> Int {
        let path = workspace.path("state/waybill.db")
        guard try Files.exists(path) else { return 0 }
        let start = try Files.read(path, limit: 1 << 24).prefix(64)
        return start.count < 64 ? 0 : Int(start[63])
    }

    /// A store that has to be written before anything is taken: whatever it was that had to be, the daemon ended.
    func testADaemonWaitsForRoomWhateverItsStartHasToWrite() throws {
        for need in Need.allCases {
            let workspace = try TestWorkspace()
            let waybill = Executable(workspace)
            let disk = try SmallDisk(at: workspace.path("state"), mebibytes: 16)
            try need.prepare(workspace, waybill)
            try disk.fill()
            let before = try version(ofStoreIn: workspace)
            XCTAssertEqual(before == 0, need == .newState, "\(need)")
            let ended = try waybill.run("run", "--until-idle")
            // What it removed when it ended is room again.
            try disk.fill()
            XCTAssertEqual(ended.status, 4, "\(need)")
            XCTAssertTrue(ended.errors.contains("there is no room for"), ended.errors)
            var daemon = try waybill.start("run")
            XCTAssertTrue(eventually { daemon.errors.contains("store.full") }, "\(need): \(daemon.errors)")
            XCTAssertTrue(
                eventually { ((try? workspace.read("outbox/status.json")) ?? "").contains("\"kind\": \"disk\"") },
                "\(need)")
            try disk.fill()
            daemon.send(SIGTERM)
            let clock = ContinuousClock.now
            XCTAssertEqual(daemon.finish().status, 0, daemon.errors)
            XCTAssertLessThan(ContinuousClock.now - clock, .seconds(5))
            // A migration is one transaction, and leaves nothing half done.
            XCTAssertEqual(try version(ofStoreIn: workspace), before, "\(need)")

            try disk.fill()
            daemon = try waybill.start("run")
            XCTAssertTrue(eventually { daemon.errors.contains("store.full") }, "\(need): \(daemon.errors)")
            XCTAssertTrue(try waybill.run("run").errors.contains("another waybill is running"), "\(need)")
            try disk.makeRoom()
            daemon.send(SIGHUP)
            XCTAssertTrue(eventually { daemon.errors.contains("run.started") }, "\(need): \(daemon.errors)")
            XCTAssertEqual(try waybill.run("drop", workspace.file("b.csv", "phone1\n+14155550143\n")).status, 0)
            XCTAssertTrue(
                eventually { workspace.files(below: "outbox/acks").contains { $0.contains("b.csv") } }, daemon.errors)
            daemon.send(SIGTERM)
            XCTAssertEqual(daemon.finish().status, 0, daemon.errors)
        }
    }

    /// They waited for ever, or spoke of version 0.
    func testWhoeverAsksADaemonThatWaitsForRoomIsToldThatAndWhatToDo() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        let disk = try SmallDisk(at: workspace.path("state"), mebibytes: 16)
        try disk.fill()
        let daemon = try waybill.start("run")
        XCTAssertTrue(eventually { daemon.errors.contains("store.full") }, daemon.errors)
        try disk.fill()
        let file = try workspace.file("a.csv", "phone1\n+14155550142\n")
        let asking = try [
            waybill.start("process", file), waybill.start("campaign", "pause", "default"),
            waybill.start("suppress", "add", "+14155550143"),
        ]
        for looking in [
            ["status"], ["status", "--json"], ["batches"], ["suppress", "list"], ["campaign", "list"],
            ["audit", "verify"], ["doctor"], ["explain", "+14155550142"], ["config", "show"], ["logs"],
        ] {
            let told = try waybill.run(looking)
            XCTAssertFalse((told.output + told.errors).contains("version 0"), "\(looking): \(told)")
            guard looking[0] == "status" else { continue }
            XCTAssertTrue(told.output.contains("The disk of state is full: make room there"), "\(looking): \(told)")
        }
        for (number, asked) in asking.enumerated() {
            XCTAssertTrue(
                eventually(within: 30) { asked.errors.contains("is full: make room there") },
                "\(number): \(asked.errors)")
            let hasEnded = eventually(within: 30) { kill(asked.pid, 0) != 0 }
            XCTAssertTrue(hasEnded, "\(number): \(asked.errors)")
            if !hasEnded { asked.send(SIGKILL) }
            XCTAssertEqual(asked.finish().status, 4, "\(number): \(asked.errors)")
        }
        try disk.makeRoom()
        daemon.send(SIGHUP)
        for name in ["a.csv", "pause-default", "suppress-add"] {
            XCTAssertTrue(
                eventually { workspace.files(below: "outbox/acks").contains { $0.contains(name) } }, daemon.errors)
        }
        daemon.send(SIGTERM)
        XCTAssertEqual(daemon.finish().status, 0, daemon.errors)
    }

    /// Each try left its connection and its folders open otherwise, until none could be opened.
    func testADaemonThatWaitsKeepsNothingOfItsTries() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        let disk = try SmallDisk(at: workspace.path("state"), mebibytes: 16)
        try Need.newInbox.prepare(workspace, waybill)
        try disk.fill()
        let daemon = try waybill.start("run")
        func tries() -> Int { daemon.errors.split(separator: "\n").count { $0.contains("store.full") } }
        XCTAssertTrue(eventually { tries() > 0 }, daemon.errors)
        let open = try Files.list("/proc/\(daemon.pid)/fd").count
        for number in 2...6 {
            try disk.fill()
            daemon.send(SIGHUP)
            XCTAssertTrue(eventually { tries() >= number }, daemon.errors)
        }
        XCTAssertLessThanOrEqual(try Files.list("/proc/\(daemon.pid)/fd").count, open + 1)
        daemon.send(SIGTERM)
        XCTAssertEqual(daemon.finish().status, 0, daemon.errors)
    }

    /// It was in force by halves, and "cannot be used" was said of it, until somebody asked again.
    func testAConfigurationThatCannotBeRecordedIsReadAgainWhenThereIsRoom() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        let disk = try SmallDisk(at: workspace.path("state"), mebibytes: 16)
        let daemon = try waybill.start("run")
        XCTAssertTrue(eventually { daemon.errors.contains("run.started") })
        XCTAssertTrue(eventually { workspace.exists("outbox/status.json") })
        try disk.fill()
        try workspace.write(#"{ inbox: ["inbox", "other"] }"#, to: "waybill.json5")
        daemon.send(SIGHUP)
        XCTAssertTrue(eventually { daemon.errors.contains("store.full") }, daemon.errors)
        XCTAssertFalse(daemon.errors.contains("configuration.kept"), daemon.errors)
        try disk.makeRoom()
        XCTAssertTrue(eventually { daemon.errors.contains("configuration.reloaded") }, daemon.errors)
        XCTAssertTrue(eventually { workspace.exists("other") })
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
