/// Entries of the consent ledger in one row of the audit chain.
///
///     each   1  what it says                     ConsentEntry.Action
///            1  what the key is of               Listing.Kind
///            4  record of the drop
///            8  key
///            8  when it was said                 milliseconds since 1970
///            8  when it ends; 0: never
///            8  the drop it was said in, where the row is about others' words; else 0
///            5 texts: channel, purpose, list, proof, by; each with 2 bytes of length before it
///
/// Numbers are little-endian.
struct ConsentPart {
    /// The most entries in a row.
    static let most = 4_096

    private(set) var bytes: [UInt8] = []
    private(set) var count = 0
    private(set) var grants = 0

    mutating func add(_ entry: ConsentEntry, source: BatchID? = nil) {
        bytes.append(UInt8(entry.action.rawValue))
        bytes.append(UInt8(entry.kind.rawValue))
        append(UInt64(entry.record), 4)
        append(entry.key, 8)
        append(UInt64(bitPattern: entry.at.milliseconds), 8)
        append(UInt64(bitPattern: entry.expires?.milliseconds ?? 0), 8)
        append(UInt64(bitPattern: source?.rawValue ?? 0), 8)
        let scope = entry.scope
        for text in [scope.channel?.name ?? "", scope.purpose?.rawValue ?? "", scope.list, entry.proof, entry.by] {
            let utf8 = text.utf8.prefix(Int(UInt16.max))
            append(UInt64(utf8.count), 2)
            bytes.append(contentsOf: utf8)
        }
        count += 1
        if entry.action == .grant { grants += 1 }
    }

    private mutating func append(_ number: UInt64, _ size: Int) {
        for place in 0..<size { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * place))) }
    }

    /// What the row tells a reader of the chain about the entries: nobody's data.
    var content: AuditContent {
        var content = AuditContent()
        content.add("entries", Int64(count))
        content.add("grants", Int64(grants))
        return content
    }

    static func forEach(in bytes: [UInt8], _ body: (ConsentEntry, BatchID?) throws -> Void) throws {
        var reader = Reader(bytes: bytes)
        while !reader.isAtEnd {
            let (entry, source) = try reader.next()
            try body(entry, source)
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        private var place = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { place == bytes.count }

        private static var damage: StoreProblem {
            .damaged(what: "the audit chain has a row about consent that cannot be read")
        }

        private mutating func number(_ size: Int) throws -> UInt64 {
            guard bytes.count - place >= size else { throw Self.damage }
            var number: UInt64 = 0
            for byte in 0..<size { number |= UInt64(bytes[place + byte]) << UInt64(8 * byte) }
            place += size
            return number
        }

        private mutating func text() throws -> String {
            let count = Int(try number(2))
            guard bytes.count - place >= count else { throw Self.damage }
            place += count
            return String(decoding: bytes[(place - count)..<place], as: UTF8.self)
        }

        mutating func next() throws -> (ConsentEntry, BatchID?) {
            guard let action = ConsentEntry.Action(rawValue: Int(try number(1))),
                let kind = Listing.Kind(rawValue: Int(try number(1)))
            else { throw Self.damage }
            let record = UInt32(try number(4))
            let key = try number(8)
            let at = Timestamp(milliseconds: Int64(bitPattern: try number(8)))
            let end = Int64(bitPattern: try number(8))
            let source = Int64(bitPattern: try number(8))
            var entry = ConsentEntry(action, key: key, kind: kind, at: at)
            entry.record = record
            entry.expires = end == 0 ? nil : Timestamp(milliseconds: end)
            let (channel, purpose, list) = (try text(), try text(), try text())
            guard let scope = ConsentEntry.Scope(channel: channel, purpose: purpose, list: list) else {
                throw Self.damage
            }
            entry.scope = scope
            (entry.proof, entry.by) = (try text(), try text())
            return (entry, source == 0 ? nil : BatchID(rawValue: source))
        }
    }
}

extension ConsentEntry.Scope {
    /// From the stored form, in which empty means all; nil for an unknown purpose.
    init?(channel: String, purpose: String, list: String) {
        let named = ContactPurpose(rawValue: purpose)
        guard purpose.isEmpty || named != nil else { return nil }
        self.init(channel: Channel(unlessEmpty: channel), purpose: named, list: list)
    }
}
