import SystemIO

/// The records of a drop as they come: its bytes read in blocks, each block decoded into chunks.
///
/// `passingOverRefusals` continues after a refusal of the header or the trailer, if records can still be read.
struct DropChunks {
    private var source: DropSource
    private(set) var decoder: DropDecoder
    private let passesOverRefusals: Bool
    /// Nil if the drop cannot be in the form of callbacks.
    private var forms: FormLines?
    private let takesMails: Bool
    /// Turns mails into rows, if the drop consists of mails.
    private var mails: MailReceipts?
    /// The refusal that was ignored, if any.
    private(set) var passedOver: RefusedDrop?
    /// Whether the last block was read.
    private(set) var isAtEnd = false
    /// The start of a line of which the last block had no end.
    private var begunLine: [UInt8] = []
    /// SHA-256 of the start of the drop: a salt that is the same whenever the drop is.
    private(set) var salt: [UInt8] = []

    init(
        _ file: DropFile, _ settings: DecodeSettings, limits: Configuration.Limits, passingOverRefusals: Bool = false,
        readingForms: Bool = false, takingMails: Bool = false
    ) throws {
        forms = readingForms ? FormLines() : nil
        source = try DropSource(file, limits: limits)
        decoder = DropDecoder(settings: settings)
        passesOverRefusals = passingOverRefusals
        takesMails = takingMails
    }

    /// The chunks that the next block completes, perhaps none; nil after the last block.
    mutating func next() throws -> [Chunk]? {
        if isAtEnd { return nil }
        var (bytes, isLast) = try source.next(upTo: DropReading.blockSize, behind: begunLine)
        begunLine = isLast ? [] : Self.cutBegunLine(of: &bytes)
        if salt.isEmpty {
            salt = SHA256.hash(Array(bytes.prefix(65_536)))
            if takesMails { mails = MailReceipts(beginning: bytes) }
        }
        if let rows = mails?.push(bytes, isLast: isLast) ?? forms?.rewritten(bytes, isLast: isLast) { bytes = rows }
        isAtEnd = isLast
        do {
            // Nobody else has them, so they become the chunk's text.
            return try decoder.push(consume bytes, isLast: isLast)
        } catch {
            guard passesOverRefusals else { throw error }
            passedOver = error
            // The decoder has the block already. After a refusal that it throws only once, it goes on; a final one it
            // throws again.
            return try decoder.push([], isLast: isLast)
        }
    }

    /// Removes what follows the last line end near the end of a block. Behind whole lines the decoder has nothing to
    /// carry over, so it need not copy the next block behind that.
    private static func cutBegunLine(of bytes: inout [UInt8]) -> [UInt8] {
        let near = max(0, bytes.count - 65_536)
        guard let end = bytes[near...].lastIndex(of: ASCII.lineFeed) else { return [] }
        let line = Array(bytes[(end + 1)...])
        bytes.removeLast(line.count)
        return line
    }

    /// What was found out about the drop; nil before the first chunk.
    var format: DropFormat? {
        var format = decoder.format
        format?.isCompressed = source.isCompressed
        return format
    }

    /// Bytes of the file read so far, in its stored form.
    var bytesRead: Int64 { source.bytesRead }

    /// The digest of the decompressed content, once all of it was read.
    var contentDigest: [UInt8]? { source.contentDigest }

    /// The digest of the whole file; first reads what was left unread.
    mutating func finish() throws -> [UInt8] { try source.finish() }
}
