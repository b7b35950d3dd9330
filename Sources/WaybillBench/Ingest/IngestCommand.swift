import Glibc
import SystemIO
import Waybill

/// `waybill-bench ingest`: how fast a drop becomes a durable, acknowledged batch, and how close that is to the
/// unavoidable cost.
struct IngestCommand {
    static let valued: Set<String> = [
        "rows", "format", "runs", "file", "seed", "bad", "duplicates", "listed", "duckdb-script", "duckdb-threads",
    ]

    private let arguments: Arguments
    private let scratch: ScratchFolder

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        scratch = try ScratchFolder()
    }

    func run() throws {
        let form = try arguments.form()
        let runs = try arguments.number("runs", default: 3)
        let (file, expected) = try source(form)
        var results = Results()
        let size = try FileStatus.of(file)?.size ?? 0
        let measured = try measure(file, expected, runs: runs)
        let rows = measured[0].received
        results.add("rows", "records", .whole(rows))
        results.add("fileBytes", "file", .whole(Int(size)), "bytes")
        let median = report(measured, rows: rows, &results)
        try reportFloors(file, runs: runs, measured[0], median, &results)
        try reportDuckDB(file, form, runs: runs, median, &results)
        results.print(asJSON: arguments.has("json"))
    }

    /// The file to take: the user's, linked or copied so that the original stays, or a generated one.
    private func source(_ form: RowForm) throws -> (path: String, expected: GeneratedBatch?) {
        if let given = arguments.text("file") {
            let copy = scratch.path + "/" + Files.name(of: given)
            try Files.copyDurably(given, to: copy)
            return (copy, nil)
        }
        let batch = try GeneratedBatch(
            rows: arguments.number("rows", default: 1_000_000), try arguments.recipe(form),
            to: scratch.path + "/batch." + form.rawValue)
        return (batch.path, batch)
    }

    private func measure(_ file: String, _ expected: GeneratedBatch?, runs: Int) throws -> [IntakeOnce] {
        let listed = try listed()
        return try (1...runs).map { run in
            let root = scratch.path + "/run-\(run)"
            if let listed {
                try Files.createFolder(root + "/state")
                try Files.copyDurably(listed, to: root + "/state/waybill.db")
            }
            try IntakeOnce.prepare(root, configuration: IntakeOnce.configuration(sampling: arguments.has("sampling")))
            // Earlier runs' unwritten data must not be written during this one.
            sync()
            let once = try IntakeOnce.inChild(root: root, drop: file, scratch: scratch.path)
            if let expected { try once.check(against: expected) }
            try Files.rename(try archived(in: root), to: file, replacing: false)
            try Files.removeTree(root)
            return once
        }
    }

    /// A store with `count` numbers on do-not-contact lists; nil for none.
    private func listed() throws -> String? {
        let count = try arguments.number("listed", default: 0)
        guard count > 0 else { return nil }
        let path = scratch.path + "/listed.db"
        let store = try SQLiteStore(path: path)
        try ListedNumbers.list(count, in: store)
        try store.settle()
        return path
    }

    /// The only original in a workspace's archive.
    private func archived(in root: String) throws -> String {
        let archive = root + "/state/archive"
        for day in try Files.list(archive) {
            for name in try Files.list(archive + "/" + day) { return "\(archive)/\(day)/\(name)" }
        }
        throw ChildProcess.Failure(description: "the drop was acknowledged, but is not in \(archive)")
    }

    /// Adds the figures of the intake itself; returns the median of its seconds.
    private func report(_ measured: [IntakeOnce], rows: Int, _ results: inout Results) -> Double {
        let times = Series(measured.map(\.seconds))
        results.add("accepted", "accepted", .whole(measured[0].accepted))
        results.add("rejected", "rejected", .whole(measured[0].rejected))
        results.add("duplicates", "duplicates", .whole(measured[0].duplicates))
        results.add("runs", "runs", .whole(measured.count))
        results.add("seconds", "claim to durable acknowledgement, median", .fraction(times.median, digits: 3), "s")
        results.add("secondsLeast", "… least", .fraction(times.least, digits: 3), "s")
        results.add(
            "acknowledgedSeconds", "… by the acknowledgement's own times, median",
            .fraction(Series(measured.map(\.acknowledgedSeconds)).median, digits: 3), "s")
        results.add(
            "recordsPerSecond", "records per second, median", .fraction(Double(rows) / times.median, digits: 0), "/s")
        results.add(
            "peakMiB", "peak resident memory, most",
            .fraction(Series(measured.map { Double($0.peakBytes) / 1_048_576 }).most, digits: 1), "MiB")
        results.add(
            "processorSeconds", "processor time, median",
            .fraction(Series(measured.map(\.processorSeconds)).median, digits: 3), "s")
        results.add("storeBytes", "store with its log", .whole(Int(measured[0].storeBytes)), "bytes")
        return times.median
    }

    private func reportFloors(
        _ file: String, runs: Int, _ once: IntakeOnce, _ median: Double, _ results: inout Results
    ) throws {
        let floors = try IntakeFloors(path: file)
        let floor: [(key: String, label: String, measure: () throws -> Double)] = [
            ("read", "read the file", floors.read), ("sha256", "read and SHA-256", floors.digest),
            ("scan", "scan only, one thread", floors.scan),
            ("judge", "scan and validate, no store", { try floors.judge(spillFolder: scratch.path) }),
            (
                "sqlite", "\(once.segments) blobs into SQLite, \(once.segmentBytes >> 20) MiB",
                { try floors.store(blobs: once.segments, bytes: once.segmentBytes, in: scratch.path) }
            ),
        ]
        for (key, label, measure) in floor {
            let times = Series(
                try (0..<runs).map { _ in
                    sync()
                    return try measure()
                })
            results.add(key + "Seconds", "floor: " + label, .fraction(times.median, digits: 3), "s")
            results.add(key + "Ratio", "  the intake takes", .fraction(median / times.median, digits: 2), "times that")
        }
    }

    /// DuckDB on the same file: a script that takes the form, the file and a number of threads, and ends its last line
    /// with `in SECONDS`.
    private func reportDuckDB(
        _ file: String, _ form: RowForm, runs: Int, _ median: Double, _ results: inout Results
    ) throws {
        guard let script = arguments.text("duckdb-script") else { return }
        guard (try? ChildProcess.output(of: "python3", ["-c", "import duckdb"], scratch: scratch.path)) != nil else {
            results.add("duckdb", "DuckDB", .text("not measured: python3 has no module duckdb"))
            return
        }
        let threads = arguments.text("duckdb-threads") ?? String(Machine.current().cores)
        // The script's files must be on the same disk. Safe: no other thread runs that could read the environment
        // meanwhile.
        unsafe setenv("TMPDIR", scratch.path, 1)
        let times = try (0..<runs).map { _ in
            sync()
            let text = try ChildProcess.output(
                of: "python3", [script, form.rawValue, file, threads], scratch: scratch.path)
            guard let word = text.split(whereSeparator: \.isWhitespace).last, let seconds = Double(word) else {
                throw ChildProcess.Failure(description: "\(script) does not end with its seconds: \(text)")
            }
            return seconds
        }
        let duck = Series(times)
        results.add("duckdbSeconds", "DuckDB, \(threads) threads, median", .fraction(duck.median, digits: 3), "s")
        results.add("duckdbRatio", "  DuckDB takes", .fraction(duck.median / median, digits: 2), "times the intake")
    }
}

extension Arguments {
    /// The options that describe a generated batch.
    func recipe(_ form: RowForm) throws -> BatchRows.Recipe {
        BatchRows.Recipe(
            form: form, seed: UInt64(try number("seed", default: 1, atLeast: 0)),
            bad: try thousandthsOfPercent("bad", default: 2_000),
            duplicates: try thousandthsOfPercent("duplicates", default: 0))
    }
}
