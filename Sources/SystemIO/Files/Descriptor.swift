/// Operations that take several calls on an open file.
package enum Descriptor {
    /// Writes all bytes, in as many calls as that takes.
    static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, path: String) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            // Safe: the range is inside the buffer, which the caller keeps alive.
            done += try unsafe SystemCalls.write(
                descriptor, UnsafeRawBufferPointer(rebasing: bytes[done...]), path: path)
        }
    }

    /// Writes as many bytes as one call takes, at `offset` or the current position, and returns how many.
    package static func writeSome(
        _ descriptor: Int32, _ bytes: ArraySlice<UInt8>, at offset: Int64? = nil, path: String
    ) throws(SystemError) -> Int {
        var outcome: Result<Int, SystemError>?
        // Safe: the buffer is only used inside the closure.
        unsafe bytes.withUnsafeBytes { raw in
            do throws(SystemError) {
                outcome = .success(try unsafe SystemCalls.write(descriptor, raw, at: offset, path: path))
            } catch {
                outcome = .failure(error)
            }
        }
        return try outcome!.get()
    }

    /// Reads up to `atMost` bytes (from `offset`, or the current position) and appends them; 0 at the end.
    package static func read(
        _ descriptor: Int32, into buffer: inout [UInt8], atMost: Int, offset: Int64? = nil, path: String
    ) throws(SystemError) -> Int {
        guard atMost > 0 else { return 0 }
        var failure: SystemError?
        let before = buffer.count
        buffer.append(addingCapacity: atMost) { room in
            // Safe: the call writes at most as many bytes as there is room for, and only those are declared
            // initialised.
            unsafe room.withUnsafeMutableBufferPointer { space, initialised in
                let free = unsafe UnsafeMutableRawBufferPointer(
                    start: space.baseAddress! + initialised, count: min(atMost, space.count - initialised))
                do throws(SystemError) {
                    initialised += try unsafe SystemCalls.read(descriptor, into: free, offset: offset, path: path)
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
        return buffer.count - before
    }
}
