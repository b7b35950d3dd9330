@testable import Waybill

/// A do-not-contact list as it is read for a test.
struct ReadList {
    private(set) var entries: [ListEntry] = []
    /// The physical line of each.
    private(set) var lines: [UInt64] = []
    /// The codes of damaged records.
    private(set) var damage: [String] = []

    /// - Parameter block: how many bytes are handed in at once.
    init(_ bytes: [UInt8], block: Int = 65_536) throws {
        var decoder = DropDecoder(settings: ListColumns.settings(Configuration.Limits()))
        for (piece, isLast) in ReadDrop.blocks(bytes, of: block) {
            for chunk in try decoder.push(piece, isLast: isLast) {
                guard let format = decoder.format else { continue }
                let columns = try ListColumns(chunk.schema, format)
                for record in chunk.records {
                    switch columns.read(record, in: chunk) {
                    case .entry(let entry, let flaw):
                        if let flaw { damage.append(flaw.code) }
                        entries.append(entry)
                        lines.append(record.line)
                    case .blank: break
                    }
                }
            }
        }
    }

    var values: [String] { entries.map { String(decoding: $0.value, as: UTF8.self) } }
}
