import SystemIO
import XCTest

@testable import Waybill

/// Parcels' numbers where the state is not the one that gave the last of them: whoever collects files knows them by name.
final class ParcelNumbersTests: XCTestCase {
    private static let day = "2026-11-21T15:00:00Z"

    /// The names of all files that were handed over and not collected; they are collected now.
    private func collect(_ bench: PipelineBench) throws -> [String] {
        let names = bench.files("outbox/dispatch/default").filter { !$0.hasPrefix(".") }
        for name in names { try Files.remove(bench.root + "/outbox/dispatch/default/" + name) }
        return names
    }

    private func people(_ bench: PipelineBench, _ last: Int) throws {
        try bench.drop("phone1\n+1415555010\(last)\n", as: "default/\(last).csv")
    }

    /// Starts again, somebody lets all leave, and there is one drop more. Returns the files' names.
    private func goOn(_ bench: PipelineBench, _ last: Int, stateIsRight: Bool = false) throws -> [String] {
        try bench.restart(at: Self.day, stateIsRight: stateIsRight)
        try bench.pipeline.store.durably { try bench.pipeline.store.resume("default") }
        try people(bench, last)
        try bench.send()
        return try collect(bench)
    }

    func testARestoredStoreGivesNoNumberTwiceHoweverOftenItIsRestored() throws {
        let bench = try PipelineBench()
        try people(bench, 1)
        try bench.send()
        try people(bench, 2)
        let copy = bench.root + "/copy.tar"
        _ = try StoreBackup.write(of: bench.workspace, bench.configuration, to: copy, at: bench.pipeline.now)
        try bench.send()
        try people(bench, 3)
        try bench.send()
        var seen = try collect(bench)
        XCTAssertEqual(seen.count, 3)
        for last in 4...6 {
            bench.pipeline.close()
            try Files.removeTree(bench.root + "/state")
            _ = try StoreBackup.restore(copy, to: bench.workspace, bench.configuration, at: bench.pipeline.now)
            // The one that waited in the copy, which has left since, and a new one.
            let names = try goOn(bench, last)
            XCTAssertEqual(names.count, 2)
            XCTAssertTrue(Set(names).isDisjoint(with: seen), "\(names) \(seen)")
            seen += names
        }
        XCTAssertEqual(try bench.pipeline.store.parcels(ofBatch: BatchID("20261120-000002")!).count, 1)
    }

    func testAnEmptyOrOlderStateThatSomebodySaysIsRightGivesNoNumberTwice() throws {
        for older in [false, true] {
            let bench = try PipelineBench()
            try people(bench, 1)
            bench.pipeline.close()
            let names = try Files.list(bench.root + "/state").filter { $0.hasPrefix("waybill.db") }
            let kept = try names.filter { try FileStatus.of(bench.root + "/state/" + $0)?.kind == .regular }.map {
                ($0, try Files.read(bench.root + "/state/" + $0, limit: 1 << 24))
            }
            try bench.restart(at: "2026-11-20T15:01:00Z")
            try people(bench, 2)
            try bench.send()
            let seen = try collect(bench)
            XCTAssertEqual(seen.count, 2)
            bench.pipeline.close()
            try Files.removeTree(bench.root + "/state")
            if older {
                try Files.createFolder(bench.root + "/state", mode: 0o700)
                for (name, bytes) in kept { try Files.writeAtomically(bytes, to: bench.root + "/state/" + name) }
            }
            let first = try goOn(bench, 3, stateIsRight: true)
            XCTAssertEqual(first.count, older ? 2 : 1)
            XCTAssertTrue(Set(first).isDisjoint(with: seen), "\(first) \(seen)")
            // It is as far as its outbox by now, whatever is said.
            let number = try XCTUnwrap(Int(first.last!.dropFirst().prefix { $0.isNumber }))
            let second = try goOn(bench, 4, stateIsRight: true)
            XCTAssertEqual(second.map { $0.hasPrefix(ParcelID(rawValue: UInt32(number) + 1).description) }, [true])
        }
    }
}
