/// Recognises which of the JSON forms a drop has, from its beginning.
///
/// - An array whose first element is an object, or whose first element is whole: `jsonArray`, or `dispatchRequest` if
///   the first object has a `PreFill`.
/// - An object with an array `contacts` among its own keys, or else with an array of objects and no key that a contact
///   has: `jsonContacts`, unless the object is whole and others follow it.
/// - Otherwise lines of which at least half look like an object: `jsonLines`.
package enum JSONForm {
    /// The form of the drop that begins with `prefix` (UTF-8 without a byte order mark); nil if it is no form of JSON.
    ///
    /// - Parameters:
    ///   - isWhole: whether `prefix` is the whole drop.
    ///   - isOfRecord: whether a key shows that its object is a record and not a wrapper.
    package static func find(
        prefix: [UInt8], isWhole: Bool, isOfRecord: (String) -> Bool = { _ in false }
    ) -> DropKind? {
        padded(prefix) { bytes in
            let start = bytes.skipWhiteSpace(0)
            if bytes[start] == UInt8(ascii: "["), let kind = array(bytes, start) { return kind }
            if bytes[start] == UInt8(ascii: "{"), isWrapper(bytes, start, isOfRecord) { return .jsonContacts }
            return looksLikeLines(bytes, isWhole) ? .jsonLines : nil
        }
    }

    /// The campaign that the content itself names: `campaign` beside `contacts`, or the first `DispatchID`.
    ///
    /// Nil if it names none, or only after the end of `prefix`.
    package static func campaign(inPrefix prefix: [UInt8]) -> String? {
        padded(prefix) { bytes in
            var start = bytes.skipWhiteSpace(0)
            if bytes[start] == UInt8(ascii: "[") {
                guard array(bytes, start) == .dispatchRequest else { return nil }
                start = bytes.skipWhiteSpace(start + 1)
                return value(of: "dispatchid", in: bytes, objectAt: start).flatMap { label(bytes, $0) }
            }
            guard bytes[start] == UInt8(ascii: "{"), isWrapper(bytes, start, { _ in false }) else { return nil }
            return value(of: "campaign", in: bytes, objectAt: start).flatMap { label(bytes, $0) }
        }
    }

    /// What the content itself asks for: the member `mode` or `action` beside `contacts`, and its word; nil if neither
    /// says anything. Of two, one that is known.
    package static func mode(inPrefix prefix: [UInt8]) -> (member: String, word: String)? {
        padded(prefix) { bytes -> (member: String, word: String)? in
            let start = bytes.skipWhiteSpace(0)
            guard bytes[start] == UInt8(ascii: "{"), isWrapper(bytes, start, { _ in false }) else { return nil }
            let said = (["mode", "action"] as [StaticString]).compactMap { name in
                value(of: name, in: bytes, objectAt: start).flatMap { label(bytes, $0) }.map { ("\(name)", $0) }
            }.filter { !$0.1.allSatisfy(\.isWhitespace) }
            return said.first { DropMode(word: $0.1) != .unclear } ?? said.first
        }
    }

    /// A value as text; for a list or an object, which is not a name, its beginning.
    private static func label(_ bytes: JSONBytes, _ range: Range<Int>) -> String? {
        if range.isEmpty || bytes[range.lowerBound] == UInt8(ascii: "n") { return nil }
        return bytes.label(range) ?? String(decoding: bytes.copy(range.prefix(40)), as: UTF8.self)
    }

    private static func padded<Result>(_ prefix: [UInt8], _ body: (JSONBytes) -> Result) -> Result {
        JSONBytes.withBytes(
            of: prefix + repeatElement(0, count: JSONBytes.padding), whiteSpace: JSONBytes.anyWhiteSpace, body)
    }

    private static func array(_ bytes: JSONBytes, _ start: Int) -> DropKind? {
        let first = bytes.skipWhiteSpace(start + 1)
        switch bytes[first] {
        case UInt8(ascii: "{"):
            let list = value(of: "prefill", in: bytes, objectAt: first)
            return list.map { bytes[$0.lowerBound] } == UInt8(ascii: "[") ? .dispatchRequest : .jsonArray
        case UInt8(ascii: "]"):
            return bytes.skipWhiteSpace(first + 1) == bytes.count ? .jsonArray : nil
        case _ where first == bytes.count:
            return .jsonArray
        default:
            // Anything else in brackets may be CSV, or a line of JSON Lines that is not an object.
            let end = bytes.valueEnd(first)
            guard end >= 0 else { return nil }
            let follower = bytes[bytes.skipWhiteSpace(end)]
            guard follower == UInt8(ascii: ",") || follower == UInt8(ascii: "]") else { return nil }
            let whole = bytes.valueEnd(start)
            return whole < 0 || bytes.skipWhiteSpace(whole) == bytes.count ? .jsonArray : nil
        }
    }

    /// Whether the drop's object has its list under `contacts`, as far as the text shows.
    static func namesContacts(_ prefix: [UInt8]) -> Bool {
        padded(prefix) { bytes in
            let start = bytes.skipWhiteSpace(0)
            return bytes[start] == UInt8(ascii: "{") && hasContacts(bytes, start)
        }
    }

    private static func hasContacts(_ bytes: JSONBytes, _ start: Int) -> Bool {
        value(of: "contacts", in: bytes, objectAt: start).map { bytes[$0.lowerBound] } == UInt8(ascii: "[")
    }

    private static func isWrapper(_ bytes: JSONBytes, _ start: Int, _ isOfRecord: (String) -> Bool) -> Bool {
        guard hasContacts(bytes, start) || hasOtherList(bytes, start, isOfRecord) else { return false }
        let end = bytes.valueEnd(start)
        // Something follows the object, so it was a line.
        return end < 0 || bytes[bytes.skipWhiteSpace(end)] != UInt8(ascii: "{")
    }

    /// Keys that contacts, receipts, replies or list entries have.
    private static let keysOfRecords: Set<FoldedName> = Set(
        [
            "reference", "address", "event", "from", "to", "value", "number", "recipient", "phone", "phone1",
            "phone number", "mobile", "cell", "msisdn", "telephone", "email", "mail", "email address",
        ].map {
            FoldedName($0)
        })

    /// Whether an object has an array of objects among its values, and no key that makes it a record itself.
    private static func hasOtherList(_ bytes: JSONBytes, _ start: Int, _ isOfRecord: (String) -> Bool) -> Bool {
        var hasList = false
        var isRecord = false
        forEachMember(in: bytes, objectAt: start) { key, value in
            if bytes[value.lowerBound] == UInt8(ascii: "[") {
                if bytes[bytes.skipWhiteSpace(value.lowerBound + 1)] == UInt8(ascii: "{") { hasList = true }
            } else {
                let name = bytes.text(ofString: key.lowerBound, end: key.upperBound)
                if keysOfRecords.contains(FoldedName(name)) || isOfRecord(name) { isRecord = true }
            }
            return !isRecord
        }
        return hasList && !isRecord
    }

    /// The value of one of an object's own keys, as far as the text has it; an empty range at its first byte if it is
    /// not whole.
    private static func value(of name: StaticString, in bytes: JSONBytes, objectAt start: Int) -> Range<Int>? {
        var found: Range<Int>?
        forEachMember(in: bytes, objectAt: start) { key, value in
            if bytes.isName(name, key) { found = value }
            return found == nil
        }
        return found
    }

    /// Calls `body` with the key and the value of each member, as far as the text has them, until `body` returns false;
    /// the range of a value that is not whole is empty, at its first byte.
    private static func forEachMember(
        in bytes: JSONBytes, objectAt start: Int, _ body: (_ key: Range<Int>, _ value: Range<Int>) -> Bool
    ) {
        var position = bytes.skipWhiteSpace(start + 1)
        while bytes[position] == UInt8(ascii: "\"") {
            let keyEnd = bytes.stringEnd(position)
            if keyEnd < 0 { return }
            let colon = bytes.skipWhiteSpace(keyEnd)
            guard bytes[colon] == UInt8(ascii: ":") else { return }
            let valueStart = bytes.skipWhiteSpace(colon + 1)
            let valueEnd = bytes.valueEnd(valueStart)
            let isWhole = valueEnd >= 0 && valueEnd < bytes.count
            guard body(position..<keyEnd, valueStart..<(isWhole ? valueEnd : valueStart)), isWhole else { return }
            let comma = bytes.skipWhiteSpace(valueEnd)
            guard bytes[comma] == UInt8(ascii: ",") else { return }
            position = bytes.skipWhiteSpace(comma + 1)
        }
    }

    /// How many lines are examined: enough even if some are bad.
    private static let linesSeen = 100

    private static func looksLikeLines(_ bytes: JSONBytes, _ isWhole: Bool) -> Bool {
        let first = bytes.skipWhiteSpace(0)
        var objects = 0
        var others = 0
        var position = first
        while position < bytes.count, objects + others < linesSeen {
            let end = bytes.lineEnd(position)
            // The last line may be cut off: it only counts if there is no other.
            if end == bytes.count, !isWhole, objects + others > 0 { break }
            let inside = bytes.skipWhiteSpace(position + 1)
            let isObject =
                bytes[position] == UInt8(ascii: "{")
                && (bytes[inside] == UInt8(ascii: "\"") || bytes[inside] == UInt8(ascii: "}"))
            if isObject { objects += 1 } else { others += 1 }
            position = bytes.skipWhiteSpace(end)
        }
        return objects > 0 && (objects >= others || beginsWithObject(bytes, first))
    }

    /// Objects may span several lines, and faults in them are better reported as JSON.
    private static func beginsWithObject(_ bytes: JSONBytes, _ start: Int) -> Bool {
        guard bytes[start] == UInt8(ascii: "{") else { return false }
        let end = bytes.valueEnd(start)
        if end >= 0 || ~end >= bytes.count { return true }
        let key = bytes.skipWhiteSpace(start + 1)
        guard bytes[key] == UInt8(ascii: "\"") else { return false }
        let keyEnd = bytes.stringEnd(key)
        return keyEnd >= 0 && bytes[bytes.skipWhiteSpace(keyEnd)] == UInt8(ascii: ":")
    }
}
