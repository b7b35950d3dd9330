import Foundation
import XCTest

/// The article on threats names, for each answer, the test that shows it.
final class ThreatsTests: XCTestCase {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    func testEveryTestThatTheArticleNamesExists() throws {
        let article = try String(
            contentsOf: Self.root.appending(path: "Sources/Waybill/Waybill.docc/Threats.md"), encoding: .utf8)
        let name = try Regex(
            "`([A-Z][A-Za-z0-9]*Tests)\\.(test[A-Za-z0-9]+)`", as: (Substring, Substring, Substring).self)
        let named = article.matches(of: name).map { (file: String($0.output.1), test: String($0.output.2)) }
        XCTAssertGreaterThan(named.count, 30)
        let files =
            FileManager.default.enumerator(at: Self.root.appending(path: "Tests"), includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL } ?? []
        var texts: [String: String] = [:]
        for file in files where file.pathExtension == "swift" {
            texts[file.deletingPathExtension().lastPathComponent, default: ""] += try String(
                contentsOf: file, encoding: .utf8)
        }
        for (file, test) in named {
            XCTAssertTrue(texts[file]?.contains("func \(test)()") ?? false, "there is no test \(file).\(test)")
        }
        // Each row of its tables names one.
        for line in article.split(separator: "\n") where line.hasPrefix("| ") && !line.hasPrefix("| what") {
            if line.hasPrefix("| ---") { continue }
            XCTAssertTrue(line.contains("Tests.test"), "no test shows this: \(line)")
        }
    }
}
