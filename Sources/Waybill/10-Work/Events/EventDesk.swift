import SystemIO
import WebIO

/// Tells others what happened: writes `outbox/events`, and gives it to webhooks and subscribers.
///
///     row (with what it tells) ──▶ events.jsonl, durable ──▶ each webhook and subscriber ──▶ row removed
///
/// A row is in the file before anybody is given it, and whoever has to be given it again gets the same bytes.
package final class EventDesk {
    private let context: WorkContext
    private let webhooks: WebhookDesk
    private let subscribers: SubscriberDesk
    /// Errors that could not be written down.
    private var troubles: [Log.Trouble] = []
    /// Monotonic milliseconds, from which the files are tried again, and whether it was said that they failed.
    private var nextTry: Int64 = 0
    /// What they could not be written for when that was last tried; nil if they could.
    private(set) var unwritten: SystemError?

    /// So much is written at once.
    private static let mostAtOnce = 1 << 20
    /// Rows that nobody need be told any more, who has not taken them by then.
    private static let mostRows: Int64 = 20_000

    /// - Parameter bell: rung when somebody has answered.
    init(_ context: WorkContext, bell: Bell) {
        self.context = context
        webhooks = WebhookDesk(context, bell: bell)
        subscribers = SubscriberDesk(context, bell: bell)
    }

    private var store: any Store { context.store }

    /// Why webhooks take nothing, by name; nil where one does.
    var webhookStates: [(name: String, pause: Backoff?)] { webhooks.states }

    /// Why some subscriber is not told; nil where all are, or where there are none.
    var subscribersPause: Backoff? { subscribers.pause }

    /// Whether there is something to tell that need not wait.
    var isBusy: Bool { webhooks.isBusy || subscribers.isBusy }

    /// Writes what happened since, and gives it to whoever can take it. Between transactions.
    func tell() throws {
        try noteTroubles()
        guard let last = try store.lastEvent() else { return }
        var told = try store.eventsTold() ?? EventsTold(behind: try firstKept(last) - 1)
        let before = told
        // Who is new hears what happens from now on.
        webhooks.enrol(&told.webhooks, behind: told.written)
        subscribers.enrol(&told.subscribers, behind: told.written)
        try putAwayWhatIsOld(&told)
        if told.written < last, context.monotonic() >= nextTry { try write(&told, upTo: last) }
        try webhooks.tell(&told.webhooks, written: told.written) { [store] in try store.event($0) }
        try subscribers.tell(&told.subscribers, written: told.written) { [store] in try store.event($0) }
        try forget(&told, last)
        if told != before { try store.transiently { try store.set(told) } }
    }

    /// The same, and waits until all was told, or cannot be, for so many milliseconds at the most: before an end.
    func tellAll(waiting milliseconds: Int64) throws {
        let end = context.monotonic() + milliseconds
        try tell()
        while isBusy, context.monotonic() < end {
            webhooks.wait(milliseconds: 20)
            subscribers.wait(milliseconds: 20)
            try tell()
        }
    }

    /// Rows of before there was a mark of how far everybody is, as far as they are kept.
    private func firstKept(_ last: Int64) throws -> Int64 {
        var first = last
        while last - first < Self.mostRows, try store.event(first - 1) != nil { first -= 1 }
        return first
    }

    private func noteTroubles() throws {
        troubles += context.troubles.take(milliseconds: 0).filter { !Self.toldOtherwise.contains($0.event) }
        guard !troubles.isEmpty else { return }
        try store.transiently { try context.tell(troubles.map { OutgoingEvent($0) }) }
        troubles = []
    }

    /// What the end of a drop tells.
    private static let toldOtherwise: Set = ["results.rejected"]

    private var file: EventFile {
        EventFile(folder: context.outbox("events"), most: context.configuration.events.most)
    }

    private func write(_ told: inout EventsTold, upTo last: Int64) throws {
        // What stands in a file is in the store for good before.
        let kept = told
        try store.durably { try store.set(kept) }
        do {
            while told.written < last {
                var next = told.written + 1
                var rows: [UInt8] = []
                while next <= last, rows.count < Self.mostAtOnce {
                    rows += try store.event(next) ?? []
                    next += 1
                }
                if !rows.isEmpty {
                    try file.append(
                        rows, from: told.written + 1, at: context.now, &told.file, behind: told.putAway)
                }
                told.written = next - 1
                let now = told
                try store.transiently { try store.set(now) }
            }
            unwritten = nil
        } catch let error as SystemError {
            nextTry = context.monotonic() + 10_000
            if unwritten == nil { context.log.error("events.unwritten", ["error": .text("\(error)")]) }
            unwritten = error
        }
    }

    private func putAwayWhatIsOld(_ told: inout EventsTold) throws {
        guard let open = told.file, file.isFull(open, at: context.now), context.monotonic() >= nextTry else { return }
        do {
            try file.putAway(open)
        } catch let error as SystemError {
            nextTry = context.monotonic() + 10_000
            if unwritten == nil { context.log.error("events.unwritten", ["error": .text("\(error)")]) }
            unwritten = error
            return
        }
        (told.file, told.putAway) = (nil, open)
        let now = told
        try store.durably { try store.set(now) }
    }

    /// Removes the rows that everybody has, and those that nobody waits for any longer.
    private func forget(_ told: inout EventsTold, _ last: Int64) throws {
        let oldest = last - Self.mostRows
        for (name, number) in told.webhooks where number < oldest {
            context.log.error(
                "webhook.behind", ["webhook": .text(name), "lost": .number(Int(oldest - number))])
            told.webhooks[name] = oldest
        }
        for (name, known) in told.subscribers where known.last < oldest {
            told.subscribers[name] = EventsTold.Subscription(last: oldest, at: known.at)
        }
        if told.written < oldest { told.written = oldest }
        let done = (told.webhooks.values + told.subscribers.values.map(\.last)).reduce(told.written, min)
        guard done >= told.first else { return }
        let numbers = told.first...done
        told.first = done + 1
        let now = told
        try store.transiently {
            try store.removeEvents(numbers)
            try store.set(now)
        }
    }
}
