import SystemIO
import Waybill

/// What is done once, and the data around it.
enum GrowthPath: String, CaseIterable {
    case campaigns, batches, stops, consents, receipts
    case receiptsShuffled = "receipts-shuffled"
    case due, departures, status, inbox
    case inboxAgain = "inbox-again"
    case configuration, nesting

    var words: String {
        switch self {
        case .campaigns: "a drop of ten records, by campaigns"
        case .batches: "a drop of ten records, by batches in the ledger"
        case .stops: "a STOP, by batches in the ledger"
        case .consents: "a consent, by contacts that wait for one"
        case .receipts: "a receipt, by contacts, in their order"
        case .receiptsShuffled: "a receipt, by contacts, in no order"
        case .due: "a parcel that leaves, by parcels due"
        case .departures: "asking what left lately, by parcels that ever left"
        case .status: "the status, by batches in the ledger"
        case .inbox: "a new file in an inbox, by files in it"
        case .inboxAgain: "a known file in one more look at an inbox, by files in it"
        case .configuration: "a byte of the configuration, by campaigns in it"
        case .nesting: "a byte of nested brackets, by their depth"
        }
    }

    /// Processor seconds of one unit: the smallest of several runs.
    func measure(_ size: Int, runs: Int, in folder: String) throws -> Double {
        switch self {
        case .campaigns: try campaigns(size, runs, folder)
        case .batches: try batches(size, runs, folder)
        case .stops: try stops(size, runs, folder)
        case .consents: try consents(size, runs, folder)
        case .receipts: try receipts(size, runs, folder, isShuffled: false)
        case .receiptsShuffled: try receipts(size, runs, folder, isShuffled: true)
        case .due: try due(size, runs, folder)
        case .departures: try departures(size, runs, folder)
        case .status: try status(size, runs, folder)
        case .inbox: try inbox(size, runs, folder)
        case .inboxAgain: try inboxAgain(size, runs, folder)
        case .configuration: try configuration(size, runs)
        case .nesting: try nesting(size, runs)
        }
    }

    private func least(_ runs: Int, of units: Int = 1, _ body: (Int) throws -> Double) rethrows -> Double {
        try (0..<runs).map { try body($0) }.min()! / Double(units)
    }

    // MARK: - Drops

    private static let dropsAtOnce = 20

    private func drops(_ bench: GrowthWorkspace, _ run: Int, in folder: (Int) -> String) throws -> Double {
        try bench.take(
            (0..<Self.dropsAtOnce).map { number in
                let first = (run * Self.dropsAtOnce + number) * 10
                return (folder(number), "drop-\(run)-\(number).csv", GrowthWorkspace.people(first..<first + 10))
            })
    }

    private func campaigns(_ size: Int, _ runs: Int, _ folder: String) throws -> Double {
        let names = (0..<size).map { "c\($0): {policy: \"later\"}" }.joined(separator: ", ")
        let bench = try GrowthWorkspace(folder, campaigns: names)
        for number in 0..<size { try Files.createFolder(bench.workspace.path("inbox/c\(number)"), durably: false) }
        _ = try drops(bench, runs, in: { _ in "c0" })
        return try least(runs, of: Self.dropsAtOnce) { run in
            try drops(bench, run, in: { "c\(($0 * 7_919 + run) % size)" })
        }
    }

    private func batches(_ size: Int, _ runs: Int, _ folder: String) throws -> Double {
        let bench = try GrowthWorkspace(folder, campaigns: "bench: {policy: \"later\"}")
        try bench.fillLedger(size)
        _ = try drops(bench, runs, in: { _ in "bench" })
        return try least(runs, of: Self.dropsAtOnce) { run in try drops(bench, run, in: { _ in "bench" }) }
    }

    private func stops(_ size: Int, _ runs: Int, _ folder: String) throws -> Double {
        let bench = try GrowthWorkspace(folder, campaigns: "bench: {policy: \"later\"}")
        try bench.fillLedger(size)
        return try least(runs, of: 50) { run in
            let rows = (0..<50).map { "\(GrowthWorkspace.phone(((run * 50 + $0) * 7_919) % (2 * size))),STOP\n" }
            return try bench.take([("_replies", "stops-\(run).csv", "from,text\n" + rows.joined())])
        }
    }

    /// Each in a file of its own, as a form on a page gives them.
    private func consents(_ size: Int, _ runs: Int, _ folder: String) throws -> Double {
        let bench = try GrowthWorkspace(
            folder, campaigns: "bench: {policy: \"agreed\", purpose: \"marketing\", strategy: \"text\"}",
            strategies: "text: {steps: [{name: \"text\", channel: \"sms\", to: \"phone1\"}]}")
        _ = try bench.take([("bench", "people.csv", GrowthWorkspace.people(0..<size))])
        return try least(runs, of: Self.dropsAtOnce) { run in
            let spent = try bench.take(
                (0..<Self.dropsAtOnce).map { number in
                    let person = GrowthWorkspace.phone(((run * Self.dropsAtOnce + number) * 7_919) % size)
                    return (
                        "_consent", "consent-\(run)-\(number).csv", "value,action,at\n\(person),grant,2026-01-01\n"
                    )
                })
            return try spent + processorSeconds { _ = try bench.pipeline.dispatchDue { false } }
        }
    }

