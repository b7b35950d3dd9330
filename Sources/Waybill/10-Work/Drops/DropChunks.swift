import SystemIO

/// The records of a drop as they come: its bytes read in blocks, and each block decoded into chunks.
///
/// A refusal can be passed over: `passingOverRefusals` reads on where one of the header or the trailer leaves records
/// to be read.
struct DropChunks {
    private var source: DropSource
    private(set) var decoder: DropDecoder
    private let passesOverRefusals: Bool
    /// Nil where forms are not looked for.
    private var forms: FormLines?
    private let takesMails: Bool
    /// Makes rows of mails, where the drop is of those.
    private var mails: MailReceipts?
    /// What was passed over, where anything was.
    private(set) var passedOver: RefusedDrop?
    /// Whether the last block was read.
    private(set) var isAtEnd = false
    /// SHA-256 of the beginning of the drop: a salt that the same drop always gives.
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

    /// What the next block completes, perhaps nothing; nil behind the last.
    mutating func next() throws -> [Chunk]? {
        if isAtEnd { return nil }
        let (bytes, isLast) = try source.next(upTo: DropReading.blockSize)
        if salt.isEmpty {
            salt = SHA256.hash(Array(bytes.prefix(65_536)))
            if takesMails { mails = MailReceipts(beginning: bytes) }
        }
        let block = mails?.push(bytes, isLast: isLast) ?? forms?.rewritten(bytes, isLast: isLast) ?? bytes
        isAtEnd = isLast
        do {
            return try decoder.push(block, isLast: isLast)
        } catch {
            guard passesOverRefusals else { throw error }
            passedOver = error
            // The decoder has the block; what it refuses once it goes on from, what it refuses for good it refuses
            // again.
            return try decoder.push([], isLast: isLast)
        }
    }

    /// What was found out about the drop; nil before the first chunk.
    var format: DropFormat? {
        var format = decoder.format
        format?.isCompressed = source.isCompressed
        return format
    }

    /// Bytes of the file read so far, as it lies on disk.
    var bytesRead: Int64 { source.bytesRead }

    /// The digest of what was compressed in the drop, once all of it was read.
    var contentDigest: [UInt8]? { source.contentDigest }

    /// The digest of the whole file; reads to the end what was left unread.
    mutating func finish() throws -> [UInt8] { try source.finish() }
}
