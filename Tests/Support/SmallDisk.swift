import Foundation
import SystemIO
import XCTest

/// A disk of some mebibytes, mounted in memory, that can be full.
package final class SmallDisk {
    package let folder: String
    private var fillers: [String] = []

    /// Skips the test where nobody may mount.
    package init(at folder: String, mebibytes: Int) throws {
        self.folder = folder
        guard geteuid() == 0 else { throw XCTSkip("nothing can be mounted here") }
        try Files.createFolder(folder, durably: false)
        let outside = try FileStatus.of(folder)?.device
        try Self.run("/usr/bin/mount", "-t", "tmpfs", "-o", "size=\(mebibytes)m,mode=700", "tmpfs", folder)
        if try FileStatus.of(folder)?.device == outside { throw XCTSkip("nothing can be mounted here") }
    }

    deinit { try? Self.run("/usr/bin/umount", "-l", folder) }

    /// Leaves no room at all.
    package func fill() throws {
        let filler = folder + "/filler\(fillers.count)"
        fillers.append(filler)
        let file = try AppendingFile(path: filler)
        for size in [1 << 16, 1 << 12] {
            let bytes = [UInt8](repeating: 0, count: size)
            while write(bytes, to: file) {}
        }
    }

    private func write(_ bytes: [UInt8], to file: AppendingFile) -> Bool {
        do {
            try file.write(bytes)
            try file.flush()
            return true
        } catch {
            return false
        }
    }

    package func makeRoom() throws { for filler in fillers { try Files.remove(filler) } }

    private static func run(_ program: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
    }
}
