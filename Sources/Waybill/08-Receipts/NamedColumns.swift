/// Where the columns of a receipt file stand, by name: compared folded.
///
/// The first of two columns with one name counts, where only one can. Values lose spaces and tabs around them.
struct NamedColumns: Hashable, Sendable {
    private let positions: [FoldedName: [Int]]

    init(_ names: [String]) {
        positions = Dictionary(grouping: names.indices) { FoldedName(names[$0]) }
    }

    func position(of name: String) -> Int? { positions[FoldedName(name)]?.first }

    /// Of the first of these names that a column has.
    func position(among names: [String]) -> Int? { names.lazy.compactMap { position(of: $0) }.first }

    /// Whether a provider writes its times, which say no offset, in UTC: Vonage's messages and receipts.
    var isInUTC: Bool { ["message timestamp", "message id", "msisdn"].allSatisfy { position(of: $0) != nil } }

    /// Of all of these names that columns have, in the order of the names.
    func positions(among names: [String]) -> [Int] { names.flatMap { positions[FoldedName($0)] ?? [] } }

    /// The first value that is not empty; empty where there is none.
    static func value(atAny positions: [Int], in values: some RecordValues) -> ArraySlice<UInt8> {
        for position in positions {
            let value = value(at: position, in: values)
            if !value.isEmpty { return value }
        }
        return []
    }

    /// A time in ISO 8601, or as seconds or milliseconds since 1970 in digits.
    ///
    /// - Parameter ahead: how many seconds the writer's clock is ahead of UTC, where the text does not say.
    static func moment(_ text: ArraySlice<UInt8>, ahead: Int = 0) -> Timestamp? {
        if text.isEmpty { return nil }
        return Timestamp(iso8601: text, offsetSecondsIfMissing: ahead) ?? epoch(text)
            ?? Timestamp(iso8601: joined(text), offsetSecondsIfMissing: ahead)
    }

    /// `2026-11-20 15:00:00 +0000` without the space before its offset.
    private static func joined(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let space = text.lastIndex(of: 0x20), space + 1 < text.endIndex, text.count > 19,
            text[space + 1] == UInt8(ascii: "+") || text[space + 1] == UInt8(ascii: "-")
        else { return text }
        return (text[..<space] + text[(space + 1)...])[...]
    }

    /// The first moment that a time can mean: without an offset it may be that of the clock that is farthest ahead
    /// (UTC+14). Who agrees may have done so before they refused.
    static func firstMoment(_ text: ArraySlice<UInt8>, isUTC: Bool = false) -> Timestamp? {
        moment(text, ahead: isUTC ? 0 : 14 * 3_600)
    }

    /// The last moment that a time can mean: a day alone is all of it, and without an offset it may be that of the
    /// clock that is farthest behind (UTC-12). Whoever refused on some day may have done so at its end, whatever else
    /// they said that day.
    static func lastMoment(_ text: ArraySlice<UInt8>, isUTC: Bool = false) -> Timestamp? {
        let isDay = text.count == 10 && text.contains(UInt8(ascii: "-"))
        return moment(text, ahead: isUTC ? 0 : -12 * 3_600).map {
            isDay ? $0.adding(TimeSpan(milliseconds: 24 * 3_600_000 - 1)) : $0
        }
    }

    /// 10 digits with a fraction or without, or 13: years of 2001 to 2286.
    private static func epoch(_ text: ArraySlice<UInt8>) -> Timestamp? {
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole.count == 10 || whole.count == 13 && parts.count == 1,
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0 &- 0x30 < 10 } }), whole.first != 0x30
        else { return nil }
        let number = whole.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
        if whole.count == 13 { return Timestamp(milliseconds: number) }
        let fraction =
            parts.count > 1 ? parts[1].prefix(3) + [0x30, 0x30, 0x30].prefix(max(0, 3 - parts[1].count)) : []
        return Timestamp(milliseconds: number * 1_000 + fraction.reduce(0) { $0 * 10 + Int64($1 - 0x30) })
    }

    /// What each of the sender's columns was read as, or `ignored`. Of several columns with one name, only the first is
    /// listed.
    static func outcomes(
        of names: [String], _ meaning: (_ position: Int) -> String?
    ) -> [Campaign.ColumnName] {
        var told: Set<String> = []
        return names.enumerated().compactMap { position, name in
            guard !name.isEmpty, told.insert(name).inserted else { return nil }
            return Campaign.ColumnName(sender: name, column: meaning(position) ?? "ignored")
        }
    }

    /// The value of a column, empty when the record ends before it or there is no such column.
    static func value(at position: Int?, in values: some RecordValues) -> ArraySlice<UInt8> {
        guard let position, position < values.count else { return [] }
        let value = values[position]
        var (first, end) = (value.startIndex, value.endIndex)
        while first < end, value[first] == 0x20 || value[first] == 0x09 { first += 1 }
        while first < end, value[end - 1] == 0x20 || value[end - 1] == 0x09 { end -= 1 }
        return value[first..<end]
    }
}

/// The values of one record, by column.
package protocol RecordValues {
    var count: Int { get }
    subscript(position: Int) -> ArraySlice<UInt8> { get }
}

extension [ArraySlice<UInt8>]: RecordValues {}

/// Those of a record in its chunk, each made out only once it is asked for.
struct ChunkValues: RecordValues {
    let text: [UInt8]
    let fields: ArraySlice<FieldSpan>

    init(_ record: RecordSpan, in chunk: Chunk) {
        text = chunk.text
        let first = Int(record.firstField)
        fields = chunk.fields[first..<first + Int(record.fieldCount)]
    }

    var count: Int { fields.count }

    subscript(position: Int) -> ArraySlice<UInt8> {
        let span = fields[fields.startIndex + position]
        return text[span.offset..<span.end]
    }
}
