import SystemIO

/// Selects rows of a day's contact files: `state=Failed,step=text`.
package struct ReportRows {
    /// A condition that cannot be understood, in words.
    package struct Mistake: Error, CustomStringConvertible {
        package let description: String
    }

    private let conditions: [(column: Int, value: [UInt8])]
    package static let header = ContactRow.header
    private static let columns = String(decoding: ContactRow.header.dropLast(), as: UTF8.self).split(separator: ",")
        .map(String.init)

    /// Conditions that must all hold, separated by commas; a comma not followed by a condition is part of the value.
    package init(_ text: String) throws(Mistake) {
        var pairs: [(key: String, value: String)] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if halves.count == 2, Self.columns.contains(String(halves[0])) {
                pairs.append((String(halves[0]), String(halves[1])))
            } else if let last = pairs.popLast(), halves.count == 1 {
                pairs.append((last.key, last.value + "," + part))
            } else {
                let key = String(halves[0])
                let nearest = NearestName.of(key, in: Self.columns)
                throw Mistake(
                    description: "\(JSON5Reader.quoted(String(part))) is no condition such as state=Failed"
                        + (nearest.map { ", did you mean \"\($0)\"?" }
                            ?? "; columns are \(Self.columns.joined(separator: ", "))"))
            }
        }
        conditions = pairs.compactMap { pair in
            Self.columns.firstIndex(of: pair.key).map { ($0, Array(pair.value.utf8)) }
        }
    }

    /// Passes on each matching row of a file, with its line end.
    package func forEach(in path: String, _ body: (ArraySlice<UInt8>) throws -> Void) throws {
        let file = try OpenFile(reading: path)
        let reader = GzipReader()
        var packed: [UInt8] = []
        var text: [UInt8] = []
        var isHeader = true
        while try file.read(into: &packed, atMost: 1 << 18) > 0 {
            var rest = packed[...]
            while !rest.isEmpty {
                rest = rest.dropFirst(try reader.decompress(rest, into: &text, limit: 1 << 24))
                let end = try take(text, &isHeader, body)
                text.removeFirst(end)
            }
            packed.removeAll(keepingCapacity: true)
        }
        var before = -1
        while text.count != before {
            before = text.count
            _ = try reader.decompress([], into: &text, limit: 1 << 24)
        }
        _ = try take(text, &isHeader, body)
        try reader.finish()
    }

    /// Examines the whole rows of a text; returns where the last one ends.
    private func take(
        _ text: [UInt8], _ isHeader: inout Bool, _ body: (ArraySlice<UInt8>) throws -> Void
    ) throws -> Int {
        var start = 0
        var isQuoted = false
        for (index, byte) in text.enumerated() {
            if byte == CSVText.quote { isQuoted.toggle() }
            guard byte == CSVText.lineEnd, !isQuoted else { continue }
            let row = text[start...index]
            start = index + 1
            if isHeader {
                isHeader = false
            } else if fits(row.dropLast()) {
                try body(row)
            }
        }
        return start
    }

    private func fits(_ row: ArraySlice<UInt8>) -> Bool {
        var cells: [[UInt8]] = []
        var cell: [UInt8] = []
        var isQuoted = false
        // Another quote right after it means a doubled quote inside the value.
        var wasClosed = false
        for byte in row {
            if isQuoted {
                if byte == CSVText.quote { (isQuoted, wasClosed) = (false, true) } else { cell.append(byte) }
            } else if byte == CSVText.quote {
                if wasClosed { cell.append(byte) }
                (isQuoted, wasClosed) = (true, false)
            } else if byte == CSVText.comma {
                cells.append(cell)
                (cell, wasClosed) = ([], false)
            } else {
                cell.append(byte)
            }
        }
        cells.append(cell)
        return conditions.allSatisfy { $0.column < cells.count && cells[$0.column] == $0.value }
    }
}
