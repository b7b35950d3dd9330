import Foundation
import XCTest

/// The sources keep to the layering that `Sources/README.md` draws.
final class LayeringTests: XCTestCase {
    /// Read once for all tests of this class.
    private static let swift = Result { try SourceFile.read(below: "Sources") + SourceFile.read(below: "Tests") }

    private func sources(below folder: String) throws -> [SourceFile] {
        let files = try Self.swift.get().filter { $0.path.hasPrefix(folder + "/") }
        XCTAssertFalse(files.isEmpty, "no sources in \(folder)")
        return files
    }

    func testNoStageNamesATypeOfAHigherOne() throws {
        XCTAssertEqual(Layering.upwardReferences(in: try sources(below: "Sources/Waybill")), [])
    }

    func testTheMiddleIsPure() throws {
        XCTAssertEqual(Layering.impurities(in: try sources(below: "Sources/Waybill")), [])
    }

    func testOnlySystemIOImportsTheLibrariesInC() throws {
        XCTAssertEqual(Layering.importsOfC(in: try sources(below: "Sources") + sources(below: "Tests")), [])
    }

    func testOnlyTheProgramThatCallsServersKnowsWhatReadsTheirAnswers() throws {
        XCTAssertEqual(Layering.usesOfTheWeb(in: try sources(below: "Sources") + sources(below: "Tests")), [])
    }

    func testKernelsInCAreCalledInOnePlaceAndArePure() throws {
        XCTAssertEqual(Layering.impureKernels(in: try sources(below: "Sources/Waybill")), [])
        let inC = try SourceFile.read(below: "Sources/CShims", ending: ["c"])
            .filter { $0.path.hasSuffix("text_kernels.c") }
        XCTAssertEqual(inC.count, 1)
        let headers = inC.flatMap { $0.text.split(separator: "\n").filter { $0.hasPrefix("#include") } }
        let known = ["\"CShims.h\"", "<string.h>", "<immintrin.h>", "<arm_neon.h>"]
        XCTAssertEqual(headers, known.map { "#include \($0)" })
    }

    func testOnlyTheEngineKnowsItsDatabase() throws {
        XCTAssertEqual(Layering.usesOfTheEngine(in: try sources(below: "Sources/Waybill")), [])
    }

    func testNothingIsPublic() throws {
        XCTAssertEqual(Layering.publicDeclarations(in: try sources(below: "Sources")), [])
    }

    func testNoFileIsTooLongAndNothingIsLeftForLater() throws {
        XCTAssertEqual(Layering.overlong(try sources(below: "Sources") + sources(below: "Tests")), [])
        let inC = try SourceFile.read(below: "Sources/CShims", ending: ["c", "h"])
        XCTAssertEqual(Layering.unfinished(try sources(below: "Sources") + inC), [])
    }

    // MARK: - The checks find what they look for

    private func stage(_ folder: String, _ text: String) -> SourceFile {
        SourceFile(path: "Sources/Waybill/\(folder)/File.swift", text: text)
    }

    func testAReferenceUpwardIsFound() {
        let files = [
            stage("04-Sample", "package struct Sampler {\n    enum Rule { case a }\n}\n"),
            stage("02-Decode", "let a = 1\n// Sampler in a comment\nlet b: Sampler? = nil\n"),
        ]
        XCTAssertEqual(
            Layering.upwardReferences(in: files), ["Sources/Waybill/02-Decode/File.swift:3: Sampler is of stage 4"])
    }

    func testAReferenceToTheCompositionIsFound() {
        let files = [
            SourceFile(path: "Sources/Waybill/Pipeline.swift", text: "package final class Pipeline {}\n"),
            stage("09-Report", "func write(_ pipeline: Pipeline) {}\n"),
        ]
        XCTAssertEqual(Layering.upwardReferences(in: files).count, 1)
    }

