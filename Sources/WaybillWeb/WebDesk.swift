#if HTTP
    import Glibc
    import SystemIO
    import WebIO

    /// Reads calls from standard input, and writes what they came to to standard output. Ends with the process when its
    /// input ends, or says what it should not, or when nobody reads its output.
    final class WebDesk: Sendable {
        /// How many calls are under way; what it locks is the output, too.
        private let underWay = Mutex(0)

        func run() -> Never {
            write(WebFrame.greeting(calls: true))
            var frames = FrameBuffer()
            // Those whose moment has not come.
            var waiting: [(number: UInt32, call: WebCall)] = []
            var pace = WebPace()
            do {
                while true {
                    let now = MonotonicClock.nanoseconds() / 1_000
                    while let due = waiting.firstIndex(where: { $0.call.slot.map(pace.due) ?? 0 <= now }) {
                        let (number, call) = waiting.remove(at: due)
                        if let slot = call.slot { pace.begin(slot, at: now) }
                        begin(call, number)
                    }
                    let next = waiting.compactMap { $0.call.slot.map(pace.due) }.min()
                    guard Self.hasInput(within: next.map { $0 - now }) else { continue }
                    var bytes: [UInt8] = []
                    if try Descriptor.read(0, into: &bytes, atMost: 1 << 18, path: "standard input") == 0 { _exit(0) }
                    frames.append(bytes[...])
                    while let content = try frames.next(most: WebFrame.most.call) {
                        waiting.append(try WebFrame.call(content))
                        try count()
                    }
                }
            } catch {
                _exit(1)
            }
        }

        /// Waits for input, at most so many microseconds.
        private static func hasInput(within microseconds: Int64?) -> Bool {
            var wait = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
            let left = microseconds.map { max(0, $0) }
            // Safe: one structure, which lives for the call.
            if unsafe poll(&wait, 1, Int32(clamping: left.map { $0 / 1_000 } ?? -1)) > 0 { return true }
            // Less than it can count.
            if let left, left < 1_000 { usleep(UInt32(left)) }
            return false
        }

        private func begin(_ call: WebCall, _ number: UInt32) {
            WebExchange.begin(call) { outcome in self.write(WebFrame.outcome(outcome, number: number), ending: 1) }
        }

        private func count() throws(WebFrame.Damaged) {
            let isFull = underWay.withLock { underWay in
                underWay += 1
                return underWay > WebFrame.mostCalls
            }
            if isFull { throw WebFrame.Damaged() }
        }

        private func write(_ frame: [UInt8], ending calls: Int = 0) {
            underWay.withLock { underWay in
                // Before anybody learns of it, who may then hand over another.
                underWay -= calls
                do {
                    try Descriptor.writeAll(1, frame[...], path: "standard output")
                } catch {
                    _exit(1)
                }
            }
        }
    }
#endif
