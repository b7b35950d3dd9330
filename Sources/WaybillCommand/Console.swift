import SystemIO
import Waybill

/// Standard error for a person: messages and log lines, and at most one line of progress below them.
///
/// Write errors are ignored: nobody is left to tell.
final class Console: Sendable {
    /// Whether a progress line can be shown.
    let showsProgress: Bool
    private let progress = Mutex(Progress())

    private struct Progress {
        var line = ""
        /// Monotonic milliseconds.
        var drawnAt: Int64 = 0
    }

    /// Ten times a second: smooth to look at, and no load.
    private static let interval: Int64 = 100

    init(showsProgress: Bool) {
        self.showsProgress = showsProgress
    }

    var width: Int { Terminal.width(StandardStream.errors.rawValue) }

    /// Writes one or several lines above the progress line.
    func say(_ line: String) { write(Array((line.plainLines + "\n").utf8)) }

    /// Writes whole lines above the progress line.
    func write(_ lines: [UInt8]) {
        progress.withLock { progress in
            let erase = progress.line.isEmpty ? "" : "\r\u{1B}[K"
            try? StandardStream.errors.write(Array(erase.utf8) + lines + Array(progress.line.utf8))
        }
    }

    /// Replaces the progress line; `line` is called only when it is time to draw, or with `atOnce`.
    func show(atOnce: Bool = false, _ line: () -> String) {
        guard showsProgress else { return }
        progress.withLock { progress in
            let now = MonotonicClock.nanoseconds() / 1_000_000
            guard atOnce || now - progress.drawnAt >= Self.interval else { return }
            progress.drawnAt = now
            progress.line = line()
            try? StandardStream.errors.write("\r\u{1B}[K" + progress.line)
        }
    }

    /// Removes the progress line.
    func clear() {
        progress.withLock { progress in
            guard !progress.line.isEmpty else { return }
            progress.line = ""
            try? StandardStream.errors.write("\r\u{1B}[K")
        }
    }
}
