import Foundation
import FuzzChecks
import XCTest

@testable import Waybill

/// What the documentation lists is what the program has.
final class DocumentationTests: XCTestCase {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    /// The rows of the table behind a mark such as `<!-- columns -->`, as cells, without header and rule.
    private func table(_ mark: String, of path: String) throws -> [[String]] {
        let lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false)
        let start = try XCTUnwrap(lines.firstIndex(of: "<!-- \(mark) -->"), "\(path) has no table \(mark)")
        let rows = lines[(start + 1)...].drop { $0.isEmpty }.prefix { $0.hasPrefix("|") }.dropFirst(2)
        return rows.map { row in
            row.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// What stands between backticks.
    private func codes(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
            .map { String($0.element) }
    }

    func testTheTableOfColumnsHasEveryColumnInOrder() throws {
        let listed = try table("columns", of: "Sources/Waybill/Waybill.docc/Drops.md").flatMap { codes($0[0]) }
        XCTAssertEqual(Set(listed), Set(Field.allCases.map(\.label)))
        XCTAssertEqual(listed.count, Field.allCases.count)
    }

    func testTheTableOfStatesHasEveryStateUnderItsTotal() throws {
        let rows = try table("states", of: "Sources/Waybill/Waybill.docc/Results.md")
        for total in Total.allCases {
            let row = try XCTUnwrap(rows.first { $0[0] == "\(total)" }, "\(total)")
            XCTAssertEqual(
                Set(codes(row[1])), Set(ContactState.allCases.filter { $0.total == total }.map(\.label)), "\(total)")
        }
        XCTAssertEqual(rows.count, Total.allCases.count)
    }

    func testTheTableOfCodesHasEveryCodeUnderItsStage() throws {
        var listed: [String: String] = [:]
        for row in try table("codes", of: "Sources/Waybill/Waybill.docc/Codes.md") {
            for code in codes(row[0]) {
                XCTAssertNil(listed.updateValue(row[1], forKey: code), "\(code) stands there twice")
            }
            XCTAssertFalse(row[2].isEmpty || row[3].isEmpty, "\(row)")
        }
        XCTAssertEqual(listed, Code.all.mapValues(\.rawValue))
    }

    func testTheTableOfEventsHasEveryKind() throws {
        let listed = try table("events", of: "Sources/Waybill/Waybill.docc/Events.md").flatMap { codes($0[0]) }
        XCTAssertEqual(Set(listed), Set(OutgoingEvent.Kind.allCases.map { EventLine.typePrefix + $0.rawValue }))
        XCTAssertEqual(listed.count, OutgoingEvent.Kind.allCases.count)
    }

    func testTheTableOfProvidersWordsIsTheOneThatIsRead() throws {
        let listed = try table("words", of: "Sources/Waybill/Waybill.docc/Results.md").map { $0.map(codes) }
        XCTAssertEqual(listed, EventName.foreign.map { [[$0.event.rawValue], $0.words] })
        let all = EventName.foreign.flatMap(\.words).map { FoldedName($0) }
        XCTAssertEqual(Set(all).count, all.count, "each once")
    }

    func testTheTablesOfStopWordsAreThoseThatAreRead() throws {
        for (marker, table) in [
            ("stops", StopWords.wholes), ("stops-anywhere", StopWords.anywhere), ("stops-within", StopWords.within),
            ("stops-forms", StopGrammar.languages.map { ($0.language, $0.stems + " " + $0.words) }),
        ] {
            let listed: [[String]] = try self.table(marker, of: "Sources/Waybill/Waybill.docc/Results.md")
            XCTAssertEqual(listed.map { $0[0] }, table.map(\.language), marker)
            let words = table.map { row in
                row.words.split(separator: " ").map { String($0).replacing("_", with: " ") }
            }
            XCTAssertEqual(listed.map { codes($0[1]) }, words, marker)
        }
    }

    func testTheTablesOfRefusalsInReasonsAreThoseThatAreRead() throws {
        let listed = try table("reasons", of: "Sources/Waybill/Waybill.docc/Results.md")
        XCTAssertEqual(listed.map { codes($0[0]) }, OptOutDetail.words.map { [$0.event.rawValue] })
        XCTAssertEqual(listed.map { codes($0[1]) }, OptOutDetail.words.map(\.words))
        let numbers = try table("reason-codes", of: "Sources/Waybill/Waybill.docc/Results.md")
        XCTAssertEqual(numbers.map { codes($0[0])[0] }, OptOutDetail.codes.map(\.code))
        XCTAssertEqual(numbers.map { $0[1] }, OptOutDetail.codes.map(\.of))
    }

    /// A code that is spelt anywhere else could be changed in one place and not in the other.
    func testNoSourceSpellsACodeButTheList() throws {
        for file in try SourceFile.read(below: "Sources") where !file.path.hasSuffix("/00-Vocabulary/Code.swift") {
            let literals = file.text.matches(of: /"([a-z]+[0-9]*\.[a-z-]+)"/).map { String($0.output.1) }
            XCTAssertEqual(literals.filter(Code.isListed), [], file.path)
        }
    }

    /// Relative links of every page lead to a file.
    func testEveryLinkLeadsSomewhere() throws {
        let articles = try FileManager.default.contentsOfDirectory(
            atPath: Self.root.appending(path: "Sources/Waybill/Waybill.docc").path
        ).map { "Sources/Waybill/Waybill.docc/" + $0 }
        let pages = ["README.md", "inbox/README.md", "samples/README.md", "Sources/README.md"] + articles
        XCTAssertGreaterThan(articles.count, 10)
        for page in pages {
            let text = try text(page)
            let folder = Self.root.appending(path: page).deletingLastPathComponent()
            for link in text.matches(of: /\]\(([^)]+)\)/).map({ String($0.output.1) })
            where !link.contains(":") && !link.hasPrefix("#") {
                let target = folder.appending(path: link.prefix { $0 != "#" }).path
                XCTAssertTrue(FileManager.default.fileExists(atPath: target), "\(page): \(link)")
            }
            for topic in text.matches(of: /<doc:([A-Za-z]+)>/).map({ String($0.output.1) }) {
                XCTAssertTrue(articles.contains { $0.hasSuffix("/\(topic).md") }, "\(page): \(topic)")
            }
        }
    }
}
