package import SystemIO

/// Writes log lines to standard error, never with a contact's data.
package struct Log: Sendable {
    private let level: Configuration.LogLevel
    private let format: Configuration.LogFormat
    private let clock: WallClock
    private let write: @Sendable ([UInt8]) -> Void

    package init(
        level: Configuration.LogLevel, format: Configuration.LogFormat, clock: WallClock,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.level = level
        self.format = format
        self.clock = clock
        self.write = write
    }

    package func info(_ event: String, _ particulars: KeyValuePairs<String, LogLine.Value> = [:]) {
        line(.info, event, particulars)
    }

    package func warning(_ event: String, _ particulars: KeyValuePairs<String, LogLine.Value> = [:]) {
        line(.warning, event, particulars)
    }

    package func error(_ event: String, _ particulars: KeyValuePairs<String, LogLine.Value> = [:]) {
        line(.error, event, particulars)
    }

    private func line(
        _ level: Configuration.LogLevel, _ event: String, _ particulars: KeyValuePairs<String, LogLine.Value>
    ) {
        let order = Configuration.LogLevel.allCases
        guard (order.firstIndex(of: level) ?? 0) >= (order.firstIndex(of: self.level) ?? 0) else { return }
        let time = Timestamp(milliseconds: clock.nowMilliseconds())
        write(LogLine(time: time, level: level, event: event, particulars).bytes(as: format))
    }
}