    func testTheRoomsOfTheCompositionHaveAnOrderToo() {
        let pipeline = SourceFile(
            path: "Sources/Waybill/Pipeline.swift", text: "final class Pipeline { let a: Service }\n")
        let rooms = [
            stage("10-Work", "struct DropFrame {}\n"),
            stage("11-Service", "final class Service { let a: DropFrame }\n"),
            stage("12-Looking", "final class Rehearsal { let a: Pipeline }\n"),
        ]
        XCTAssertEqual(Layering.upwardReferences(in: rooms + [pipeline]), [])
        for (folder, name) in [("10-Work", "Service"), ("11-Service", "Pipeline"), ("11-Service", "Rehearsal")] {
            let upward = stage(folder, "func look(at: \(name)) {}\n")
            XCTAssertEqual(Layering.upwardReferences(in: rooms + [pipeline, upward]).count, 1, "\(folder) \(name)")
        }
    }

    func testATypeNestedInAnExtensionOfALowerStageIsFound() {
        let files = [
            stage("00-Vocabulary", "struct Contact {}\nlet seat: Contact.Seat\n"),
            stage("06-Queue", "extension Contact {\n    struct Seat {}\n}\n"),
        ]
        XCTAssertEqual(
            Layering.upwardReferences(in: files), ["Sources/Waybill/00-Vocabulary/File.swift:2: Seat is of stage 6"])
    }

    func testReferencesDownwardAndWithinAStageAreFine() {
        let files = [
            stage("02-Decode", "struct Chunk {}\nstruct Other { let chunk: Chunk }\n"),
            stage("03-Validate", "let chunk: Chunk\n"),
            // A nested type is reached through its owner, so another one of that name may stand below.
            stage("01-Intake", "struct Inbox { struct Problem {} }\n"), stage("00-Vocabulary", "enum Problem {}\n"),
        ]
        XCTAssertEqual(Layering.upwardReferences(in: files), [])
    }

    func testCommentsAndTextsAreNoReferencesButInterpolationsAre() {
        let code = SourceFile.code(
            of: """
                let url = "https://x/*" // Sampler
                /* Sampler /* Sampler */ Sampler */ let a = "Sampler \\(Parcel("Sampler").id) Sampler"
                let b = #"\\(Sampler) "Sampler" "#
                let c = \"""
                    Sampler " Sampler \\(Inbox.self)
                    \"""
                let d = Store.self
                """)
        XCTAssertFalse(code.contains("Sampler"), code)
        for name in ["Parcel", "Inbox", "Store"] { XCTAssertTrue(code.contains(name), "\(name) in \(code)") }
        XCTAssertEqual(code.split(separator: "\n", omittingEmptySubsequences: false).count, 7)
    }

    func testImpuritiesInTheMiddleAreFound() {
        for import_ in [
            "import SystemIO", "package import SystemIO", "  @preconcurrency import SystemIO", "import Glibc",
        ] {
            XCTAssertEqual(Layering.impurities(in: [stage("03-Validate", import_ + "\n")]).count, 1, import_)
        }
        for use in ["Date()", "FileManager.default", "UInt8.random(in: 0...9)", "ContinuousClock.now"] {
            XCTAssertEqual(Layering.impurities(in: [stage("05-Policy", "let x = \(use)\n")]).count, 1, use)
        }
        XCTAssertEqual(Layering.impurities(in: [stage("06-Queue", "import SystemIO\nlet x = Date()\n")]), [])
    }

    func testImportsOfCOutsideSystemIOAreFound() {
        for library in ["CSQLite", "CZlib", "CShims"] {
            let text = "internal import \(library)\n"
            XCTAssertEqual(Layering.importsOfC(in: [stage("06-Queue", text)]).count, 1)
            XCTAssertEqual(Layering.importsOfC(in: [SourceFile(path: "Sources/SystemIO/X.swift", text: text)]), [])
        }
    }

    func testImportsOfTheWebElsewhereAreFound() {
        let text = "import FoundationNetworking\n"
        XCTAssertEqual(Layering.usesOfTheWeb(in: [stage("07-Dispatch", text)]).count, 1)
        XCTAssertEqual(Layering.usesOfTheWeb(in: [SourceFile(path: "Sources/WaybillWeb/X.swift", text: text)]), [])
    }

