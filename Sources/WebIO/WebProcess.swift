import SystemIO

/// The calls to one server, and the process of `waybill-web` that makes them: whatever the server does to that, no
/// other server's calls are lost.
///
/// A thread of its own starts the process with the first call and is its parent until it ends: when nothing was called
/// for a while, when it ends by itself, or with this process.
final class WebProcess: Sendable {
    struct Order: Sendable {
        let call: WebCall
        /// Monotonic milliseconds.
        let end: Int64
        let then: @Sendable (WebOutcome) -> Void
    }

    private struct State {
        var waiting: [Order] = []
        /// Nothing more is taken: the next call needs another process.
        var isOver = false
    }

    private let state = Mutex(State())
    private let server: String
    private let program: WebProgram
    private let idle: Int64
    private let bell = Bell()

    /// - Parameters:
    ///   - server: as it is named in messages.
    ///   - idle: for how many milliseconds the process is kept without a call.
    init(_ server: String, by program: WebProgram, idle: Int64) {
        (self.server, self.program, self.idle) = (server, program, idle)
    }

    static var now: Int64 { MonotonicClock.nanoseconds() / 1_000_000 }

    /// False if nothing more is taken.
    func take(_ order: Order) -> Bool {
        let isTaken = state.withLock { state in
            if !state.isOver { state.waiting.append(order) }
            return !state.isOver
        }
        if isTaken { bell.ring() }
        return isTaken
    }

    /// Makes the calls until there are none for a while, on a thread of its own.
    func begin() {
        _ = Worker.start(name: "web") {
            var talk: WebTalk
            do throws(WebObstacle) {
                talk = WebTalk(with: try self.program.start(), of: self.server)
            } catch {
                return self.end(error.words)
            }
            while true {
                talk.hand(over: self.orders(for: talk.room))
                if let words = talk.goOn(waking: self.bell, idle: self.idle) {
                    talk.end(words)
                    return self.end(words)
                }
                if talk.hasRested(for: self.idle), self.mayEnd() { return }
            }
        }
    }

    /// The next ones, as many as there is room for. Those whose time is over are told so.
    private func orders(for room: Int) -> [Order] {
        let now = Self.now
        let (over, next) = state.withLock { state in
            let over = state.waiting.filter { $0.end <= now }
            if !over.isEmpty { state.waiting.removeAll { $0.end <= now } }
            defer { state.waiting.removeFirst(min(room, state.waiting.count)) }
            return (over, Array(state.waiting.prefix(room)))
        }
        for order in over { order.then(.notSent("the call could not begin in time")) }
        return next
    }

    var isOver: Bool { state.withLock { $0.isOver } }

    private func mayEnd() -> Bool {
        state.withLock { state in
            state.isOver = state.waiting.isEmpty
            return state.isOver
        }
    }

    /// Nothing of what waits has left.
    private func end(_ words: String) {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isOver = true
            return state.waiting
        }
        for order in waiting { order.then(.notSent(words)) }
    }
}

/// What is said with one process of `waybill-web`. It belongs to the thread that started it.
private struct WebTalk {
    private struct Call {
        let order: WebProcess.Order
        /// Whether the process was given all of it: only then may it have been made.
        var isHandedOver = false
    }

    private let process: Subprocess
    private let server: String
    private let began = WebProcess.now
    private var lastUse = WebProcess.now
    private var hasGreeted = false
    private var calls: [UInt32: Call] = [:]
    private var count: UInt32 = 0
    /// What is being handed over, and has room in the pipe only by and by.
    private var frame: (number: UInt32, rest: ArraySlice<UInt8>)?
    private var answers = FrameBuffer()

    /// How many milliseconds beyond its end a call is waited for. The process ends its calls itself.
    private static let grace: Int64 = 10_000
    private static let pause: Int64 = 200

    init(with process: Subprocess, of server: String) { (self.process, self.server) = (process, server) }

