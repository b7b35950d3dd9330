import SystemIO
import Waybill

/// The line that shows the progress of a long drop.
///
///     clinic.csv  ██████████▌░░░░░  62 %  620,000 records, 410,000/s
final class ProgressLine {
    private let console: Console
    private var drop = ""
    private var startedAt: Int64 = 0
    private var startRecords = 0
    private var lastRecords = 0
    private var departed = 0

    init(_ console: Console) {
        self.console = console
    }

    func show(_ progress: DropProgress) {
        show(progress.drop, bytes: progress.bytes, of: progress.size, records: progress.records)
    }

    /// Shows a drop of `size` bytes, and how many of its bytes and records were read.
    func show(_ name: String, bytes: Int64, of size: Int64, records: Int) {
        guard console.showsProgress else { return }
        let now = MonotonicClock.nanoseconds() / 1_000_000
        if name != drop || records < lastRecords {
            drop = name
            startedAt = now
            startRecords = records
        }
        lastRecords = records
        console.show(atOnce: bytes >= size) { [self] in line(bytes, size, records, at: now) }
    }

    /// Counts contacts that left.
    func depart(_ contacts: Int) {
        departed += contacts
        console.show { [self] in "sending: \(departed.counted("contact is", "contacts are")) on the way" }
    }

    /// Shows work without a measure.
    func show(_ words: String) { console.show(atOnce: true) { words } }

    private func line(_ bytes: Int64, _ size: Int64, _ records: Int, at now: Int64) -> String {
        let name = Self.fitted(drop, to: 28)
        var note = records.counted("record", "records")
        if bytes >= size {
            note += ", storing"
        } else if now - startedAt >= 500 {
            note += ", \((Int64(records - startRecords) * 1_000 / (now - startedAt)).grouped)/s"
        }
        let percent = ProgressBar.percent(bytes, of: size)
        let room = console.width - 1 - name.count - percent.count - note.count - 6
        guard room >= 8 else { return String("\(name) \(percent)  \(note)".prefix(console.width - 1)) }
        let bar = ProgressBar.text(bytes, of: size, width: min(40, room))
        return "\(name)  \(bar) \(percent)  \(note)"
    }

    /// A name shortened to `width` columns by leaving out its middle; control characters never reach the terminal.
    private static func fitted(_ name: String, to width: Int) -> String {
        let plain = name.plain
        guard plain.count > width else { return plain }
        return plain.prefix(width / 2 - 1) + "…" + plain.suffix(width - width / 2)
    }
}
