import Foundation
import IndependentOracle
import SystemIO
import Waybill

/// One scenario, run by the real pipeline in a rehearsal; everything from outside is dropped as files.
final class PolicyRound {
    /// The messages and answers for the oracle to check.
    private(set) var sends: [PolicySend] = []
    private(set) var answers: [PolicyAnswer] = []

    private let scenario: PolicyScenario
    private let seed: UInt64
    private let rehearsal: Rehearsal
    private let inbox: String
    private var batches: [BatchID: Int] = [:]
    /// By arrival time (seconds): the number of the send, the event, and when it happened.
    private var arriving: [Int: [(send: Int, answer: PolicyScenario.Answer)]] = [:]
    private var references: [Reference] = []

    /// Answers that arrive within this many seconds come in one file.
    private static let gathered = 3_600

    init(_ scenario: PolicyScenario, seed: UInt64, in folder: String) throws {
        self.scenario = scenario
        self.seed = seed
        let (configuration, problems) = ConfigurationReader.read(
            Array(scenario.configuration().utf8), file: "round",
            // For `rules/us.json5`, the scenario's text for that country.
            reading: { Array((scenario.ruleTexts[String($0.dropFirst(6).prefix(2))] ?? "").utf8) },
            listing: { scenario.ownRules.map { $0 + ".json5" } })
        let errors = problems.filter { $0.severity == .error }
        guard errors.isEmpty else { throw Failure(description: errors.map(\.description).joined(separator: "\n")) }
        try Files.createFolder(folder + "/workspace")
        try Files.createFolder(folder + "/copy", mode: 0o700)
        rehearsal = try Rehearsal(
            of: Workspace(root: folder + "/workspace"), configuration, in: folder + "/copy",
            startingAt: Self.moment(scenario.start),
            log: Log(level: .error, format: .text, clock: WallClock()) { FileHandle.standardError.write(Data($0)) })
        inbox = rehearsal.workspace.path("inbox")
        rehearsal.pipeline.dispatcher.onSending = { [unowned self] in try note($0) }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static func moment(_ seconds: Int) -> Timestamp { Timestamp(milliseconds: Int64(seconds) * 1_000) }

    /// Runs the whole scenario.
    func run() throws {
        var drops = scenario.drops.enumerated().map { ($0.offset, $0.element) }[...]
        drops = drops.sorted { $0.1.at < $1.1.at }[...]
        var orders = scenario.orders.sorted { $0.at < $1.at }[...]
        var outages = scenario.outages.sorted { $0.from < $1.from }[...]
        var now = scenario.start
        while now < scenario.end {
            while let (at, order) = orders.first, at <= now {
                try give(order, at: at)
                orders.removeFirst()
            }
            for at in arriving.keys.filter({ $0 <= now }).sorted() {
                try giveAnswers(arriving.removeValue(forKey: at) ?? [])
            }
            while let (place, drop) = drops.first, drop.at <= now {
                try give(drop, place)
                drops.removeFirst()
            }
            var next =
                [orders.first?.at, drops.first?.1.at, arriving.keys.min(), scenario.end].compactMap(\.self).min() ?? now
            if let outage = outages.first, outage.from <= next {
                try rehearsal.run(until: Self.moment(max(now, outage.from)))
                rehearsal.sleep(until: Self.moment(outage.to))
                outages.removeFirst()
                next = max(now, outage.to)
            } else {
                // Messages that leave now may be answered before the next order or drop.
                let step = min(next, now + Self.gathered - now % Self.gathered)
                let due = try rehearsal.nextMoment.map { Int($0.seconds) } ?? next
                next = due >= step ? min(next, max(step, due - due % Self.gathered)) : step
                try rehearsal.run(until: Self.moment(next))
            }
            now = next
        }
    }

    // MARK: - Out

    private func note(_ sending: Sending) throws {
        guard let drop = batches[sending.reference.batch] else {
            throw Failure(description: "\(sending.reference) is of no batch of this round")
        }
        let send = PolicySend(
            at: Int(sending.at.milliseconds), drop: drop, record: Int(sending.reference.record) - 1,
            step: sending.reference.step, attempt: sending.reference.attempt, channel: sending.channel.name,
            address: String(decoding: sending.address, as: UTF8.self))
        sends.append(send)
        references.append(sending.reference)
        guard let answer = scenario.answer(seed: seed, to: send) else { return }
        let arrives = Int(sending.at.seconds) + answer.arrives
        arriving[arrives + Self.gathered - 1 - (arrives + Self.gathered - 1) % Self.gathered, default: []]
            .append((sends.count - 1, answer))
    }

    // MARK: - In

    private func give(_ drop: PolicyScenario.Drop, _ place: Int) throws {
        let name = "drop-\(place).csv"
        try give(scenario.csv(of: drop), name, in: drop.campaign)
        guard
            let batch = try rehearsal.pipeline.store.batches(ofCampaign: drop.campaign).first(where: { $0.name == name }
            ),
            batch.accepted == drop.contacts.count
        else { throw Failure(description: "\(name) of \(drop.contacts.count) contacts was not accepted whole") }
        batches[batch.id] = place
    }

    private func give(_ order: PolicyScenario.Order, at: Int) throws {
        let time = Self.moment(at).description
        func list(_ row: String) throws {
            try give(
                "action,kind,value,campaign,channel,reason,expires\n\(row)\n", "list.csv",
                in: DropPurpose.suppression.folder)
        }
        func reply(_ number: String, _ text: String) throws {
            try give("from,to,text,at\n\(number),,\(text),\(time)\n", "reply.csv", in: DropPurpose.replies.folder)
        }
        func command(_ verb: String, _ campaign: String) throws {
            try give(
                "{\"command\": \"\(verb)\", \"campaign\": \"\(campaign)\"}\n", "command.json",
                in: DropPurpose.control.folder)
        }
        switch order {
        case .stop(let number, let isAll): try reply(number, isAll ? "STOP ALL" : "STOP")
        case .start(let number): try reply(number, "START")
        case .list(let number, let campaign, let channel, let expires):
            let end = expires == 0 ? "" : Self.moment(expires).description
            try list("add,phone,\(number),\(campaign),\(channel),\(time),\(end)")
        case .consent(let number, let word):
            try give(scenario.csv(of: word, number: number), "consent.csv", in: DropPurpose.consent.folder)
        case .named(let list, let numbers, let isWhole):
            try give(
                "value\n" + numbers.map { $0 + "\n" }.joined(), isWhole ? list + ".full.csv" : list + "-more.csv",
                in: DropPurpose.suppression.folder)
        case .unlist(let number): try list("remove,phone,\(number),,,\(time),")
        case .pause(let campaign): try command("pause", campaign)
        case .resume(let campaign): try command("resume", campaign)
        }
    }

    private func giveAnswers(_ given: [(send: Int, answer: PolicyScenario.Answer)]) throws {
        var text = "reference,event,at,detail\n"
        for (send, answer) in given {
            let happened = sends[send].at + answer.happens * 1_000
            text += "\(references[send]),\(answer.event),\(Timestamp(milliseconds: Int64(happened))),\n"
            answers.append(
                PolicyAnswer(
                    send: send, event: answer.event, happened: happened, taken: Int(rehearsal.now.milliseconds)))
        }
        try give(text, "answers.csv", in: DropPurpose.receipts.folder)
    }

    private func give(_ text: String, _ name: String, in folder: String) throws {
        let path = inbox + "/" + folder
        try Files.createFolder(path)
        try Files.writeAtomically(Array(text.utf8), to: path + "/" + name)
        guard try rehearsal.take([name], from: folder) else {
            throw Failure(description: "\(folder)/\(name) is not taken")
        }
    }

    /// The state of every contact of every drop, by its label.
    func finalStates() throws -> [[String]] {
        var states = scenario.drops.map { Array(repeating: ContactState.pending.label, count: $0.contacts.count) }
        let store = rehearsal.pipeline.store
        for (batch, place) in batches {
            try store.forEachSegment(of: batch) { segment in
                guard let records = try store.standings(of: segment.id) else { return }
                for (index, record) in records.enumerated() {
                    states[place][Int(segment.contacts.record(at: index)) - 1] = record.state.label
                }
            }
        }
        return states
    }
}
