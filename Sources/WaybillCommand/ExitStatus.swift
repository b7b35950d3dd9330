/// What the process says when it ends. A signal that ends it before it could stop cleanly makes 128 + its number, as
/// the system has it.
enum ExitStatus: Int32 {
    /// Done; also a clean stop on SIGTERM or SIGINT.
    case done = 0
    /// The answer is no: `check` found rejects, `config check` problems, `explain` nobody.
    case no = 1
    /// The command line could not be understood.
    case usage = 2
    /// The configuration cannot be used.
    case configuration = 3
    /// Reading, writing or the store failed.
    case failure = 4
    /// Whoever read the output reads no more of it, as `head` does: as a process has it that SIGPIPE ends.
    case unread = 141
}
