import Foundation

/// What a sender says about a drop in `FILE.meta.json` and `FILE.sha256` (contract §3).
package struct Sidecar: Hashable, Sendable {
    package var campaign: String?
    package var records: Int?
    /// Lower-case hexadecimal.
    package var sha256: String?
    /// 0–9, 9 first.
    package var priority: Int?
    package var notBefore: Timestamp?
    package var expiresAt: Timestamp?
    package var reply: String?
    package var resend = false
    package var corrects: BatchID?
    /// What it asks for; nil: nothing is said.
    package var mode: DropMode?
    /// Where that is said, and the word for it.
    package var modePlace = "its side-car's \"mode\""
    package var modeWord = ""
    /// The batch whose contacts come again in it (`waybill campaign requeue`).
    package var requeues: BatchID?
    /// The last batch of which was known, when these were chosen, what it says of them.
    package var asOf: BatchID?
    /// The day of a kept list's repetition that it is (`repeats` of a campaign).
    package var repeats: CalendarDay?

    package init() {}

    /// Why a side-car cannot be understood, in a sentence for the sender.
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    /// Reads `FILE.meta.json`: a JSON object. Unknown keys are refused, so a misspelt `expiresAt` is not lost.
    package mutating func read(meta bytes: [UInt8]) throws(Problem) {
        guard let object = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any] else {
            throw Problem(description: "the .meta.json is not a JSON object")
        }
        let members = JSONMembers(bytes)
        if let key = members.keyTwice {
            throw Problem(description: "the .meta.json has the key \"\(key)\" twice; leave in the one that counts")
        }
        for (key, value) in object.sorted(by: { $0.key < $1.key }) where !(value is NSNull) {
            switch key {
            case "campaign": campaign = try Self.text(value, key)
            case "reply": reply = try Self.text(value, key)
            case "records", "priority":
                let range = key == "records" ? 0...Int(UInt32.max) : 0...9
                let number = try Self.integer(members.isFlag(key) ? "true" : value, key, in: range)
                if key == "records" { records = number } else { priority = number }
            case "mode":
                modeWord = try Self.text(value, key)
                mode = DropMode(word: modeWord)
            case "notBefore": notBefore = try Self.moment(value, key)
            case "expiresAt": expiresAt = try Self.moment(value, key)
            case "resend":
                guard let flag = value as? Bool else { throw Problem(description: "\"resend\" is not true or false") }
                resend = flag
            case "sha256":
                let digest = try Self.text(value, key).lowercased()
                guard Self.isDigest(digest) else {
                    throw Problem(description: "\"sha256\" is not 64 hexadecimal digits")
                }
                sha256 = digest
            case "asOf", "corrects", "requeues":
                guard let id = BatchID(try Self.text(value, key)) else {
                    throw Problem(description: "\"\(key)\" is not a batch id like 20261121-000007")
                }
                switch key {
                case "asOf": asOf = id
                case "corrects": corrects = id
                default: requeues = id
                }
            case "repeats":
                guard let day = CalendarDay(try Self.text(value, key)) else {
                    throw Problem(description: "\"repeats\" is not a day like 2026-11-21")
                }
                repeats = day
            default:
                throw Problem(
                    description: "the .meta.json has the unknown key \"\(key)\"; known are asOf, campaign, corrects, "
                        + "expiresAt, mode, notBefore, priority, records, repeats, reply, requeues, resend, sha256")
            }
        }
    }

    /// The most bytes read of a `.meta.json` or `.sha256`.
    package static let metaLimit = 1 << 20
    package static let checksumLimit = 1 << 16

    /// Reads `FILE.sha256`: the digest alone, or lines as `sha256sum` writes them, with or without `--tag`.
    ///
    /// Of several lines, the one that names the file counts; a single line counts if it names the file or no file.
    package mutating func read(checksum bytes: [UInt8], of name: String) throws(Problem) {
        var text = String(decoding: bytes, as: UTF8.self)[...]
        if text.hasPrefix("\u{FEFF}") { text = text.dropFirst() }
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
        var others: [String] = []
        for line in lines {
            guard let (digest, named) = Self.checksumLine(line) else {
                throw Problem(
                    description: "the .sha256 has a line that is no checksum: write 64 hexadecimal digits, alone or as "
                        + "sha256sum does")
            }
            guard let named, named != name else {
                sha256 = digest
                return
            }
            others.append(named)
        }
        guard let other = others.first else { throw Problem(description: "the .sha256 is empty") }
        throw Problem(description: "the .sha256 is of \"\(other)\", not of \"\(name)\"")
    }

    /// The digest in a line, and the file's name without folders, if the line has one (coreutils, sha256sum(1)).
    ///
    ///     DIGEST␠␠NAME   DIGEST␠*NAME   \DIGEST␠␠NAME (escaped)   SHA256 (NAME) = DIGEST
    private static func checksumLine(_ line: Substring) -> (digest: String, name: String?)? {
        let isEscaped = line.hasPrefix("\\")
        var rest = isEscaped ? line.dropFirst() : line
        var digest: String
        var name: Substring?
        if rest.hasPrefix("SHA256 ("), let end = rest.range(of: ") = ", options: .backwards) {
            digest = rest[end.upperBound...].trimmingCharacters(in: .whitespaces).lowercased()
            name = rest[rest.index(rest.startIndex, offsetBy: 8)..<end.lowerBound]
        } else {
            while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
            digest = rest.prefix { !$0.isWhitespace }.lowercased()
            rest = rest.dropFirst(digest.count).drop { $0 == " " || $0 == "\t" }
            if rest.first == "*" { rest = rest.dropFirst() }
            while rest.last?.isWhitespace == true { rest = rest.dropLast() }
            name = rest.isEmpty ? nil : rest
        }
        guard isDigest(digest) else { return nil }
        guard var file = name.map(String.init) else { return (digest, nil) }
        if isEscaped {
            file = file.replacing("\\n", with: "\n").replacing("\\r", with: "\r").replacing("\\\\", with: "\\")
        }
        if let slash = file.lastIndex(where: { $0 == "/" || $0 == "\\" && !isEscaped }) {
            file = String(file[file.index(after: slash)...])
        }
        return (digest, file)
    }

    private static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) }
    }

    private static func text(_ value: Any, _ key: String) throws(Problem) -> String {
        guard let text = value as? String else { throw Problem(description: "\"\(key)\" is not a text") }
        return text
    }

    private static func integer(_ value: Any, _ key: String, in range: ClosedRange<Int>) throws(Problem) -> Int {
        guard let number = value as? Int, range.contains(number) else {
            throw Problem(
                description: "\"\(key)\" is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func moment(_ value: Any, _ key: String) throws(Problem) -> Timestamp {
        guard let moment = Timestamp(iso8601: ArraySlice(try text(value, key).utf8)) else {
            throw Problem(description: "\"\(key)\" is not an ISO 8601 time like 2026-11-21T10:00:00Z")
        }
        return moment
    }
}
