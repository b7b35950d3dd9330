/// The settings that are read and checked, but not carried out in this version.
///
/// This table is the only place that says so: what is carried out one day loses its row.
enum UnfinishedSettings {
    private struct Row {
        /// A path; `*` stands for any name or position.
        let path: [String]
        /// Whether a value at that path asks for what is missing.
        let asks: (JSON5Value.Content) -> Bool
        /// What is not carried out.
        let words: String
        /// An error where going on without it could contact somebody wrongly.
        let severity: ConfigurationProblem.Severity

        init(
            _ path: String, _ asks: @escaping (JSON5Value.Content) -> Bool, _ words: String,
            _ severity: ConfigurationProblem.Severity
        ) {
            self.path = path.split(separator: ".").map(String.init)
            self.asks = asks
            self.words = words
            self.severity = severity
        }
    }

    private static var rows: [Row] {
        [
            Row("transports.*.kind", isText("smtp"), "nothing is sent by SMTP", .error),
            Row("transports.*.kind", isText("sparkpost"), "nothing is sent to SparkPost", .error),
            Row("transports.*.kind", isText("messagebird"), "nothing is sent to MessageBird", .error),
            Row("transports.*.kind", isText("http"), "nothing is sent by HTTP", .error),
            Row("transports.*.kind", isText("command"), "no command is started to send", .error),
            Row("campaigns.*.subscribers.*", isFilled, "nobody is told; the notices are files", .warning),
            Row("campaigns.*.residency", isGiven, "where data lies is not checked", .warning),
            Row("campaigns.*.privacy.outbound", isOtherThan("plain"), "addresses go out plain", .warning),
            Row("archive.compress", isTrue, "the archive stays uncompressed", .warning),
            Row("reports.splitBy", isGiven, "reports are not split", .warning),
        ]
    }

    /// Reports every use of an unfinished setting in a configuration.
    static func report(_ root: JSON5Value, to problems: ConfigurationProblemList) {
        let rows = rows
        report(root, path: "", rows: rows.map { ($0, $0.path[...]) }, to: problems)
    }

    private static func report(
        _ value: JSON5Value, path: String, rows: [(row: Row, rest: ArraySlice<String>)],
        to problems: ConfigurationProblemList
    ) {
        for (row, rest) in rows where rest.isEmpty && row.asks(value.content) {
            problems.add(
                "is read but not carried out in this version: \(row.words)", at: value.position, path: path,
                severity: row.severity)
        }
        func descend(into child: JSON5Value, name: String, path: String) {
            let further = rows.filter { $0.rest.first == name || $0.rest.first == "*" }
            guard !further.isEmpty else { return }
            report(child, path: path, rows: further.map { ($0.row, $0.rest.dropFirst()) }, to: problems)
        }
        switch value.content {
        case .object(let members):
            for member in members {
                descend(into: member.value, name: member.key, path: ConfigurationPath.joined(path, key: member.key))
            }
        case .array(let values):
            for (position, child) in values.enumerated() {
                descend(
                    into: child, name: String(position), path: ConfigurationPath.joined(path, position: position))
            }
        case .null, .boolean, .number, .string:
            break
        }
    }

    private static func isText(_ text: String) -> (JSON5Value.Content) -> Bool { { $0 == .string(text) } }

    private static func isOtherThan(_ text: String) -> (JSON5Value.Content) -> Bool {
        { content in
            guard case .string(let found) = content else { return false }
            return found != text
        }
    }

    private static let isTrue: @Sendable (JSON5Value.Content) -> Bool = { $0 == .boolean(true) }

    private static let isGiven: @Sendable (JSON5Value.Content) -> Bool = { $0 != .null }

    /// A list or an object in which something other than null stands.
    private static let isFilled: @Sendable (JSON5Value.Content) -> Bool = { content in
        switch content {
        case .array(let values): !values.isEmpty
        case .object(let members): members.contains { !$0.value.isNull }
        case .null, .boolean, .number, .string: false
        }
    }
}
