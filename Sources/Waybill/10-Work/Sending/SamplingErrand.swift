import SystemIO

/// Asks the program of a `command` rule about the waiting contacts of one batch, on a thread of its own: one line with
/// a JSON object each in (as in parcels of JSON Lines), one line with a verdict out.
final class SamplingErrand {
    let batch: BatchID
    private let worker: Worker<Outcome>
    private let isStopped = Flag()
    private let isDone = Flag()

    struct Outcome: Sendable {
        /// The contacts it was asked about.
        var asked = RecordSet()
        var answers = ProgramAnswers()
        /// Why the answers do not count; nil if they do.
        var fault: String?
    }

    /// - Parameter bell: rung at the end.
    init(
        _ batch: BatchRow, _ setup: CampaignSetup, rule: Int, run: [String], timeout: TimeSpan,
        letters: StoreLetters, store openReader: @escaping @Sendable () throws -> any Store, workspace: Workspace,
        bell: Bell
    ) {
        self.batch = batch.id
        let (isStopped, isDone) = (isStopped, isDone)
        let step = setup.strategy.steps[0]
        worker = Worker.start(name: "sampling") {
            defer {
                isDone.raise()
                bell.ring()
            }
            do {
                var asking = try Asking(batch, step, letters, openReader)
                let program = try Subprocess(
                    run, in: workspace.sources,
                    environment: [
                        ("WAYBILL_CAMPAIGN", batch.campaign), ("WAYBILL_BATCH", batch.id.description),
                        ("WAYBILL_RULE", String(rule + 1)),
                    ])
                let ending = try program.exchange(patience: timeout.milliseconds, next: { try asking.next() }) {
                    try asking.take($0)
                } isStopped: {
                    isStopped.isRaised
                }
                try asking.finish(ending, timeout)
                return asking.outcome
            } catch let error as SystemError where error.operation == "start" {
                return Outcome(fault: Subprocess.obstacle(error, to: run, in: workspace.sources))
            } catch let fault as Fault {
                return Outcome(fault: fault.description)
            } catch let unreadable as ProgramAnswers.Unreadable {
                return Outcome(fault: "gave no answer: \(unreadable)")
            } catch {
                return Outcome(fault: "cannot be asked: \(error)")
            }
        }
    }

    /// The result, once it has ended; with `waiting`, waits for it.
    func outcome(waiting: Bool) throws -> Outcome? { waiting || isDone.isRaised ? try worker.join() : nil }

    private struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// Stops it; there is no result.
    func stop() {
        isStopped.raise()
        _ = try? worker.join()
    }

    private final class Flag: Sendable {
        private let value = Mutex(false)
        var isRaised: Bool { value.withLock { $0 } }
        func raise() { value.withLock { $0 = true } }
    }

    /// The lines for a batch's contacts, segment by segment, read over a connection of its own.
    private struct Asking {
        var outcome = Outcome()
        private let store: any Store
        private let batch: BatchRow
        private let letters: StoreLetters
        private let step: Strategy.Step
        private let form: ParcelFile
        private let choice: AddressChoice
        private let undecided: RecordSet
        private var segment = 0
        private var asked = 0

        init(
            _ batch: BatchRow, _ step: Strategy.Step, _ letters: StoreLetters, _ openReader: () throws -> any Store
        ) throws {
            store = try openReader()
            self.batch = batch
            self.letters = letters
            self.step = step
            form = ParcelFile(layout: .jsonLines, schema: batch.schema, channel: step.channel)
            choice = AddressChoice(step: step, schema: batch.schema)
            undecided = try store.undecidedRecords(of: batch.id)
        }

        /// The lines of the next segment with such contacts; nil if there is none.
        mutating func next() throws -> [UInt8]? {
            var lines: [UInt8] = []
            while lines.isEmpty, segment < batch.segments {
                let id = SegmentID(batch: batch.id, number: segment)
                segment += 1
                guard let stored = try store.segment(id) else { continue }
                let standings = try store.standings(of: id)
                for index in 0..<stored.contacts.count {
                    let record = stored.contacts.record(at: index)
                    guard undecided.contains(record), (standings?[index] ?? Standing()).isUnsampled else {
                        continue
                    }
                    outcome.asked.insert(record)
                    asked += 1
                    let values = stored.contacts.values(at: index, columns: batch.schema.columns.count)
                    form.append(
                        reference: Reference(
                            letters: letters, batch: batch.id, record: record, step: step.name, attempt: 1),
                        address: choice.address(in: values) ?? [], message: [], values: values, to: &lines)
                }
            }
            return lines.isEmpty ? nil : lines
        }

        mutating func take(_ bytes: [UInt8]) throws -> Bool {
            let before = outcome.answers.count
            try outcome.answers.take(bytes)
            // A program that never stops answering would be read for ever.
            if outcome.answers.count > asked { throw miscounted }
            return outcome.answers.count > before
        }

        /// Throws if the program ended badly, or gave the wrong number of answers.
        mutating func finish(_ ending: Subprocess.Ending, _ timeout: TimeSpan) throws {
            switch ending {
            case .exited(0): break
            case .exited(let status): throw Fault(description: "ended with exit status \(status)")
            case .killed(let signal): throw Fault(description: "was killed by signal \(signal)")
            case .timedOut: throw Fault(description: "neither read nor answered for \(timeout)")
            case .stopped: throw Fault(description: "was stopped")
            case .unknown:
                throw Fault(
                    description: "has ended, and how cannot be told: start waybill without ignoring SIGCHLD")
            }
            try outcome.answers.finish()
            // Counts the contacts that it was not asked about before it ended.
            while try next() != nil {}
            if outcome.answers.count != asked { throw miscounted }
        }

        private var miscounted: Fault {
            Fault(
                description:
                    "gave \(outcome.answers.count) answers to \(asked) questions: it writes one line for each line "
                    + "it reads")
        }
    }
}

extension Standing {
    /// Whether it is as it came in, with no rule's decision since.
    var isUnsampled: Bool { state == .pending && parcel == 0 && attempts == 0 }
}
