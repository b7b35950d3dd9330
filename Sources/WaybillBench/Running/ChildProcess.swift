import Glibc
import SystemIO

/// A program that a measurement starts, with its output in files.
final class ChildProcess {
    enum Ending: Equatable {
        case exited(Int32)
        case killed(by: Int32)
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let pid: pid_t
    private(set) var ending: Ending?

    /// Starts a program; `output` and `errors` are the files for its output (nil: nowhere).
    init(
        _ program: String, _ arguments: [String], output: String? = nil, errors: String? = nil
    )
        throws
    {
        // Safe: these calls initialise the structures, which are destroyed at the end; texts live for each call.
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_APPEND
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output ?? "/dev/null", flags, 0o600)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, errors ?? "/dev/null", flags, 0o600)
        // A program that is killed on purpose must not stop for its own backtrace.
        let environment =
            ProgramTexts.environment.filter { !$0.hasPrefix("SWIFT_BACKTRACE=") } + ["SWIFT_BACKTRACE=enable=no"]
        var started: pid_t = 0
        let code = unsafe ProgramTexts.withTexts([program] + arguments) { words in
            unsafe ProgramTexts.withTexts(environment) { variables in
                unsafe posix_spawnp(&started, program, &actions, nil, words, variables)
            }
        }
        guard code == 0 else {
            throw Failure(description: "\(program) cannot be started (errno \(code)); build it, or check the path")
        }
        pid = started
    }

    deinit {
        if ending == nil {
            kill()
            _ = try? wait()
        }
    }

    func signal(_ number: Int32) {
        if ending == nil { _ = Glibc.kill(pid, number) }
    }

    func kill() { signal(SIGKILL) }

    /// Waits for its end, and keeps the result.
    @discardableResult
    func wait() throws -> Ending {
        if let ending { return ending }
        return try collect(0) ?? .exited(-1)
    }

    /// How it ended; nil if it has not. Does not wait.
    func poll() throws -> Ending? {
        if let ending { return ending }
        return try collect(WNOHANG)
    }

    /// Runs a program to its end and returns its output; throws if it failed.
    static func output(of program: String, _ arguments: [String], scratch: String) throws -> String {
        let name = scratch + "/output-\(MonotonicClock.nanoseconds())"
        defer {
            try? Files.remove(name)
            try? Files.remove(name + ".errors")
        }
        let ending = try ChildProcess(program, arguments, output: name, errors: name + ".errors").wait()
        guard ending == .exited(0) else {
            let errors = (try? Files.read(name + ".errors", limit: 1 << 20)) ?? []
            throw Failure(
                description: "\(program) \(arguments.joined(separator: " ")): \(ending)\n"
                    + String(decoding: errors, as: UTF8.self))
        }
        return String(decoding: try Files.read(name, limit: 64 << 20), as: UTF8.self)
    }

    private func collect(_ options: Int32) throws -> Ending? {
        var status: Int32 = 0
        while true {
            // Safe: the pointer is valid for the call.
            let found = unsafe waitpid(pid, &status, options)
            if found == 0 { return nil }
            if found == pid { break }
            guard errno == EINTR else { throw Failure(description: "cannot wait for process \(pid): errno \(errno)") }
        }
        // Decodes it like the macros WIFEXITED, WEXITSTATUS and WTERMSIG of wait(2).
        let found: Ending = status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(by: status & 0x7F)
        ending = found
        return found
    }
}

/// This program's own file, and the programs built with it.
enum BuiltPrograms {
    static var own: String { "/proc/self/exe" }

    /// A program in the folder of this one.
    static func beside(_ name: String) throws -> String {
        // Safe: the call returns an allocated text, which is copied and freed.
        guard let exe = unsafe realpath("/proc/self/exe", nil) else {
            throw ChildProcess.Failure(description: "/proc is not there, so that the programs built cannot be found")
        }
        defer { unsafe free(exe) }
        let path = unsafe Files.folder(of: String(cString: exe)) + "/" + name
        guard try Files.exists(path) else {
            throw ChildProcess.Failure(
                description: "\(path) is not there; build it with swift build, in the same configuration")
        }
        return path
    }
}
