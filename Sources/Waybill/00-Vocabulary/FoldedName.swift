/// The name of a column, a setting or an event in the form in which such names are compared (contract §3).
///
/// Folding ignores what senders, spreadsheets and keyboards vary: case (`STRASSE` is `Straße`), white space of every
/// kind, `_`, hyphens and dashes, and invisible characters such as a byte order mark in the middle of a file. Composed
/// and decomposed letters are equal (Unicode form C). A no-break space between two words of a header once refused every
/// record of its drop, because one of five folding functions did not count it as a space.
package struct FoldedName: Hashable, Sendable {
    /// The folded text, in lower case. `String` compares and hashes it by canonical equivalence.
    package let text: String

    package init(_ name: String) {
        text = Self.ascii(name.utf8) ?? Self.folded(name)
    }

    /// Whether bytes spell this name. Builds no `String` while they are ASCII.
    package func isWritten(_ bytes: some Collection<UInt8>) -> Bool {
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        var rest = text.utf8.makeIterator()
        for byte in bytes {
            if byte >= 0x80 || !isASCII { return FoldedName(String(decoding: bytes, as: UTF8.self)) == self }
            guard let letter = Self.letter(byte) else { continue }
            guard rest.next() == letter else { return false }
        }
        return rest.next() == nil
    }

    /// The same of a name and bytes in ASCII, for what is asked of each record.
    static func isWritten(_ letters: [UInt8], _ bytes: ArraySlice<UInt8>) -> Bool {
        var place = 0
        for byte in bytes {
            guard let letter = Self.letter(byte) else { continue }
            guard place < letters.count, letters[place] == letter else { return false }
            place += 1
        }
        return place == letters.count
    }

    /// Names in ASCII, which nearly all are, without a look into the tables of Unicode.
    private static func ascii(_ name: String.UTF8View) -> String? {
        var letters: [UInt8] = []
        letters.reserveCapacity(name.count)
        for byte in name {
            if byte >= 0x80 { return nil }
            if let letter = letter(byte) { letters.append(letter) }
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