    private func receipts(_ size: Int, _ runs: Int, _ folder: String, isShuffled: Bool) throws -> Double {
        let bench = try GrowthWorkspace(
            folder, campaigns: "bench: {strategy: \"text\"}",
            strategies: "text: {steps: [{name: \"text\", channel: \"sms\", to: \"phone1\", expires: \"48h\"}]}")
        _ = try bench.take([("bench", "people.csv", GrowthWorkspace.people(0..<size))])
        while try bench.pipeline.dispatchDue(stopping: { false }) > 0 {}
        let batch = try bench.pipeline.store.batches(ofCampaign: "bench")[0].id
        var records = Array(1...size)
        var random = RandomStream(seed: 5)
        if isShuffled {
            for place in records.indices.dropFirst() {
                records.swapAt(place, Int(random.next() % UInt64(place + 1)))
            }
        }
        guard let letters = try bench.pipeline.store.referenceLetters()?.current else {
            throw ChildProcess.Failure(description: "the store has no letters")
        }
        let events = ["accepted", "delivered", "read"]
        return try least(min(runs, events.count), of: size) { run in
            let rows = records.map { "\(letters)-\(batch)-\($0)-text-1,\(events[run]),,\n" }
            return try bench.take(
                [("_receipts", "receipts-\(run).csv", "reference,event,at,detail\n" + rows.joined())])
        }
    }

    // MARK: - Sending

    private func due(_ size: Int, _ runs: Int, _ folder: String) throws -> Double {
        let bench = try GrowthWorkspace(
            folder, campaigns: "bench: {strategy: \"text\"}",
            strategies: "text: {steps: [{name: \"text\", channel: \"sms\", to: \"phone1\"}]}")
        try bench.queue(parcels: size)
        let most = min(32, size / (runs + 1))
        return try least(runs) { _ in
            var left = 0
            bench.pipeline.dispatcher.onDeparture = { _ in left += 1 }
            let seconds = try processorSeconds { _ = try bench.pipeline.dispatchDue { left >= most } }
            // Those that were claimed together leave together.
            return seconds / Double(left)
        }
    }

    private func departures(_ size: Int, _ runs: Int, _ folder: String) throws -> Double {
        let bench = try GrowthWorkspace(folder, campaigns: "bench: {policy: \"later\"}")
        try bench.queue(parcels: size, leftDaysAgo: 30)
        let now = bench.pipeline.now
        return try least(runs, of: 20) { _ in
            try processorSeconds {
                for _ in 0..<20 {
                    _ = try bench.pipeline.store.departures(
                        of: .campaign("bench"), after: now.adding(.hours(-24)), until: now)
                }
            }
        }
    }

    // MARK: - Looking

    private func status(_ size: Int, _ runs: Int, _ folder: String) throws -> Double {
        let bench = try GrowthWorkspace(folder, campaigns: "bench: {policy: \"later\"}")
        try bench.fillLedger(size, isOpen: false)
        return try least(runs, of: 5) { _ in
            try processorSeconds { for _ in 0..<5 { try bench.pipeline.writeStatus() } }
        }
    }

    private func view(_ size: Int, _ folder: String) throws -> InboxView {
        for number in 0..<size { try Files.writeAtomically([0x61, 0x0A], to: folder + "/drop-\(number).csv") }
        return InboxView(Inbox(path: folder, owner: .current, store: "growth"))
    }

    private func inbox(_ size: Int, _ runs: Int, _ folder: String) throws -> Double {
        let rules = ReadinessRules(Configuration())
        _ = try view(size, folder)
        return try least(runs, of: size) { _ in
            let view = InboxView(Inbox(path: folder, owner: .current, store: "growth"))
            return try processorSeconds { while try !view.scan(rules, arrivals: [], at: 0).isWhole {} }
        }
    }

    private func inboxAgain(_ size: Int, _ runs: Int, _ folder: String) throws -> Double {
        let rules = ReadinessRules(Configuration())
        let view = try view(size, folder)
        for now in [0, 5_000] as [Int64] { while try !view.scan(rules, arrivals: [], at: now).isWhole {} }
        return try least(runs, of: 5 * size) { run in
            try processorSeconds {
                for look in 0..<5 { _ = try view.scan(rules, arrivals: [], at: Int64(10_000 + run * 5 + look)) }
            }
        }
    }

    // MARK: - Configuration

    private func configuration(_ size: Int, _ runs: Int) throws -> Double {
        let campaigns = (0..<size).map { number in
            "c\(number): {drops: [\"c\(number)-*.csv\"], columns: {\"Tel \(number)\": \"phone1\"}, policy: \"p\", "
                + "sampling: [{rule: \"percent\", percent: 20}], rejectLimit: \"5%\", quiet: \"2s\"}"
        }
        let policy = "p: {windows: [{channels: [\"sms\"], days: [\"mon-sat\"], from: \"08:00\", to: \"21:00\"}]}"
        let text = Array("{campaigns: {\(campaigns.joined(separator: ",\n"))}, policies: {\(policy)}}".utf8)
        return try least(runs, of: text.count) { _ in
            try processorSeconds {
                let (_, problems) = ConfigurationReader.read(text, file: "growth.json5")
                guard problems.isEmpty else { throw ChildProcess.Failure(description: "\(problems[0])") }
            }
        }
    }

    private func nesting(_ size: Int, _ runs: Int) throws -> Double {
        let lists = Array(String(repeating: "[", count: size).utf8)
        let objects = Array(String(repeating: "{a:", count: size).utf8)
        return least(runs, of: 10 * (lists.count + objects.count)) { _ in
            processorSeconds {
                for _ in 0..<10 {
                    _ = ConfigurationReader.read(lists, file: "growth.json5")
                    _ = ConfigurationReader.read(objects, file: "growth.json5")
                }
            }
        }
    }
}
