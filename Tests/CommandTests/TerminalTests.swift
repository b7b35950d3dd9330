import Support
import XCTest

/// Names, reasons and details come from others, and terminals obey what they are shown.
final class TerminalTests: XCTestCase {
    /// Sets a window's title, begins a control sequence in one character, and turns the text that follows around.
    private static let steering = "\u{1B}]0;x\u{7}\u{9B}31m\u{202E}"
    /// What is shown of it.
    private static let shown = "\u{FFFD}]0;x\u{FFFD}\u{FFFD}31m\u{FFFD}"

    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
        try workspace.write(
            """
            { strategies: { text: { steps: [{ name: "text", channel: "sms", expires: "24h", on: { failed: "close" } }] } },
              campaigns: { default: { strategy: "text" } } }
            """, to: "waybill.json5")
    }

    /// Runs a command; a failure where anything but lines of what is seen reaches the terminal.
    @discardableResult
    private func run(_ words: String..., shows: Bool = true) throws -> Executable.Outcome {
        let outcome = try waybill.run(words)
        let text = outcome.output + outcome.errors
        let steers = text.unicodeScalars.filter { scalar in
            scalar != "\n" && [.control, .format].contains(scalar.properties.generalCategory)
        }
        XCTAssertEqual(steers.map { String($0.value, radix: 16) }, [], "\(words[0]): \(text.debugDescription)")
        if shows { XCTAssertTrue(text.contains(Self.shown), "\(words[0]): \(text)") }
        return outcome
    }

    func testNoNameOfADropSteersATerminal() throws {
        let good = try workspace.file("a\(Self.steering).csv", "phone1\n+14155550123\n")
        let bad = try workspace.file("b\(Self.steering).csv", "phone1,id\n+14155550124,1\n12,2\n")
        let whole = try workspace.file("c\(Self.steering).csv", "phone1,id\n12,1\n")
        try run("check", bad, "--output", workspace.beside("o\(Self.steering)"))
        try run("preview", good, "--campaign", "default")
        try run("simulate", good, "--output", workspace.beside("s\(Self.steering).csv"))
        try run("drop", good)
        XCTAssertEqual(try run("run", "--until-idle", shows: false).status, 0)
        let processed = try run("process", bad, whole)
        XCTAssertTrue(processed.output.contains("notice"), processed.output)
        try run("explain", "+14155550123")
        try run("explain", try batch("b") + ":2")
        try run("check", workspace.beside("missing\(Self.steering).csv"))
        try run("process", workspace.beside("missing\(Self.steering).csv"))
        try workspace.write("phone1\n", to: "inbox/_d\(Self.steering)/d.csv")
        try run("run", "--until-idle", shows: false)
        try run("status", shows: false)
    }

    func testNoDetailOfAReceiptSteersATerminal() throws {
        let file = try workspace.file("a.csv", "phone1,id\n+14155550123,7\n")
        try run("process", file, shows: false)
        let reference = try workspace.letters() + batch("a") + "-1-text-1"
        let receipts = try workspace.file(
            "r\(Self.steering).csv", "reference,event,detail\n\(reference),failed,no\(Self.steering)\n")
        try run("process", receipts, "--receipts")
        XCTAssertTrue(try run("explain", "+14155550123").output.contains("came back failed (no"))
    }

    func testNothingSteersATerminalInJSONNorInTheConfigurationAndNothingOfItIsLost() throws {
        let reason = "asked\(Self.steering)"
        try run("suppress", "add", "+14155550123", "--reason", reason, shows: false)
        let object = try XCTUnwrap(run("suppress", "list", "+14155550123", "--json", shows: false).objects().first)
        XCTAssertEqual(object["reason"] as? String, reason)
        let file = try workspace.file("a\(Self.steering).csv", "phone1\n+14155550124\n")
        let ack = try XCTUnwrap(run("check", file, "--json", shows: false).objects().first)
        XCTAssertEqual(ack["drop"] as? String, "a\(Self.steering).csv")
        let seed = "s\u{202E}x\u{1F600}"
        try workspace.write("{campaigns: {default: {seed: '\(seed)'}}}", to: "waybill.json5")
        let shown = try run("config", "show", shows: false)
        XCTAssertTrue(shown.output.contains("s\\u202ex\u{1F600}"), shown.output)
        let json = try XCTUnwrap(run("config", "show", "--json", shows: false).objects().first)
        let campaign = (json["campaigns"] as? [String: Any])?["default"] as? [String: Any]
        XCTAssertEqual(campaign?["seed"] as? String, seed)
    }

    func testNoReasonOfAListSteersATerminal() throws {
        try run("suppress", "add", "+14155550123", "--reason", "asked\(Self.steering)", shows: false)
        let list = try workspace.file("l\(Self.steering).csv", "value,reason\n+14155550124,a\(Self.steering)\n12,\n")
        try run("suppress", "import", list)
        try run("suppress", "list")
        try run("suppress", "list", "+14155550124")
        try run("explain", "+14155550124")
        try run("suppress", "list", "no\(Self.steering)")
        try run("suppress", "no\(Self.steering)")
        try run("explain", "no\(Self.steering)", shows: false)
    }

    /// The batch of the drop whose name begins so.
    private func batch(_ beginning: String) throws -> String {
        let name = try XCTUnwrap(
            workspace.files(below: "outbox/acks").first { $0.split(separator: "/")[3].hasPrefix(beginning) })
        return String(name.dropLast(".ack.json".count).suffix(15))
    }
}
