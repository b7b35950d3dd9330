import Glibc
import SystemIO
import Waybill

/// `waybill-bench soak`: the real daemon under a steady load for as long as wanted: small drops every second, the
/// results of what was sent, replies with a STOP among them, and now and then a large drop whose contacts wait.
/// Whatever grows with time shows: memory, descriptors, the store's log, latency, and how far sending is behind.
final class SoakCommand {
    static let valued: Set<String> = ["minutes", "window", "rate", "records", "large", "every"]

    private static let configuration = """
        {
          campaigns: { default: { quiet: "10ms" }, small: { quiet: "10ms" }, large: { quiet: "10ms", policy: "later" } },
          policies: { later: { startAfter: "2099-01-01T00:00:00Z" } },
        }

        """

    private let arguments: Arguments
    private let scratch: ScratchFolder
    private let inotify = Inotify()
    private var root: String { scratch.path + "/workspace" }
    /// Watches of the folders with acknowledgements, and of the one with parcels.
    private var acknowledgements: Set<Int32> = []
    private var parcels: Int32 = -1

    /// When a drop was put into the inbox, by its name, and when it was acknowledged, by its batch: monotonic
    /// nanoseconds.
    private var droppedAt: [String: Int64] = [:]
    private var acknowledgedAt: [Substring: Int64] = [:]
    /// References whose results are still to come, and numbers that may reply.
    private var unanswered: [Substring] = []
    private var numbers: [Substring] = []
    private var window = Window()
    private var windows: [Window] = []

