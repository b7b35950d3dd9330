/// How earlier contacts write their ids and where they stand, for what a drop's errors say of them.
final class EarlierContactWords {
    private let store: any Store
    /// The segments that were read last; records that cancel mostly come in the order of those that they cancel.
    private var segments: [(segment: StoredSegment, standings: Standings?)] = []
    /// So many segments are read for one drop. Of what comes later, it is told in general.
    private var rest = 1_000

    private static let mostKept = 8

    init(_ store: any Store) { self.store = store }

    /// “`1001`”, “`07` and `007`”; nil if it cannot be told.
    func ids(of contacts: [EarlierContacts.Contact]) throws -> [String] {
        try contacts.compactMap { contact in
            guard let (segment, _, index) = try place(of: contact),
                let column = try store.bareBatch(contact.batch)?.schema.position(of: .id)
            else { return nil }
            return String(decoding: segment.contacts.value(at: index, column: column), as: UTF8.self).plain
        }
    }

    /// “`SMS sent` since 2026-11-20T22:10:00Z (20261120-000001:1)”; nil if it cannot be told.
    func standing(of contact: EarlierContacts.Contact) throws -> String? {
        guard let (_, standings, index) = try place(of: contact), let standing = standings?[index] else { return nil }
        let code = try store.text(standing.code)
        let why = code.isEmpty ? "" : ", \(code.plain)"
        return "`\(standing.state.label)` since \(standing.changedAt)\(why) (\(contact.batch):\(contact.record))"
    }

    private func place(
        of contact: EarlierContacts.Contact
    ) throws -> (segment: StoredSegment, standings: Standings?, index: Int)? {
        for known in segments.reversed() where known.segment.id.batch == contact.batch {
            if let index = known.segment.contacts.index(of: contact.record) {
                return (known.segment, known.standings, index)
            }
        }
        guard rest > 0, let segment = try store.segment(of: contact.record, batch: contact.batch),
            let index = segment.contacts.index(of: contact.record)
        else { return nil }
        rest -= 1
        if segments.count == Self.mostKept { segments.removeFirst() }
        segments.append((segment, try store.standings(of: segment.id)))
        return (segment, segments.last?.standings, index)
    }
}
