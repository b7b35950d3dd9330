import SystemIO

/// `waybill-bench generate`: writes a batch to a file and says what a validator must find in it.
struct GenerateCommand {
    static let valued: Set<String> = ["rows", "out", "seed", "format", "bad", "duplicates"]

    static func run(_ arguments: Arguments) throws {
        _ = try arguments.required("rows")
        let rows = try arguments.number("rows", default: 0, atLeast: 0)
        let recipe = try arguments.recipe(try arguments.form())
        let path = try arguments.required("out")
        var batch: GeneratedBatch?
        let time = try seconds { batch = try GeneratedBatch(rows: rows, recipe, to: path) }
        guard let batch else { return }
        var results = Results()
        results.add("path", "file", .text(path))
        results.add("rows", "records", .whole(batch.rows))
        results.add("accepted", "to be accepted", .whole(batch.accepted))
        results.add("rejected", "to be rejected", .whole(batch.rejected))
        results.add("duplicates", "duplicates", .whole(batch.duplicates))
        results.add("bytes", "bytes", .whole(Int(batch.bytes)))
        results.add(
            "bytesPerRecord", "bytes a record", .fraction(Double(batch.bytes) / Double(max(1, batch.rows)), digits: 1))
        results.add("seconds", "time", .fraction(time, digits: 3), "s")
        results.add(
            "recordsPerSecond", "records per second", .fraction(Double(batch.rows) / max(time, 1e-9), digits: 0), "/s")
        results.print(asJSON: arguments.has("json"))
    }
}
