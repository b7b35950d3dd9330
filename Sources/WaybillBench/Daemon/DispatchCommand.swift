import Foundation
import SystemIO
import Waybill

/// `waybill-bench dispatch`: lets the contacts of a batch leave by the folder transport, from the moment at which all
/// are due to the last that is stored as sent.
///
/// The day, the letters and the batch are the same each time, so the digest of what left tells whether two programs
/// write the same bytes.
struct DispatchCommand {
    static let valued: Set<String> = ["contacts", "runs", "seed", "step", "layout"]

    private enum Step: String, CaseIterable {
        /// No strategy: every contact is handed over.
        case handover
        /// A text message with a template, to numbers that take any.
        case sms
    }

    private static let moment = Timestamp(day: CalendarDay(year: 2026, month: 3, day: 2)!, secondsOfDay: 43_200)

    private let arguments: Arguments
    private let scratch: ScratchFolder

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        scratch = try ScratchFolder()
    }

    func run() throws {
        let rows = try arguments.number("contacts", default: 1_000_000)
        let runs = try arguments.number("runs", default: 3)
        let step = try arguments.words("step", default: [Step.handover])
        guard step.count == 1 else { throw Arguments.Mistake(description: "--step takes one word") }
        var all: [Departure] = []
        for number in 0..<runs {
            let root = "\(scratch.path)/workspace-\(number)"
            try prepare(root, step[0])
            let batch = try GeneratedBatch(rows: rows, try arguments.recipe(.csv), to: scratch.path + "/contacts.csv")
            let text = try ChildProcess.output(
                of: BuiltPrograms.own, ["dispatch-once", "--workspace", root, "--file", batch.path],
                scratch: scratch.path)
            all.append(try JSONDecoder().decode(Departure.self, from: Data(text.utf8)))
            try Files.removeTree(root)
        }
        guard Set(all.map(\.sha256)).count == 1, let first = all.first else {
            throw ChildProcess.Failure(description: "what left differs from run to run")
        }
        let (wall, processor) = (Series(all.map(\.seconds)), Series(all.map(\.processorSeconds)))
        func each(_ seconds: Double) -> Results.Value { .fraction(seconds / Double(first.contacts) * 1e6, digits: 3) }
        var results = Results()
        results.add("contacts", "contacts that left", .whole(first.contacts))
        results.add("parcels", "in so many files", .whole(first.parcels))
        results.add("bytes", "bytes of them", .whole(first.bytes))
        results.add("sha256", "digest of all files", .text(first.sha256))
        results.add("seconds", "until all are stored as sent, median", .fraction(wall.median, digits: 3), "s")
        results.add("perSecond", "a second", .fraction(Double(first.contacts) / wall.median, digits: 0), "/s")
        results.add("processorMicroseconds", "processor time each, median", each(processor.median), "µs")
        results.add("processorMicrosecondsLeast", "… least", each(processor.least), "µs")
        let peak = Double(all.map(\.peakBytes).max() ?? 0) / 1_048_576
        results.add("peakMiB", "most resident memory", .fraction(peak, digits: 1), "MiB")
        results.print(asJSON: arguments.has("json"))
    }

    private func prepare(_ root: String, _ step: Step) throws {
        let layout = arguments.text("layout") ?? "csv"
        let strategy =
            step == .handover
            ? "" : "strategy: \"s\", templates: { hello: \"templates/hello.txt\" }"
        try IntakeOnce.prepare(
            root,
            configuration: """
                {
                  campaigns: { bench: { \(strategy) } },
                  strategies: { s: { steps: [{ name: "text", channel: "sms", to: "phone1", template: "hello" }] } },
                  transports: { folder: { kind: "folder", layout: "\(layout)" } },
                }

                """)
        try Files.createFolder(root + "/templates")
        try Files.writeAtomically(
            Array("Hello {{firstname|you}}, your order is ready. Reply STOP to stop.\n".utf8),
            to: root + "/templates/hello.txt")
    }

    // MARK: - The part that runs as a process of its own

    struct Departure: Codable {
        var contacts: Int
        var parcels: Int
        var bytes: Int
        var sha256: String
        var seconds: Double
        var processorSeconds: Double
        var peakBytes: Int64
    }

    /// Takes the file, lets all its contacts leave, and prints what that took.
    static func dispatchOnce(_ arguments: Arguments) throws {
        let file = try arguments.required("file")
        let workspace = Workspace(root: try arguments.required("workspace"))
        let (configuration, problems) = try workspace.configuration()
        guard problems.isEmpty else { throw ChildProcess.Failure(description: "\(problems)") }
        let clock = WallClock(startingAt: moment.milliseconds)
        let log = Log(level: .error, format: .text, clock: clock) { FileHandle.standardError.write(Data($0)) }
        let pipeline = try Pipeline(
            workspace: workspace, configuration: configuration, clock: clock, log: log,
            letters: { StoreLetters { 0 } })
        try pipeline.recover()
        let name = Files.name(of: file)
        try Files.rename(file, to: workspace.path("inbox/bench/" + name), replacing: false)
        pipeline.claims.noteArrival(place: .init(folder: "bench"), name: name)
        _ = try pipeline.takeDrops { false }
        var left = 0
        pipeline.dispatcher.onDeparture = { left += $0 }
        ResourceUse.resetPeak()
        let processor = ResourceUse.cpuSeconds()
        let elapsed = try WaybillBench.seconds { _ = try pipeline.dispatchDue { false } }
        let used = ResourceUse.cpuSeconds() - processor
        let peak = ResourceUse.peakResidentBytes()
        let folder = workspace.path("outbox/dispatch/bench")
        var digest = SHA256()
        var (bytes, parcels) = (0, 0)
        for name in try Files.list(folder).sorted() where !name.hasPrefix(".") {
            let content = try Files.read(folder + "/" + name, limit: 1 << 30)
            digest.update(content[...])
            bytes += content.count
            parcels += 1
        }
        let departure = Departure(
            contacts: left, parcels: parcels, bytes: bytes, sha256: SHA256.hex(digest.finish()), seconds: elapsed,
            processorSeconds: used, peakBytes: peak)
        print(String(decoding: try JSONEncoder().encode(departure), as: UTF8.self))
    }
}
