import SystemIO
import WebIO

/// Carries one parcel in calls, as many at a time as its server's lanes allow.
///
/// | a call | its messages |
/// | --- | --- |
/// | is answered | by the transport's rules (`HTTPAnswers`); one that is refused as a whole is made again in halves |
/// | could not be made, not a byte of its body has left | `later`, and so is all that has not begun |
/// | has begun, and no whole answer comes in time | `unknown` with an idempotency key: called again; else `lost` |
///
/// A busy server is left alone for as long as it asks: a few seconds are waited for here, a longer time is reported to
/// the dispatcher.
struct HTTPFlight {
    private struct Work {
        let references: [Reference]
        /// The messages' indices in the parcel; empty for a call that is made again.
        let places: [Int]
        var tries = 0
        /// The call that is made once more, as it was first.
        var again: HTTPJournal.Begun?
    }

    /// A call about to begin.
    private struct Beginning {
        let work: Work
        let entry: HTTPJournal.Begun
        let resource: String
        let body: [UInt8]
        let slot: WebCall.Slot?
    }

    private struct InAir {
        let work: Work
        /// Whether the server knows it again, or can be asked about it.
        let canTell: Bool
        /// Monotonic milliseconds; `WebClient` should have ended it by then.
        let end: Int64
    }

    private let transport: TransportSettings
    private let folder: String
    private let load: ParcelLoad
    private let rows: HTTPRows
    private let writer: HTTPBodyWriter
    private let lanes: HTTPLanes
    private let stop: StopSign
    private let turn: Turn
    private let answers = Tray<(call: Int, outcome: WebOutcome)>()
    private var journal: HTTPJournal
    private var waiting: [Work] = []
    private var air: [Int: InAir] = [:]
    private var outcomes: [UInt32: MessageOutcome] = [:]
    /// Why nothing more begins, and for how long the whole transport rests.
    private var halt: (why: String, rest: TimeSpan?)?
    /// Why nobody knows what became of some.
    private var doubt: String?
    private var isStopped = false
    private var watch: RefusalWatch?
    /// What no words of the server may show.
    private var hidden: Set<String> = []
    /// Calls of an earlier flight that the server is asked about.
    private var asked: [HTTPJournal.Begun] = []

    private var settings: HTTPSettings { transport.http }
    /// Whether it is found out what became of a call without an answer.
    private var canTell: Bool { settings.idempotencyHeader != nil || settings.events != nil }
    private static var now: Int64 { MonotonicClock.nanoseconds() / 1_000_000 }
    private var moment: Timestamp { turn.moment }

    /// How long, in milliseconds, and how often to wait here for a busy server before its parcel is given back.
    private static let patience: Int64 = 5_000
    private static let mostTries = 5
    /// How many bytes of an answer are read: so many for each message, plus a fixed number.
    private static let mostBytes = (each: 65_536, all: 1 << 20)

    init(
        _ name: String, _ transport: TransportSettings, in folder: String, _ load: ParcelLoad, _ journal: HTTPJournal,
        _ stop: StopSign
    ) throws {
        (self.transport, self.folder, self.load, self.journal, self.stop) = (transport, folder, load, journal, stop)
        rows = try HTTPRows(load, transport.http, validity: transport.validity)
        writer = HTTPBodyWriter(transport.http, rows)
        lanes = HTTPLanes.of(name, transport)
        watch = load.watch
        turn = Turn(load, stop)
    }

    mutating func run() -> ParcelOutcome {
        fill()
        if !asked.isEmpty { inquire() }
        while true {
            if stop.isRaised(for: TimeSpan(milliseconds: 0)) || watch?.isOver == true { isStopped = true }
            let pause = beginWhatMay()
            if air.isEmpty, waiting.isEmpty || halt != nil || isStopped { break }
            for (call, outcome) in answers.take(milliseconds: pause) { settle(call, outcome) }
            for (call, flying) in air where flying.end < Self.now {
                settle(call, .unknown("it does not answer in time"))
            }
        }
        for work in waiting { note(work, work.again != nil ? .unknown : isStopped ? .recalled : .later) }
        if let over = stop.doubts.over {
            return .halted(outcomes, because: over.why, isLasting: over.isCostly)
        }
        guard let halt, outcomes.values.contains(where: \.isPutOff) else {
            return doubt.map { .resting(outcomes, for: nil, why: $0) } ?? .each(outcomes)
        }
        return .resting(outcomes, for: halt.rest, why: halt.why)
    }

