import CShims
import Glibc

/// An external program that gets data on its standard input and answers on its standard output.
///
/// It has a process group of its own, which is killed with it, no blocked signals, and this process's standard error.
/// Needs `ProcessSetup.ignoreBrokenPipe`.
package final class Subprocess {
    package enum Ending: Equatable, Sendable {
        case exited(Int32)
        case killed(by: Int32)
        /// It was killed after neither reading nor answering for too long.
        case timedOut
        /// It was killed because it was no longer needed.
        case stopped
        /// Unknown: this process ignores SIGCHLD, so the system does not keep exit statuses for it.
        case unknown
    }

    package let name: String
    private let pid: pid_t
    /// Negative when closed.
    private var input: Int32
    private var output: Int32
    private var hasEnded = false

    /// Starts a program with its arguments in a folder; a program name with a slash is relative to the folder. It has
    /// this process's variables and some more. Its input holds a page at the most that it has not read (pipe(7)).
    package convenience init(
        _ words: [String], in folder: String, environment additions: [(name: String, value: String)]
    ) throws(SystemError) {
        let variables =
            ProgramTexts.environment.filter { entry in !additions.contains { entry.hasPrefix($0.name + "=") } }
            + additions.map { "\($0.name)=\($0.value)" }
        try self.init(words, in: folder, variables: variables)
        waybill_narrow_pipe(input)
    }

    /// The same with these variables, `NAME=VALUE`, and with as much room in its input as a pipe has.
    package init(_ words: [String], in folder: String, variables: [String]) throws(SystemError) {
        name = words.first ?? ""
        let (inputEnd, feed) = try Self.pipe(name)
        let answers: Int32
        let outputEnd: Int32
        do throws(SystemError) {
            (answers, outputEnd) = try Self.pipe(name)
        } catch {
            for end in [inputEnd, feed] { SystemCalls.release(end) }
            throw error
        }
        var started: pid_t = 0
        let code = Self.spawn(words, variables, folder, input: inputEnd, output: outputEnd, &started)
        SystemCalls.release(inputEnd)
        SystemCalls.release(outputEnd)
        guard code == 0 else {
            SystemCalls.release(feed)
            SystemCalls.release(answers)
            throw SystemError(operation: "start", path: words.first ?? "", code: code)
        }
        pid = started
        input = feed
        output = answers
        for end in [feed, answers] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }

    /// Why a program cannot be started, in words that name it, and what to do: `./send.py cannot be started: …`.
    package static func obstacle(_ error: SystemError, to words: [String], in folder: String) -> String {
        let name = words.first ?? ""
        let path = name.hasPrefix("/") ? name : folder + "/" + (name.hasPrefix("./") ? name.dropFirst(2) : name[...])
        let found = name.contains("/") ? try? FileStatus.of(path, followLinks: true) : nil
        let remedy: String? =
            switch error.code {
            case ENOENT where (try? Files.exists(folder)) == false: "the folder \(folder) is not there"
            case ENOENT where found != nil: "what its first line says that it is run by is not there: correct that"
            case ENOENT where name.contains("/"): "put it at \(path), or correct run"
            case ENOENT: "install it where PATH leads, or write its whole path into run"
            case EACCES where found?.kind == .folder: "it is a folder: name the program in it"
            case EACCES: "let it be executed: chmod +x \(path)"
            case ENOEXEC: "write what runs it into its first line, such as #!/bin/sh"
            default: nil
            }
        return "\(name) cannot be started: \(error.reason)" + (remedy.map { "; " + $0 } ?? "")
    }

    deinit {
        closeInput()
        if output >= 0 { SystemCalls.release(output) }
        if !hasEnded { kill() }
    }

    /// Feeds what `next` returns until that is nil, passes answers to `take`, and waits for the end. An error ends the
    /// program.
    ///
    /// - Parameters:
    ///   - patience: the most milliseconds without reading, answering or ending.
    ///   - clock: monotonic nanoseconds.
    ///   - take: returns whether there was an answer in that. One that says anything else is as good as silent.
    package func exchange(
        patience: Int64, clock: () -> Int64 = MonotonicClock.nanoseconds, next: () throws -> [UInt8]?,
        take: ([UInt8]) throws -> Bool, isStopped: () -> Bool
    ) throws -> Ending {
        var pending: ArraySlice<UInt8> = []
        var isFed = false
        var last = clock()
        while output >= 0 {
            if pending.isEmpty, !isFed {
                pending = try next()?[...] ?? []
                isFed = pending.isEmpty
            }
            if isFed { closeInput() }
            if isStopped() { return end(as: .stopped) }
            if clock() - last > patience * 1_000_000 { return end(as: .timedOut) }
            let (canWrite, canRead) = wait(forRoom: !pending.isEmpty)
            // Its own child processes may keep the pipe open for ever; everything the program wrote is there by now.
            if !canRead, let ending = endingIfEnded() {
                try drain(take)
                return ending
            }
            if canWrite, try write(&pending) {
                last = clock()
                // The program reads no more: the answers it has given count.
                if input < 0 { (pending, isFed) = ([], true) }
            }
            if canRead {
                if let bytes = try read() {
                    if try take(bytes) { last = clock() }
                } else {
                    last = clock()
                }
            }
        }
        closeInput()
        while true {
            if let ending = endingIfEnded() { return ending }
            if isStopped() { return end(as: .stopped) }
            if clock() - last > patience * 1_000_000 { return end(as: .timedOut) }
            usleep(2_000)
        }
    }

    /// Passes on what is left in the pipe of a program that has ended.
    private func drain(_ take: ([UInt8]) throws -> Bool) throws {
        while wait(forRoom: false, milliseconds: 0).canRead {
            var bytes: [UInt8] = []
            if try Descriptor.read(output, into: &bytes, atMost: 1 << 16, path: name) == 0 { return }
            _ = try take(bytes)
        }
    }

    /// Waits until it answers, has room, or the bell rings; not beyond the given time.
    package func wait(
        forRoom wantsRoom: Bool, milliseconds: Int32 = 100, waking bell: Bell? = nil
    ) -> (canWrite: Bool, canRead: Bool) {
        var ends = [
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wantsRoom ? input : -1, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: bell?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        // Safe: the array lives for the call.
        guard unsafe poll(&ends, nfds_t(ends.count), milliseconds) > 0 else { return (false, false) }
        if ends[2].revents != 0 { bell?.silence() }
        return (ends[1].revents != 0, ends[0].revents != 0)
    }

    /// What it answers, after a wait for it; nil at the end.
    package func read() throws(SystemError) -> [UInt8]? {
        var bytes: [UInt8] = []
        if try Descriptor.read(output, into: &bytes, atMost: 1 << 16, path: name) > 0 { return bytes }
        SystemCalls.release(output)
        output = -1
        return nil
    }

    /// Writes as much as there is room for; returns whether anything happened. Closes the input if nobody reads it.
    package func write(_ bytes: inout ArraySlice<UInt8>) throws(SystemError) -> Bool {
        do throws(SystemError) {
            let count = try Descriptor.writeSome(input, bytes, path: name)
            bytes = bytes.dropFirst(count)
            return count > 0
        } catch {
            switch error.code {
            case EAGAIN: return false
            case EPIPE:
                closeInput()
                return true
            default: throw error
            }
        }
    }

    private func closeInput() {
        if input >= 0 { SystemCalls.release(input) }
        input = -1
    }

    /// How it ended, once it says nothing more; one that does not end then is killed.
    package func ending(patience: Int64) -> Ending {
        let last = MonotonicClock.nanoseconds()
        while MonotonicClock.nanoseconds() - last < patience * 1_000_000 {
            if let ending = endingIfEnded() { return ending }
            usleep(2_000)
        }
        return end(as: .timedOut)
    }

    /// Kills it, if it has not ended.
    package func end() { if !hasEnded { kill() } }

    private func end(as ending: Ending) -> Ending {
        kill()
        return ending
    }

    private func kill() {
        _ = Glibc.kill(-pid, SIGKILL)
        _ = reap()
    }

    /// How it ended; nil while it runs. Kills its remaining child processes.
    private func endingIfEnded() -> Ending? {
        guard waybill_has_ended(pid) != 0 else { return nil }
        _ = Glibc.kill(-pid, SIGKILL)
        return reap()
    }

    private func reap() -> Ending {
        var status: Int32 = 0
        hasEnded = true
        while true {
            // Safe: the pointer is valid for the call.
            let found = unsafe waitpid(pid, &status, 0)
            if found < 0, errno == EINTR { continue }
            guard found == pid else { return .unknown }
            // Decodes it like the macros WIFEXITED, WEXITSTATUS and WTERMSIG of wait(2).
            return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(by: status & 0x7F)
        }
    }

    // MARK: - Starting

    private static func pipe(_ name: String) throws(SystemError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        // Safe: the call fills the two places.
        guard unsafe waybill_pipe(&ends) == 0 else { throw SystemError.last("pipe", name) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ words: [String], _ environment: [String], _ folder: String, input: Int32, output: Int32, _ pid: inout pid_t
    ) -> Int32 {
        // Safe: the texts live for the call.
        unsafe ProgramTexts.withTexts(words) { words in
            unsafe ProgramTexts.withTexts(environment) { variables in
                unsafe waybill_spawn(&pid, words, variables, folder, input, output)
            }
        }
    }
}
