import Foundation

/// The processes of this name that a process has started and that run.
package func children(of parent: Int32, named name: String) throws -> Set<Int32> {
    Set(
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { entry in
            guard let pid = Int32(entry), let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
            else { return nil }
            let parts = stat.split(separator: " ")
            return parts[1] == "(\(name))" && parts[2] != "Z" && Int32(parts[3]) == parent ? pid : nil
        })
}

/// Whether a process of this name runs under this number.
package func isRunning(_ pid: Int32, named name: String) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    let parts = stat.split(separator: " ")
    return parts[1] == "(\(name))" && parts[2] != "Z"
}
