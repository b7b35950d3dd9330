/// A command line that cannot be carried out as written.
struct UsageError: Error, CustomStringConvertible {
    /// What is wrong with it, and what to write instead.
    let description: String
    /// The command whose usage helps; nil if none was recognised.
    var command: Command?

    init(_ description: String, _ command: Command? = nil) {
        self.description = description
        self.command = command
    }
}
