/// One line of the log: time, level, event, and details; never a contact's data.
///
/// Text is `2026-11-21T10:00:00.123Z info batch.visible batch=20261121-000007 records=1000`; values with white space,
/// quotes, `=`, control or format characters are written as JSON strings, so a line stays a line. JSON has the keys
/// `time`, `level`, `event`, then the details in order.
package struct LogLine: Sendable {
    package enum Value: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
        case text(String)
        case number(Int)
        case flag(Bool)

        package init(stringLiteral value: String) { self = .text(value) }
        package init(integerLiteral value: Int) { self = .number(value) }
    }

    package let time: Timestamp
    package let level: Configuration.LogLevel
    /// A dotted name that scripts can search for, such as `drop.claimed`.
    package let event: String
    package let particulars: KeyValuePairs<String, Value>

    package init(
        time: Timestamp, level: Configuration.LogLevel, event: String, _ particulars: KeyValuePairs<String, Value> = [:]
    ) {
        self.time = time
        self.level = level
        self.event = event
        self.particulars = particulars
    }

    /// The line with its line end.
    package func bytes(as format: Configuration.LogFormat) -> [UInt8] {
        switch format {
        case .text: text
        case .json: json
        }
    }

    private var text: [UInt8] {
        var bytes = Array("\(time) \(level.rawValue) \(event)".utf8)
        for (key, value) in particulars {
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: key.utf8)
            bytes.append(UInt8(ascii: "="))
            switch value {
            case .text(let text): append(text, to: &bytes)
            case .number(let number): DecimalText.append(number, to: &bytes)
            case .flag(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
            }
        }
        bytes.append(CSVText.lineEnd)
        return bytes
    }

    private func append(_ text: String, to bytes: inout [UInt8]) {
        let isBare =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy { $0 > " " && $0 != "\"" && $0 != "=" && !$0.isUnseen }
        if isBare { bytes.append(contentsOf: text.utf8) } else { JSONText.append(visible: text, to: &bytes) }
    }

    private var json: [UInt8] {
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("time", time.description)
            json.member("level", level.rawValue)
            json.member("event", event)
            for (key, value) in particulars {
                switch value {
                case .text(let text): json.member(key, text)
                case .number(let number): json.member(key, number)
                case .flag(let flag): json.member(key, flag)
                }
            }
        }
        return json.line()
    }
}
