/// How many messages of a rehearsal leave in each hour, by local day, channel and zone.
package struct SendingTable {
    package struct Row: Hashable, Sendable {
        package let day: CalendarDay
        package let channel: Channel
        package let zone: String
    }

    private var counts: [Row: [Int]] = [:]
    package private(set) var total = 0

    package init() {}

    package mutating func count(_ sending: Sending, zone: Zone, called name: String) {
        let offset = zone.offset(at: sending.at)
        let row = Row(day: sending.at.localDay(offset: offset), channel: sending.channel, zone: name)
        counts[row, default: Array(repeating: 0, count: 24)][sending.at.secondOfDay(offset: offset) / 3_600] += 1
        total += 1
    }

    /// The rows by day, channel and zone, each with its messages in the 24 hours.
    package var rows: [(row: Row, hours: [Int])] {
        counts.map { ($0.key, $0.value) }.sorted {
            ($0.row.day, $0.row.channel, $0.row.zone) < ($1.row.day, $1.row.channel, $1.row.zone)
        }
    }

    /// Lines of text: a column for each hour from the first to the last in which anything leaves, and one for the day.
    package var lines: [String] {
        let rows = rows
        let used = (0..<24).filter { hour in rows.contains { $0.hours[hour] > 0 } }
        guard let first = used.first, let last = used.last else { return [] }
        let channel = rows.map(\.row.channel.name.count).max() ?? 0
        let heads = rows.map { (row, _) in
            "\(Self.weekday(row.day)) \(row.day)  \(Self.left(row.channel.name, channel))  \(Self.short(row.zone))"
        }
        let most = rows.flatMap(\.hours).max() ?? 0
        let sums = rows.map { $0.hours.reduce(0, +) }
        let head = heads.map(\.count).max() ?? 0
        let width = max(2, String(most).count) + 1
        let sum = max(3, String(sums.max() ?? 0).count) + 2
        let titles = (first...last).map { Self.right(CalendarDay.padded($0, to: 2), width) }.joined()
        var lines = [Self.left("hour", head) + titles + Self.right("day", sum)]
        for (index, row) in rows.enumerated() {
            let cells = row.hours[first...last].map { Self.right($0 == 0 ? "·" : String($0), width) }.joined()
            lines.append(Self.left(heads[index], head) + cells + Self.right(String(sums[index]), sum))
        }
        return lines
    }

    /// `America/Chicago`, or of several zones the first and how many more.
    private static func short(_ zone: String) -> String {
        let names = zone.split(separator: "+")
        return names.count > 1 ? "\(names[0]) +\(names.count - 1)" : zone
    }

    private static func weekday(_ day: CalendarDay) -> String {
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][((day.daysSinceEpoch + 3) % 7 + 7) % 7]
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
