import CShims
import Glibc
import Synchronization

/// Makes the file system calls of this process fail, SQLite's too, for tests and for measurements of crashes.
///
/// One fault at a time, for all threads. No command, setting or variable can reach it: the `waybill` program never
/// hands one in, and pays one relaxed load per call. SQLite cannot replace `fsync` in an open database, so databases
/// opened before the first fault are synced normally.
package enum Faults {
    /// The effects of a fault.
    package struct Report: Sendable {
        /// How many calls it applied to.
        package fileprivate(set) var calls = 0
        /// How many of them failed, and the first one: `rename /a/b`.
        package fileprivate(set) var struck = 0
        package fileprivate(set) var firstStruck: String?
    }

    private struct State {
        var fault: Fault?
        var report = Report()
        var reachesSQLite = false
    }

    // Relaxed: a call that begins while a fault is handed in may miss it, like one that began a moment earlier.
    private static let isOn = Atomic<Bool>(false)
    private static let state = Mutex(State())

    static var areHandedIn: Bool { isOn.load(ordering: .relaxed) }

    /// From now on this fault happens, instead of the one before.
    package static func handIn(_ fault: Fault) {
        state.withLock { state in
            if !state.reachesSQLite {
                // Safe: the function is a global one, which lives for ever.
                unsafe waybill_disturb_sqlite(sqliteFault)
                state.reachesSQLite = true
            }
            state.fault = fault
            state.report = Report()
        }
        isOn.store(true, ordering: .relaxed)
    }

    /// Ends the fault and returns its effects.
    @discardableResult
    package static func takeBack() -> Report {
        isOn.store(false, ordering: .relaxed)
        return state.withLock { state in
            state.fault = nil
            return state.report
        }
    }

    /// What happens to this call, which is counted.
    private static func effect(on call: SystemCall, _ path: String) -> Fault.Effect {
        state.withLock { state in
            guard let fault = state.fault, fault.concerns(call, path) else { return .nothing }
            state.report.calls += 1
            guard state.report.calls == fault.occurrence || fault.lasts && state.report.calls > fault.occurrence else {
                return .nothing
            }
            state.report.struck += 1
            if state.report.firstStruck == nil { state.report.firstStruck = "\(call.rawValue) \(path)" }
            return fault.effect
        }
    }

    /// Makes a call, for the n-th part of its bytes, with the fault's effect; returns its result and errno value.
    static func disturb<Value: SignedInteger>(
        _ kind: SystemCall, _ path: String, _ body: (Int) -> Value
    ) -> (Value, Int32) {
        func made(_ divisor: Int = 1) -> (Value, Int32) {
            let result = body(divisor)
            return (result, errno)
        }
        switch effect(on: kind, path) {
        case .nothing: return made()
        case .fails(let code):
            // The descriptor is free whatever close returns.
            if kind == .close { _ = body(1) }
            return (-1, code)
        case .seemsToFail(let code):
            let (result, _) = made()
            if kind == .open || kind == .create, result >= 0 { SystemCalls.release(Int32(result)) }
            return (-1, code)
        case .writesHalf: return made(kind == .write ? 2 : 1)
        case .kills(let moment):
            switch moment {
            case .before: break
            case .midway: _ = body(kind == .write ? 2 : 1)
            case .after: _ = body(1)
            }
            die()
        }
    }

    private static func die() -> Never {
        kill(getpid(), SIGKILL)
        // The signal may still be on its way, to this thread or another.
        while true { pause() }
    }

    /// Called by SQLite's calls, with the numbers of `CShims.h`.
    private static let sqliteFault: @convention(c) (Int32, UnsafePointer<CChar>) -> waybill_fault = { call, path in
        var answer = waybill_fault()
        guard Faults.areHandedIn else { return answer }
        let kind: SystemCall
        switch Int(call) {
        case WAYBILL_CALL_OPEN: kind = .open
        case WAYBILL_CALL_CREATE: kind = .create
        case WAYBILL_CALL_READ: kind = .read
        case WAYBILL_CALL_WRITE: kind = .write
        case WAYBILL_CALL_FSYNC: kind = .fsync
        case WAYBILL_CALL_FTRUNCATE: kind = .ftruncate
        case WAYBILL_CALL_UNLINK: kind = .unlink
        case WAYBILL_CALL_STAT: kind = .stat
        default: return answer
        }
        // Safe: a zero-ended text that lives for the call.
        switch Faults.effect(on: kind, unsafe String(cString: path)) {
        case .nothing: break
        case .fails(let code): answer.fails = code
        case .seemsToFail(let code): answer.seems_to_fail = code
        case .writesHalf: answer.writes_half = 1
        case .kills(.before): die()
        case .kills(.midway):
            answer.writes_half = 1
            answer.kills = 1
        case .kills(.after): answer.kills = 1
        }
        return answer
    }
}
