import CZlib

/// How hard zlib tries.
package struct GzipEffort: Sendable {
    /// 1 (fast) to 9 (small).
    package let level: Int32
    fileprivate var strategy = Z_DEFAULT_STRATEGY

    package init(level: Int32) { self.level = level }

    package static let usual = GzipEffort(level: 6)

    /// For the rows of reports, of which each is nearly the one before: short matches are passed over. Measured with
    /// zlib 1.2.13 on 90 MB of them: 6,054,402 bytes in 0.272 s; `usual` has 6,048,692 in 0.373 s; level 3 has 13 per
    /// cent more bytes in 0.175 s.
    package static let rows: GzipEffort = {
        var effort = GzipEffort(level: 4)
        effort.strategy = Z_FILTERED
        return effort
    }()
}

/// Packs each block of bytes into a gzip member of its own (RFC 1952: no name, no time, so equal bytes give equal
/// files).
///
/// Confined to one thread at a time.
///
/// Safe to use although it holds a pointer: the stream is valid from `init` to `deinit` and never leaves it.
@safe package final class GzipMemberPacker {
    /// At a fixed address, because zlib's state points back to it.
    private let stream: UnsafeMutablePointer<z_stream>

    package init(_ effort: GzipEffort) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // Safe: the stream is zeroed, as zlib requires. 16 + 15: the gzip wrapper, the largest window.
        let code = unsafe waybill_deflate_init(stream, effort.level, 16 + 15, effort.strategy)
        precondition(code == Z_OK, "zlib does not start (code \(code)): no memory, or a level outside 1 to 9")
    }

    deinit {
        // Safe: nobody uses the stream any more.
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// A whole member with these bytes.
    package func pack(_ bytes: [UInt8]) -> [UInt8] {
        // Safe: as in `GzipReader`; the bound is zlib's own for the worst case, so one call is always enough.
        unsafe deflateReset(stream)
        let bound = unsafe Int(deflateBound(stream, UInt(bytes.count)))
        var packed: [UInt8] = []
        packed.append(addingCapacity: bound) { room in
            unsafe room.withUnsafeMutableBufferPointer { space, initialised in
                unsafe bytes.withUnsafeBufferPointer { input in
                    var nothing: UInt8 = 0
                    unsafe withUnsafeMutablePointer(to: &nothing) { none in
                        unsafe stream.pointee.next_in =
                            input.baseAddress.map { unsafe UnsafeMutablePointer(mutating: $0) } ?? none
                        unsafe stream.pointee.avail_in = UInt32(input.count)
                        unsafe stream.pointee.next_out = space.baseAddress!
                        unsafe stream.pointee.avail_out = UInt32(bound)
                        let code = unsafe deflate(stream, Z_FINISH)
                        precondition(code == Z_STREAM_END, "zlib needed more than its own bound")
                    }
                }
                initialised = unsafe bound - Int(stream.pointee.avail_out)
            }
        }
        return packed
    }
}
