import Foundation

/// A program of this build, by default the real `waybill`, run as a user runs it.
package struct Executable {
    /// The results of a run.
    package struct Outcome {
        package let status: Int32
        package let output: String
        package let errors: String

        /// The lines of standard output as JSON objects.
        package func objects() throws -> [[String: Any]] {
            try output.split(separator: "\n").map { line in
                let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
                guard let object = value as? [String: Any] else { throw NoObject(line: String(line)) }
                return object
            }
        }
    }

    package struct NoObject: Error { let line: String }

    /// A run that has not ended.
    package final class Running {
        private let process: Process
        private let folder: URL

        fileprivate init(_ process: Process, _ folder: URL) {
            self.process = process
            self.folder = folder
        }

        deinit {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            try? FileManager.default.removeItem(at: folder)
        }

        package var pid: Int32 { process.processIdentifier }

        package func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

        package var errors: String { text("errors") }

        /// What it has said until now.
        package var output: String { text("output") }

        /// Waits for the end.
        package func finish() -> Outcome {
            process.waitUntilExit()
            // In the form of a shell.
            let status = process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0)
            return Outcome(status: status, output: output, errors: errors)
        }

        private func text(_ name: String) -> String {
            String(decoding: (try? Data(contentsOf: folder.appendingPathComponent(name))) ?? Data(), as: UTF8.self)
        }
    }

    private let workspace: TestWorkspace

    private let program: String
    private let folder: String?

    /// - Parameter folder: where the program is; nil: where this build has it.
    package init(_ workspace: TestWorkspace, program: String = "waybill", in folder: String? = nil) {
        self.workspace = workspace
        self.program = program
        self.folder = folder
    }

    /// Runs a command in the workspace to its end.
    package func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
        try launch(arguments, environment).finish()
    }

    /// Runs a command with this text on standard input.
    package func run(input: String, _ arguments: String...) throws -> Outcome {
        try launch(arguments, [:], input: input).finish()
    }

    package func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        try launch(arguments, environment).finish()
    }

    /// The program's file.
    package func path() throws -> String { try location().path }

    /// Starts a command in the workspace.
    package func start(_ arguments: String..., environment: [String: String] = [:]) throws -> Running {
        try launch(arguments, environment)
    }

    private func launch(
        _ arguments: [String], _ environment: [String: String], input: String? = nil
    ) throws -> Running {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("waybill-run-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = try location()
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: workspace.path, isDirectory: true)
        // A crash must end the process at once; the backtracer would wait for a terminal.
        process.environment = ["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"].merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        if let input {
            let file = folder.appendingPathComponent("input")
            try Data(input.utf8).write(to: file)
            process.standardInput = try FileHandle(forReadingFrom: file)
        }
        // Files, not pipes: nothing blocks, however much is written.
        process.standardOutput = try Self.open(folder.appendingPathComponent("output"))
        process.standardError = try Self.open(folder.appendingPathComponent("errors"))
        try process.run()
        return Running(process, folder)
    }

    private static func open(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    /// In the folder of the test bundle, which is the program now running.
    private func location() throws -> URL {
        if let folder { return URL(fileURLWithPath: folder).appendingPathComponent(program) }
        let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent(program)
    }
}

/// Checks repeatedly until the answer is yes, for effects of another process or thread that reports nothing. False if
/// it is still no after this many seconds: far longer than it takes on a busy machine, so a failing test ends.
package func eventually(within seconds: Double = 120, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Date().addingTimeInterval(seconds)
    while try !condition() {
        if Date() > deadline { return false }
        usleep(2_000)
    }
    return true
}
