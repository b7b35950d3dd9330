/// Asks what may never answer, as a file system over a network that has gone away.
package enum Patience {
    /// What `body` comes to; nil where that takes longer: its thread is left to itself then.
    package static func result<Result: Sendable>(
        within milliseconds: Int64, of body: @escaping @Sendable () -> Result
    ) -> Result? {
        let answer = BoundedQueue<Result>(capacity: 1)
        _ = Worker.start(name: "patience") { _ = answer.push(body()) }
        switch answer.pop(waitingAtMost: milliseconds) {
        case .element(let result): return result
        case .timedOut, .ended: return nil
        }
    }
}
