import CShims
import Glibc

/// What this process has used of the machine, and what it may use.
package enum ResourceUse {
    /// How many processors the process may run on, at least one (`taskset` and containers leave it fewer).
    package static func processors() -> Int { Int(waybill_processors()) }

    /// The most memory the process has had in RAM, in bytes, since its start or the last `resetPeak()`.
    package static func peakResidentBytes() -> Int64 { statusLine("VmHWM:") }

    /// Seconds of processor time, across all threads, in the program and in the system on its behalf.
    package static func cpuSeconds() -> Double {
        var usage = rusage()
        // Safe: the pointer is valid for the call, which fills the structure.
        guard unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// Restarts the peak from the present use (`proc(5)`, clear_refs); false if the system does not allow it.
    @discardableResult
    package static func resetPeak() -> Bool {
        guard let descriptor = try? SystemCalls.open("/proc/self/clear_refs", O_WRONLY, doing: "open") else {
            return false
        }
        defer { SystemCalls.release(descriptor) }
        do throws(SystemError) {
            try Descriptor.writeAll(descriptor, [UInt8(ascii: "5")], path: "/proc/self/clear_refs")
            return true
        } catch {
            return false
        }
    }

    /// A line of /proc/self/status in kB, converted to bytes; 0 if it is missing.
    private static func statusLine(_ label: String) -> Int64 {
        guard let bytes = try? Files.read("/proc/self/status", limit: 64 << 10) else { return 0 }
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(label) }
        let digits = line?.dropFirst(label.count).drop { $0 == " " || $0 == "\t" }.prefix { $0.isNumber }
        return (digits.flatMap { Int64($0) } ?? 0) * 1024
    }
}
