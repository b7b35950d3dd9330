import SystemIO

/// `waybill-bench memory`: the most memory that the intake uses, for drops of several sizes.
struct MemoryCommand {
    static let valued: Set<String> = ["rows", "format", "seed", "bad", "duplicates"]

    static func run(_ arguments: Arguments) throws {
        let scratch = try ScratchFolder()
        let form = try arguments.form()
        var results = Results()
        for rows in try arguments.numbers("rows", default: [1_000_000, 5_000_000]) {
            let batch = try GeneratedBatch(
                rows: rows, try arguments.recipe(form), to: scratch.path + "/batch." + form.rawValue)
            let root = scratch.path + "/run-\(rows)"
            try IntakeOnce.prepare(root, configuration: IntakeOnce.configuration(sampling: false))
            let once = try IntakeOnce.inChild(root: root, drop: batch.path, scratch: scratch.path)
            try once.check(against: batch)
            try Files.removeTree(root)
            results.add("rows.\(rows)", "records", .whole(rows))
            results.add("bytes.\(rows)", "  file", .whole(Int(batch.bytes)), "bytes")
            results.add("seconds.\(rows)", "  intake", .fraction(once.seconds, digits: 2), "s")
            results.add(
                "peakMiB.\(rows)", "  peak resident memory", .fraction(Double(once.peakBytes) / 1_048_576, digits: 1),
                "MiB")
        }
        results.print(asJSON: arguments.has("json"))
    }
}
