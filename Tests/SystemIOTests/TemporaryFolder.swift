import Foundation
import Support
import XCTest

/// A folder of its own for one test; gone with the object.
final class TemporaryFolder {
    let path: String

    init(in parent: String = FileManager.default.temporaryDirectory.path) throws {
        path = parent + "/waybill-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: file(name), withDestinationPath: target)
    }

    func fifo(_ name: String) throws {
        // Safe: the path is a zero-ended copy that lives for the call.
        guard unsafe mkfifo(file(name), 0o600) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    }

    /// Every name in it, hidden ones too, in order.
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}

/// Runs a program of the system and returns what it printed; skips the test where there is no such program.
func output(of program: String, _ arguments: [String]) throws -> [UInt8] {
    guard FileManager.default.isExecutableFile(atPath: program) else { throw XCTSkip("there is no \(program) here") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let printed = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    XCTAssertEqual(process.terminationStatus, 0, "\(program) failed")
    return [UInt8](printed)
}

extension SeededGenerator {
    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let word = next()
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Lines with much in common, as in a list of contacts.
    mutating func lines(_ count: Int) -> [UInt8] {
        var text: [UInt8] = []
        for line in 0..<count {
            text.append(contentsOf: "\(line);+4930\(next() % 100_000_000);Anna;Berlin;\(next() % 7)\n".utf8)
        }
        return text
    }
}
