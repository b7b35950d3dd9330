import Glibc
import SystemIO
import Waybill

/// `waybill-bench latency`: the time from the rename of a small file into the inbox to its acknowledgement in the
/// outbox, with the real daemon.
struct LatencyCommand {
    static let valued: Set<String> = ["files", "records", "pause", "seed", "beside"]
    private static let largeName = "large.csv"

    private let arguments: Arguments
    private let scratch: ScratchFolder

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        scratch = try ScratchFolder()
    }

    func run() throws {
        let count = try arguments.number("files", default: 200)
        let records = try arguments.number("records", default: 100)
        let pause = try arguments.number("pause", default: 20, atLeast: 0)
        let largeRows = try arguments.number("beside", default: 0, atLeast: 0)
        let root = scratch.path + "/workspace"
        try Files.createFolder(root + "/inbox/default")
        let drops = try (1...count).map { number in
            try GeneratedBatch(
                rows: records,
                BatchRows.Recipe(seed: UInt64(number + (try arguments.number("seed", default: 1, atLeast: 0)))),
                to: scratch.path + "/drop-\(number).csv"
            ).path
        }
        let inotify = Inotify()
        // The folders of today and tomorrow: the run may cross midnight.
        let today = Timestamp(milliseconds: WallClock().nowMilliseconds()).utcDay
        for day in [today, today.adding(days: 1)] {
            let folder = "\(root)/outbox/acks/\(day)"
            try Files.createFolder(folder)
            _ = try inotify.watch(folder)
        }
        let daemon = try ChildProcess(
            try BuiltPrograms.beside("waybill"), ["run", "--workspace", root], errors: scratch.path + "/log")
        try waitForStart(of: daemon, root)
        let watch = Watch(inotify: inotify, daemon: daemon, log: scratch.path + "/log")
        if largeRows > 0 { try beginLarge(rows: largeRows, root, watch) }
        var times: [Double] = []
        var isAlone = largeRows == 0
        // One more than counted: the first meets a daemon with cold pages and caches.
        for (index, drop) in drops.enumerated() {
            usleep(UInt32(pause) * 1_000)
            let name = Files.name(of: drop)
            let start = MonotonicClock.nanoseconds()
            try Files.rename(drop, to: root + "/inbox/default/" + name, replacing: false)
            // A drop counts even if the large drop ends before it: it may have waited for that.
            let isLast = try watch.waitForAcknowledgement(of: [name, Self.largeName]) == Self.largeName
            if isLast { _ = try watch.waitForAcknowledgement(of: [name]) }
            if index > 0 || count == 1 { times.append(Double(MonotonicClock.nanoseconds() - start) / 1e6) }
            if isLast {
                isAlone = true
                break
            }
        }
        if !isAlone { _ = try watch.waitForAcknowledgement(of: [Self.largeName], seconds: 3_600) }
        guard !times.isEmpty else { throw watch.failure("was done with the large drop before any small one counted") }
        daemon.signal(SIGTERM)
        let ending = try daemon.wait()
        guard ending == .exited(0) else { throw ChildProcess.Failure(description: "the daemon ended with \(ending)") }
        report(
            Series(times), files: times.count, records: records, pause: pause, largeRows: largeRows,
            slowest: (times.indices.max { times[$0] < times[$1] } ?? 0) + 2)
    }

    private func report(_ times: Series, files: Int, records: Int, pause: Int, largeRows: Int, slowest: Int) {
        var results = Results()
        results.add("files", "files", .whole(files))
        results.add("records", "records in each", .whole(records))
        results.add("pauseMilliseconds", "pause between acknowledgement and next file", .whole(pause), "ms")
        if largeRows > 0 { results.add("besideRecords", "records of the drop read meanwhile", .whole(largeRows)) }
        results.add("medianMilliseconds", "rename to acknowledgement, median", .fraction(times.median, digits: 2), "ms")
        results.add("p90Milliseconds", "… 90 of 100 within", .fraction(times.percentile(90), digits: 2), "ms")
        results.add("p99Milliseconds", "… 99 of 100 within", .fraction(times.percentile(99), digits: 2), "ms")
        results.add("mostMilliseconds", "… most", .fraction(times.most, digits: 2), "ms")
        results.add("mostAt", "… which was file", .whole(slowest))
        results.print(asJSON: arguments.has("json"))
    }

    private func waitForStart(of daemon: ChildProcess, _ root: String) throws {
        let end = MonotonicClock.nanoseconds() + 10_000_000_000
        while try !Files.exists(root + "/outbox/status.json") {
            guard try daemon.poll() == nil, MonotonicClock.nanoseconds() < end else {
                throw ChildProcess.Failure(description: "the daemon did not start")
            }
            usleep(5_000)
        }
    }

    /// Drops the large file, and waits until it is claimed.
    private func beginLarge(rows: Int, _ root: String, _ watch: Watch) throws {
        let batch = try GeneratedBatch(rows: rows, BatchRows.Recipe(seed: 0), to: scratch.path + "/" + Self.largeName)
        let place = root + "/inbox/default/" + Self.largeName
        // Otherwise the disk would still be busy writing it while others wait for it.
        sync()
        try Files.rename(batch.path, to: place, replacing: false)
        let end = MonotonicClock.nanoseconds() + 10_000_000_000
        while try Files.exists(place) {
            guard MonotonicClock.nanoseconds() < end else { throw watch.failure("did not claim the large drop") }
            usleep(1_000)
        }
    }
}

/// Waits for acknowledgements of a daemon.
private struct Watch {
    let inotify: Inotify
    let daemon: ChildProcess
    let log: String

    /// The first of the names whose acknowledgement appears.
    func waitForAcknowledgement(of names: [String], seconds: Int64 = 10) throws -> String {
        let end = MonotonicClock.nanoseconds() + seconds * 1_000_000_000
        while MonotonicClock.nanoseconds() < end {
            for event in try inotify.wait(milliseconds: 100, waking: nil) where event.kind == .movedIn {
                if let name = names.first(where: { event.name.hasPrefix($0 + ".") }) { return name }
            }
            if try daemon.poll() != nil { throw failure("ended") }
        }
        throw failure("did not acknowledge \(names[0]) within \(seconds) s")
    }

    func failure(_ what: String) -> ChildProcess.Failure {
        let log = (try? Files.read(log, limit: 16 << 20)) ?? []
        return ChildProcess.Failure(
            description: "the daemon \(what); its log ends: " + String(decoding: log.suffix(1_000), as: UTF8.self))
    }
}
