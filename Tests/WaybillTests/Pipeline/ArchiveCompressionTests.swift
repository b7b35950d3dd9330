import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Archived originals become gzip files while there is nothing else to do, and no moment is without one of the two.
final class ArchiveCompressionTests: XCTestCase {
    private let list = "phone1,note\n" + (0..<300).map { "+1415555\($0 + 1_000),the same again and again\n" }.joined()

    private func bench(_ configuration: String = "{archive: {compress: true}}") throws -> PipelineBench {
        try PipelineBench(configuration, standing: true)
    }

    /// Lets ten minutes pass, and compresses until nothing is left to do.
    private func rest(_ bench: PipelineBench) throws {
        try bench.advance(seconds: 600)
        let ahead: Int64 = 3_600_000 + bench.pipeline.context.monotonic() - MonotonicClock.nanoseconds() / 1_000_000
        bench.pipeline.context.monotonic = { MonotonicClock.nanoseconds() / 1_000_000 + ahead }
        try bench.take()
        while try bench.pipeline.useLeisure() { usleep(1_000) }
    }

    private func unpacked(_ bench: PipelineBench, _ path: String) throws -> String {
        let gzip = try Files.read(bench.root + "/" + path, limit: 1 << 26)
        var bytes: [UInt8] = []
        let reader = GzipReader()
        var rest = gzip[...]
        while !rest.isEmpty { rest = rest.dropFirst(try reader.decompress(rest, into: &bytes, limit: 1 << 24)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func archive(_ bench: PipelineBench) -> [String] { bench.files("state/archive/2026-11-20") }

    func testAnOriginalBecomesAGzipFileUnderItsNameWithItsOwnDigest() throws {
        let bench = try bench()
        try bench.drop(list, as: "a.csv")
        let name = try XCTUnwrap(archive(bench).first)
        let digest = SHA256.hex(SHA256.hash(Array(list.utf8))).prefix(8)
        XCTAssertEqual(name, "20261120-000001-\(digest)-a.csv")
        // Until it was looked whether its sender wrote on, nothing is done.
        _ = try bench.pipeline.useLeisure()
        XCTAssertEqual(archive(bench), [name])
        try rest(bench)
        XCTAssertEqual(archive(bench), [name + ".gz"])
        XCTAssertEqual(try unpacked(bench, "state/archive/2026-11-20/" + name + ".gz"), list)
        XCTAssertEqual(
            try FileStatus.of("\(bench.root)/state/archive/2026-11-20/\(name).gz")?.mode, 0o600, "as secret as it was")
        // The same content is still known, and the check has nothing to say.
        try bench.drop(list, as: "again.csv")
        XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "duplicate")
        try rest(bench)
        XCTAssertEqual(bench.logged.with("drop.changed"), [])
        XCTAssertEqual(bench.files("state").filter { $0.contains(".part") }, [])
    }

    func testWhatGainsNothingAndWhatWasRefusedStayAsTheyAre() throws {
        let bench = try bench()
        try bench.drop("phone1\n+14155550101\n", as: "small.csv")
        try bench.drop(try Gzip.bytes(Array(list.utf8)), as: "packed.csv.gz")
        try bench.drop("phone1\n" + String(repeating: "12\n", count: 3_000), as: "refused.csv")
        let before = bench.files("state/archive") + bench.files("state/quarantine")
        XCTAssertEqual(before.count, 4)
        try rest(bench)
        XCTAssertEqual(bench.files("state/archive") + bench.files("state/quarantine"), before)
    }

    func testWhatItsSenderChangedLaterStaysAsItIs() throws {
        let bench = try bench()
        try bench.drop(list, as: "a.csv")
        let path = bench.root + "/state/archive/2026-11-20/" + archive(bench)[0]
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data("+14155559999,late\n".utf8))
        try file.close()
        try rest(bench)
        XCTAssertEqual(bench.logged.with("drop.changed").count, 1)
        XCTAssertEqual(archive(bench).count, 1)
        XCTAssertTrue(try bench.text("state/archive/2026-11-20/" + archive(bench)[0]).hasSuffix("late\n"))
    }

    func testWhateverAKillLeavesTheNextStartFinishes() throws {
        // In the middle of the copy; the copy done; the copy in place and the original there.
        for place in 0...2 {
            let bench = try bench("{}")
            try bench.drop(list, as: "a.csv")
            try rest(bench)
            let name = archive(bench)[0]
            let state = bench.root + "/state/"
            let packed = try Gzip.bytes(Array(list.utf8))
            switch place {
            case 0: try Files.writeAtomically(Array(packed.prefix(50)), to: state + ".compressing.part.x1.tmp")
            case 1: try Files.writeAtomically(packed, to: state + "compressing.part")
            default: try Files.writeAtomically(packed, to: state + "archive/2026-11-20/\(name).gz")
            }
            try bench.restart(at: "2026-11-20T16:00:00Z", with: "{archive: {compress: true}}")
            XCTAssertEqual(bench.files("state").filter { $0.contains(".part") }, [], "\(place)")
            try rest(bench)
            XCTAssertEqual(archive(bench), [name + ".gz"], "\(place)")
            XCTAssertEqual(try unpacked(bench, "state/archive/2026-11-20/\(name).gz"), list, "\(place)")
        }
    }

    func testAFileThatCannotBeMadeLeavesTheOriginalAndIsTriedLater() throws {
        let bench = try bench()
        try bench.drop(list, as: "a.csv")
        let name = archive(bench)[0]
        // In the way of the copy.
        try Files.createFolder(bench.root + "/state/archive/2026-11-20/\(name).gz/x")
        try rest(bench)
        XCTAssertEqual(archive(bench), [name])
        XCTAssertEqual(bench.logged.with("archive.uncompressed").count, 1)
        try Files.removeTree(bench.root + "/state/archive/2026-11-20/\(name).gz")
        try rest(bench)
        XCTAssertEqual(archive(bench), [name + ".gz"])
    }

    func testNothingIsCompressedUnlessItIsAskedFor() throws {
        let bench = try bench("{}")
        try bench.drop(list, as: "a.csv")
        try rest(bench)
        XCTAssertTrue(archive(bench)[0].hasSuffix("-a.csv"))
    }
}
