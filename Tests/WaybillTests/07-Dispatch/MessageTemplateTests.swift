import XCTest

@testable import Waybill

final class MessageTemplateTests: XCTestCase {
    private let schema = Schema([
        Column(name: "Handy-Nr.", field: .phone1), Column(name: "Vorname", field: .firstname),
        Column(name: "Filiale Nord", field: nil), Column(name: "geheim", field: nil, isIgnored: true),
    ])

    private func render(_ template: String?, _ values: [String], schema: Schema? = nil) throws -> String {
        let renderer = MessageRenderer(
            template: try template.map { StepTemplate(text: try MessageTemplate($0)) }, schema: schema ?? self.schema)
        var bytes = Array("<".utf8)
        try renderer.append(ContactValues(values.map { Array($0.utf8)[...] }), to: &bytes)
        return String(decoding: bytes.dropFirst(), as: UTF8.self)
    }

    private func mistake(_ template: String) -> String {
        do {
            return "compiled: \(try MessageTemplate(template))"
        } catch {
            return "\(error)"
        }
    }

    func testColumnsByOurNameAndTheSenders() throws {
        for name in ["firstname", "First Name", "FIRST_NAME", "Vorname", "vor-name", " firstname "] {
            XCTAssertEqual(try render("Hi {{\(name)}}!", ["+1", "Ann"]), "Hi Ann!", name)
        }
        XCTAssertEqual(try render("{{filiale_nord}}{{phone1}}", ["+1", "Ann", "Mitte"]), "Mitte+1")
    }

    func testDefaultStandsInForAnEmptyOrAbsentValue() throws {
        XCTAssertEqual(try render("Hi {{firstname|there}}", ["+1", ""]), "Hi there")
        XCTAssertEqual(try render("Hi {{ firstname | dear customer }}", ["+1"]), "Hi dear customer")
        XCTAssertEqual(try render("Hi {{unheard|there}}", ["+1", "Ann"]), "Hi there")
        XCTAssertEqual(try render("Hi{{title|}} Ann", ["+1"]), "Hi Ann")
        XCTAssertEqual(try render("{{a|b|c}}", []), "b|c")
        XCTAssertEqual(try render("Hi {{firstname|there}}", ["+1", "Ann"]), "Hi Ann")
    }

    func testMissingValueFailsTheContactAndWritesNothing() throws {
        let renderer = MessageRenderer(
            template: StepTemplate(text: try MessageTemplate("Dear {{Vorname}}")), schema: schema)
        var bytes = Array("before".utf8)
        XCTAssertThrowsError(try renderer.append(ContactValues([[0x31], []]), to: &bytes)) { error in
            let missing = error as? MessageRenderer.MissingValue
            XCTAssertEqual(missing?.column, "Vorname")
            XCTAssertTrue(missing?.message.contains("{{Vorname|default}}") ?? false)
        }
        XCTAssertEqual(bytes, Array("before".utf8))
        XCTAssertEqual(MessageRenderer.MissingValue.code.rawValue, "template.missing-value")
    }

    func testContactsOwnMessageComesFirst() throws {
        let schema = Schema([Column(name: "firstname", field: .firstname), Column(name: "body", field: .message)])
        XCTAssertEqual(try render("Hi {{firstname}}", ["Ann", "Own {{text}}"], schema: schema), "Own {{text}}")
        XCTAssertEqual(try render("Hi {{firstname}}", ["Ann", ""], schema: schema), "Hi Ann")
        XCTAssertEqual(try render("Hi {{lastname}}", ["Ann", "Own"], schema: schema), "Own")
        XCTAssertEqual(try render(nil, ["Ann", "Own"], schema: schema), "Own")
        XCTAssertEqual(try render(nil, ["Ann"], schema: schema), "")
    }

    func testTextIsKeptAsItIs() throws {
        for text in ["", "{", "}", "}}", "{ {a} }", "a{b}c", "ü€😀\r\n{\n", "{a{b"] {
            XCTAssertEqual(try render(text, []), text)
        }
        XCTAssertEqual(try render("{{firstname}}}", ["", "Ann"]), "Ann}")
        XCTAssertEqual(try render("{{firstname}}{{firstname}}", ["", "Ann"]), "AnnAnn")
    }

    func testValuesAreNotReadAsTemplates() throws {
        XCTAssertEqual(try render("{{firstname}}", ["", "{{phone1}}"]), "{{phone1}}")
    }

    func testMistakesNameLineAndColumn() {
        XCTAssertEqual(mistake("Hi {{firstname"), "line 1, column 4: \"{{\" is not closed; write }} on the same line.")
        XCTAssertTrue(mistake("Hi\nüx {{first\nname}}").hasPrefix("line 2, column 4: \"{{\" is not closed"))
        XCTAssertTrue(mistake("a\r\nb\r\n{{}}").hasPrefix("line 3, column 1: a place without a column"))
        XCTAssertTrue(mistake("{{|default}}").contains("a place without a column"))
        XCTAssertTrue(mistake("{{a {{b}}").contains("inside another place"))
    }

    private func text(_ renderer: MessageRenderer, _ values: [String]) throws -> String {
        var bytes: [UInt8] = []
        try renderer.append(ContactValues(values.map { Array($0.utf8)[...] }), to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func testALanguageIsFoundByItsTagOrByOneThatItIsAVarietyOf() throws {
        let schema = Schema([Column(name: "lang", field: .language)])
        var template = StepTemplate(text: try MessageTemplate("Hello"))
        for (tag, greeting) in [("de", "Hallo"), ("pt-br", "Oi"), ("pt", "Olá"), ("zh-hant", "您好")] {
            template.languages[tag] = StepTemplate(text: try MessageTemplate(greeting)).base
        }
        let renderer = MessageRenderer(template: template, schema: schema)
        for (language, greeting) in [
            ("de", "Hallo"), ("DE", "Hallo"), ("de_AT", "Hallo"), ("de-Latn-CH", "Hallo"), ("pt-BR", "Oi"),
            ("pt-PT", "Olá"), ("zh-Hant-TW", "您好"), ("zh", "Hello"), ("", "Hello"), ("fr", "Hello"),
            ("German", "Hello"), ("d", "Hello"), ("de--", "Hello"), ("den", "Hello"),
        ] { XCTAssertEqual(try text(renderer, [language]), greeting, language) }
        XCTAssertEqual(try text(renderer, []), "Hello")
    }

    func testInHTMLNoValueIsMarkup() throws {
        let schema = Schema([Column(name: "name", field: .name)])
        var template = StepTemplate()
        template.base.html = try MessageTemplate("<p class='a'>{{name|<i>you</i>}} & co</p>")
        let renderer = MessageRenderer(template: template, schema: schema)
        XCTAssertEqual(
            try text(renderer, ["<script>\"a\" & 'b'</script> ü"]),
            "<p class='a'>&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt; ü & co</p>")
        XCTAssertEqual(try text(renderer, [""]), "<p class='a'><i>you</i> & co</p>")
    }
}
