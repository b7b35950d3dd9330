extension Descriptor {
    /// Writes through a buffer: small pieces are collected, and data larger than the buffer is passed on directly.
    static func write(
        _ bytes: ArraySlice<UInt8>, through buffer: inout [UInt8], of size: Int, to descriptor: Int32, path: String
    ) throws(SystemError) {
        if buffer.count + bytes.count > size { try flush(&buffer, to: descriptor, path: path) }
        if bytes.count >= size {
            try writeAll(descriptor, bytes, path: path)
        } else {
            if buffer.capacity < size { buffer.reserveCapacity(size) }
            buffer.append(contentsOf: bytes)
        }
    }

    static func flush(_ buffer: inout [UInt8], to descriptor: Int32, path: String) throws(SystemError) {
        if buffer.isEmpty { return }
        try writeAll(descriptor, buffer[...], path: path)
        buffer.removeAll(keepingCapacity: true)
    }

    package static func writeAll(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>, path: String) throws(SystemError) {
        var failure: SystemError?
        // Safe: the buffer is only used inside the closure.
        unsafe bytes.withUnsafeBytes { raw in
            do throws(SystemError) {
                try unsafe writeAll(descriptor, raw, path: path)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
