import SystemIO
import Waybill

/// The results of a measurement, as lines for a person or as one JSON object.
struct Results {
    enum Value {
        case text(String)
        case whole(Int)
        /// With `digits` digits after the point.
        case fraction(Double, digits: Int)
    }

    private struct Line {
        let key: String
        let label: String
        let value: Value
        let unit: String

        var isText: Bool {
            if case .text = value { true } else { false }
        }
    }

    private var lines: [Line] = []

    /// Adds a figure: `key` is its name in JSON, the rest is for people.
    mutating func add(_ key: String, _ label: String, _ value: Value, _ unit: String = "") {
        lines.append(Line(key: key, label: label, value: value, unit: unit))
    }

    /// Prints everything to standard output, the machine and the command line first.
    func print(asJSON: Bool) {
        let machine = Machine.current()
        let command = CommandLine.arguments.joined(separator: " ")
        if asJSON { printJSON(machine, command) } else { printText(machine, command) }
    }

    private func printText(_ machine: Machine, _ command: String) {
        Swift.print("\(command)")
        Swift.print(
            "\(machine.processor), \(machine.cores) cores, \(machine.memoryBytes >> 30) GiB, \(machine.system), "
                + "load \(machine.load), \(machine.date)")
        Swift.print("")
        let width = lines.map(\.label.count).max() ?? 0
        let shown = lines.map { Self.text($0.value, grouped: true) }
        // Figures are right-aligned, texts begin where figures begin.
        let column = zip(lines, shown).map { line, text in line.isText ? 0 : text.count }.max() ?? 0
        for (line, text) in zip(lines, shown) {
            let padding = width - line.label.count + 2 + (line.isText ? 0 : column - text.count)
            let unit = line.unit.isEmpty ? "" : " " + line.unit
            Swift.print(line.label + String(repeating: " ", count: padding) + text + unit)
        }
    }

    private func printJSON(_ machine: Machine, _ command: String) {
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("command", command)
            json.member("processor", machine.processor)
            json.member("cores", machine.cores)
            json.member("memoryBytes", Int(machine.memoryBytes))
            json.member("system", machine.system)
            json.member("load", machine.load)
            json.member("date", machine.date.description)
            for line in lines {
                switch line.value {
                case .text(let text): json.member(line.key, text)
                case .whole(let number): json.member(line.key, number)
                // ReportJSON has no fractions, so they are written as their own text.
                case .fraction: json.member(line.key, Self.text(line.value, grouped: false))
                }
            }
        }
        Swift.print(String(decoding: json.line(), as: UTF8.self), terminator: "")
    }

    static func text(_ value: Value, grouped: Bool) -> String {
        switch value {
        case .text(let text): return text
        case .whole(let number): return grouped ? number.grouped : String(number)
        case .fraction(let number, let digits):
            guard number.isFinite else { return "–" }
            let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
            let scaled = Int((number * scale).rounded())
            guard digits > 0 else { return grouped ? scaled.grouped : String(scaled) }
            let tail = String(abs(scaled) % Int(scale))
            let sign = scaled < 0 ? "-" : ""
            let whole = abs(scaled) / Int(scale)
            return sign + (grouped ? whole.grouped : String(whole)) + "."
                + String(repeating: "0", count: digits - tail.count) + tail
        }
    }
}

/// Several measurements of the same thing.
struct Series {
    private var values: [Double] = []

    init(_ values: [Double] = []) {
        self.values = values.sorted()
    }

    var least: Double { values.first ?? .nan }
    var most: Double { values.last ?? .nan }
    var median: Double { percentile(50) }

    /// The smallest value that at least `percent` of 100 do not exceed. The median of an even number is the mean of
    /// two.
    func percentile(_ percent: Int) -> Double {
        guard !values.isEmpty else { return .nan }
        if percent == 50, values.count % 2 == 0 {
            return (values[values.count / 2 - 1] + values[values.count / 2]) / 2
        }
        return values[max(0, (values.count * percent + 99) / 100 - 1)]
    }
}

/// Runs the body and returns the seconds it took.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = MonotonicClock.nanoseconds()
    try body()
    return Double(MonotonicClock.nanoseconds() - start) / 1e9
}
