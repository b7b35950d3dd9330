import SystemIO
import Waybill

/// A short story in which every kind of file is written: drops with good and bad records, the same content again, a
/// refused drop, a list, results, replies, a strategy of two steps, a drop long enough for a file of segments, and the
/// end of a day.
enum FaultStory {
    /// What is put into the inbox at one time, before a run until idle.
    struct Phase: Sendable {
        let name: String
        let clock: Timestamp
        /// Path in the inbox, and content.
        var drops: [(path: String, text: String)] = []
    }

    /// What has changed when the program starts again.
    enum Change: String, CaseIterable, Sendable {
        case nothing
        /// The transport's `path`.
        case path
        /// The transport's `layout`.
        case layout
        /// The campaigns' transport.
        case transport
        /// The transport's folder is not mounted: until the start after the next, an empty folder is in its place.
        case mount
    }

    /// Placeholder in results for the letters that the store drew.
    private static let letters = "LETTERS"
    private static let day = CalendarDay(year: 2026, month: 3, day: 2)!

    private static func moment(_ days: Int, _ hour: Int) -> Timestamp {
        Timestamp(day: day.adding(days: days), secondsOfDay: hour * 3_600)
    }

    static func configuration(_ change: Change = .nothing) -> String {
        let path = change == .path ? "outbox/elsewhere" : "outbox/dispatch"
        let layout = change == .layout ? "jsonl" : "csv"
        let transport = change == .transport ? "other" : "folder"
        return """
            {
              campaigns: {
                default: { quiet: "10ms", transports: { sms: "\(transport)", email: "\(transport)", voice: "\(transport)" } },
                clinic: { strategy: "text-then-call" },
                long: { sampling: [{ rule: "every", n: 100 }], params: { maxLength: 250 } },
              },
              transports: {
                folder: { kind: "folder", path: "\(path)", layout: "\(layout)" },
                other: { kind: "folder", path: "outbox/other" },
              },
              strategies: {
                "text-then-call": { steps: [
                  { name: "text", channel: "sms", to: "phone1", expires: "48h", on: { failed: "call", responded: "close" } },
                  { name: "call", channel: "voice", to: "phone1", attempts: 2, resultWithin: "48h",
                    on: { busy: { retry: "1h" }, connected: "close" } },
                ] },
              },
            }

            """
    }

    /// Folders of the outbox that may have parcels.
    static let dispatchFolders = ["dispatch", "elsewhere", "other"]

    static let phases: [Phase] = {
        let good = (1...6).map { "c\($0),+1415555010\($0),Ann \($0)\n" }.joined()
        let people = "id,phone1,param1\n" + good + "c7,12,Bad\nc8,+14155550101,Again\nc9,+14155550109,Listed\n"
        func result(_ record: Int, _ rest: String) -> String { "\(letters)-20260302-000002-\(record)-\(rest),,\n" }
        return [
            Phase(
                name: "list", clock: moment(0, 7),
                drops: [("_suppress/list.csv", "action,kind,value\nadd,phone,+14155550109\n")]),
            Phase(
                name: "contacts", clock: moment(0, 8),
                drops: [
                    ("clinic/people.csv.meta.json", "{\"priority\": 3}"), ("clinic/people.csv", people),
                ]),
            Phase(
                name: "more contacts", clock: moment(0, 9),
                drops: [
                    ("clinic/people again.csv", people), ("refused.csv", "nothing,of,use\n1,2,3\n"),
                    ("plain.jsonl", "{\"phone1\":\"+14155550120\"}\n{\"phone1\":\"+14155550121\"}\n"),
                    ("second.jsonl", "{\"phone1\":\"+14155550122\"}\n"),
                    ("third.jsonl", "{\"phone1\":\"+14155550123\"}\n"),
                ]),
            Phase(
                name: "results", clock: moment(0, 10),
                drops: [
                    (
                        "_receipts/texts.csv",
                        "reference,event,at,detail\n" + result(1, "text-1,failed") + result(2, "text-1,failed")
                            + result(3, "text-1,delivered")
                    ),
                    ("_replies/replies.csv", "from,text\n+14155550104,STOP\n+14155550105,Thank you\n"),
                ]),
            Phase(
                name: "more results", clock: moment(0, 12),
                drops: [
                    (
                        "_receipts/calls.csv",
                        "reference,event,at,detail\n" + result(1, "call-2,busy") + result(2, "call-2,connected")
                    )
                ]),
            Phase(name: "a long drop", clock: moment(0, 14), drops: [("long/long.csv", longDrop)]),
            Phase(name: "second calls and the day's end", clock: moment(1, 9)),
            Phase(name: "the last day's end", clock: moment(4, 9)),
        ]
    }()

    /// 4.6 MB: longer than what is taken in one step (4 MiB), with bad records here and there.
    private static var longDrop: String {
        let parameters = (1...12).map { "param\($0)" }.joined(separator: ",")
        let values = String(repeating: "," + String(repeating: "x", count: 250), count: 12)
        let records = (0..<1_500).map { number in
            number % 90 == 7 ? "12\(values)\n" : "+1415666\(1_000 + number)\(values)\n"
        }
        return "phone1,\(parameters)\n" + records.joined()
    }

    /// Creates the workspace in an empty folder.
    static func prepare(_ root: String) throws {
        try Files.createFolder(root + "/inbox", durably: false)
        try configure(root, .nothing)
    }

    static func configure(_ root: String, _ change: Change) throws {
        try write(configuration(change), to: root + "/waybill.json5")
    }

    /// Puts a phase's drops into the inbox.
    static func drop(_ phase: Phase, into root: String) throws {
        for (path, text) in phase.drops {
            var text = text
            if text.contains(letters) {
                let store = try Workspace(root: root).openStore(Configuration(), readOnly: true)
                guard let drawn = try store.referenceLetters()?.current else {
                    throw ChildProcess.Failure(description: "the store has no letters")
                }
                text = text.replacing(letters, with: drawn.description)
            }
            try write(text, to: root + "/inbox/" + path)
        }
    }

    private static func write(_ text: String, to path: String) throws {
        try Files.createFolder(Files.folder(of: path), durably: false)
        let file = try AppendingFile(path: path)
        try file.write(Array(text.utf8))
        try file.close()
    }
}
