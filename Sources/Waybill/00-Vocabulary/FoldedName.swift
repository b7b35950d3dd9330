/// The name of a column, a setting or an event in the form in which such names are compared (contract §3).
///
/// Folding ignores what senders, spreadsheets and keyboards vary: case (`STRASSE` is `Straße`), white space of every
/// kind, `_`, hyphens and dashes, and invisible characters such as a byte order mark in the middle of a file. Composed
/// and decomposed letters are equal (Unicode form C). A no-break space between two words of a header once refused every
/// record of its drop, because one of five folding functions did not count it as a space.
///
/// It also ignores the marks that forms put around a name (`Consent?`, `Phone:`, `* E-Mail`): people who said no in
/// such a column were once contacted.
package struct FoldedName: Hashable, Sendable {
    /// The folded text, in lower case. `String` compares and hashes it by canonical equivalence.
    package let text: String

    package init(_ name: String) {
        text = Self.ascii(name.utf8) ?? Self.bare(Self.folded(name))
    }

    /// Whether bytes are this word, without marks around it: `delivered?` is a question. Builds no `String` while they
    /// are ASCII.
    package func isWritten(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.allSatisfy({ $0 < 0x80 }), text.utf8.allSatisfy({ $0 < 0x80 }) else {
            return Self.folded(String(decoding: bytes, as: UTF8.self)) == text
        }
        return Self.isWritten(text.utf8, bytes)
    }

    /// The same of a name and bytes in ASCII, for what is asked of each record.
    static func isWritten(_ letters: some Collection<UInt8>, _ bytes: some Collection<UInt8>) -> Bool {
        var rest = letters.makeIterator()
        for byte in bytes {
            guard let letter = Self.letter(byte) else { continue }
            guard rest.next() == letter else { return false }
        }
        return rest.next() == nil
    }

    /// Names in ASCII, which nearly all are, without a look into the tables of Unicode.
    private static func ascii(_ name: String.UTF8View) -> String? {
        let bytes = name.span
        guard EmailAddress.isASCII(bytes) else { return nil }
        let bare = bare(bytes)
        var letters: [UInt8] = []
        letters.reserveCapacity(bare.count)
        for place in bare {
            if let letter = letter(bytes[place]) { letters.append(letter) }
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// An ASCII character in lower case; nil for one that folding ignores.
    @inline(__always)
    private static func letter(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x09...0x0D, 0x20, UInt8(ascii: "_"), UInt8(ascii: "-"): nil
        case 0x41...0x5A: byte | 0x20
        case _: byte
        }
    }

    /// Where a name in ASCII is without the marks around it, unless it has nothing else.
    private static func bare(_ name: Span<UInt8>) -> Range<Int> {
        func isAround(_ place: Int) -> Bool { letter(name[place]).map(isMark) ?? true }
        guard let start = name.indices.first(where: { !isAround($0) }) else { return name.indices }
        var end = name.count
        while isAround(end - 1) { end -= 1 }
        return start..<end
    }

    private static func isMark(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "?"), UInt8(ascii: "!"), UInt8(ascii: ":"), UInt8(ascii: "*"), UInt8(ascii: "."): true
        case _: false
        }
    }

    /// The same in other scripts and in full width.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? isMark(UInt8(scalar.value)) : marks.contains(scalar)
    }

    private static let marks = Set(
        "\u{BF}\u{A1}\u{FF1F}\u{FF01}\u{FF1A}\u{FF0A}\u{FF0E}\u{3002}\u{61F}\u{37E}".unicodeScalars)

    /// The same of a folded name in any script.
    private static func bare(_ name: String) -> String {
        let letters = name.unicodeScalars
        guard let start = letters.firstIndex(where: { !isMark($0) }),
            let end = letters.lastIndex(where: { !isMark($0) })
        else { return name }
        return String(letters[start...end])
    }

    private static func folded(_ name: String) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            let properties = scalar.properties
            if properties.isWhitespace || properties.isDefaultIgnorableCodePoint || scalar == "_"
                || properties.generalCategory == .dashPunctuation
            {
                continue
            }
            kept.append(scalar)
        }
        // Upper case first: it folds `ß` and the final `ς`, which lower case alone keeps.
        return String(kept).uppercased().lowercased()
    }
}

extension Field {
    /// The field with this name.
    package init?(named name: FoldedName) {
        guard let field = Self.byName[name] else { return nil }
        self = field
    }

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { (FoldedName($0.label), $0) })
}
