/// A deliberate failure of file system calls.
package struct Fault: Sendable {
    package enum Effect: Sendable, Equatable {
        /// Nothing: the calls are only counted.
        case nothing
        /// The call is not made and fails with this errno value. A call that always fails with EINTR is retried for
        /// ever.
        case fails(Int32)
        /// The call is made but its answer is lost, as on a network: it seems to fail with this errno value.
        case seemsToFail(Int32)
        /// A write takes half of its bytes, at least one. Other calls are made normally.
        case writesHalf
        /// This process ends at once, as if killed from outside (SIGKILL).
        case kills(Moment)
    }

    package enum Moment: Sendable {
        case before
        /// Half of the bytes of a write are written; other calls are made.
        case midway
        case after
    }

    package var calls: Set<SystemCall>
    /// Only calls on paths that begin with this, and not with `besides`; a descriptor counts as the path it was opened
    /// by.
    package var beneath: String
    package var besides: String?
    /// Which of these calls fails, counted from 1 across all threads.
    package var occurrence: Int
    /// Whether every later call fails too.
    package var lasts: Bool
    package var effect: Effect

    package init(
        _ effect: Effect, of calls: Set<SystemCall>, beneath: String = "", besides: String? = nil, occurrence: Int = 1,
        lasts: Bool = false
    ) {
        self.calls = calls
        self.beneath = beneath
        self.besides = besides
        self.occurrence = occurrence
        self.lasts = lasts
        self.effect = effect
    }

    func concerns(_ call: SystemCall, _ path: String) -> Bool {
        calls.contains(call) && path.hasPrefix(beneath) && !(besides.map { path.hasPrefix($0) } ?? false)
    }
}
