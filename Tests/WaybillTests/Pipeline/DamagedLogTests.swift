import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Bits that flip in the store's log after the process was killed. SQLite drops what follows without a word.
final class DamagedLogTests: XCTestCase {
    private static let later = "2026-11-20T15:10:00Z"
    private static let parts = ["state", "outbox", "inbox"]
    /// As in sqlite.org/fileformat2.html#walformat, with the store's pages.
    private static let (heading, frame) = (32, 24 + 4_096)

    /// What a process had done when it was killed: two are sent to, two said stop, one is on a list. All that it wrote
    /// for others was collected.
    private func killed() throws -> (bench: PipelineBench, saved: String) {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n+14155550102\n+14155550103\n", as: "default/a.csv")
        try bench.drop("from,text\n+14155550102,STOP\n", as: "_replies/stop.csv")
        try bench.drop("+14155550103\n", as: "_suppress/list.csv")
        try bench.send()
        try bench.drop("phone1\n+14155550104\n+14155550105\n", as: "default/b.csv")
        try bench.drop("from,text\n+14155550105,STOP\n", as: "_replies/stop2.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched().count, 2)
        let saved = bench.root + "/saved"
        try Files.createFolder(saved)
        for part in Self.parts {
            try FileManager.default.copyItem(atPath: bench.root + "/" + part, toPath: saved + "/" + part)
        }
        for name in ["acks", "dispatch"] { try Files.removeTree(saved + "/outbox/" + name) }
        // The log's index is made anew.
        try Files.remove(saved + "/state/waybill.db-shm")
        return (bench, saved)
    }

    private enum End: Equatable {
        case refused, held
        case sent([String])
    }

    /// Those of the next drop who said nothing, once each.
    private static let right = End.sent(["+14155550101", "+14155550104", "+14155550106"])

    /// What a start comes to behind a flipped bit.
    private func start(_ bench: PipelineBench, from saved: String, flipping place: Int, marked: Bool) throws -> End {
        bench.pipeline.close()
        for part in Self.parts {
            try Files.removeTree(bench.root + "/" + part)
            try FileManager.default.copyItem(atPath: saved + "/" + part, toPath: bench.root + "/" + part)
        }
        if !marked { try Files.removeTree(bench.root + "/outbox/.waybill-state") }
        let log = bench.root + "/state/waybill.db-wal"
        var bytes = try Files.read(log, limit: 1 << 26)
        bytes[place] ^= 1 << UInt8(place % 8)
        try Files.writeAtomically(bytes, to: log, mode: 0o600)
        do {
            try bench.restart(at: Self.later)
        } catch let behind as StateBehind {
            XCTAssertTrue("\(behind)".contains("Put back the state folder"), "\(behind)")
            return .refused
        }
        try bench.put(
            "phone1\n" + (1...6).map { "+1415555010\($0)\n" }.joined(), as: "default/again.csv")
        try bench.take()
        guard try bench.pipeline.isCleared(), bench.pipeline.context.holds.isEmpty else {
            XCTAssertFalse(bench.pipeline.context.holds.map(\.problem).contains(""), "no reason")
            return .held
        }
        try bench.send()
        let people = try bench.dispatched().compactMap { $0.split(separator: ",").first { $0.hasPrefix("+1") } }
        return .sent(people.map(String.init).sorted())
    }

    func testSendingWaitsAndSaysWhyWhereSomethingInTheLogIsLost() throws {
        let (bench, saved) = try killed()
        let size = Int(try XCTUnwrap(FileStatus.of(saved + "/state/waybill.db-wal")).size)
        var random = SeededGenerator(seed: 21)
        var (noticed, unnoticed) = (0, 0)
        let frames = (size - Self.heading) / Self.frame
        for number in stride(from: 0, to: frames, by: max(1, frames / 10)) {
            let flipped = Self.heading + number * Self.frame + Int(random.next() % UInt64(Self.frame))
            let end = try start(bench, from: saved, flipping: flipped, marked: true)
            XCTAssertTrue([.refused, .held, Self.right].contains(end), "flipped at \(flipped) of \(size): \(end)")
            noticed += end == Self.right ? 0 : 1
            guard end == .refused, unnoticed == 0 else { continue }
            let unmarked = try start(bench, from: saved, flipping: flipped, marked: false)
            unnoticed += [.refused, .held, Self.right].contains(unmarked) ? 0 : 1
        }
        XCTAssertGreaterThan(noticed, 0)
        // It is the mark that notices: without it, people are sent to once more.
        XCTAssertGreaterThan(unnoticed, 0)
    }
}
