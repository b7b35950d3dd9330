import XCTest

/// No code that nothing calls, no function too long to read, no `unsafe` without its reason: the sources are held to
/// the rules of their own style.
final class TidyTests: XCTestCase {
    private static let swift = Result { try SourceFile.read(below: "Sources") }

    private func sources() throws -> [SourceFile] { try Self.swift.get() }

    /// Names that only the compiler, C or a test uses, and why they are there all the same.
    private static let usedElsewhere: [String: String] = [
        "urlSession": "what URLSession calls of its delegate",
        "appendLiteral": "required by StringInterpolationProtocol",
        "appendInterpolation": "required by StringInterpolationProtocol",
        "runsHere": "SHA256Tests asks it which ways of this processor there are to compare",
    ]

    /// Properties that are assigned and never read, and why.
    private static let assignedOnly: [String: String] = [
        "touched": "keeps the compiler from leaving out reads that bring memory near",
        "inode": "compared with the whole status of a file",
    ]

    func testNothingIsDeclaredThatNothingUses() throws {
        XCTAssertEqual(Tidy.dead(in: try sources(), besides: Set(Self.usedElsewhere.keys)), [])
        XCTAssertEqual(Tidy.unread(in: try sources(), besides: Set(Self.assignedOnly.keys)), [])
    }

    func testEverySettingIsAskedFor() throws {
        XCTAssertEqual(
            Tidy.unreadSettings(
                in: try sources(),
                of: [
                    "Configuration", "Campaign", "Policy", "Strategy", "TransportSettings", "HTTPSettings", "Rate",
                    "Account",
                ]), [])
    }

    /// `CSVCutter.cut` is one loop on purpose; its comment says why.
    func testNoFunctionIsTooLong() throws {
        XCTAssertEqual(
            Tidy.longFunctions(in: try sources(), besides: ["Sources/Waybill/02-Decode/CSVCutter.swift cut"]), [])
    }

    /// A pair of a place and a byte: whatever byte a place does not allow breaks the wrapper. A channel: one of any
    /// name, with a few that are known.
    private static let notOneEnum: Set = [
        "Sources/Waybill/02-Decode/JSONRecordScanner+Wrapper.swift", "Sources/Waybill/00-Vocabulary/Channel.swift",
    ]

    func testNoSwitchOverAnEnumCatchesAll() throws {
        XCTAssertEqual(Tidy.catchAlls(in: try sources(), besides: Self.notOneEnum), [])
    }

    func testNoCommentIsWiderThanTheCode() throws {
        XCTAssertEqual(Tidy.wideComments(in: try sources()), [])
    }

    func testEveryUnsafeSaysWhyItIsSafe() throws {
        XCTAssertEqual(Tidy.unexplained(in: try sources()), [])
    }

    // MARK: - The checks find what they look for

    private func file(_ text: String, path: String = "Sources/Waybill/File.swift") -> SourceFile {
        SourceFile(path: path, text: text)
    }

    private func faults(_ text: String, _ check: ([SourceFile]) -> [String]) -> [String] {
        check([file(text)]).map { String($0.dropFirst("Sources/Waybill/File.swift:".count)) }
    }

    func testWhatNothingUsesIsFound() {
        let text = """
            struct Used { // Unused, unusedToo and gone are words of a comment
                var count = 1
                static func unused(_ a: Int) -> Int { Used().count }
                let unusedToo = "unused"
                enum Kind { case here, gone(Int), lost }
            }
            protocol Unused {}
            let kind = Used.Kind.here
            func caller() { if case .lost = kind { caller() } }
            """
        XCTAssertEqual(
            faults(text) { Tidy.dead(in: $0) },
            [
                "3: nothing uses unused", "4: nothing uses unusedToo", "5: nothing uses gone", "7: nothing uses Unused",
            ])
        XCTAssertEqual(Tidy.dead(in: [file(text)], besides: ["unused", "unusedToo", "gone", "Unused"]), [])
        // In another file, or within a text, a use is a use.
        XCTAssertEqual(
            Tidy.dead(in: [file("func a() {}\n"), file("let b = \"\\(a())\" + \"\\(b)\"\n", path: "B")]), [])
        // Words of the configuration are cases that nothing names.
        XCTAssertEqual(faults("enum A: String { case one, two }\nlet b = A(b)") { Tidy.dead(in: $0) }, [])
    }

    func testWhatIsAssignedAndNeverReadIsFound() {
        let text = """
            struct A {
                var written = 0, other = 0
                let read: Int
                init(written: Int, read: Int) { self.written = written; self.read = read }
                mutating func more() { written += 1 }
                func sum(_ flag: Bool) -> Int { flag ? read : 0 }
            }
            """
        XCTAssertEqual(faults(text) { Tidy.unread(in: $0) }, ["2: nothing reads written"])
        XCTAssertEqual(Tidy.unread(in: [file(text + "print(A().written)")]), [])
        XCTAssertEqual(Tidy.unread(in: [file(text)], besides: ["written"]), [])
    }