    // MARK: - What is to be sent

    private mutating func fill() {
        guard let held = load.heldAgain else {
            waiting = writer.calls().map { places in
                Work(references: places.map { load.references[$0] }, places: places)
            }
            return
        }
        // Messages whose call never began have not left.
        for reference in load.references { outcomes[reference.record] = .later }
        let free = Set(load.references.map(\.record)).subtracting(held)
        for begun in journal.open {
            let open = begun.references.filter { journal.outcomes[$0.record] == nil }
            if open.isEmpty { continue }
            // The same again, or nothing: not to somebody who must not be contacted now.
            if begun.sent != nil, open.allSatisfy({ free.contains($0.record) }), isRemembered(begun) {
                waiting.append(Work(references: begun.references, places: [], again: begun))
            } else if begun.sent == nil, settings.events != nil {
                asked.append(begun)
            } else {
                for reference in open { outcomes[reference.record] = .lost }
            }
        }
        for (record, outcome) in journal.outcomes { outcomes[record] = outcome }
    }

    private mutating func inquire() {
        guard let events = settings.events, let first = asked.map(\.at).min() else { return }
        let now = load.at
        let inquiry = HTTPInquiry(transport: transport, folder: folder, load: load, stop: stop, lanes: lanes)
        let known = try? inquiry.ask(events, since: first, at: now)
        for begun in asked {
            let open = begun.references.filter { journal.outcomes[$0.record] == nil }
            guard var known = known ?? nil else {
                let isOver = Self.isForgotten(begun, events, at: now)
                for reference in open { outcomes[reference.record] = isOver ? .lost : .unknown }
                continue
            }
            // What it told before.
            for reference in begun.references where journal.outcomes[reference.record] == .accepted {
                known.insert(reference.description.lowercased())
            }
            let found = Self.outcomes(
                of: begun, known: known, silentSince: journal.silences[begun.call], settings, at: now)
            if begun.at.adding(events.after) <= now, !found.values.contains(.accepted) {
                try? journal.noteSilence(of: begun.call, at: now)
            }
            for reference in open { outcomes[reference.record] = found[reference.record] }
            try? journal.end(begun.call, outcomes.filter { entry in open.contains { $0.record == entry.key } })
        }
    }

    /// How long before the server forgets something it counts as forgotten: clocks differ, and calls take time.
    static let margin = TimeSpan.minutes(5)

    /// Whether the server still knows the call by its key, which it may have since its first use.
    private func isRemembered(_ begun: HTTPJournal.Begun) -> Bool {
        let now = moment
        return begun.at <= now && now.adding(Self.margin) <= begun.at.adding(settings.idempotencyKeeps)
    }

    /// Begins the calls for which there is room; returns for how many milliseconds nothing else has to be done.
    private mutating func beginWhatMay() -> Int64 {
        var pause: Int64 = 1_000
        var begun: [Beginning] = []
        turns: while halt == nil, !isStopped, let first = waiting.first {
            guard var work = sift(first) else {
                waiting.removeFirst()
                continue
            }
            let slot: WebCall.Slot?
            switch take() {
            case .go(let taken): slot = taken
            case .wait(let milliseconds):
                pause = milliseconds
                break turns
            case .rest(let milliseconds):
                if milliseconds > Self.patience {
                    halt = ("it asked to be left alone", TimeSpan(milliseconds: milliseconds))
                }
                pause = min(milliseconds, 100)
                break turns
            }
            waiting.removeFirst()
            // Where the server can tell, nobody is lost.
            if let most = stop.doubts.mostAtOnce, !canTell || stop.doubts.isTrial, work.places.count > most {
                waiting.insert(part(of: work, work.places.dropFirst(most)), at: 0)
                work = part(of: work, work.places.prefix(most))
            }
            if isTooLate(work) {
                // It could arrive when nobody may be written to any more: it is planned anew.
                note(work, .recalled)
                give(.none)
                continue
            }
            let now = moment
            let sent = work.again?.sent
            let resource = sent?.resource ?? writer.resource(work.places, at: now)
            let body = sent.map { Array($0.body.utf8) } ?? writer.body(work.places, at: now)
            var entry =
                work.again
                ?? HTTPJournal.Begun(call: journal.calls + begun.count, references: work.references, at: now)
            if work.again == nil, settings.idempotencyHeader != nil {
                entry.sent = HTTPJournal.Sent(
                    key: key(of: work, resource, body), resource: resource, body: String(decoding: body, as: UTF8.self))
            }
            begun.append(Beginning(work: work, entry: entry, resource: resource, body: body, slot: slot))
        }
        if !begun.isEmpty { begin(begun) }
        return air.isEmpty && waiting.isEmpty ? 0 : pause
    }

