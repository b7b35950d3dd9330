extension SHA256 {
    /// The digest of a file's stored bytes, in memory that does not grow with the file.
    package static func hash(file path: String) throws -> [UInt8] {
        let file = try OpenFile(reading: path)
        var hash = SHA256()
        var buffer: [UInt8] = []
        while true {
            buffer.removeAll(keepingCapacity: true)
            guard try file.read(into: &buffer, atMost: 1 << 20) > 0 else { return hash.finish() }
            hash.update(buffer)
        }
    }
}
