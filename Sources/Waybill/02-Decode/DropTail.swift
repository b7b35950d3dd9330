/// Holds back bytes that may follow a drop's text: NULs, which a copy leaves while it is under way or when it is cut
/// short, and 1A, with which old systems end a text.
struct DropTail: Sendable {
    /// Why the drop is refused; known once its last bytes came.
    private(set) var refusal: RefusedDrop?

    private var held: [UInt8] = []
    /// May exceed what `held` keeps.
    private var heldCount = 0
    /// Bytes passed on.
    private var passed: UInt64 = 0
    private var isWide: Bool
    /// The drop's first two bytes.
    private var mark: [UInt8] = []
    /// Whether there are NULs in the text itself.
    private var hasNULs = false

    /// More NULs in a row than this, with text after them, are a gap that was never written.
    private static let most = 1 << 20
    /// Fewer than this may be text in UTF-16.
    private static let certain = 4

    init(encoding: TextEncoding?) {
        isWide = encoding == .utf16LE || encoding == .utf16BE
    }

    /// The drop's next bytes without those that may not belong to it.
    mutating func text(of bytes: consuming [UInt8], isLast: Bool) throws(RefusedDrop) -> [UInt8] {
        var bytes = bytes
        if mark.count < 2 {
            mark += bytes.prefix(2 - mark.count)
            if mark == [0xFF, 0xFE] || mark == [0xFE, 0xFF] { isWide = true }
        }
        var end = bytes.count
        while end > 0, bytes[end - 1] == 0 || bytes[end - 1] == Self.endSign && !isWide { end -= 1 }
        if end > 0, passed == 0 { hasNULs = bytes[..<min(end, 4_096)].contains(0) }
        if end > 0, heldCount > 0 {
            guard heldCount <= Self.most else {
                throw truncated("there is a hole of more than 1 MiB of NUL bytes in it")
            }
            bytes = held + bytes
            end += heldCount
            (held, heldCount) = ([], 0)
        }
        if end < bytes.count {
            let count = bytes.count - end
            if heldCount + count <= Self.most { held += bytes[end...] }
            heldCount += count
            bytes.removeLast(count)
        }
        passed += UInt64(bytes.count)
        if isLast, heldCount > 0 { bytes += finish() }
        return bytes
    }

    /// The held-back bytes that do belong to the text, at the end of the drop.
    private mutating func finish() -> [UInt8] {
        defer { (held, heldCount) = ([], 0) }
        if isWide || hasNULs, heldCount < Self.certain { return held }
        if held.first == Self.endSign { return [] }
        refusal = truncated("the file ends in \(heldCount) NUL bytes")
        // One byte of a character in UTF-16.
        return isWide && passed & 1 == 1 ? [0] : []
    }

    private func truncated(_ found: String) -> RefusedDrop {
        RefusedDrop(
            .truncated, "\(found) (from byte \(passed) on), so it was not written to its end; copy the whole file again"
        )
    }

    private static let endSign: UInt8 = 0x1A
}
