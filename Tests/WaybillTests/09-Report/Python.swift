import Foundation
import XCTest

/// Asks python3's own csv and json modules what they read: readers that share nothing with our writers.
enum Python {
    /// Standard output of the script with `input` on standard input; skips the test where there is no python3, for
    /// which it must not be asked within an assertion: those take every error as a failure.
    static func run(_ script: String, input: [UInt8]) throws -> String {
        guard isInstalled else { throw XCTSkip("python3 is not installed") }
        let process = python(script)
        let feed = Pipe()
        let answer = Pipe()
        process.standardInput = feed
        process.standardOutput = answer
        process.standardError = FileHandle.nullDevice
        try process.run()
        try feed.fileHandleForWriting.write(contentsOf: Data(input))
        try feed.fileHandleForWriting.close()
        let output = try answer.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        XCTAssertEqual(process.terminationStatus, 0, "the reader refused the text")
        return String(decoding: output, as: UTF8.self)
    }

    /// Asked by itself: writing to a program that is not there would end the tests with SIGPIPE.
    private static let isInstalled: Bool = {
        let process = python("")
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    private static func python(_ script: String) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        return process
    }

    /// The rows of a CSV text, each as its cells joined by `|`.
    static func rows(ofCSV bytes: [UInt8]) throws -> [String] {
        let script = """
            import csv, io, sys
            text = io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8', newline='')
            for row in csv.reader(text, strict=True):
                sys.stdout.buffer.write(('|'.join(row).replace('\\n', '~') + '\\n').encode())
            """
        return try run(script, input: bytes).split(separator: "\n").map(String.init)
    }

    /// A JSON text read and written again compactly in its own order; a key that stands twice is refused.
    static func roundTrip(json bytes: [UInt8]) throws -> String {
        let script = """
            import json, sys
            def unique(pairs):
                assert len(dict(pairs)) == len(pairs)
                return dict(pairs)
            value = json.loads(sys.stdin.buffer.read().decode('utf-8'), object_pairs_hook=unique)
            sys.stdout.buffer.write(json.dumps(value, ensure_ascii=False, separators=(',', ':')).encode())
            """
        return try run(script, input: bytes)
    }
}
