#if HTTP
    import Glibc
    import Synchronization
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
            do {
                while true {
                    var bytes: [UInt8] = []
                    if try Descriptor.read(0, into: &bytes, atMost: 1 << 18, path: "standard input") == 0 { _exit(0) }
                    frames.append(bytes[...])
                    while let content = try frames.next(most: WebFrame.most.call) {
                        let (number, call) = try WebFrame.call(content)
                        try begin(call, number)
                    }
                }
            } catch {
                _exit(1)
            }
        }

        private func begin(_ call: WebCall, _ number: UInt32) throws(WebFrame.Damaged) {
            let isFull = underWay.withLock { underWay in
                underWay += 1
                return underWay > WebFrame.mostCalls
            }
            if isFull { throw WebFrame.Damaged() }
            WebExchange.begin(call) { outcome in self.write(WebFrame.outcome(outcome, number: number), ending: 1) }
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
