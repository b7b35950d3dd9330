/// Tells which of the JSON forms a drop is in, from how it begins.
///
/// - An array whose first element is an object, or whose first element is whole: `jsonArray`, or `dispatchRequest` if
///   the first object has a `PreFill`.
/// - An object with an array `contacts` among its own keys: `jsonContacts`, unless its line is whole and other lines
///   follow it.
/// - Otherwise lines of which at least half look like an object: `jsonLines`.
package enum JSONForm {
    /// The form of the drop that begins with `prefix` (UTF-8 without a byte order mark); nil when it is none of JSON.
    ///
    /// - Parameter isWhole: whether `prefix` is the whole drop.
    package static func find(prefix: [UInt8], isWhole: Bool) -> DropKind? {
        padded(prefix) { bytes in
            let start = bytes.skipWhiteSpace(0)
            if bytes[start] == UInt8(ascii: "["), let kind = array(bytes, start) { return kind }
            if bytes[start] == UInt8(ascii: "{"), isContacts(bytes, start) { return .jsonContacts }
            return looksLikeLines(bytes, isWhole) ? .jsonLines : nil
        }
    }

    /// The campaign that the content names itself: `campaign` beside `contacts`, or the first `DispatchID`.
    ///
    /// Nil when it names none, or only behind what `prefix` holds.
    package static func campaign(inPrefix prefix: [UInt8]) -> String? {
        padded(prefix) { bytes in
            var start = bytes.skipWhiteSpace(0)
            if bytes[start] == UInt8(ascii: "[") {
                guard array(bytes, start) == .dispatchRequest else { return nil }
                start = bytes.skipWhiteSpace(start + 1)
                return value(of: "dispatchid", in: bytes, objectAt: start).flatMap { label(bytes, $0) }
            }
            guard bytes[start] == UInt8(ascii: "{"), isContacts(bytes, start) else { return nil }
            return value(of: "campaign", in: bytes, objectAt: start).flatMap { label(bytes, $0) }
        }
    }

    private static func label(_ bytes: JSONBytes, _ range: Range<Int>) -> String? {
        range.isEmpty ? nil : bytes.label(range)
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
            // Something else in brackets may be CSV, or a line of JSON Lines that is no object.
            let end = bytes.valueEnd(first)
            guard end >= 0 else { return nil }
            let follower = bytes[bytes.skipWhiteSpace(end)]
            guard follower == UInt8(ascii: ",") || follower == UInt8(ascii: "]") else { return nil }
            let whole = bytes.valueEnd(start)
            return whole < 0 || bytes.skipWhiteSpace(whole) == bytes.count ? .jsonArray : nil
        }
    }

    private static func isContacts(_ bytes: JSONBytes, _ start: Int) -> Bool {
        guard let list = value(of: "contacts", in: bytes, objectAt: start), bytes[list.lowerBound] == UInt8(ascii: "[")
        else { return false }
        let end = bytes.valueEnd(start)
        // More behind the object: it was a line.
        return end < 0 || bytes[bytes.skipWhiteSpace(end)] != UInt8(ascii: "{")
    }

    /// The value of one of an object's own keys, as far as the text has it; empty at its first byte when it is not
    /// whole.
    private static func value(of name: StaticString, in bytes: JSONBytes, objectAt start: Int) -> Range<Int>? {
        var position = bytes.skipWhiteSpace(start + 1)
        while bytes[position] == UInt8(ascii: "\"") {
            let keyEnd = bytes.stringEnd(position)
            if keyEnd < 0 { return nil }
            let colon = bytes.skipWhiteSpace(keyEnd)
            guard bytes[colon] == UInt8(ascii: ":") else { return nil }
            let valueStart = bytes.skipWhiteSpace(colon + 1)
            let valueEnd = bytes.valueEnd(valueStart)
            let isWhole = valueEnd >= 0 && valueEnd < bytes.count
            if bytes.isName(name, position..<keyEnd) { return valueStart..<(isWhole ? valueEnd : valueStart) }
            if !isWhole { return nil }
            let comma = bytes.skipWhiteSpace(valueEnd)
            guard bytes[comma] == UInt8(ascii: ",") else { return nil }
            position = bytes.skipWhiteSpace(comma + 1)
        }
        return nil
    }

    /// How many lines are looked at: enough for some bad ones among them.
    private static let linesSeen = 100

    private static func looksLikeLines(_ bytes: JSONBytes, _ isWhole: Bool) -> Bool {
        let first = bytes.skipWhiteSpace(0)
        var objects = 0
        var others = 0
        var position = first
        while position < bytes.count, objects + others < linesSeen {
            let end = bytes.lineEnd(position)
            // The last line may be cut off: it counts only where nothing else does.
            if end == bytes.count, !isWhole, objects + others > 0 { break }
            let inside = bytes.skipWhiteSpace(position + 1)
            let isObject =
                bytes[position] == UInt8(ascii: "{")
                && (bytes[inside] == UInt8(ascii: "\"") || bytes[inside] == UInt8(ascii: "}"))
            if isObject { objects += 1 } else { others += 1 }
            position = bytes.skipWhiteSpace(end)
        }
        return objects > 0 && (objects >= others || isOneObject(bytes, first))
    }

    /// One object over several lines is none of the forms, but what is wrong with it is best told as JSON.
    private static func isOneObject(_ bytes: JSONBytes, _ start: Int) -> Bool {
        guard bytes[start] == UInt8(ascii: "{") else { return false }
        let end = bytes.valueEnd(start)
        return end < 0 ? ~end >= bytes.count : true
    }
}
