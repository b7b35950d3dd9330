import CShims

/// How much room a file system has for this user. Quotas of a user or a folder are not in it.
package struct DiskRoom: Sendable {
    /// Bytes.
    package let free: Int64
    package let size: Int64
    /// Whether it has room for another file, whatever is in it.
    private let hasFiles: Bool

    /// Bytes with which nothing can be done: a commit alone takes some pages.
    private static let least: Int64 = 1 << 20

    package init(of path: String) throws(SystemError) {
        let found = try SystemCalls.room(path)
        free = Self.bytes(found.free_blocks, found.block_size)
        size = Self.bytes(found.blocks, found.block_size)
        hasFiles = found.has_files != 0
    }

    private static func bytes(_ blocks: UInt64, _ size: UInt64) -> Int64 {
        let (bytes, overflows) = blocks.multipliedReportingOverflow(by: size)
        return overflows ? .max : Int64(clamping: bytes)
    }

    /// Some file systems tell nothing of themselves.
    package var isKnown: Bool { size > 0 }

    package var percentFree: Int64 { isKnown ? Int64(Double(free) / Double(size) * 100) : 0 }

    package var isFull: Bool { isKnown && (free < Self.least || !hasFiles) }
}
