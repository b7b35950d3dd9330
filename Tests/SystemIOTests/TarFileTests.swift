import Foundation
import SystemIO
import XCTest

final class TarFileTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.path + "/waybill-tar-" + UUID().uuidString
        try Files.createFolder(folder)
    }

    override func tearDown() { try? Files.removeTree(folder) }

    private func write(_ files: [(name: String, bytes: [UInt8])]) throws -> String {
        let path = folder + "/a.tar"
        let writer = try TarWriter(path: path, mode: 0o600)
        for (name, bytes) in files {
            try Files.writeAtomically(bytes + [7, 7], to: folder + "/source")
            let sha256 = try writer.add(name, from: folder + "/source", size: Int64(bytes.count), at: 1_795_255_200)
            XCTAssertEqual(sha256, SHA256.hash(bytes))
        }
        try writer.add("last", Array("end".utf8), at: 1_795_255_200)
        try writer.commit()
        return path
    }

    private let files: [(name: String, bytes: [UInt8])] = [
        ("empty", []), ("folder/a", Array("abc".utf8)), ("block", Array(repeating: 1, count: 512)),
        ("long", Array(repeating: 2, count: 2_000_001)),
    ]

    func testWhatIsWrittenIsReadBackAndByTarItself() throws {
        let path = try write(files)
        let reader = try TarReader(path: path)
        for (name, bytes) in files + [("last", Array("end".utf8))] {
            let entry = try XCTUnwrap(reader.next())
            XCTAssertEqual(entry.name, name)
            var read: [UInt8] = []
            while read.count < Int(entry.size) { read += try reader.read() }
            XCTAssertEqual(read, bytes)
        }
        XCTAssertNil(try reader.next())
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/bin/tar")
        guard FileManager.default.isExecutableFile(atPath: "/bin/tar") else { throw XCTSkip("there is no tar") }
        let output = Pipe()
        tar.arguments = ["tvf", path]
        tar.standardOutput = output
        try tar.run()
        let listed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        tar.waitUntilExit()
        XCTAssertEqual(tar.terminationStatus, 0)
        XCTAssertEqual(
            listed.split(separator: "\n").map { $0.split(separator: " ").last },
            ["empty", "folder/a", "block", "long", "last"])
    }

    func testEntriesThatAreNotReadArePassedOver() throws {
        let reader = try TarReader(path: try write(files))
        var names: [String] = []
        while let entry = try reader.next() { names.append(entry.name) }
        XCTAssertEqual(names, ["empty", "folder/a", "block", "long", "last"])
    }

    func testWhatIsCutShortOrSomethingElseIsNoArchive() throws {
        let whole = try Files.read(try write(files), limit: 1 << 24)
        for (bytes, name) in [
            (Array(whole.prefix(700)), "cut"), (Array(whole.prefix(511)), "in a header"),
            (Array("no archive at all".utf8) + whole, "text"), ([], "empty"),
        ] {
            let path = folder + "/" + name
            try Files.writeAtomically(bytes, to: path)
            let reader = try TarReader(path: path)
            XCTAssertThrowsError(
                try {
                    while try reader.next() != nil { while try !reader.read().isEmpty {} }
                }(), name)
        }
    }

    func testAFileThatIsShorterThanItWasIsAnError() throws {
        let writer = try TarWriter(path: folder + "/b.tar", mode: 0o600)
        try Files.writeAtomically([1], to: folder + "/short")
        XCTAssertThrowsError(try writer.add("short", from: folder + "/short", size: 2, at: 0))
    }

    func testANameThatIsTakenIsNotReplaced() throws {
        let path = try write([])
        let writer = try TarWriter(path: path, mode: 0o600)
        XCTAssertThrowsError(try writer.commit())
    }
}
