import Glibc

/// Identifies a process so that no later process can have the same identity: host, boot, number, and start.
package struct ProcessIdentity: Sendable, Equatable, Hashable {
    /// The host's name, with characters unfit for a file name replaced by `_`.
    package let host: String
    /// The first eight characters of the kernel's identifier of this boot.
    package let bootID: String
    package let pid: Int32
    /// Clock ticks from boot to the start of the process (`proc(5)`, field 22 of stat): unlike process numbers, they
    /// are not reused.
    package let startTicks: UInt64

    package init(host: String, bootID: String, pid: Int32, startTicks: UInt64) {
        self.host = host
        self.bootID = bootID
        self.pid = pid
        self.startTicks = startTicks
    }

    /// This process.
    package static var current: ProcessIdentity {
        // Without /proc the start is unknown; host, boot and number are then all there is.
        running(getpid()) ?? ProcessIdentity(host: currentHost(), bootID: currentBoot(), pid: getpid(), startTicks: 0)
    }

    /// The file of the running program; nil without /proc.
    package static var program: String? { target(of: "/proc/self/exe") }

    /// Names the namespace in which processes have the numbers that they have here; nil without /proc.
    package static var namespace: String? { target(of: "/proc/self/ns/pid") }

    private static func target(of link: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        // Safe: the call writes at most as many bytes as there are.
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe readlink(link, $0.baseAddress!, $0.count) }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    /// The process with this number on this host now; nil if none is visible.
    static func running(_ pid: Int32) -> ProcessIdentity? {
        guard let found = processState(of: pid) else { return nil }
        return ProcessIdentity(host: currentHost(), bootID: currentBoot(), pid: pid, startTicks: found.startTicks)
    }

    /// `HOST.BOOT.PID.START`, usable as a folder's name.
    package var text: String { "\(host).\(bootID).\(pid).\(startTicks)" }

    /// Parses `text`; the host's name may have dots, the other three parts have none.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 4, let start = UInt64(parts[parts.count - 1]), let pid = Int32(parts[parts.count - 2]),
            pid > 0
        else { return nil }
        let host = parts.dropLast(3).joined(separator: ".")
        let boot = String(parts[parts.count - 3])
        guard !host.isEmpty, !boot.isEmpty else { return nil }
        self.init(host: host, bootID: boot, pid: pid, startTicks: start)
    }

    /// Whether the process still runs; nil if that is not visible from here (another host, or a hidden process).
    package func isAlive() -> Bool? {
        guard host == ProcessIdentity.currentHost() else { return nil }
        guard bootID == ProcessIdentity.currentBoot() else { return false }
        if let found = ProcessIdentity.processState(of: pid) {
            return found.startTicks == startTicks && !found.hasEnded
        }
        // /proc can be mounted so that it hides other users' processes; then the number alone says nothing.
        if kill(pid, 0) == 0 { return nil }
        return errno == ESRCH ? false : nil
    }

    private static func currentHost() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        // Safe: the call writes at most the size it is told; the last byte stays zero.
        _ = unsafe gethostname(&buffer, buffer.count - 1)
        let kept = buffer.prefix { $0 != 0 }.map { byte in
            let character = UInt8(truncatingIfNeeded: byte)
            switch character {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                return character
            default:
                return UInt8(ascii: "_")
            }
        }
        return kept.isEmpty ? "localhost" : String(decoding: kept, as: UTF8.self)
    }

    private static func currentBoot() -> String {
        guard let bytes = try? Files.read("/proc/sys/kernel/random/boot_id", limit: 64), bytes.count >= 8 else {
            return "unknown"
        }
        return String(decoding: bytes.prefix(8), as: UTF8.self)
    }

    /// The start and the end of a process according to /proc; nil if no such process is visible.
    private static func processState(of pid: Int32) -> (startTicks: UInt64, hasEnded: Bool)? {
        guard let bytes = try? Files.read("/proc/\(pid)/stat", limit: 4096) else { return nil }
        // The second field is the program's name in parentheses, which can itself contain spaces and parentheses.
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ")
        // After the name: field 3 (state) is first, field 22 (start) the twentieth.
        guard fields.count >= 20, let start = UInt64(fields[19]) else { return nil }
        // Z and X: it has ended, but its parent has not noticed yet.
        return (start, fields[0] == "Z" || fields[0] == "X")
    }
}
