import SystemIO
import Waybill

/// The story that is interrupted: drops of contacts, the same content again, a do-not-contact list, and the results of
/// three days.
///
/// Batch ids are known in advance, because the clock is set and the drops of one pass are claimed by size and name. So
/// are the references in receipts.
struct TortureScenario {
    /// What is in the inbox at one time, before a run until idle.
    struct Phase {
        let name: String
        let clock: Timestamp
        /// Folder in the inbox, name, content.
        var drops: [(folder: String, name: String, path: String)] = []
    }

    let phases: [Phase]
    let records: Int

    static let letters = StoreLetters("trtrqq".utf8)!
    private static let day = CalendarDay(year: 2026, month: 3, day: 2)!

    /// In UTC: what is due takes hours, so seconds lost to a kill change nothing.
    static let configuration = """
        {
          campaigns: {
            // Files are copied in before a start, so that nobody sees them being renamed into place.
            default: { quiet: "10ms" },
            torture: {
              strategy: "text-then-call",
              sampling: [{ rule: "percent", percent: 90, by: "param1" }, { rule: "random", take: 1000000, from: "batch" }],
            },
          },
          strategies: {
            "text-then-call": { steps: [
              { name: "text", channel: "sms", to: "phone1", expires: "24h",
                on: { failed: "call", expired: { to: "call", after: "10m" }, responded: "close" } },
              { name: "call", channel: "voice", to: "phone1", attempts: 3, resultWithin: "24h",
                on: { busy: { retry: "5m" }, "no-answer": { to: "second", after: "1h" }, other: { retry: "1h" },
                      "abandoned-customer": { retry: "30m" }, connected: "close" } },
              { name: "second", channel: "voice", to: "phone2", attempts: 1, on: { other: "close", busy: "close" } },
            ] },
          },
        }

        """

    /// Writes all drops into `folder`, from which each round copies them.
    init(records: Int, seed: UInt64, in folder: String) throws {
        self.records = records
        try Files.createFolder(folder)
        let small = max(1, records / 10)
        let first = try GeneratedBatch(
            rows: small, BatchRows.Recipe(form: .jsonl, seed: seed &+ 1, bad: 2_000, duplicates: 1_000),
            to: folder + "/small.jsonl")
        let second = try GeneratedBatch(
            rows: records, BatchRows.Recipe(form: .csv, seed: seed, bad: 2_000, duplicates: 1_000),
            to: folder + "/day.csv")
        let noon = try GeneratedBatch(
            rows: max(1, records / 2), BatchRows.Recipe(form: .csv, seed: seed &+ 2, bad: 5_000, duplicates: 2_000),
            to: folder + "/noon.csv")
        let tea = try GeneratedBatch(
            rows: max(1, records / 2), BatchRows.Recipe(form: .json, seed: seed &+ 3, bad: 1_000, duplicates: 2_000),
            to: folder + "/tea.json")
        // The smaller drop is claimed first, then the two of equal size by name.
        let batches = [(number: 1, rows: first.rows), (number: 2, rows: second.rows)]
        func moment(_ days: Int, _ hour: Int, _ minute: Int = 0) -> Timestamp {
            Timestamp(day: Self.day.adding(days: days), secondsOfDay: hour * 3_600 + minute * 60)
        }
        func receipts(_ name: String, at time: Timestamp, _ line: (_ fate: Fate) -> [String]) throws -> String {
            let path = folder + "/" + name
            let file = try AppendingFile(path: path)
            try file.write(Array("reference,event,at,detail\n".utf8))
            for (number, rows) in batches {
                let batch = BatchID(day: Self.day, number: number)
                for record in 1...rows {
                    for end in line(Fate(seed: seed, batch: number, record: record)) {
                        try file.write(
                            Array(
                                "\(Self.letters)-\(batch)-\(record)-\(end.replacing("@", with: time.description))\n"
                                    .utf8))
                    }
                }
            }
            try file.write(Array("\(Self.letters)-20200101-000001-1-text-1,delivered,,\nno reference,failed,,\n".utf8))
            try file.close()
            return path
        }
        let texts = try receipts("texts.csv", at: moment(0, 9)) { $0.ofText }
        let calls = try receipts("calls.csv", at: moment(0, 11)) { $0.ofCall }
        let seconds = try receipts("seconds.csv", at: moment(0, 15)) { $0.ofSecondCall }
        let list = try Self.list(seed: seed, to: folder + "/list.csv")
        phases = [
            Phase(
                name: "contacts", clock: moment(0, 8),
                drops: [
                    ("torture", "small.jsonl", first.path), ("torture", "day.csv", second.path),
                    ("torture", "evening.csv", second.path),
                ]),
            Phase(
                name: "texts", clock: moment(0, 10),
                drops: [("_receipts", "texts.csv", texts), ("torture", "noon.csv", noon.path)]),
            Phase(
                name: "calls", clock: moment(0, 12),
                drops: [("_suppress", "list.csv", list), ("_receipts", "calls.csv", calls)]),
            Phase(
                name: "retries", clock: moment(0, 14),
                drops: [("_receipts", "texts-again.csv", texts), ("torture", "night.csv", second.path)]),
            Phase(
                name: "second calls", clock: moment(0, 16),
                drops: [("_receipts", "seconds.csv", seconds), ("torture", "tea.json", tea.path)]),
            Phase(name: "day closed, texts expired", clock: moment(1, 9)),
            Phase(name: "calls due", clock: moment(1, 9, 30)),
            Phase(name: "results overdue", clock: moment(2, 10)),
            Phase(name: "last day closed", clock: moment(3, 0, 30)),
        ]
    }

