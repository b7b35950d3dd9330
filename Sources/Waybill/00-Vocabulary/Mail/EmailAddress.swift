import Foundation

/// The form of an e-mail address: a dot-atom before the `@` (RFC 5322 §3.4.1), a domain of at least two labels after
/// it, sizes as in RFC 5321 §4.5.3.1. Both parts may have letters of any script (RFC 6531). Quoted local parts and
/// address literals are refused.
package enum EmailAddress {
    static let mostBytes = 254
    static let mostLocalBytes = 64

    /// An address in the form in which recipients are compared: in lower case, its domain in ASCII, so
    /// `ann@Bücher.example` is `ann@xn--bcher-kva.example`.
    package static func recipient(_ address: [UInt8]) -> [UInt8] {
        guard isASCII(address.span) else {
            let at = address.lastIndex(of: 0x40) ?? address.endIndex
            let local = String(decoding: address[..<at], as: UTF8.self)
            let folded = Array(local.precomposedStringWithCanonicalMapping.lowercased().utf8)
            let domain = Array(address[at...].dropFirst())
            return folded + address[at...].prefix(1) + (DomainName.ascii(domain) ?? domain)
        }
        return address.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    }

    package static func isASCII(_ text: Span<UInt8>) -> Bool {
        for place in text.indices where text[place] >= 0x80 { return false }
        return true
    }

    /// A good address as mails carry it, with its domain in ASCII.
    package struct Travelling: Hashable, Sendable {
        package let bytes: [UInt8]
        package let domain: String

        /// Nil for a faulty address.
        package init?(_ address: [UInt8]) {
            guard EmailAddress.fault(of: address.span) == nil, let at = address.lastIndex(of: 0x40),
                let ascii = DomainName.ascii(Array(address[(at + 1)...]))
            else { return nil }
            bytes = address[...at] + ascii
            domain = String(decoding: ascii, as: UTF8.self)
        }

        /// Whether the whole address is ASCII; a local part that is not needs a relay with SMTPUTF8.
        package var isASCII: Bool { EmailAddress.isASCII(bytes.span) }
    }

    /// What is wrong with an address.
    package enum Fault: Equatable {
        case tooLong(Int)
        case localTooLong(Int)
        /// A space, a mark or an invisible character outside ASCII.
        case oddCharacter
        case foreignDomain
        case noAt
        case manyAts
        case space
        case angleBrackets
        case localPart
        case domainWithoutDot
        case label
        case numericDomain
    }

    /// The first fault of a trimmed address; nil for a good one.
    package static func fault(of text: Span<UInt8>) -> Fault? {
        if text.count > mostBytes { return .tooLong(text.count) }
        // Here non-ASCII counts as a fault, so a good ASCII address is scanned once.
        guard let fault = asciiFault(of: text) else { return nil }
        return isASCII(text) ? fault : foreignFault(of: text)
    }

    private static func asciiFault(of text: Span<UInt8>) -> Fault? {
        var at = -1
        var position = 0
        // The local part: atoms separated by single dots.
        var atomLength = 0
        while position < text.count {
            let byte = text[position]
            if isAtom(byte) {
                atomLength += 1
            } else if byte == 0x2E, atomLength > 0 {
                atomLength = 0
            } else if byte == 0x40 {
                at = position
                break
            } else {
                return explain(text)
            }
            position += 1
        }
        guard at > 0, atomLength > 0 else { return explain(text) }
        if at > mostLocalBytes { return .localTooLong(at) }
        return domainFault(of: text, from: at + 1)
    }

    private static func domainFault(of text: Span<UInt8>, from start: Int) -> Fault? {
        var labelStart = start
        var hasDot = false
        var hasLetter = false
        for position in start...text.count {
            let byte = position < text.count ? text[position] : 0x2E
            if byte == 0x2E {
                let length = position - labelStart
                guard length > 0, length <= DomainName.mostLabelBytes, text[labelStart] != 0x2D,
                    text[position - 1] != 0x2D
                else { return .label }
                if position < text.count {
                    hasDot = true
                    hasLetter = false
                    labelStart = position + 1
                }
            } else if (byte | 0x20) &- 0x61 < 26 {
                hasLetter = true
            } else if byte == 0x2D {
                hasLetter = true
            } else if byte &- 0x30 >= 10 {
                return explain(text) == .localPart ? .label : explain(text)
            }
        }
        if !hasDot { return .domainWithoutDot }
        // A top-level label of digits alone would be an IP address (RFC 3696 §2).
        return hasLetter ? nil : .numericDomain
    }

    /// The fault of an address with characters outside ASCII.
    private static func foreignFault(of text: Span<UInt8>) -> Fault? {
        let address = text.indices.map { text[$0] }
        let parts = address.split(separator: 0x40, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return explain(text) }
        let local = String(decoding: parts[0], as: UTF8.self)
        if parts[0].count > mostLocalBytes { return .localTooLong(parts[0].count) }
        for scalar in local.unicodeScalars where !scalar.isASCII {
            switch scalar.properties.generalCategory {
            case .lowercaseLetter, .uppercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
                .letterNumber, .otherNumber, .nonspacingMark, .spacingMark, .enclosingMark, .mathSymbol,
                .currencySymbol, .modifierSymbol, .otherSymbol:
                let isSeen = !scalar.properties.isDefaultIgnorableCodePoint && scalar != "\u{FFFD}"
                guard isSeen else { return .oddCharacter }
            case _: return .oddCharacter
            }
        }
        // Its ASCII characters obey the same rules as in any other address; a letter stands in for each other
        // character.
        let written = Array(parts[1])
        guard let domain = DomainName.ascii(written) else {
            return isASCII(written.span) ? domainFault(of: text, from: parts[0].count + 1) : .foreignDomain
        }
        let ascii = parts[0].map { $0 < 0x80 ? $0 : UInt8(ascii: "a") } + [0x40] + domain
        return fault(of: ascii.span)
    }

    /// Finds the fault to report for an address of the wrong form.
    private static func explain(_ text: Span<UInt8>) -> Fault {
        var ats = 0
        var hasSpace = false
        var hasAngle = false
        for index in text.indices {
            let byte = text[index]
            if byte == 0x40 { ats += 1 }
            if byte <= 0x20 { hasSpace = true }
            if byte == 0x3C || byte == 0x3E { hasAngle = true }
        }
        if hasAngle { return .angleBrackets }
        if ats == 0 { return .noAt }
        if ats > 1 { return .manyAts }
        return hasSpace ? .space : .localPart
    }

    /// RFC 5322 §3.2.3 `atext`, as a map of the 128 ASCII characters.
    @inline(__always)
    private static func isAtom(_ byte: UInt8) -> Bool {
        // ! # $ % & ' * + - / 0-9 = ? in the lower half; A-Z ^ _ ` a-z { | } ~ in the upper.
        let map: UInt64 = byte < 64 ? 0xA3FF_ACFA_0000_0000 : 0x7FFF_FFFF_C7FF_FFFE
        return byte < 0x80 && map >> UInt64(byte & 63) & 1 == 1
    }
}

