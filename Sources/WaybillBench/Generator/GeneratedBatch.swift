import SystemIO

/// A generated file and the verdicts it must get.
struct GeneratedBatch {
    let path: String
    let rows: Int
    private(set) var accepted = 0
    private(set) var rejected = 0
    private(set) var duplicates = 0
    private(set) var bytes: Int64 = 0

    /// Rows that a thread makes at once: enough that handing them over costs nothing, few enough to stay in its cache.
    private static let blockRows = 2_048

    private struct Block: Sendable {
        var bytes: [UInt8] = []
        var accepted = 0
        var rejected = 0
        var duplicates = 0
    }

    /// Writes the rows to a file; two threads make them block by block, and few blocks are in memory at once.
    init(rows count: Int, _ recipe: BatchRows.Recipe, to path: String) throws {
        self.path = path
        rows = count
        let file = try AppendingFile(path: path)
        try file.write(recipe.form.opening)
        let blocks = (count + Self.blockRows - 1) / Self.blockRows
        let lanes = (0..<min(2, max(1, blocks))).map { _ in BoundedQueue<Block>(capacity: 4) }
        let workers = lanes.indices.map { lane in
            Worker.start(name: "rows") {
                let rows = BatchRows(recipe)
                for block in stride(from: lane, to: blocks, by: lanes.count) {
                    let first = block * Self.blockRows
                    let made = Self.block(first..<min(first + Self.blockRows, count), of: rows)
                    guard lanes[lane].push(made) else { return }
                }
            }
        }
        defer {
            for lane in lanes { lane.cancel() }
            for worker in workers { try? worker.join() }
        }
        for number in 0..<blocks {
            guard let block = lanes[number % lanes.count].pop() else { break }
            try file.write(block.bytes)
            accepted += block.accepted
            rejected += block.rejected
            duplicates += block.duplicates
        }
        try file.write(recipe.form.closing)
        try file.close()
        bytes = file.bytesWritten
    }

    private static func block(_ range: Range<Int>, of rows: BatchRows) -> Block {
        var block = Block()
        block.bytes.reserveCapacity(range.count * 512)
        for row in range {
            if row > 0, rows.recipe.form == .json { block.bytes.append(contentsOf: ",\n".utf8) }
            switch rows.append(row, to: &block.bytes) {
            case .accepted: block.accepted += 1
            case .rejected: block.rejected += 1
            case .duplicate: block.duplicates += 1
            }
        }
        return block
    }
}