    /// A do-not-contact list: some countries are no longer called, and it has many unknown people.
    private static func list(seed: UInt64, to path: String) throws -> String {
        let file = try AppendingFile(path: path)
        var random = RandomStream(seed: seed &+ 9)
        try file.write(Array("action,kind,value,campaign,channel,reason,expires\n".utf8))
        for prefix in ["+44", "+49", "+33", "+34"] {
            try file.write(Array("add,prefix,\(prefix),torture,voice,not called,\nadd,prefix,\(prefix),,,,\n".utf8))
            try file.write(Array("remove,prefix,\(prefix),,,,\nadd,prefix,\(prefix),torture,voice,not called,\n".utf8))
        }
        for _ in 0..<40_000 {
            try file.write(Array("add,phone,+1212\(2_000_000 + random.below(7_000_000)),,,,2026-03-09\n".utf8))
        }
        try file.write(Array("add,phones,+12125550100,,,,\n".utf8))
        try file.close()
        return path
    }

    /// What the carriers report about one contact, always the same.
    private struct Fate {
        private let text: Int
        private let call: Int
        private let again: Int

        init(seed: UInt64, batch: Int, record: Int) {
            var random = RandomStream(seed: seed &+ UInt64(batch), position: UInt64(record))
            text = random.below(100)
            call = random.below(100)
            again = random.below(100)
        }

        private var isCalled: Bool { text < 40 }

        /// Some results come twice, some never, some in unknown words.
        var ofText: [String] {
            switch text {
            case ..<40: ["text-1,failed,@,unreachable"]
            case ..<55: ["text-1,delivered,@,", "text-1,read,@,"]
            case ..<65: ["text-1,responded,@,thank you", "text-1,responded,@,thank you"]
            case ..<68: ["text-1,unsubscribed,@,"]
            case ..<70: ["text-1,lost,@,"]
            default: []
            }
        }

        var ofCall: [String] {
            guard isCalled else { return [] }
            return switch call {
            case ..<25: ["call-2,busy,@,"]
            case ..<50: ["call-2,no-answer,@,"]
            case ..<60: ["call-2,abandoned-customer,@,"]
            case ..<85: ["call-2,connected,@,agent 7"]
            case ..<90: ["call-2,other,@,"]
            default: []
            }
        }

        var ofSecondCall: [String] {
            guard isCalled, call < 60 else { return [] }
            let step = call < 25 || call >= 50 ? "call-3" : "second-3"
            return switch again {
            case ..<40: ["\(step),connected,@,"]
            case ..<70: ["\(step),busy,@,"]
            case ..<80: ["\(step),other,@,"]
            default: []
            }
        }
    }
}
