import Foundation

/// The header fields of a mail or of one of its parts, or lines of the same form (RFC 5322 §2.2). Only a limited number
/// of fields, and a limited length of each, is kept.
struct MailFields {
    private(set) var all: [(name: String, value: String)] = []

    private static let most = 1_000
    private static let longestValue = 8_192

    /// The first with this name, in lower case; empty where there is none.
    subscript(_ name: String) -> String { all.first { $0.name == name }?.value ?? "" }

    /// Reads fields up to an empty line or a line that is not a field; `rest` begins after it.
    init(_ text: ArraySlice<UInt8>, rest: inout ArraySlice<UInt8>) {
        var lines = MailLines(text)
        rest = text
        while let line = lines.next() {
            if line.isEmpty {
                rest = lines.rest
                return
            }
            if line.first == 0x20 || line.first == 0x09 {
                guard !all.isEmpty, all[all.count - 1].value.utf8.count < Self.longestValue else { continue }
                all[all.count - 1].value += " " + Self.text(line)
            } else if let colon = line.firstIndex(of: 0x3A), colon > line.startIndex,
                let name = Self.name(line[..<colon])
            {
                if all.count < Self.most { all.append((name, Self.text(line[(colon + 1)...]))) }
            } else if !line.starts(with: "From ".utf8), !line.starts(with: ">From ".utf8) {
                // The body follows the fields without an empty line.
                return
            }
            rest = lines.rest
        }
    }

    init(_ text: ArraySlice<UInt8>) {
        var rest = text
        self.init(text, rest: &rest)
    }

    private init(_ all: [(name: String, value: String)]) { self.all = all }

    /// Groups of fields that follow each other without an empty line: each begins with the first field of these names
    /// that is there once more.
    func split(beforeRepeated names: Set<String>) -> [MailFields] {
        var groups: [[(name: String, value: String)]] = [[]]
        for field in all {
            if names.contains(field.name), groups[groups.count - 1].contains(where: { $0.name == field.name }) {
                groups.append([])
            }
            groups[groups.count - 1].append(field)
        }
        return groups.map { MailFields($0) }
    }

    private static func name(_ bytes: ArraySlice<UInt8>) -> String? {
        var name = bytes
        while name.last == 0x20 || name.last == 0x09 { name.removeLast() }
        guard !name.isEmpty, name.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        return String(decoding: name, as: UTF8.self).lowercased()
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: MailCharset.utf8(Array(bytes.prefix(longestValue)), named: nil), as: UTF8.self)
            .trimmingCharacters(in: .whitespaces)
    }
}

/// The lines of a text, whether they end with CRLF, LF or CR.
struct MailLines {
    private(set) var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) { rest = text }

    mutating func next() -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        guard let end = rest.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else {
            defer { rest = rest[rest.endIndex...] }
            return rest
        }
        let line = rest[..<end]
        let isPair = rest[end] == 0x0D && end + 1 < rest.endIndex && rest[end + 1] == 0x0A
        rest = rest[(end + (isPair ? 2 : 1))...]
        return line
    }
}

/// A part of a mail that has no parts itself, or a mail within the mail (RFC 2045, RFC 2046).
struct MailPart {
    /// `text/plain`, in lower case.
    let type: String
    let fields: MailFields
    /// Decoded.
    let body: [UInt8]

    private static let deepest = 8
    private static let most = 100
    private static let largest = 1 << 20

    /// The parts of a mail in order; a mail inside it is only noted as one.
    static func all(of mail: ArraySlice<UInt8>) -> (fields: MailFields, parts: [MailPart]) {
        var parts: [MailPart] = []
        let fields = read(mail, depth: 0, into: &parts)
        return (fields, parts)
    }

    @discardableResult
    private static func read(_ text: ArraySlice<UInt8>, depth: Int, into parts: inout [MailPart]) -> MailFields {
        var body = text
        let fields = MailFields(text, rest: &body)
        guard parts.count < most else { return fields }
        let type = fields["content-type"]
        var name = type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        if name.hasPrefix("multipart/"), depth < deepest, let boundary = parameter("boundary", of: type) {
            let count = parts.count
            forEachPart(of: body, boundary) { read($0, depth: depth + 1, into: &parts) }
            if parts.count > count { return fields }
        }
        // Of one whose parts cannot be told apart the text is read.
        if name.hasPrefix("multipart/") { name = "text/plain" }
        let encoding = fields["content-transfer-encoding"].lowercased()
        let bytes = decoded(body.prefix(largest), encoding)
        let isText = name.isEmpty || name.hasPrefix("text/")
        parts.append(
            MailPart(
                type: name.isEmpty ? "text/plain" : name, fields: fields,
                body: isText ? MailCharset.utf8(bytes, named: parameter("charset", of: type)) : bytes))
        return fields
    }

    private static func forEachPart(
        of body: ArraySlice<UInt8>, _ boundary: String, _ take: (ArraySlice<UInt8>) -> Void
    ) {
        let delimiter = Array("--\(boundary)".utf8)
        var lines = MailLines(body)
        var start: Int?
        while true {
            let place = lines.rest.startIndex
            guard let line = lines.next() else { break }
            guard line.starts(with: delimiter) else { continue }
            if let start { take(body[start..<place]) }
            start = lines.rest.startIndex
            if line.dropFirst(delimiter.count).starts(with: "--".utf8) { return }
        }
        // The end of it is missing.
        if let start { take(body[start...]) }
    }

    /// A parameter of a field such as `Content-Type`.
    static func parameter(_ name: String, of value: String) -> String? {
        for piece in value.split(separator: ";").dropFirst() {
            let sides = piece.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, sides[0].trimmingCharacters(in: .whitespaces).lowercased() == name else { continue }
            let text = sides[1].trimmingCharacters(in: .whitespaces)
            guard text.hasPrefix("\"") else { return text.isEmpty ? nil : text }
            return String(text.dropFirst().prefix { $0 != "\"" })
        }
        return nil
    }

    private static func decoded(_ body: ArraySlice<UInt8>, _ encoding: String) -> [UInt8] {
        switch encoding {
        case "base64":
            Data(base64Encoded: Data(body), options: .ignoreUnknownCharacters).map { Array($0) } ?? Array(body)
        case "quoted-printable": quotedPrintable(body)
        case _: Array(body)
        }
    }

    /// - Parameter isText: lines stay lines; else it is one without an end.
    static func quotedPrintable(_ body: ArraySlice<UInt8>, isText: Bool = true) -> [UInt8] {
        func digit(_ byte: UInt8) -> UInt8? {
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x41...0x46: byte - 0x37
            case 0x61...0x66: byte - 0x57
            case _: nil
            }
        }
        var decoded: [UInt8] = []
        var lines = MailLines(body)
        while var line = lines.next() {
            while line.last == 0x20 || line.last == 0x09 { line.removeLast() }
            let isSoft = line.last == 0x3D
            if isSoft { line.removeLast() }
            while let byte = line.popFirst() {
                if byte == 0x3D, line.count > 1, let high = digit(line[line.startIndex]),
                    let low = digit(line[line.startIndex + 1])
                {
                    decoded.append(high << 4 | low)
                    line = line.dropFirst(2)
                } else {
                    decoded.append(byte)
                }
            }
            if !isSoft, isText { decoded.append(0x0A) }
        }
        return decoded
    }
}
