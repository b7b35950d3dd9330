import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// When a file is whole: what senders do, and what must not be taken too early or never.
final class ReadinessTests: XCTestCase {
    // MARK: By itself

    func testAFileThatWasRenamedIntoPlaceIsTakenAtOnce() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "a.csv")
        XCTAssertEqual(try bench.look(arrived: "a.csv"), ["a.csv"])
    }

    func testAFileThatWasCopiedIsTakenWhenItHasRestedForTheQuietTime() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "a.csv")
        XCTAssertEqual(try bench.look(), [])
        XCTAssertEqual(try bench.look(after: 999), [])
        XCTAssertEqual(try bench.look(after: 1), ["a.csv"])
    }

    func testTheAgeOfAFileCountsFromOurFirstSightNotFromItsTime() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "a.csv")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)], ofItemAtPath: bench.root + "/a.csv")
        XCTAssertEqual(try bench.look(), [])
        XCTAssertEqual(try bench.look(after: 1_000), ["a.csv"])
    }

    func testAWriterThatPausesIsWaitedForFromItsLastWrite() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "a.csv")
        try bench.look()
        for line in 2...6 {
            try bench.append("\(line)\n", to: "a.csv")
            XCTAssertEqual(try bench.look(after: 900), [], "line \(line)")
        }
        XCTAssertEqual(try bench.look(after: 1_000), ["a.csv"])
    }

    func testAFileThatItsWriterStillHasOpenIsNotReadyHoweverLongItRests() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n+14155550100\n", to: "slow.csv")
        try bench.write("phone1\n+14155550100\n", to: "other.csv")
        let writer = try FileHandle(forWritingTo: URL(fileURLWithPath: bench.root + "/slow.csv"))
        try bench.look()
        XCTAssertEqual(try bench.look(after: 1_000), ["other.csv"])
        XCTAssertEqual(try bench.reasons(after: 600_000)["slow.csv"], .openForWriting)
        try writer.close()
        XCTAssertEqual(try bench.look(after: 1_000), ["other.csv", "slow.csv"])
        // Whoever has it open to read keeps nobody waiting.
        let reader = try FileHandle(forReadingFrom: URL(fileURLWithPath: bench.root + "/slow.csv"))
        XCTAssertEqual(try bench.look(after: 1_000), ["other.csv", "slow.csv"])
        try reader.close()
    }

    func testReadyQuietTakesWhatItsWriterStillHasOpen() throws {
        let bench = try InboxBench("{campaigns: {default: {ready: 'quiet'}}}")
        try bench.write("phone1\n+14155550100\n", to: "slow.csv")
        let writer = try FileHandle(forWritingTo: URL(fileURLWithPath: bench.root + "/slow.csv"))
        try bench.look()
        XCTAssertEqual(try bench.look(after: 1_000), ["slow.csv"])
        try writer.close()
    }

    func testAFileWithoutALineEndRestsTwiceAsLong() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1", to: "a.csv")
        try bench.look()
        XCTAssertEqual(try bench.look(after: 1_999), [])
        XCTAssertEqual(try bench.look(after: 1), ["a.csv"])
    }

    func testJSONWithoutItsLastBracketRestsForAMinute() throws {
        let bench = try InboxBench()
        try bench.write("[{\"phone1\": \"1\"},", to: "a.json")
        try bench.look()
        XCTAssertEqual(try bench.reasons(after: 30_000), ["a.json": .unfinished])
        try bench.append("{\"phone1\": \"2\"}]", to: "a.json")
        XCTAssertEqual(try bench.look(), [])
        XCTAssertEqual(try bench.look(after: 1_000), ["a.json"])
    }

    func testAFileThatIsRewrittenInPlaceIsWaitedForAgain() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "a.csv")
        try bench.look()
        // Truncated and written anew: the same size, another time.
        try bench.write("phone1\n2\n", to: "a.csv")
        XCTAssertEqual(try bench.look(after: 999), [])
        XCTAssertEqual(try bench.look(after: 500), [])
        XCTAssertEqual(try bench.look(after: 500), ["a.csv"])
    }

    func testAFileThatIsReplacedByAnotherOfTheSameSizeAndTimeIsWaitedForAgain() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "a.csv")
        try bench.look()
        try bench.write("phone1\n2\n", to: "b.tmp")
        try bench.rename("b.tmp", "a.csv")
        XCTAssertEqual(try bench.look(after: 1_000), [])
        XCTAssertEqual(try bench.look(after: 1_000), ["a.csv"])
    }

    /// abraunegg/onedrive 3840: only IN_CREATE tells of it.
    func testAHiddenUploadThatIsLinkedIntoPlaceIsTaken() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: ".upload-1")
        XCTAssertEqual(try bench.look(after: 10_000), [])
        try FileManager.default.linkItem(atPath: bench.root + "/.upload-1", toPath: bench.root + "/a.csv")
        try Files.remove(bench.root + "/.upload-1")
        XCTAssertEqual(try bench.look(), [])
        XCTAssertEqual(try bench.look(after: 1_000), ["a.csv"])
    }

    /// paperless-ngx 494: a name is created empty first, and closed twice.
    func testAFileWithoutBytesIsNeverReady() throws {
        let bench = try InboxBench()
        try bench.write("", to: "a.csv")
        try bench.look(arrived: "a.csv")
        XCTAssertEqual(try bench.reasons(after: 3_600_000), ["a.csv": .empty])
        try bench.write("phone1\n1\n", to: "a.csv")
        XCTAssertEqual(try bench.look(), [])
        XCTAssertEqual(try bench.look(after: 1_000), ["a.csv"])
    }

    /// paperless-ngx 9698: what was busy once must be looked at again.
    func testWhatIsNotReadyIsLookedAtAgainAtTheRightMoment() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "a.csv")
        try bench.look()
        XCTAssertEqual(try bench.scan(after: 400).lookAgainAt, bench.now + 600)
    }

    func testUnfinishedNamesAndCompanionsAreNeverDrops() throws {
        let bench = try InboxBench()
        for name in [
            ".hidden", "a~", "a.tmp", "a.TEMP", "a.part", "a.partial", "a.filepart", "a.crdownload", "a.swp", "a.lock",
            "a.writing", "README.md", "readme", ".gitkeep", "a.bak", "A.CSV.MD5", "~$list.csv", "Thumbs.db",
            "DESKTOP.INI",
            "b.csv.META.JSON", "b.csv.Sha256", "b.csv.DONE",
        ] { try bench.write("phone1\n1\n", to: name) }
        try bench.look()
        XCTAssertEqual(try bench.look(after: 600_000), [])
    }

    func testADropWhoseSideCarIsWrittenInOtherLettersWaitsAndSaysSo() throws {
        let bench = try InboxBench()
        for name in ["A.CSV", "b.csv", "c.csv"] { try bench.write("phone1\n1\n", to: name) }
        for name in ["A.CSV.META.JSON", "B.csv.sha256", "c.csv.meta.json"] { try bench.write("{}", to: name) }
        try bench.look()
        XCTAssertEqual(try bench.look(after: 600_000), ["c.csv"])
        let reasons = try bench.reasons()
        XCTAssertEqual(reasons["A.CSV"], .companionNamed("A.CSV.META.JSON"))
        XCTAssertEqual(reasons["b.csv"], .companionNamed("B.csv.sha256"))
    }

    // MARK: By a marker

    private static let marker = "{ campaigns: { default: { ready: \"marker\" } } }"

    func testAMarkerThatComesLastReleasesTheFileAtOnce() throws {
        let bench = try InboxBench(Self.marker)
        try bench.write("phone1\n1\n", to: "a.csv")
        XCTAssertEqual(try bench.reasons(after: 600_000), ["a.csv": .noMarker("a.csv.done")])
        try bench.write("", to: "a.csv.done")
        XCTAssertEqual(try bench.look(), ["a.csv"])
    }

    func testAMarkerThatCameFirstSaysNothingOfWhatIsStillWritten() throws {
        let bench = try InboxBench(Self.marker)
        try bench.write("", to: "a.csv.done")
        XCTAssertEqual(try bench.reasons(), ["a.csv.done": .withoutFile])
        try bench.awaitTick(after: bench.root + "/a.csv.done")
        try bench.write("phone1\n1\n", to: "a.csv")
        XCTAssertEqual(try bench.look(), [])
        try bench.append("2\n", to: "a.csv")
        XCTAssertEqual(try bench.look(after: 900), [])
        XCTAssertEqual(try bench.look(after: 1_000), ["a.csv"])
    }

    func testAFileWithoutBytesWhoseMarkerIsThereIsTakenToBeRefused() throws {
        let bench = try InboxBench(Self.marker)
        try bench.write("", to: "a.csv")
        try bench.write("", to: "a.csv.done")
        XCTAssertEqual(try bench.look(), [])
        XCTAssertEqual(try bench.look(after: 2_000), ["a.csv"])
    }

    func testTheInboxCanSayHowItsFilesBecomeReady() throws {
        let bench = try InboxBench(
            "{ inbox: { path: \"inbox\", ready: \"marker\", marker: \".ok\" }, campaigns: { clinic: { ready: \"auto\" } } }"
        )
        try bench.write("phone1\n1\n", to: "clinic/a.csv")
        try bench.look()
        XCTAssertEqual(try bench.reasons(after: 5_000), ["clinic/a.csv": .noMarker("a.csv.ok")])
        try bench.write("", to: "clinic/a.csv.ok")
        XCTAssertEqual(try bench.look(), ["clinic/a.csv"])
    }

    // MARK: By a side-car

    private static let sidecar = "{ campaigns: { default: { ready: \"sidecar\" } } }"

    func testAChecksumReleasesTheFileOnceItAgrees() throws {
        let bench = try InboxBench(Self.sidecar)
        let whole = "phone1\n1\n2\n"
        try bench.write("phone1\n1\n", to: "a.csv")
        XCTAssertEqual(try bench.reasons(after: 600_000), ["a.csv": .noSidecar])
        let digest = SHA256.hex(SHA256.hash(Array(whole.utf8)))
        try bench.write(digest + "  ./a.csv\r\n", to: "a.csv.sha256")
        XCTAssertEqual(try bench.reasons(after: 1_000), ["a.csv": .checksumDiffers])
        try bench.append("2\n", to: "a.csv")
        try bench.look()
        XCTAssertEqual(try bench.look(after: 1_000), ["a.csv"])
    }

    func testAMetaFileReleasesTheFileOnceItCanBeRead() throws {
        let bench = try InboxBench(Self.sidecar)
        try bench.write("phone1\n1\n", to: "a.csv")
        try bench.write("{\"reco", to: "a.csv.meta.json")
        XCTAssertEqual(try bench.reasons(after: 1_000), ["a.csv": .sidecarUnreadable])
        try bench.write("{\"records\": 1}", to: "a.csv.meta.json")
        XCTAssertEqual(try bench.look(), ["a.csv"])
    }

    func testADigestInTheMetaFileMustAgreeToo() throws {
        let bench = try InboxBench(Self.sidecar)
        try bench.write("phone1\n1\n", to: "a.csv")
        try bench.write("{\"sha256\": \"" + String(repeating: "0", count: 64) + "\"}", to: "a.csv.meta.json")
        XCTAssertEqual(try bench.reasons(after: 1_000), ["a.csv": .checksumDiffers])
    }

    func testCompanionsWithoutAFileAreNamed() throws {
        let bench = try InboxBench()
        try bench.write("{}", to: "gone.csv.meta.json")
        try bench.write("", to: "gone.csv.done")
        XCTAssertEqual(try bench.reasons(), ["gone.csv.meta.json": .withoutFile, "gone.csv.done": .withoutFile])
    }

    // MARK: Order and places

    func testPriorityComesFromTheSideCarAndTheUrgentFolder() throws {
        let bench = try InboxBench()
        for name in ["a.csv", "b.csv", "_urgent/c.csv", "clinic/_urgent/d.csv"] {
            try bench.write("phone1\n1\n", to: name)
        }
        try bench.write("{\"priority\": 7}", to: "b.csv.meta.json")
        try bench.look()
        let ready = try bench.scan(after: 1_000).ready
        XCTAssertEqual(
            Dictionary(uniqueKeysWithValues: ready.map { ($0.place.path(of: $0.name), $0.priority) }),
            ["a.csv": 5, "b.csv": 7, "_urgent/c.csv": 9, "clinic/_urgent/d.csv": 9])
        XCTAssertEqual(ready.first { $0.name == "d.csv" }?.place.folder, "clinic")
    }

    func testAFolderWithinACampaignsFolderIsNamedAndLeftAlone() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "clinic/old/a.csv")
        XCTAssertEqual(try bench.reasons(), ["clinic/old": .folder])
    }

    // MARK: Names

    func testAMarkerIsNoDropOfTheCampaignThatItsOwnNameFits() throws {
        let bench = try InboxBench(
            "{ campaigns: { clinic: { drops: [\"clinic*.csv\"], ready: \"marker\", marker: \".ok\" } } }")
        try bench.write("1 record\n", to: "clinic.csv.ok")
        XCTAssertEqual(try bench.look(arrived: "clinic.csv.ok"), [])
        XCTAssertEqual(try bench.reasons(after: 5_000), ["clinic.csv.ok": .withoutFile])
        try bench.write("phone1\n1\n", to: "clinic.csv")
        XCTAssertEqual(try bench.look(after: 5_000), [])
        XCTAssertEqual(try bench.look(after: 5_000), ["clinic.csv"])
    }

    func testANameThatIsNotUTF8BecomesReadable() throws {
        let bench = try InboxBench()
        let raw = Array("\(bench.root)/M".utf8) + [0xFC] + Array("nchen.csv".utf8) + [0]
        // Safe: the path ends with a zero and lives for the call.
        let descriptor = unsafe raw.withUnsafeBytes { path in
            unsafe open(path.assumingMemoryBound(to: CChar.self).baseAddress!, O_CREAT | O_WRONLY, 0o600)
        }
        XCTAssertEqual(unsafe write(descriptor, "1\n", 2), 2)
        close(descriptor)
        try bench.look()
        XCTAssertEqual(try bench.look(after: 1_000), ["M%FCnchen.csv"])
    }
}