    func testTheKernelsMayNotCallAnythingElseInC() {
        func kernels(_ text: String) -> [SourceFile] { [stage("00-Vocabulary/Kernels", text)] }
        let file = SourceFile(path: Layering.kernels, text: "import CShims\nlet a = waybill_text_can_run()\n")
        XCTAssertEqual(Layering.importsOfC(in: [file]), [])
        XCTAssertEqual(Layering.impureKernels(in: [file]), [])
        let other = SourceFile(path: Layering.kernels, text: "import CShims\nwaybill_open(path, 0, 0)\nimport CZlib\n")
        XCTAssertEqual(Layering.impureKernels(in: [other]), ["\(Layering.kernels):2: calls waybill_open"])
        XCTAssertEqual(Layering.importsOfC(in: [other]), ["\(Layering.kernels):3: imports CZlib"])
        XCTAssertEqual(Layering.importsOfC(in: kernels("import CShims\n")).count, 1, "a file beside it")
    }

    func testUsesOfTheEngineOutsideItsFolderAreFound() {
        for use in ["let store: SQLiteStore", "try Database(path: path)", "_ select: Statement"] {
            XCTAssertEqual(Layering.usesOfTheEngine(in: [stage("10-Work", use + "\n")]).count, 1, use)
            XCTAssertEqual(Layering.usesOfTheEngine(in: [stage("06-Queue/SQLite", use + "\n")]), [])
        }
    }

    func testPublicLongAndUnfinishedFilesAreFound() {
        XCTAssertEqual(Layering.publicDeclarations(in: [stage("01-Intake", "public struct A {}\n")]).count, 1)
        XCTAssertEqual(Layering.publicDeclarations(in: [stage("01-Intake", "// public\nlet a = \"public\"\n")]), [])
        XCTAssertEqual(Layering.overlong([stage("01-Intake", String(repeating: "\n", count: 450))]), [])
        XCTAssertEqual(Layering.overlong([stage("01-Intake", String(repeating: "\n", count: 451))]).count, 1)
        for word in ["TO" + "DO", "FIX" + "ME"] {
            XCTAssertEqual(Layering.unfinished([stage("01-Intake", "// \(word): later\n")]).count, 1)
        }
    }
}

/// What `LayeringTests` looks for; each answer names file, line and fault.
enum Layering {
    /// Top-level types, and those that an extension adds to another: everything else is reached through its owner.
    static func upwardReferences(in files: [SourceFile]) -> [String] {
        var lowest: [String: Int] = [:]
        for file in files {
            guard let stage = file.stage else { continue }
            for name in declarations(in: file.code) { lowest[name] = min(lowest[name] ?? stage, stage) }
        }
        return files.flatMap { file in
            let stage = file.stage ?? .max
            return find(in: file, file.code) { line in
                words(of: line).compactMap { word in
                    guard let other = lowest[word], other > stage else { return nil }
                    return "\(word) is of stage \(other)"
                }
            }
        }
    }

    static func impurities(in files: [SourceFile]) -> [String] {
        let modules: Set = ["SystemIO", "Glibc", "Musl", "Dispatch", "FoundationNetworking"]
        let uses = [
            "Date()", "FileManager", "ProcessInfo", "URLSession", "random(in:", "SystemRandomNumberGenerator",
            "Clock.now",
        ]
        return files.filter { (2...5).contains($0.stage ?? 0) }.flatMap { file in
            find(in: file, file.code) { line in
                if let module = module(importedBy: line), modules.contains(module) { return ["imports \(module)"] }
                return uses.filter(line.contains).map { "uses \($0)" }
            }
        }
    }

    /// The one file outside `SystemIO` that calls C, which even the middle may use: its functions are pure.
    static let kernels = "Sources/Waybill/00-Vocabulary/Kernels/TextKernels.swift"

    static func importsOfC(in files: [SourceFile]) -> [String] {
        files.filter { !$0.path.hasPrefix("Sources/SystemIO/") }.flatMap { file in
            let modules: Set = file.path == kernels ? ["CSQLite", "CZlib"] : ["CSQLite", "CZlib", "CShims"]
            return find(in: file, file.code) { line in
                module(importedBy: line).map { modules.contains($0) ? ["imports \($0)"] : [] } ?? []
            }
        }
    }

