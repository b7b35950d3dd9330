import Foundation
import XCTest

/// One file of Swift, by its path from the package's folder.
struct SourceFile {
    let path: String
    let text: String
    /// The text without comments and without the texts of string literals.
    let code: String

    init(path: String, text: String) {
        self.path = path
        self.text = text
        code = Self.code(of: text)
    }

    /// The code without comments and without the texts of string literals; line ends stay where they are.
    static func code(of text: String) -> String {
        var reader = CodeReader(Array(text.utf8))
        return reader.code()
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The files of a folder of the package, at any depth.
    static func read(below folder: String, ending: Set<String> = ["swift"]) throws -> [SourceFile] {
        let start = root.appending(path: folder)
        let walk = try XCTUnwrap(FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil))
        let files = try walk.compactMap { $0 as? URL }.filter { ending.contains($0.pathExtension) }.map { url in
            SourceFile(
                path: String(url.path.dropFirst(root.path.count + 1)),
                text: try String(contentsOf: url, encoding: .utf8))
        }
        XCTAssertFalse(files.isEmpty, "no sources in \(folder)")
        return files.sorted { $0.path < $1.path }
    }

    /// The numbered folder below `Sources/Waybill`. `Pipeline.swift`, which wires the stages up to the service, stands
    /// between that and what only looks: it has the number 12, and `12-Looking` the number 13.
    var stage: Int? {
        let parts = path.split(separator: "/")
        guard parts.count > 2, parts[0] == "Sources", parts[1] == "Waybill" else { return nil }
        if parts.count == 3 { return 12 }
        return Int(parts[2].prefix { $0 != "-" }).map { $0 < 12 ? $0 : $0 + 1 }
    }
}

/// Leaves out what is not code, byte by byte.
private struct CodeReader {
    private let text: [UInt8]
    private var at = 0
    private var kept: [UInt8] = []

    init(_ text: [UInt8]) { self.text = text }

    mutating func code() -> String {
        read(untilBracketCloses: false)
        return String(decoding: kept, as: UTF8.self)
    }

    private static let lineComment = Array("//".utf8)
    private static let opening = Array("/*".utf8)
    private static let closing = Array("*/".utf8)
    private static let quote = UInt8(ascii: "\"")
    private static let hash = UInt8(ascii: "#")
    private static let lineFeed = UInt8(ascii: "\n")

    private func sees(_ token: [UInt8]) -> Bool {
        guard at + token.count <= text.count else { return false }
        for (index, byte) in token.enumerated() where text[at + index] != byte { return false }
        return true
    }

    /// Line ends are kept, so that the lines keep their numbers.
    private mutating func skip(_ count: Int) {
        for byte in text[at..<min(at + count, text.count)] where byte == Self.lineFeed { kept.append(byte) }
        at = min(at + count, text.count)
    }

    private mutating func read(untilBracketCloses: Bool) {
        var depth = 0
        while at < text.count {
            let byte = text[at]
            if byte == Self.lineComment[0], sees(Self.lineComment) {
                while at < text.count, text[at] != Self.lineFeed { at += 1 }
            } else if byte == Self.opening[0], sees(Self.opening) {
                skipComment()
            } else if byte == Self.quote
                || byte == Self.hash && text[at...].first(where: { $0 != Self.hash }) == Self.quote
            {
                readString()
            } else {
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth -= 1 }
                kept.append(byte)
                at += 1
                if untilBracketCloses, depth == 0 { return }
            }
        }
    }

    private mutating func skipComment() {
        var depth = 0
        repeat {
            if sees(Self.opening) {
                depth += 1
                skip(2)
            } else if sees(Self.closing) {
                depth -= 1
                skip(2)
            } else {
                skip(1)
            }
        } while depth > 0 && at < text.count
    }

    private mutating func readString() {
        let hashes = Array(text[at...].prefix { $0 == Self.hash })
        at += hashes.count
        let three = [Self.quote, Self.quote, Self.quote]
        let quotes = sees(three) ? three : [Self.quote]
        at += quotes.count
        let end = quotes + hashes
        let escape = [UInt8(ascii: "\\")] + hashes
        let interpolation = escape + [UInt8(ascii: "(")]
        kept.append(UInt8(ascii: " "))
        while at < text.count, !sees(end) {
            if sees(interpolation) {
                at += escape.count
                read(untilBracketCloses: true)
            } else if sees(escape) {
                skip(escape.count + 1)
            } else {
                skip(1)
            }
        }
        skip(end.count)
        kept.append(UInt8(ascii: " "))
    }
}