    /// How many calls it can be given now: none before it has greeted, and one after the other.
    var room: Int { hasGreeted && frame == nil && calls.count < WebFrame.mostCalls ? 1 : 0 }

    func hasRested(for milliseconds: Int64) -> Bool { calls.isEmpty && lastUse + milliseconds <= WebProcess.now }

    mutating func hand(over orders: [WebProcess.Order]) {
        for order in orders {
            count &+= 1
            let left = min(order.call.timeout, Int(order.end - WebProcess.now))
            let frame = WebFrame.call(order.call, number: count, timeout: max(1, left))
            guard frame.count <= WebFrame.most.call else {
                order.then(.notSent("a call of \(frame.count) bytes is larger than any may be"))
                continue
            }
            calls[count] = Call(order: order)
            self.frame = (count, frame[...])
        }
    }

    /// Waits until something can be done and does it; returns why nothing more can.
    mutating func goOn(waking bell: Bell, idle: Int64) -> String? {
        // A system that has no bell to give wakes nobody early.
        let pause = calls.isEmpty && hasGreeted ? min(1_000, max(1, lastUse + idle - WebProcess.now)) : Self.pause
        let (canWrite, canRead) = process.wait(
            forRoom: frame != nil, milliseconds: Int32(clamping: pause), waking: bell)
        do {
            if canWrite { try write() }
            if canRead {
                guard let bytes = try process.read() else { return lost(process.ending(patience: 1_000)) }
                answers.append(bytes[...])
                if let fault = try takeAnswers() { return fault }
            }
        } catch {
            return lost(.stopped)
        }
        if !hasGreeted, began + WebProgram.startMilliseconds < WebProcess.now { return lost(.timedOut) }
        return isStuck ? lost(.timedOut) : nil
    }

    private mutating func write() throws {
        guard let number = frame?.number, var rest = frame?.rest else { return }
        _ = try process.write(&rest)
        if rest.isEmpty { calls[number]?.isHandedOver = true }
        frame = rest.isEmpty ? nil : (number, rest)
    }

    private var isStuck: Bool { calls.values.contains { $0.order.end + Self.grace < WebProcess.now } }

    /// What is wrong with the process; nil if nothing is.
    private mutating func takeAnswers() throws(WebFrame.Damaged) -> String? {
        while true {
            guard hasGreeted else {
                guard let greeting = try answers.next(most: WebFrame.most.greeting) else { return nil }
                if let fault = WebProgram.fault(greeting: greeting, of: process) { return fault }
                hasGreeted = true
                continue
            }
            let most = calls.values.map(\.order.call.most).max() ?? 0
            guard let content = try answers.next(most: most + 2 * WebFrame.most.headers) else { return nil }
            let (number, outcome) = try WebFrame.outcome(content)
            guard let call = calls[number], call.isHandedOver else { throw WebFrame.Damaged() }
            if case .answered(_, _, let body) = outcome, body.count > call.order.call.most { throw WebFrame.Damaged() }
            calls[number] = nil
            lastUse = WebProcess.now
            call.order.then(outcome)
        }
    }

    /// Ends the process. What it was given whole may have left; nothing else has.
    ///
    /// - Parameter words: why.
    mutating func end(_ words: String) {
        process.end()
        for call in calls.values { call.order.then(call.isHandedOver ? .unknown(words) : .notSent(words)) }
        calls = [:]
    }

    private func lost(_ ending: Subprocess.Ending) -> String {
        guard hasGreeted else { return WebProgram.unready(process, ending) }
        let how =
            switch ending {
            case .exited(let status): "ended (status \(status)) in the middle of calls"
            case .killed(let signal): "was ended by signal \(signal) in the middle of calls"
            case .timedOut: "did not answer in time and was ended"
            case .stopped: "said what cannot be read and was ended"
            case .unknown: "ended in the middle of calls"
            }
        return "the \(WebProgram.name) that calls \(server) \(how), perhaps by what that server answered; "
            + "the next call starts another"
    }
}
