import Foundation
import SystemIO
import Waybill

/// `waybill-bench decide`: what it costs to decide whether a contact may leave, with windows, region rules, holidays,
/// caps and do-not-contact lists on.
struct DecideCommand {
    static let valued: Set<String> = ["contacts", "runs", "listed", "recent"]

    private static let configuration = """
        {campaigns: {bench: {policy: "p", strategy: "s"}},
         policies: {p: {windows: [{channels: ["sms", "voice"], days: ["mon-sat"], from: "08:00", to: "21:00"}],
                        region: {"US-FL": {to: "20:00"}, "GB": {from: "09:00"}}, unknownZone: "campaign",
                        holidays: {US: ["2026-11-26"], "*": ["2027-01-01"]},
                        caps: [{limit: 1, within: "7d", channels: ["sms"]}, {limit: 3, within: "24h"},
                               {limit: 2, within: "day", by: "id", over: "campaign"}]}},
         strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1"}]}}}
        """

    private let arguments: Arguments
    private let scratch: ScratchFolder

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        scratch = try ScratchFolder()
    }

    func run() throws {
        let contacts = try arguments.number("contacts", default: 200_000)
        let runs = try arguments.number("runs", default: 7)
        let listed = try arguments.number("listed", default: 1_000_000, atLeast: 0)
        let recent = try arguments.number("recent", default: 1_000_000, atLeast: 0)
        let (configuration, _) = ConfigurationReader.read(Array(Self.configuration.utf8), file: "decide")
        let workspace = Workspace(root: scratch.path + "/workspace")
        try Files.createFolder(workspace.root)
        let start = Timestamp(iso8601: Array("2026-11-24T16:00:00Z".utf8)[...]) ?? Timestamp(milliseconds: 0)
        try Files.createFolder(scratch.path + "/copy")
        let rehearsal = try Rehearsal(
            of: workspace, configuration, in: scratch.path + "/copy", startingAt: start,
            log: Log(level: .error, format: .text, clock: WallClock()) { FileHandle.standardError.write(Data($0)) })
        let store = rehearsal.pipeline.store
        try ListedNumbers.list(listed, in: store)
        try drop(contacts, rehearsal)
        guard let batch = try store.batches(ofCampaign: "bench").last,
            let setup = rehearsal.pipeline.context.setup("bench")
        else {
            throw ChildProcess.Failure(description: "the drop was not taken")
        }
        let known = noted(recent, configuration.caps, at: start)
        var segments: [ContactSegment] = []
        try store.forEachSegment(of: batch.id) { segments.append($0.contacts) }
        var free = 0
        let times = try (0..<runs).map { _ in
            var check = try DepartureCheck(
                store, batch.schema, step: setup.step("text"), for: setup.campaign, in: batch.id, policy: setup.policy,
                law: setup.lawCaps, days: setup.days,
                recent: known, columns: configuration.capColumns, at: start)
            var planner = setup.planner(schema: batch.schema, priority: 5)
            free = 0
            return try seconds {
                for segment in segments {
                    for start in stride(from: 0, to: segment.count, by: Parcel.capacity) {
                        let count = min(Parcel.capacity, segment.count - start)
                        try check.lookAhead((start..<start + count).map { (segment, $0) }, &planner)
                        for place in 0..<count {
                            if case .free = try check.verdict(of: place) { free += 1 }
                        }
                    }
                }
            }
        }
        var results = Results()
        results.add("contacts", "contacts", .whole(batch.accepted))
        results.add("listed", "numbers on do-not-contact lists", .whole(listed))
        results.add("recent", "messages within the caps' spans", .whole(recent))
        results.add("free", "of the contacts may leave", .whole(free))
        let each = Series(times.map { $0 / Double(batch.accepted) * 1e9 })
        results.add("nanoseconds", "deciding, each, median", .fraction(each.median, digits: 0), "ns")
        results.add("nanosecondsLeast", "… least", .fraction(each.least, digits: 0), "ns")
        results.print(asJSON: arguments.has("json"))
    }

    /// This many messages of the last week, all to other people.
    private func noted(_ count: Int, _ caps: [Policy.Cap], at now: Timestamp) -> RecentContacts {
        let recent = RecentContacts(caps: caps)
        for (place, key) in ListedNumbers.keys(count, seed: 8).enumerated() {
            let age = Int64(count - place) * 7 * 86_400_000 / Int64(count)
            recent.note(
                [(key, .address)], channel: .sms, campaign: .init("bench"), counted: .contacts,
                at: Timestamp(milliseconds: now.milliseconds - age))
        }
        return recent
    }

    private func drop(_ count: Int, _ rehearsal: Rehearsal) throws {
        let folder = rehearsal.workspace.path("inbox/bench")
        try Files.createFolder(folder)
        _ = try GeneratedBatch(rows: count, try arguments.recipe(.csv), to: folder + "/batch.csv")
        guard try rehearsal.take(["batch.csv"], from: "bench") else {
            throw ChildProcess.Failure(description: "the drop was not taken")
        }
    }
}
