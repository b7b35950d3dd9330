import SystemIO

/// Hands parcels to a program of the user's: a message a line on its standard input, as in parcels of JSON Lines, and
/// an outcome a line on its standard output (`CommandAnswers`).
///
/// What the program answers for a message counts as soon as the line is whole, however the program ends. A message
/// without an answer may have been sent: it is never sent again, unless the program says that it was not.
///
/// | the program | a message without an answer |
/// | --- | --- |
/// | cannot be started | is sent later, and the transport stops until it can |
/// | ends before it was given that message | is sent later: it cannot have seen it |
/// | was not given that message, which must not be sent any more | is checked again (`Turn`) |
/// | ends with exit status 75 (`EX_TEMPFAIL`) | is sent later: the program says so |
/// | ends otherwise, is killed, is idle for `timeout`, writes too much | is asked about, without `resolve` `Dangling` |
///
/// After a crash, and for messages without an answer, a program with `resolve: true` is run with `WAYBILL_TASK=resolve`
/// and gets the references alone, an object a line. It answers in the same way; `later` says that the message was not
/// sent, `unknown` that nobody will ever know, and it is asked again about those for which it gives no answer.
package struct CommandTransport: Transport {
    package static let kind = TransportSettings.Kind.command
    package static let isImmediate = false
    package var form: ParcelForm { .lines(LineForm(.jsonLines, validity: settings.validity)) }
    package var minimumValidity: TimeSpan? { settings.validity?.minimum }
    private let name: String
    private let settings: TransportSettings
    private let folder: String

    package init(_ name: String, _ settings: TransportSettings, in folder: String) {
        self.name = name
        self.settings = settings
        self.folder = folder
    }

    private static let version = 1
    /// EX_TEMPFAIL of sysexits.h: "temporary failure".
    private static let tryLater: Int32 = 75
    /// Bytes that are given to the program at once: what comes behind them it has not seen. As many wait in the pipe
    /// for a slow program, and can no longer be recalled.
    private static let portion = 4_096

    /// What a ticket says.
    private struct Job: Codable {
        let transport: String
        let run: [String]
        let folder: String
        /// Milliseconds.
        let timeout: Int64
        let resolves: Bool
        let campaign: String
        let batch: String
        let parcel: String
        let step: String
        let channel: String

        var span: TimeSpan { TimeSpan(milliseconds: timeout) }
    }

    /// There is nothing to prepare: nothing of the parcel is visible outside before `commit`.
    package func prepare(_ load: ParcelLoad) throws -> Ticket {
        try Ticket(
            Self.kind, version: Self.version,
            Job(
                transport: name, run: settings.run, folder: folder, timeout: settings.timeout.milliseconds,
                resolves: settings.resolves, campaign: load.campaign, batch: load.batch.description,
                parcel: load.parcel.description, step: load.step, channel: load.channel))
    }

    package static func commit(_ ticket: Ticket, _ load: ParcelLoad, _ stop: StopSign) throws -> ParcelOutcome {
        let job: Job = try ticket.content(kind, version: version)
        let none = Dictionary(load.references.map { ($0.record, MessageOutcome.later) }) { first, _ in first }
        if let over = stop.doubts.over { return .halted(none, because: over.why, isLasting: over.isCostly) }
        let turn = Turn(load, stop)
        var portions = Portions(load.bytes, of: portion) { turn.isOver($0) }
        var answers = CommandAnswers(load.references)
        let ending: Subprocess.Ending
        do {
            ending = try run(job, task: "send", next: { portions.next() }, &answers, stop)
        } catch let missing as Unstartable {
            return .halted(none, because: missing.description, isLasting: false)
        }
        let isLater = ending == .exited(tryLater)
        var outcomes: [UInt32: MessageOutcome] = [:]
        var isFirstSilent = true
        for (place, reference) in load.references.enumerated() {
            var silent: MessageOutcome =
                portions.leftOut.contains(place) ? .recalled : isLater || place >= portions.lines ? .later : .lost
            if isLater, isFirstSilent, silent == .later, answers.outcome(of: reference.record) == nil {
                isFirstSilent = false
                silent = .stopping(code: "", detail: "the program \(words(ending))", isLasting: false)
            }
            let outcome = answers.outcome(of: reference.record) ?? silent
            // The program may later find out what it does not know now.
            outcomes[reference.record] = outcome == .lost && job.resolves ? .unknown : outcome
        }
        return judge(outcomes, "\(job.run[0]) \(words(ending)) without telling", isCostly: !job.resolves, stop.doubts)
    }

    /// A program that goes on ending without a word, or with one for some messages only, stops its transport. A parcel
    /// is a call, and no smaller one can be tried.
    private static func judge(
        _ outcomes: [UInt32: MessageOutcome], _ why: String, isCostly: Bool, _ doubts: Doubts
    ) -> ParcelOutcome {
        let open = outcomes.values.count { $0 == .lost || $0 == .unknown }
        if open == 0 {
            let wasAsked = outcomes.values.contains { $0 != .recalled }
            doubts.note(wasAsked ? .understood(of: 1) : .none)
            return .each(outcomes)
        }
        doubts.note(.doubt(messages: open, of: 1, why: why, isCostly: isCostly))
        return doubts.over.map { .halted(outcomes, because: $0.why, isLasting: $0.isCostly) }
            ?? .resting(outcomes, for: nil, why: why)
    }

    package static func resolve(
        _ ticket: Ticket, _ references: [Reference], _ stop: StopSign
    ) throws -> ParcelResolution {
        let job: Job = try ticket.content(kind, version: version)
        guard job.resolves else { return .left(.each([:])) }
        var bytes: [UInt8] = []
        for reference in references { bytes += Array("{\"reference\":\"\(reference)\"}\n".utf8) }
        var portions = Portions(bytes, of: portion)
        var answers = CommandAnswers(references)
        let ending: Subprocess.Ending
        do {
            ending = try run(job, task: "resolve", next: { portions.next() }, &answers, stop)
        } catch let missing as Unstartable {
            return .unknown("\(missing), or withdraw the batch")
        }
        var outcomes: [UInt32: MessageOutcome] = [:]
        for reference in references { outcomes[reference.record] = answers.outcome(of: reference.record) ?? .unknown }
        guard outcomes.contains(where: { $0.value != .unknown }) else {
            return .unknown(
                "\(job.run[0]), asked what became of the messages, \(words(ending)) without telling; it is asked again, "
                    + "or withdraw the batch")
        }
        return .left(.each(outcomes))
    }

    /// Nothing was prepared.
    package static func discard(_ ticket: Ticket) {}

    /// Somebody has to put the program where it is looked for, or correct what names it.
    private struct Unstartable: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs the program. Throws `Unstartable` when it could not be started.
    private static func run(
        _ job: Job, task: String, next: () -> [UInt8]?, _ answers: inout CommandAnswers, _ stop: StopSign
    ) throws -> Subprocess.Ending {
        let program: Subprocess
        do throws(SystemError) {
            program = try Subprocess(
                job.run, in: job.folder,
                environment: [
                    ("WAYBILL_TASK", task), ("WAYBILL_TRANSPORT", job.transport), ("WAYBILL_CAMPAIGN", job.campaign),
                    ("WAYBILL_BATCH", job.batch), ("WAYBILL_PARCEL", job.parcel), ("WAYBILL_STEP", job.step),
                    ("WAYBILL_CHANNEL", job.channel),
                ])
        } catch {
            throw Unstartable(description: "the program " + Subprocess.obstacle(error, to: job.run, in: job.folder))
        }
        do {
            return try program.exchange(
                patience: job.timeout, next: next, take: { try answers.take($0) },
                isStopped: { stop.isRaised(for: job.span) })
        } catch is CommandAnswers.TooMuch {
            return .stopped
        } catch is SystemError {
            // An error of the pipes: what was answered until then counts.
            return .stopped
        }
    }

    private static func words(_ ending: Subprocess.Ending) -> String {
        switch ending {
        case .exited(let status): "ended with exit status \(status)"
        case .killed(let signal): "was killed by signal \(signal)"
        case .timedOut: "neither read nor answered for too long"
        case .stopped: "was stopped"
        case .unknown: "ended"
        }
    }

    /// Whole lines, some thousand bytes at a time.
    private struct Portions {
        private var rest: ArraySlice<UInt8>
        private let size: Int
        private let isOver: (Int) -> Bool
        /// How many lines were given or left out.
        private(set) var lines = 0
        /// Which of them were not given.
        private(set) var leftOut: Set<Int> = []

        /// - Parameter isOver: whether the line at this place must not be given any more.
        init(_ bytes: [UInt8], of size: Int, isOver: @escaping (Int) -> Bool = { _ in false }) {
            rest = bytes[...]
            self.size = size
            self.isOver = isOver
        }

        mutating func next() -> [UInt8]? {
            var part: [UInt8] = []
            while part.count < size, !rest.isEmpty {
                let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.endIndex
                if isOver(lines) { leftOut.insert(lines) } else { part += rest[..<end] }
                rest = rest[end...]
                lines += 1
            }
            return part.isEmpty ? nil : part
        }
    }
}