    /// Whether a call may begin now.
    private mutating func take() -> HTTPLanes.Turn {
        switch stop.doubts.take() {
        case .go:
            let turn = lanes.take(at: stop.sinceBoot())
            if case .go = turn {} else { stop.doubts.end(.none) }
            return turn
        case .wait: return .wait(5)
        case .over(let over):
            halt = halt ?? (over.why, nil)
            return .wait(1)
        }
    }

    private func give(_ heard: Doubts.Heard) {
        lanes.give()
        stop.doubts.end(heard)
    }

    private func part(of work: Work, _ places: ArraySlice<Int>) -> Work {
        Work(references: places.map { load.references[$0] }, places: Array(places), tries: work.tries)
    }

    /// What may still be sent of a call; nil if nothing may.
    private mutating func sift(_ work: Work) -> Work? {
        if let begun = work.again {
            // The same again, or nothing: it is asked about later, and everybody is checked then.
            let isHeld = work.references.contains { stop.holds($0.record) }
            if !isHeld, isRemembered(begun) { return work }
            note(work, isHeld ? .unknown : .lost)
            return nil
        }
        let over = Set(work.places.filter(turn.isOver))
        if over.isEmpty { return work }
        for place in over { outcomes[load.references[place].record] = .recalled }
        let places = work.places.filter { !over.contains($0) }
        return places.isEmpty ? nil : part(of: work, places[...])
    }

    /// Different content never gets the same key.
    private func key(of work: Work, _ resource: String, _ body: [UInt8]) -> String {
        let names = work.references.map(\.description).joined(separator: " ")
        return String(SHA256.hex(SHA256.hash(Array("\(settings.url)\n\(resource)\n\(names)\n".utf8) + body)).prefix(40))
    }

    private func isTooLate(_ work: Work) -> Bool {
        guard work.again == nil, let validity = transport.validity,
            let left = rows.validity(of: work.places, at: moment)
        else { return false }
        return left < validity.minimum
    }

    private mutating func begin(_ calls: [Beginning]) {
        var made: [(call: WebCall, number: Int, work: Work, hasKey: Bool)] = []
        do {
            for call in calls {
                made.append((try webCall(call), call.entry.call, call.work, call.entry.sent != nil))
            }
            try journal.begin(calls.filter { $0.work.again == nil }.map(\.entry))
        } catch {
            halt = ("\(error)", nil)
            for call in calls {
                note(call.work, call.work.again == nil ? .later : .unknown)
                give(.none)
            }
            return
        }
        for (call, number, work, hasKey) in made {
            air[number] = InAir(
                work: work, canTell: hasKey || settings.events != nil,
                end: Self.now + transport.timeout.milliseconds + Self.patience)
            WebClient.begin(call) { [answers] outcome in answers.put((number, outcome)) }
        }
    }

    private mutating func webCall(_ call: Beginning) throws(TransportProblem) -> WebCall {
        guard let url = WebCall.address(settings.url + call.resource) else {
            throw TransportProblem("\(settings.url)\(call.resource) is no web address")
        }
        var headers = settings.headers.map { (name: $0.key, value: $0.value) }
        headers.append(("Content-Type", writer.contentType))
        headers.append(("Accept", "application/json"))
        if !settings.headers.keys.contains(where: { $0.lowercased() == "user-agent" }) {
            headers.append(("User-Agent", "waybill"))
        }
        if let name = settings.idempotencyHeader, let sent = call.entry.sent { headers.append((name, sent.key)) }
        if let secret = try HTTPSecret.header(settings, in: folder, at: moment) {
            headers.append((secret.name, secret.value))
            hidden.formUnion(secret.hidden)
        }
        return WebCall(
            url: url, method: settings.method.rawValue, headers: headers, body: call.body,
            timeout: Int(transport.timeout.milliseconds),
            most: Self.mostBytes.all + Self.mostBytes.each * call.entry.references.count, slot: call.slot)
    }

    // MARK: - What comes back

