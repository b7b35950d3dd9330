import Glibc

/// Writes and moves files so that after a loss of power a file is there whole, or not at all.
extension Files {
    /// Writes a file under a temporary name and renames it once it is durable. Without `replacing`, a taken name is
    /// EEXIST.
    package static func writeAtomically(
        _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644, replacing: Bool = true
    ) throws(SystemError) {
        let file = try DurableFileWriter(path: path, mode: mode)
        try file.write(bytes)
        try file.commit(replacing: replacing)
    }

    /// Copies a regular file with its permissions and modification time; the copy is durable on return.
    package static func copyDurably(_ from: String, to target: String, replacing: Bool = true) throws(SystemError) {
        let source = try OpenFile(reading: from)
        source.adviseSequential()
        let status = try source.status()
        let copy = try DurableFileWriter(path: target, mode: 0o600)
        var buffer: [UInt8] = []
        while try source.read(into: &buffer, atMost: 1 << 20) > 0 {
            try copy.write(buffer)
            buffer.removeAll(keepingCapacity: true)
        }
        // Never set-id bits: the copy is data.
        try copy.take(mode: status.mode & 0o777, modified: status.modified)
        try copy.commit(replacing: replacing)
    }

    /// Moves a regular file, across file systems if needed; the new name is durable before the old one is removed.
    package static func moveDurably(_ from: String, to target: String, replacing: Bool = true) throws(SystemError) {
        for folder in try move(from, to: target, replacing: replacing) { try syncFolder(folder) }
    }

    /// The same without making the move durable: returns the folders that are to be synced for that.
    package static func move(
        _ from: String, to target: String, replacing: Bool = true
    ) throws(SystemError) -> [String] {
        do throws(SystemError) {
            try rename(from, to: target, replacing: replacing)
        } catch {
            guard error.code == EXDEV else { throw error }
            try copyDurably(from, to: target, replacing: replacing)
            try remove(from)
            return [folder(of: from)]
        }
        return folder(of: from) == folder(of: target) ? [folder(of: target)] : [folder(of: target), folder(of: from)]
    }
}
