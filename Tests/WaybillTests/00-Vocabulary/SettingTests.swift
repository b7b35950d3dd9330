import XCTest

@testable import Waybill

final class SettingTests: XCTestCase {
    private struct Lamp: Equatable {
        var watts = 40
        var colour: String?
        var shade = Shade()
    }

    private struct Shade: Equatable {
        var isWide = false
    }

    /// A table as it was at first, and the same with settings that came later.
    private let first = [Setting("watts", \Lamp.watts, .integer(1...100)).alwaysCounted]
    private let later: [Setting<Lamp>] = [
        Setting("watts", \.watts, .integer(1...100)).alwaysCounted, Setting("colour", \.colour, .orNull(.text())),
        .group("shade", \.shade, [Setting("isWide", \.isWide, .flag)]),
    ]

    private func text(_ settings: [Setting<Lamp>], _ lamp: Lamp, isCounted: Bool) -> String {
        JSON5Tree.object(settings.members(of: lamp, countedFrom: isCounted ? Lamp() : nil)).text
    }

    private func read(_ text: String) throws -> (lamp: Lamp, problems: [String]) {
        let reading = ConfigurationReading(file: "f", readFile: { _ in [] })
        var lamp = Lamp()
        var section = try XCTUnwrap(
            ConfigurationSetting(value: try JSON5Reader.read(Array(text.utf8)), path: "", reading: reading).section())
        section.read(later, into: &lamp)
        section.finish()
        return (lamp, reading.problemsInFileOrder.map(\.description))
    }

    func testASettingIsReadAndWrittenByItsRow() throws {
        let (lamp, problems) = try read("{ watts: 60, colour: 'red', shade: { isWide: true } }")
        XCTAssertEqual(problems, [])
        XCTAssertEqual(lamp, Lamp(watts: 60, colour: "red", shade: Shade(isWide: true)))
        XCTAssertEqual(text(later, lamp, isCounted: false), "{ watts: 60, colour: \"red\", shade: { isWide: true } }")
        XCTAssertEqual(text(later, Lamp(), isCounted: false), "{ watts: 40, colour: null, shade: { isWide: false } }")
    }

    func testEveryRowIsAKnownKey() throws {
        XCTAssertEqual(
            try read("{ wats: 5, hade: {}, shade: { isWid: true }, bulb: 1 }").problems,
            [
                "f:1:3: unknown key \"wats\", did you mean \"watts\"?",
                "f:1:12: unknown key \"hade\", did you mean \"shade\"?",
                "f:1:31: shade: unknown key \"isWid\", did you mean \"isWide\"?",
                "f:1:46: unknown key \"bulb\"; the keys here are \"watts\", \"colour\", \"shade\"",
            ])
    }

    func testANewSettingChangesNoFingerprintUntilItIsUsed() {
        XCTAssertEqual(text(later, Lamp(), isCounted: true), text(first, Lamp(), isCounted: true))
        XCTAssertEqual(text(later, Lamp(), isCounted: true), "{ watts: 40 }")
        XCTAssertEqual(
            text(later, Lamp(colour: "red", shade: Shade(isWide: true)), isCounted: true),
            "{ watts: 40, colour: \"red\", shade: { isWide: true } }")
    }
}