    private mutating func settle(_ number: Int, _ outcome: WebOutcome) {
        // A call that was given up answers after all.
        guard let flying = air.removeValue(forKey: number) else { return }
        let work = flying.work
        let open: MessageOutcome = flying.canTell ? .unknown : .lost
        switch outcome {
        case .notSent(let words):
            give(.none)
            halt = halt ?? (words, nil)
            end(number, work, work.again == nil ? .later : open)
        case .unknown(let words): leaveOpen(work, open, words)
        case .answered(let status, let headers, let body):
            let answer = HTTPAnswers(settings, status: status, body: body, hiding: hidden)
            guard answer.meaning != .unknown else { return leaveOpen(work, open, answer.words) }
            let said = answer.meaning == .accepted ? answer.outcomes(of: work.references) : []
            let silent = said.count { $0 == .unknown }
            if silent > 0 { doubt = doubt ?? answer.silence }
            give(
                silent > 0
                    ? inDoubt(silent, of: work, open, answer.silence) : .understood(of: work.references.count))
            switch answer.meaning {
            case .accepted:
                var found: [UInt32: MessageOutcome] = [:]
                for (reference, outcome) in zip(work.references, said) {
                    found[reference.record] = outcome == .unknown ? open : outcome
                }
                end(number, found)
            // A refusal of a call that is made again says nothing of the first one, which may have been taken.
            case .refused where work.again != nil: note(work, open)
            case .refused: refuse(number, work, answer)
            case .later: delay(number, work, answer, open, headers)
            case .unknown: break
            }
        }
    }

    /// Repeats a refused call of several messages in halves, until it is known which message is meant.
    private mutating func refuse(_ number: Int, _ work: Work, _ answer: HTTPAnswers) {
        guard work.references.count > 1 else { return end(number, work, answer.refusal) }
        end(number, work, .later)
        let half = work.places.count / 2
        for part in [work.places[half...], work.places[..<half]] {
            waiting.insert(Work(references: part.map { load.references[$0] }, places: Array(part)), at: 0)
        }
    }

    /// The server wants a call later.
    private mutating func delay(
        _ number: Int, _ work: Work, _ answer: HTTPAnswers, _ open: MessageOutcome, _ headers: [String: String]
    ) {
        // One that wants to be asked again at once is left alone as well.
        let own: Int64 = min(60_000, 1_000 << Int64(min(work.tries, 6)))
        let asked = RetryAfter.milliseconds(headers, now: moment)
        let rest = asked.map { max($0, own) } ?? (answer.isBusy ? own : nil)
        if let rest { lanes.rest(until: stop.sinceBoot() + rest, isTooFast: answer.isTooFast) }
        if work.again != nil {
            // Nothing is known about the first attempt yet.
            note(work, open)
            halt = halt ?? (answer.words, rest.map { TimeSpan(milliseconds: $0) })
            return
        }
        end(number, work, rest == nil ? answer.stopping : .later)
        if let rest, rest <= Self.patience, work.tries + 1 < Self.mostTries {
            var next = work
            next.tries += 1
            waiting.insert(next, at: 0)
        } else {
            halt = halt ?? (answer.words, rest.map { TimeSpan(milliseconds: $0) })
        }
    }

    private mutating func leaveOpen(_ work: Work, _ outcome: MessageOutcome, _ words: String) {
        give(inDoubt(work.references.count, of: work, outcome, words))
        doubt = doubt ?? words
        note(work, outcome)
    }

    private func inDoubt(
        _ messages: Int, of work: Work, _ outcome: MessageOutcome, _ words: String
    ) -> Doubts.Heard {
        // A call that is made again says nothing new of the server, and it may be the cause.
        .doubt(
            messages: work.again == nil ? messages : 0, of: work.references.count, why: words,
            isCostly: outcome == .lost)
    }

    private mutating func note(_ work: Work, _ outcome: MessageOutcome) {
        for reference in work.references where journal.outcomes[reference.record] == nil {
            outcomes[reference.record] = outcome
        }
    }

    private mutating func end(_ number: Int, _ work: Work, _ outcome: MessageOutcome) {
        end(number, Dictionary(work.references.map { ($0.record, outcome) }) { first, _ in first })
    }

    /// The outcome of a call is noted before anybody else learns of it.
    private mutating func end(_ number: Int, _ found: [UInt32: MessageOutcome]) {
        for (record, outcome) in found where journal.outcomes[record] == nil {
            outcomes[record] = outcome
            watch?.note(outcome)
        }
        // If it cannot be noted, a crash makes it unknown.
        try? journal.end(number, found)
    }
}