extension EmailAddress.Fault {
    var problem: Problem {
        switch self {
        case .tooLong, .localTooLong: .tooLong
        case .oddCharacter, .foreignDomain, .noAt, .manyAts, .space, .angleBrackets, .localPart, .domainWithoutDot,
            .label, .numericDomain:
            .invalid
        }
    }

    var message: String {
        switch self {
        case .tooLong(let bytes): "The address has \(bytes) bytes; at most \(EmailAddress.mostBytes) are allowed."
        case .localTooLong(let bytes):
            "The part before the @ has \(bytes) bytes; at most \(EmailAddress.mostLocalBytes) are allowed."
        case .oddCharacter:
            "The part before the @ has a space, a mark or an invisible character that no address has."
        case .foreignDomain: "The domain after the @ has a character that no domain has, or an empty part."
        case .noAt: "There is no @ in it."
        case .manyAts: "There is more than one @ in it."
        case .space: "There is a space in it."
        case .angleBrackets: "There are angle brackets in it."
        case .localPart:
            "The part before the @ is empty, has a misplaced dot, or a character that is not allowed there."
        case .domainWithoutDot: "The domain after the @ has no dot."
        case .label:
            "The domain after the @ has an empty part, one over 63 characters, or a character other than letters, digits"
                + " and inner hyphens."
        case .numericDomain: "The domain after the @ ends with a number."
        }
    }

    var hint: String {
        switch self {
        case .tooLong, .localTooLong: "Check that the column holds one address and nothing else."
        case .oddCharacter, .foreignDomain:
            "Write the address anew: such characters come from copying, and from word processors."
        case .manyAts: "Put one address in the column."
        case .angleBrackets: "Write the bare address, without a name and without < >."
        case .noAt, .localPart: "Write the address as name@example.com."
        case .space: "Write the address without spaces, as in name@example.com."
        case .domainWithoutDot: "Write the whole domain after the @, as in name@example.com."
        case .label, .numericDomain: "Correct the domain after the @, as in name@example.com."
        }
    }
}
