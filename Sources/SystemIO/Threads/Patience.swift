/// Runs calls that may never return, such as on a network file system that is away.
package enum Patience {
    /// The result of `body`; nil if it takes longer: its thread is then abandoned.
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
