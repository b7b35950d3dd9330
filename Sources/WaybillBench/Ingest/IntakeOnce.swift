import Foundation
import SystemIO
import Waybill

/// One drop through the real pipeline, in a process of its own so that its memory is not shared.
///
/// Measures the pass that takes the drop: from before the claim until the acknowledgement is durable in the outbox and
/// the original in the archive. Opening the store does not count: the daemon does that once.
struct IntakeOnce: Codable {
    var seconds: Double
    /// Between the times in the acknowledgement.
    var acknowledgedSeconds: Double
    var processorSeconds: Double
    var peakBytes: Int64
    var storeBytes: Int64
    var segments: Int
    var segmentBytes: Int64
    var status: String
    var received: Int
    var accepted: Int
    var rejected: Int
    var duplicates: Int

    /// The campaign of the measured drops. Its policy makes nothing due for decades, so only the intake is measured.
    static func configuration(sampling: Bool) -> String {
        let rules = sampling ? "{ rule: \"percent\", percent: 90, by: \"param1\" }, { rule: \"every\", n: 2 }" : ""
        return """
            {
              campaigns: { bench: { policy: "later", sampling: [\(rules)] } },
              policies: { later: { startAfter: "2099-01-01T00:00:00Z" } },
            }

            """
    }

    /// Creates a workspace in an empty folder.
    static func prepare(_ root: String, configuration: String) throws {
        try Files.createFolder(root + "/inbox/bench")
        try Files.writeAtomically(Array(configuration.utf8), to: root + "/waybill.json5")
    }

    /// Runs it in a child process, and returns what it measured.
    static func inChild(root: String, drop: String, scratch: String) throws -> IntakeOnce {
        let text = try ChildProcess.output(
            of: BuiltPrograms.own, ["intake-once", "--workspace", root, "--file", drop], scratch: scratch)
        return try JSONDecoder().decode(IntakeOnce.self, from: Data(text.utf8))
    }

    /// The child's part: takes the file, which must be on the workspace's file system, and prints the measurements.
    static func run(_ arguments: Arguments) throws {
        let file = try arguments.required("file")
        let workspace = Workspace(root: try arguments.required("workspace"))
        let (configuration, problems) = try workspace.configuration()
        guard problems.isEmpty else { throw ChildProcess.Failure(description: "\(problems)") }
        let clock = WallClock()
        let log = Log(level: .error, format: .text, clock: clock) { FileHandle.standardError.write(Data($0)) }
        let pipeline = try Pipeline(workspace: workspace, configuration: configuration, clock: clock, log: log)
        try pipeline.recover()
        let name = Files.name(of: file)
        try Files.rename(file, to: workspace.path("inbox/bench/" + name), replacing: false)
        // As inotify tells the daemon: the file was renamed into place, so it is whole.
        pipeline.claims.noteArrival(place: .init(folder: "bench"), name: name)
        ResourceUse.resetPeak()
        let processor = ResourceUse.cpuSeconds()
        // A scan that is slow to answer, as under a profiler, is asked again.
        var passes = 0
        let elapsed = try WaybillBench.seconds {
            repeat {
                _ = try pipeline.takeDrops { false }
                passes += 1
            } while try passes < 100 && pipeline.store.batches(ofCampaign: "bench").isEmpty
        }
        let used = ResourceUse.cpuSeconds() - processor
        let peak = ResourceUse.peakResidentBytes()
        guard let batch = try pipeline.store.batches(ofCampaign: "bench").last, let told = batch.acknowledgement,
            let onDisk = try acknowledgement(of: batch.id, in: workspace)
        else { throw ChildProcess.Failure(description: "the drop was not acknowledged; the log above says why") }
        let once = IntakeOnce(
            seconds: elapsed, acknowledgedSeconds: onDisk, processorSeconds: used, peakBytes: peak,
            storeBytes: try storeBytes(workspace, configuration), segments: batch.segments,
            segmentBytes: try segmentBytes(of: batch.id, pipeline.store), status: told.status.rawValue,
            received: told.received,
            accepted: told.accepted, rejected: told.rejected, duplicates: told.duplicates)
        print(String(decoding: try JSONEncoder().encode(once), as: UTF8.self))
    }

    /// Throws unless the verdicts are those that the generator expects.
    func check(against batch: GeneratedBatch) throws {
        let found = [received, accepted, rejected, duplicates]
        let wanted = [batch.rows, batch.accepted, batch.rejected, batch.duplicates]
        guard found == wanted else {
            throw ChildProcess.Failure(
                description: "received, accepted, rejected, duplicates are \(found), should be \(wanted)")
        }
    }

    private struct Times: Decodable {
        let batch: String
        let startedAt: String
        let finishedAt: String
    }

    /// Seconds from claim to acknowledgement according to the acknowledgement file; nil if there is none.
    private static func acknowledgement(of batch: BatchID, in workspace: Workspace) throws -> Double? {
        let root = workspace.path("outbox/acks")
        for day in try Files.list(root) {
            for name in try Files.list(root + "/" + day) where name.hasSuffix(".\(batch).ack.json") {
                let bytes = try Files.read("\(root)/\(day)/\(name)", limit: 1 << 20)
                let times = try JSONDecoder().decode(Times.self, from: Data(bytes))
                let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
                return try format.parse(times.finishedAt).timeIntervalSince(format.parse(times.startedAt))
            }
        }
        return nil
    }

    private static func storeBytes(_ workspace: Workspace, _ configuration: Configuration) throws -> Int64 {
        try SQLiteStore.files(of: workspace.store(configuration)).reduce(0) { sum, path in
            sum + (try FileStatus.of(path)?.size ?? 0)
        }
    }

    private static func segmentBytes(of batch: BatchID, _ store: any Store) throws -> Int64 {
        var sum: Int64 = 0
        try store.forEachSegment(of: batch) { sum += Int64($0.contacts.bytes.count) }
        return sum
    }
}
