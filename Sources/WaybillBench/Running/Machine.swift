import Glibc
import SystemIO
import Waybill

/// The machine and the time of a measurement: figures mean nothing without them.
struct Machine {
    let processor: String
    let cores: Int
    let memoryBytes: Int64
    let system: String
    let date: Timestamp
    /// The average number of processes wanting to run in the last minute: a busy machine measures badly.
    let load: String

    static func current() -> Machine {
        Machine(
            processor: line(of: "/proc/cpuinfo", label: "model name") ?? "unknown processor",
            cores: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            memoryBytes: line(of: "/proc/meminfo", label: "MemTotal").flatMap { Int64($0.prefix { $0.isNumber }) }
                .map { $0 * 1_024 } ?? 0,
            system: text(of: "/proc/sys/kernel/osrelease").map { "Linux " + $0 } ?? "Linux",
            date: Timestamp(milliseconds: WallClock().nowMilliseconds()),
            load: text(of: "/proc/loadavg").map { String($0.prefix { $0 != " " }) } ?? "?")
    }

    private static func text(of path: String) -> String? {
        guard let bytes = try? Files.read(path, limit: 1 << 20) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").first.map(String.init)
    }

    /// The value after `label` and its colon, in the first line that begins with it.
    private static func line(of path: String, label: String) -> String? {
        guard let bytes = try? Files.read(path, limit: 1 << 20) else { return nil }
        let found = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(label) }
        guard let found, let colon = found.firstIndex(of: ":") else { return nil }
        return String(found[found.index(after: colon)...].drop { $0 == " " })
    }
}
