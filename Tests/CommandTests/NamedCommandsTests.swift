import Foundation
import Support
import XCTest

/// What tells a user to run a command names one that there is.
final class NamedCommandsTests: XCTestCase {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The files whose text users read: messages, help, samples and documentation.
    private func texts() throws -> [(path: String, text: String)] {
        let walk = ["Sources/Waybill", "Sources/WaybillCommand", "samples", "inbox"].flatMap { folder in
            FileManager.default.enumerator(at: Self.root.appending(path: folder), includingPropertiesForKeys: nil)?
                .compactMap { $0 as? URL } ?? []
        }
        let endings: Set = ["swift", "md", "json5"]
        let files = walk.filter { endings.contains($0.pathExtension) }
        return try (files + ["README.md", "Sources/README.md"].map { Self.root.appending(path: $0) }).map {
            (String($0.path.dropFirst(Self.root.path.count + 1)), try String(contentsOf: $0, encoding: .utf8))
        }
    }

    /// A command line in quotes or backticks, or a line of its own.
    private static func commands(in text: String) throws -> Set<String> {
        let line = try Regex("(?m)(?:[`\"]|^)waybill ([a-z][a-z-]*)", as: (Substring, Substring).self)
        return Set(text.matches(of: line).map { String($0.output.1) })
    }

    func testEveryCommandThatATextNamesExists() throws {
        let help = try Executable(try TestWorkspace()).run("help").output
        var named: Set<String> = []
        for (path, text) in try texts() {
            for command in try Self.commands(in: text) {
                named.insert(command)
                XCTAssertTrue(
                    help.contains("\n  \(command) "), "\(path) names `waybill \(command)`, which does not exist")
            }
        }
        XCTAssertTrue(named.isSuperset(of: ["run", "report", "check", "suppress"]), "\(named)")
    }

    func testACommandIsFoundHoweverItIsWritten() throws {
        let text = """
            waybill run
            Run `waybill backup` or \\"waybill explain X\\", while a waybill runs in it.
            """
        XCTAssertEqual(try Self.commands(in: text), ["run", "backup", "explain"])
    }
}