    static func usesOfTheWeb(in files: [SourceFile]) -> [String] {
        files.filter { !$0.path.hasPrefix("Sources/WaybillWeb/") }.flatMap { file in
            find(in: file, file.code) { module(importedBy: $0) == "FoundationNetworking" ? ["imports it"] : [] }
        }
    }

    static func impureKernels(in files: [SourceFile]) -> [String] {
        files.filter { $0.path == kernels }.flatMap { file in
            find(in: file, file.code) { line in
                words(of: line).filter { $0.hasPrefix("waybill_") && !$0.hasPrefix("waybill_text_") }.map {
                    "calls \($0)"
                }
            }
        }
    }

    /// Everybody else works with `any Store`; one file of the composition says which engine it is.
    static func usesOfTheEngine(in files: [SourceFile]) -> [String] {
        let names: Set = ["SQLiteStore", "Database", "Statement"]
        return files.filter { file in
            !file.path.hasPrefix("Sources/Waybill/06-Queue/SQLite/")
                && file.path != "Sources/Waybill/10-Work/Workspace+Store.swift"
        }.flatMap { file in
            find(in: file, file.code) { line in words(of: line).filter(names.contains).map { "names \($0)" } }
        }
    }

    static func publicDeclarations(in files: [SourceFile]) -> [String] {
        files.flatMap { file in
            find(in: file, file.code) { words(of: $0).contains("public") ? ["public"] : [] }
        }
    }

    static func overlong(_ files: [SourceFile]) -> [String] {
        files.compactMap { file in
            let lines = file.text.utf8.count { $0 == 0x0A }
            return lines > 450 ? "\(file.path): \(lines) lines, more than 450" : nil
        }
    }

    static func unfinished(_ files: [SourceFile]) -> [String] {
        files.flatMap { file in
            find(in: file, file.text) { line in words(of: line).filter { ["TO" + "DO", "FIX" + "ME"].contains($0) } }
        }
    }

    // MARK: - Reading Swift

    private static func find(in file: SourceFile, _ text: String, _ faults: (Substring) -> [String]) -> [String] {
        text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated().flatMap { number, line in
            faults(Substring(line)).map { "\(file.path):\(number + 1): \($0)" }
        }
    }

    private static func words(of line: Substring) -> [String] {
        line.utf8.split { byte in
            let lower = byte | 0x20
            return !(lower >= 0x61 && lower <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x5F || byte >= 0x80)
        }.map { String(Substring($0)) }
    }

    private static func module(importedBy line: Substring) -> String? {
        let words = words(of: line)
        guard let keyword = words.firstIndex(of: "import"), words.count > keyword + 1 else { return nil }
        let kinds: Set = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
        return words[(keyword + 1)...].first { !kinds.contains($0) }
    }

    /// The names that a file declares at its top level, or directly within an extension there.
    private static func declarations(in code: String) -> [String] {
        let kinds: Set = ["struct", "class", "enum", "protocol", "typealias", "actor"]
        var names: [String] = []
        var isExtension = false
        for bytes in code.utf8.split(separator: 0x0A) {
            let indent = bytes.prefix { $0 == 0x20 }.count
            guard indent == 0 || indent == 4 else { continue }
            let words = words(of: Substring(bytes))
            if indent == 0, let first = words.first {
                isExtension = first == "extension" || (words.count > 1 && words[1] == "extension")
            }
            guard indent == 0 || (indent == 4 && isExtension) else { continue }
            for (index, word) in words.enumerated() where kinds.contains(word) && index + 1 < words.count {
                // `class func` and `struct` within a longer line are no declarations of types.
                guard !["func", "var", "let"].contains(words[index + 1]), words[..<index].allSatisfy(modifiers.contains)
                else { continue }
                names.append(words[index + 1])
                break
            }
        }
        return names
    }

    private static let modifiers: Set = [
        "package", "internal", "private", "fileprivate", "final", "indirect", "unsafe", "unchecked", "nonisolated",
        "frozen",
    ]
}
