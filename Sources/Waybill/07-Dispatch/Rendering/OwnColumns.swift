/// The columns of a parcel's file as its transport names them, each a text with places for values.
struct OwnColumns: Sendable {
    /// One message.
    struct Row {
        let reference: Reference
        let address: ArraySlice<UInt8>
        let message: ArraySlice<UInt8>
        let values: ContactValues
        /// Until when it may arrive, as a text and from now on; nil: it does not say.
        let until: (text: String, span: TimeSpan)?
    }

    private enum Source: Sendable {
        case text([UInt8])
        case reference, address, digits, message, until, seconds, milliseconds
        /// A column of the drop; none has no value.
        case column(Int?)
    }

    private struct Piece: Sendable {
        let source: Source
        let byDefault: [UInt8]
    }

    private let columns: [(name: String, pieces: [Piece])]

    /// - Parameter shared: what places mean that are the same for the whole file.
    init(_ columns: [TransportSettings.Column], _ schema: Schema, _ shared: [FoldedName: String]) {
        let own: [FoldedName: Source] = [
            FoldedName("reference"): .reference, FoldedName("address"): .address, FoldedName("digits"): .digits,
            FoldedName("message"): .message, FoldedName("validuntil"): .until, FoldedName("validity"): .seconds,
            FoldedName("validityms"): .milliseconds,
        ]
        self.columns = columns.map { column in
            let pieces = column.text.pieces.map { piece in
                switch piece {
                case .text(let text): Piece(source: .text(Array(text.utf8)), byDefault: [])
                case .place(let name, let byDefault):
                    Piece(
                        source: own[name] ?? shared[name].map { .text(Array($0.utf8)) }
                            ?? .column(MessageTemplate.position(of: name, in: schema)),
                        byDefault: Array((byDefault ?? "").utf8))
                }
            }
            return (column.name, pieces)
        }
    }

    func header() -> [UInt8] {
        var bytes: [UInt8] = []
        CSVText.append(row: columns.map(\.name), to: &bytes)
        return bytes
    }

    /// Without the end of the line. Of an object, what is empty is left out.
    func append(_ row: Row, isJSON: Bool, to bytes: inout [UInt8]) {
        var cell: [UInt8] = []
        var count = 0
        for column in columns {
            cell.removeAll(keepingCapacity: true)
            for piece in column.pieces {
                let start = cell.count
                append(piece.source, row, to: &cell)
                if cell.count == start { cell += piece.byDefault }
            }
            if isJSON {
                if cell.isEmpty { continue }
                bytes.append(UInt8(ascii: count == 0 ? "{" : ","))
                JSONText.append(column.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                JSONText.append(string: cell.span, to: &bytes)
            } else {
                if count > 0 { bytes.append(CSVText.comma) }
                CSVText.append(cell: cell.span, to: &bytes)
            }
            count += 1
        }
        if isJSON { bytes += Array((count == 0 ? "{}" : "}").utf8) }
    }

    private func append(_ source: Source, _ row: Row, to cell: inout [UInt8]) {
        switch source {
        case .text(let text): cell += text
        case .reference: row.reference.append(to: &cell)
        case .address: cell += row.address
        case .digits: cell += row.address.first == UInt8(ascii: "+") ? row.address.dropFirst() : row.address
        case .message: cell += row.message
        case .until: cell += Array((row.until?.text ?? "").utf8)
        case .seconds: if let span = row.until?.span { cell += Array(String(span.milliseconds / 1_000).utf8) }
        case .milliseconds: if let span = row.until?.span { cell += Array(String(span.milliseconds).utf8) }
        case .column(let position):
            if let position, position < row.values.count { cell += row.values[position] }
        }
    }
}