    func testASettingThatNothingAsksForIsFound() {
        let type = file(
            "struct Campaign {\n    var region: String?\n    var residency: String?\n    struct Inner { var mark = 1 }\n}\n",
            path: "Sources/Waybill/00-Vocabulary/Campaign.swift")
        let reader = file("let a = campaign.residency\n", path: "Sources/Waybill/00-Vocabulary/Settings/Reader.swift")
        let user = file(
            "let a = campaign.region ?? inner.mark\ncampaign.residency = nil\n", path: "Sources/Waybill/User.swift")
        XCTAssertEqual(
            Tidy.unreadSettings(in: [type, reader, user], of: ["Campaign"]),
            ["Sources/Waybill/00-Vocabulary/Campaign.swift:3: nothing asks for the setting residency"])
        XCTAssertEqual(Tidy.unreadSettings(in: [type, reader], of: ["Campaign"]).count, 3)
        XCTAssertEqual(Tidy.unreadSettings(in: [type, reader], of: ["Other"]), [])
    }

    func testAFunctionThatIsTooLongIsFound() {
        func text(_ lines: Int, _ head: String) -> String {
            "struct A {\n\(head) {\n" + String(repeating: "    if true {}\n", count: lines) + "}\n}\n"
        }
        for head in ["func long(_ run: () -> Void = {})", "init()", "var long: Int"] {
            XCTAssertEqual(faults(text(68, head)) { Tidy.longFunctions(in: $0) }, [], head)
            XCTAssertEqual(faults(text(69, head)) { Tidy.longFunctions(in: $0) }.count, 1, head)
        }
        XCTAssertEqual(
            Tidy.longFunctions(in: [file(text(99, "func long()"))], besides: ["Sources/Waybill/File.swift long"]), [])
    }

    func testACommentThatIsTooWideIsFound() {
        for start in ["// ", "    /// ", "/// é "] {
            let full = start + String(repeating: "x", count: 120 - start.count)
            XCTAssertEqual(faults("let a = 1\n" + full) { Tidy.wideComments(in: $0) }, [], start)
            XCTAssertEqual(
                faults("let a = 1\n" + full + "x") { Tidy.wideComments(in: $0) }, ["2: a comment of 121 columns"], start
            )
        }
        let code = "let a = \"" + String(repeating: "x", count: 120) + "\""
        XCTAssertEqual(faults(code) { Tidy.wideComments(in: $0) }, [], "the formatter sees to code")
    }

    func testASwitchThatCatchesAllIsFound() {
        for tail in ["default: 2", "case _: 2"] {
            XCTAssertEqual(
                faults("let a = switch b {\ncase .one: 1\n\(tail)\n}") { Tidy.catchAlls(in: $0) }.count, 1, tail)
            XCTAssertEqual(
                faults("let a = switch (b, c) {\ncase (.one, 5): 1\n\(tail)\n}") { Tidy.catchAlls(in: $0) }.count, 1)
            for line in ["case 1: f(.one, default: 3)", "case \"one\": 1", "case a where a == .one: 1"] {
                XCTAssertEqual(faults("let a = switch b {\n\(line)\n\(tail)\n}") { Tidy.catchAlls(in: $0) }, [], line)
            }
            XCTAssertEqual(
                faults("let a = switch b.generalCategory {\ncase .control: 1\n\(tail)\n}") { Tidy.catchAlls(in: $0) },
                [])
        }
        XCTAssertEqual(
            faults("switch b {\ncase .one: if c { d() }\ncase .two: break\n}") { Tidy.catchAlls(in: $0) }, [])
    }

    func testUnsafeWithoutAReasonIsFound() {
        let bare = "struct A {\n    let a = 1\n    let b = 2\n    func f() {\n        unsafe g()\n    }\n}\n"
        XCTAssertEqual(faults(bare) { Tidy.unexplained(in: $0) }, ["5: unsafe without a reason"])
        XCTAssertEqual(faults("final class A: @unchecked Sendable {\n}\n") { Tidy.unexplained(in: $0) }.count, 1)
        for (line, comment) in [
            ("        unsafe g()", "        // Safe: g does nothing."), ("    func f()", "    /// Safe where g is."),
            ("struct", "/// Safe to use."), ("    let a", "    // Safe: all of this."),
            ("    let b", "// Safe here and below: never."),
        ] {
            let explained = bare.replacing(line, with: comment + "\n" + line)
            XCTAssertEqual(faults(explained) { Tidy.unexplained(in: $0) }, [], comment)
        }
        // A word in a text is no reason, nor is a comment on something else.
        XCTAssertEqual(
            faults(bare.replacing("let a = 1", with: "let a = \"safe\"")) { Tidy.unexplained(in: $0) }.count, 1)
        XCTAssertEqual(faults("/// Safe.\nstruct B {}\n" + bare) { Tidy.unexplained(in: $0) }.count, 1)
    }
}