    /// What was seen in some minutes.
    private struct Window {
        var drops = 0
        var latencies: [Double] = []
        /// Milliseconds from an acknowledgement to the parcel.
        var delays: [Double] = []
        var residentKiB = 0
        var descriptors = 0
        var logKiB = 0
    }

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        scratch = try ScratchFolder()
    }

    func run() throws {
        let minutes = try arguments.number("minutes", default: 60)
        let length = try arguments.number("window", default: 10)
        let rate = try arguments.number("rate", default: 50)
        let every = try arguments.number("every", default: 10)
        let daemon = try start()
        let begin = MonotonicClock.nanoseconds()
        var drops = 0
        for second in 0..<minutes * 60 {
            if second > 0, second % (length * 60) == 0 { closeWindow() }
            if second % (every * 60) == 30 { try dropLarge(second) }
            try dropResults(second)
            for part in 0..<rate {
                try dropSmall(drops)
                drops += 1
                try watch(until: begin + Int64(second) * 1_000_000_000 + Int64(part + 1) * 1_000_000_000 / Int64(rate))
            }
            guard try daemon.poll() == nil else { throw failure("ended") }
            try sample(daemon)
        }
        try watch(until: MonotonicClock.nanoseconds() + 5_000_000_000)
        closeWindow()
        guard droppedAt.isEmpty else { throw failure("acknowledged nothing for \(droppedAt.count) drops") }
        let asked = MonotonicClock.nanoseconds()
        daemon.signal(SIGTERM)
        let ending = try daemon.wait()
        guard ending == .exited(0) else { throw failure("ended with \(ending)") }
        try report(minutes: length, stop: Double(MonotonicClock.nanoseconds() - asked) / 1e6)
    }

    private func start() throws -> ChildProcess {
        for folder in ["inbox/small", "inbox/large", "inbox/_receipts", "inbox/_replies", "outbox/dispatch/small"] {
            try Files.createFolder(root + "/" + folder)
        }
        try Files.writeAtomically(Array(Self.configuration.utf8), to: root + "/waybill.json5")
        // The folders of today and tomorrow: the run may cross midnight.
        let today = Timestamp(milliseconds: WallClock().nowMilliseconds()).utcDay
        for day in [today, today.adding(days: 1)] {
            try Files.createFolder("\(root)/outbox/acks/\(day)")
            acknowledgements.insert(try inotify.watch("\(root)/outbox/acks/\(day)"))
        }
        parcels = try inotify.watch(root + "/outbox/dispatch/small")
        let daemon = try ChildProcess(
            try BuiltPrograms.beside("waybill"), ["run", "--workspace", root], errors: scratch.path + "/log")
        let end = MonotonicClock.nanoseconds() + 10_000_000_000
        while try !Files.exists(root + "/outbox/status.json") {
            guard try daemon.poll() == nil, MonotonicClock.nanoseconds() < end else { throw failure("did not start") }
            usleep(5_000)
        }
        return daemon
    }

    // MARK: What is dropped

    private func put(_ text: String, _ folder: String, _ name: String) throws {
        try Files.writeAtomically(Array(text.utf8), to: scratch.path + "/next")
        droppedAt[name] = MonotonicClock.nanoseconds()
        try Files.rename(scratch.path + "/next", to: "\(root)/inbox/\(folder)/\(name)", replacing: false)
    }

    private func dropSmall(_ number: Int) throws {
        let records = try arguments.number("records", default: 10)
        let first = number * records
        let rows = (first..<first + records).map { "c\($0),+1\(4_152_000_000 + $0 % 7_990_000),Person \($0)\n" }
        try put("id,phone1,param1\n" + rows.joined(), "small", "small-\(number).csv")
        window.drops += 1
    }

    /// Made by another process, since it takes seconds.
    private func dropLarge(_ second: Int) throws {
        let rows = try arguments.number("large", default: 1_000_000, atLeast: 0)
        guard rows > 0 else { return }
        let name = "large-\(second).csv"
        let script = """
            "$1" generate --rows \(rows) --seed \(second) --out "$2/\(name)" >"$2/generated" && mv "$2/\(name)" "$3/\(name)"
            """
        droppedAt[name] = MonotonicClock.nanoseconds()
        makers.append(
            try ChildProcess(
                "sh",
                ["-c", script, "sh", try BuiltPrograms.beside("waybill-bench"), scratch.path, root + "/inbox/large"]))
    }

    private var makers: [ChildProcess] = []

    /// The results of everything sent since, and five replies, one of which says STOP.
    private func dropResults(_ second: Int) throws {
        if !unanswered.isEmpty {
            let rows = unanswered.map { "\($0),delivered\n" }.joined()
            try put("reference,event\n" + rows, "_receipts", "results-\(second).csv")
            unanswered = []
        }
        guard numbers.count >= 5 else { return }
        let rows = numbers.prefix(5).enumerated().map { "\($1),\($0 == 0 ? "STOP" : "thank you")\n" }.joined()
        try put("from,text\n" + rows, "_replies", "replies-\(second).csv")
        numbers = []
    }

    // MARK: What comes back

    private func watch(until end: Int64) throws {
        repeat {
            let left = Int((end - MonotonicClock.nanoseconds()) / 1_000_000)
            for event in try inotify.wait(milliseconds: max(0, left), waking: nil) where event.kind == .movedIn {
                if event.watch == parcels {
                    try noteParcel(event.name)
                } else if acknowledgements.contains(event.watch) {
                    noteAcknowledgement(event.name)
                }
            }
        } while MonotonicClock.nanoseconds() < end
    }

    /// `NAME.BATCH.ack.json`
    private func noteAcknowledgement(_ name: String) {
        let parts = name.split(separator: ".")
        guard parts.count == 5, let at = droppedAt.removeValue(forKey: "\(parts[0]).\(parts[1])") else { return }
        let now = MonotonicClock.nanoseconds()
        if parts[0].hasPrefix("small") {
            window.latencies.append(Double(now - at) / 1e6)
            acknowledgedAt[parts[2]] = now
        }
    }

    /// Each row begins with its reference, `LETTERS-DATE-NUMBER-…`.
    private func noteParcel(_ name: String) throws {
        let now = MonotonicClock.nanoseconds()
        let path = root + "/outbox/dispatch/small/" + name
        let rows = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self).split(separator: "\n")
            .dropFirst()
        // As the receiving system does; a folder of many thousands would be another measurement.
        try Files.remove(path)
        for row in rows {
            let fields = row.split(separator: ",", maxSplits: 3)
            unanswered.append(fields[0])
            numbers.append(fields[2])
        }
        guard let parts = rows.first?.split(separator: "-"), parts.count > 3 else { return }
        // The parcel may be seen before the acknowledgement is.
        let acknowledged = acknowledgedAt.removeValue(forKey: parts[1] + "-" + parts[2]) ?? now
        window.delays.append(max(0, Double(now - acknowledged) / 1e6))
    }

    private func sample(_ daemon: ChildProcess) throws {
        let status = String(decoding: try Files.read("/proc/\(daemon.pid)/status", limit: 1 << 16), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        let resident = line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
        window.residentKiB = max(window.residentKiB, resident)
        window.descriptors = max(window.descriptors, try Files.list("/proc/\(daemon.pid)/fd").count)
        let log = try FileStatus.of(root + "/state/waybill.db-wal")?.size ?? 0
        window.logKiB = max(window.logKiB, Int(log >> 10))
    }

    private func closeWindow() {
        windows.append(window)
        window = Window()
    }

    private func failure(_ what: String) -> ChildProcess.Failure {
        let log = (try? Files.read(scratch.path + "/log", limit: 64 << 20)) ?? []
        return ChildProcess.Failure(
            description: "the daemon \(what); its log ends: " + String(decoding: log.suffix(1_000), as: UTF8.self))
    }

    // MARK: The outcome

    private func report(minutes: Int, stop: Double) throws {
        var results = Results()
        for (number, window) in windows.enumerated() {
            let (key, label) = ("window\(number + 1)", "minutes \(number * minutes)–\((number + 1) * minutes)")
            let (latency, delay) = (Series(window.latencies), Series(window.delays))
            results.add(key + "Drops", label + ": small drops", .whole(window.drops))
            results.add(key + "Median", "… to the acknowledgement, median", .fraction(latency.median, digits: 2), "ms")
            results.add(key + "P99", "… 99 of 100 within", .fraction(latency.percentile(99), digits: 1), "ms")
            results.add(key + "Behind", "… most from there to the parcel", .fraction(delay.most, digits: 0), "ms")
            results.add(
                key + "Resident", "… most memory", .fraction(Double(window.residentKiB) / 1_024, digits: 1), "MiB")
            results.add(key + "Descriptors", "… most descriptors", .whole(window.descriptors))
            results.add(
                key + "Log", "… largest log of the store", .fraction(Double(window.logKiB) / 1_024, digits: 1), "MiB")
        }
        results.add("stop", "stop", .fraction(stop, digits: 0), "ms")
        results.print(asJSON: arguments.has("json"))
        // In the first window what is kept for later drops is filled.
        let warm = windows.dropFirst()
        let grown = [\Window.residentKiB, \.descriptors, \.logKiB].contains { figure in
            warm.dropFirst().contains { $0[keyPath: figure] * 10 > warm[1][keyPath: figure] * 11 }
        }
        if grown { throw ChildProcess.Failure(description: "memory, descriptors or the log grew by more than a tenth") }
        if windows.contains(where: { Series($0.delays).most > 3_000 }) {
            throw ChildProcess.Failure(description: "sending was more than three seconds behind")
        }
    }
}
