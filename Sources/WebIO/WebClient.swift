import SystemIO

/// Calls servers, by processes of `waybill-web`: one for each server, since what a server answers can end the one that
/// reads it.
package enum WebClient {
    /// Why this waybill calls no server, and what to do; nil if nothing is missing for that.
    package static func obstacle() -> String? {
        #if HTTP
            WebProgram.own.missing()
        #else
            "this waybill is built without HTTP: install one built with it"
        #endif
    }

    /// Starts a call; `then` is called once, on another thread.
    package static func begin(_ call: WebCall, then: @escaping @Sendable (WebOutcome) -> Void) {
        begin(call, by: .own, then: then)
    }

    /// - Parameter idle: for how many milliseconds a process is kept without a call. Another is started in
    ///   milliseconds.
    package static func begin(
        _ call: WebCall, by program: WebProgram, idle: Int64 = 10_000, then: @escaping @Sendable (WebOutcome) -> Void
    ) {
        let start = max(WebProcess.now, (call.slot?.start ?? 0) / 1_000)
        let order = WebProcess.Order(call: call, end: start + Int64(call.timeout), then: then)
        let key = Key(program: program, server: call.server)
        all.withLock { all in
            if let process = all[key], process.take(order) { return }
            // Those that are over hold nothing but their place here.
            all = all.filter { !$0.value.isOver }
            let process = WebProcess(call.server, by: program, idle: idle)
            _ = process.take(order)
            all[key] = process
            process.begin()
        }
    }

    private struct Key: Hashable {
        let program: WebProgram
        let server: String
    }

    private static let all = Mutex<[Key: WebProcess]>([:])
}
