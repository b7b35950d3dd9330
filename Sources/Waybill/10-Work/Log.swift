package import SystemIO

/// Writes log lines to standard error, never with a contact's data.
package struct Log: Sendable {
    private let level: Configuration.LogLevel
    private let format: Configuration.LogFormat
    private let clock: WallClock
    private let write: @Sendable ([UInt8]) -> Void
    private var troubles: Tray<Trouble>?

    /// An error, as those who subscribed are told of it.
    package struct Trouble: Sendable {
        let event: String
        let at: Timestamp
        let particulars: [(key: String, value: LogLine.Value)]
    }

    package init(
        level: Configuration.LogLevel, format: Configuration.LogFormat, clock: WallClock,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.level = level
        self.format = format
        self.clock = clock
        self.write = write
    }

    /// The same, with each error put into a tray as well.
    func noting(in tray: Tray<Trouble>) -> Log {
        var log = self
        log.troubles = tray
        return log
    }

    package func info(_ event: String, _ particulars: KeyValuePairs<String, LogLine.Value> = [:]) {
        line(.info, event, particulars)
    }

    package func warning(_ event: String, _ particulars: KeyValuePairs<String, LogLine.Value> = [:]) {
        line(.warning, event, particulars)
    }

    package func error(_ event: String, _ particulars: KeyValuePairs<String, LogLine.Value> = [:]) {
        troubles?.put(
            Trouble(
                event: event, at: Timestamp(milliseconds: clock.nowMilliseconds()),
                particulars: particulars.map { ($0.key, $0.value) }))
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
