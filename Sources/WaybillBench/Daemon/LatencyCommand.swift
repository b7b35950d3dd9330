import Glibc
import SystemIO
import Waybill

/// `waybill-bench latency`: from the rename of a small file into the inbox to its acknowledgement in the outbox, with the
/// real daemon.
struct LatencyCommand {
    static let valued: Set<String> = ["files", "records", "pause", "seed"]

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
        // The folders of today and tomorrow: the run may go over midnight.
        let today = Timestamp(milliseconds: WallClock().nowMilliseconds()).utcDay
        for day in [today, today.adding(days: 1)] {
            let folder = "\(root)/outbox/acks/\(day)"
            try Files.createFolder(folder)
            _ = try inotify.watch(folder)
        }
        let daemon = try ChildProcess(
            try BuiltPrograms.beside("waybill"), ["run", "--workspace", root], errors: scratch.path + "/log")
        try waitForStart(of: daemon, root)
        var times: [Double] = []
        // One more than counted: the first meets a daemon whose pages and caches are cold.
        for (index, drop) in drops.enumerated() {
            usleep(UInt32(pause) * 1_000)
            let name = Files.name(of: drop)
            let start = MonotonicClock.nanoseconds()
            try Files.rename(drop, to: root + "/inbox/default/" + name, replacing: false)
            try waitForAcknowledgement(of: name, inotify, daemon)
            if index > 0 || count == 1 { times.append(Double(MonotonicClock.nanoseconds() - start) / 1e6) }
        }
        daemon.signal(SIGTERM)
        let ending = try daemon.wait()
        guard ending == .exited(0) else { throw ChildProcess.Failure(description: "the daemon ended with \(ending)") }
        report(
            Series(times), files: times.count, records: records, pause: pause,
            slowest: (times.indices.max { times[$0] < times[$1] } ?? 0) + 2)
    }

    private func report(_ times: Series, files: Int, records: Int, pause: Int, slowest: Int) {
        var results = Results()
        results.add("files", "files", .whole(files))
        results.add("records", "records in each", .whole(records))
        results.add("pauseMilliseconds", "pause between acknowledgement and next file", .whole(pause), "ms")
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
            guard try daemon.poll() == nil, MonotonicClock.nanoseconds() < end else { throw failure("did not start") }
            usleep(5_000)
        }
    }

    private func waitForAcknowledgement(of name: String, _ inotify: Inotify, _ daemon: ChildProcess) throws {
        let end = MonotonicClock.nanoseconds() + 10_000_000_000
        while MonotonicClock.nanoseconds() < end {
            for event in try inotify.wait(milliseconds: 100, waking: nil)
            where event.kind == .movedIn && event.name.hasPrefix(name + ".") { return }
            if try daemon.poll() != nil { throw failure("ended") }
        }
        throw failure("did not acknowledge \(name) within 10 s")
    }

    private func failure(_ what: String) -> ChildProcess.Failure {
        let log = (try? Files.read(scratch.path + "/log", limit: 16 << 20)) ?? []
        return ChildProcess.Failure(
            description: "the daemon \(what); its log ends: " + String(decoding: log.suffix(1_000), as: UTF8.self))
    }
}
