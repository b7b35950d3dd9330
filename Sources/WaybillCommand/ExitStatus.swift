/// The exit status of the process. If a signal ends it before it can stop cleanly, the system makes that 128 + the
/// signal's number.
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
    /// The reader of the output stopped reading, like `head`: the status of a process that SIGPIPE ended.
    case unread = 141
}
