/// One thing wrong with a configuration file, and where.
package struct ConfigurationProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package let file: String
    /// From 1.
    package let line: Int
    /// From 1, in characters (Unicode scalars).
    package let column: Int
    /// The setting it is about, such as `policies.consumer.windows[0].from`; empty for the file as a whole.
    package let path: String
    /// What is wrong and what to do about it.
    package let message: String
    package let severity: Severity

    package init(file: String, line: Int, column: Int, path: String, message: String, severity: Severity) {
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.message = message
        self.severity = severity
    }

    package enum Severity: String, CaseIterable, Sendable {
        /// The configuration cannot be used.
        case error
        /// The configuration can be used, but somebody should know.
        case warning
    }

    /// `waybill.json5:12:7: campaigns.clinic: unknown key "polcy", did you mean "policy"?`
    package var description: String {
        "\(file):\(line):\(column): " + (severity == .warning ? "warning: " : "") + (path.isEmpty ? "" : "\(path): ")
            + message
    }
}

/// Writes the path of a setting: names joined by dots, list positions in brackets, from 0.
enum ConfigurationPath {
    static func joined(_ path: String, key: String) -> String {
        let isPlain = !key.isEmpty && key.unicodeScalars.allSatisfy { JSON5Reader.continuesName($0) || $0 == "-" }
        if isPlain { return path.isEmpty ? key : path + "." + key }
        return path + "[" + JSON5Reader.quoted(key) + "]"
    }

    static func joined(_ path: String, position: Int) -> String { path + "[\(position)]" }
}
