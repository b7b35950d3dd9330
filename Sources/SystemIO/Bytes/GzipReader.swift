import CZlib

/// Unpacks a gzip file (RFC 1952) piece by piece, with any number of members.
///
/// Each call returns at most as many bytes as asked for, so no file can fill the memory, however packed. The caller
/// compares `bytesOut` with `bytesIn` to refuse bombs. Zeros after the last member are padding (tapes, block devices);
/// anything else there is damage. Confined to one thread at a time.
///
/// Safe to use although it holds a pointer: the stream is valid from `init` to `deinit` and never leaves it.
@safe package final class GzipReader {
    private enum Place {
        /// Where a member may begin: at the start, or after a whole member.
        case betweenMembers
        case inMember
        /// After the last member, where only zeros may follow.
        case inPadding
        case failed
    }

    /// At a fixed address, because zlib's state points back to it.
    private let stream: UnsafeMutablePointer<z_stream>
    private var place = Place.betweenMembers
    /// Packed bytes taken so far.
    package private(set) var bytesIn: Int64 = 0
    /// Unpacked bytes given so far.
    package private(set) var bytesOut: Int64 = 0
    private var membersDone = 0

    package init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // Safe: the stream is zeroed, as zlib requires. 16 + 15: the gzip wrapper only, the largest window.
        let code = unsafe waybill_inflate_init(stream, 16 + 15)
        precondition(
            code == Z_OK, "zlib does not start (code \(code)): no memory, or a library that does not fit its header")
    }

    deinit {
        // Safe: nobody uses the stream any more.
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Unpacks from the front of `input`, appends at most `limit` bytes to `output`, and returns how many bytes of
    /// input it used.
    ///
    /// Call again with the rest of the input (and more of it) until everything is used and nothing comes out; then call
    /// `finish()`.
    /// `finish()`.
    package func decompress(
        _ input: ArraySlice<UInt8>, into output: inout [UInt8], limit: Int
    ) throws(GzipError) -> Int {
        var taken = 0
        var room = limit
        while true {
            switch place {
            case .failed:
                throw .damaged
            case .inPadding:
                guard input.dropFirst(taken).allSatisfy({ $0 == 0 }) else { throw fail() }
                bytesIn += Int64(input.count - taken)
                return input.count
            case .betweenMembers:
                guard taken < input.count else { return taken }
                let first = input[input.startIndex + taken]
                if membersDone > 0 && first == 0 {
                    place = .inPadding
                    continue
                }
                // zlib needs two bytes to notice, and a single stray byte would pass for a member cut short.
                guard first == 0x1F else { throw fail() }
                if membersDone > 0 {
                    // Safe: the stream was initialised and is reset between two members.
                    unsafe inflateReset(stream)
                }
                place = .inMember
            case .inMember:
                let step = unpack(input.dropFirst(taken), into: &output, limit: room)
                taken += step.taken
                room -= step.given
                bytesIn += Int64(step.taken)
                bytesOut += Int64(step.given)
                switch step.code {
                case Z_STREAM_END:
                    membersDone += 1
                    place = .betweenMembers
                case Z_OK, Z_BUF_ERROR:
                    // Either the input is used up or the room is: zlib always continues until one of them is.
                    return taken
                default:
                    throw fail()
                }
            }
        }
    }

    /// Notes the end of the input; throws `truncated` unless a whole member ended there.
    package func finish() throws(GzipError) {
        switch place {
        case .betweenMembers where membersDone > 0: return
        case .inPadding: return
        case .betweenMembers, .inMember: throw .truncated
        case .failed: throw .damaged
        }
    }

    private func fail() -> GzipError {
        place = .failed
        return .damaged
    }

    /// One call of zlib.
    private func unpack(
        _ input: ArraySlice<UInt8>, into output: inout [UInt8], limit: Int
    ) -> (taken: Int, given: Int, code: Int32) {
        var code: Int32 = Z_OK
        var taken = 0
        var given = 0
        output.append(addingCapacity: limit) { room in
            // Safe: zlib reads within the input and writes within the room, both only inside these closures; only what
            // it wrote is declared initialised. Its input is not const in C, but it never writes there.
            unsafe room.withUnsafeMutableBufferPointer { space, initialised in
                unsafe input.withUnsafeBufferPointer { bytes in
                    let inCount = min(bytes.count, Int(UInt32.max))
                    let outCount = min(limit, Int(UInt32.max))
                    // zlib refuses a missing address even for no bytes at all.
                    var nothing: UInt8 = 0
                    unsafe withUnsafeMutablePointer(to: &nothing) { none in
                        unsafe stream.pointee.next_in =
                            bytes.baseAddress.map { unsafe UnsafeMutablePointer(mutating: $0) } ?? none
                        unsafe stream.pointee.avail_in = UInt32(inCount)
                        unsafe stream.pointee.next_out = space.baseAddress.map { unsafe $0 + initialised } ?? none
                        unsafe stream.pointee.avail_out = UInt32(outCount)
                        code = unsafe inflate(stream, Z_NO_FLUSH)
                        taken = unsafe inCount - Int(stream.pointee.avail_in)
                        given = unsafe outCount - Int(stream.pointee.avail_out)
                    }
                }
                initialised += given
            }
        }
        return (taken, given, code)
    }
}
