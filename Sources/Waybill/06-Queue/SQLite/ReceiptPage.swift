/// Receipts of one batch as they lie in the store, many in a row: of contacts that lie near each other, by record, and
/// each contact's in the order in which they came.
///
///     1                 the form
///     for each receipt
///       record          by how much it is more than that of the one before it
///       moment          the same, in milliseconds
///       circumstances   n: those that came n-th in this page; 0: others, which follow:
///                       step, event, code: texts; attempt; 1 if it came too late; when it came; the drop that said so
///       detail          0: none; 1: a text follows; n: that which came (n - 1)-th in this page
///
/// Numbers are in LEB128 (seven bits a byte, the lowest first), those that may be negative with their sign in the
/// lowest bit. A text is the count of its bytes and they. What mostly is as in the receipt before takes a byte then.
struct ReceiptPage {
    let place: Place
    let first: UInt32
    private(set) var last: UInt32
    private(set) var bytes: [UInt8] = [Self.form]
    private(set) var count = 0
    private var moment: Int64 = 0
    private var known: [Circumstances] = []
    private var details: [String] = []

    private static let form: UInt8 = 1
    /// Few enough that looking up one contact is quick, and so many that a row costs little for each.
    static let most = 256
    /// So many of the latest texts and circumstances are looked at before one is written out again.
    private static let lookBack = 8

    /// Where the pages of contacts stand that lie near each other: 16,384 of a batch.
    struct Place: RawRepresentable, Hashable, Comparable {
        let rawValue: Int64

        init(rawValue: Int64) { self.rawValue = rawValue }

        /// As that of a segment: the batch, and 18 bits.
        init(batch: BatchID, record: UInt32) { rawValue = batch.rawValue << 18 | Int64(record >> 14) }

        var batch: BatchID { BatchID(rawValue: rawValue >> 18) }

        static func < (left: Place, right: Place) -> Bool { left.rawValue < right.rawValue }
    }

    /// What many receipts have in common.
    fileprivate struct Circumstances {
        let step: String
        let event: String
        let code: String
        let attempt: Int
        let isLate: Bool
        let receivedAt: Timestamp
        let source: BatchID
    }

    init(of record: UInt32, batch: BatchID) {
        place = Place(batch: batch, record: record)
        (first, last) = (record, record)
    }

    /// Whether a receipt belongs here behind the others.
    func takes(_ record: UInt32, batch: BatchID) -> Bool {
        count < Self.most && record >= last && place == Place(batch: batch, record: record)
    }

    mutating func append(_ receipt: StoredReceipt, source: BatchID) {
        append(number: UInt64(receipt.record - (count == 0 ? 0 : last)))
        append(signed: receipt.at.milliseconds &- moment)
        (last, moment) = (receipt.record, receipt.at.milliseconds)
        count += 1
        if let number = known.indices.suffix(Self.lookBack).last(where: { known[$0].are(of: receipt, source) }) {
            append(number: UInt64(number + 1))
        } else {
            append(number: 0)
            for text in [receipt.step, receipt.event, receipt.code] { append(text) }
            append(signed: Int64(receipt.attempt))
            append(number: receipt.isLate ? 1 : 0)
            append(signed: receipt.receivedAt.milliseconds)
            append(signed: source.rawValue)
            known.append(
                Circumstances(
                    step: receipt.step, event: receipt.event, code: receipt.code, attempt: receipt.attempt,
                    isLate: receipt.isLate, receivedAt: receipt.receivedAt, source: source))
        }
        if receipt.detail.isEmpty {
            append(number: 0)
        } else if let number = details.indices.suffix(Self.lookBack).last(where: { details[$0].isSame(receipt.detail) })
        {
            append(number: UInt64(number + 2))
        } else {
            append(number: 1)
            append(receipt.detail)
            details.append(receipt.detail)
        }
    }

    private mutating func append(number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func append(signed number: Int64) {
        append(number: UInt64(bitPattern: number << 1 ^ number >> 63))
    }

    private mutating func append(_ text: String) {
        append(number: UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }
}

extension ReceiptPage.Circumstances {
    fileprivate func are(of receipt: StoredReceipt, _ source: BatchID) -> Bool {
        receivedAt == receipt.receivedAt && attempt == receipt.attempt && isLate == receipt.isLate
            && self.source == source && event.isSame(receipt.event) && step.isSame(receipt.step)
            && code.isSame(receipt.code)
    }

    fileprivate func receipt(of record: UInt32, at moment: Int64, detail: String) -> StoredReceipt {
        StoredReceipt(
            record: record, step: step, attempt: attempt, event: event, at: Timestamp(milliseconds: moment),
            receivedAt: receivedAt, code: code, detail: detail, isLate: isLate)
    }
}

extension String {
    /// Whether it is so byte for byte: canonical equivalence alone would change a word.
    fileprivate func isSame(_ other: String) -> Bool {
        let (mine, others) = (utf8.span, other.utf8.span)
        guard mine.count == others.count else { return false }
        for place in mine.indices where mine[place] != others[place] { return false }
        return true
    }
}

// MARK: - Reading

extension ReceiptPage {
    /// The receipts of some records in a page's bytes; nil where these say nothing.
    static func receipts(in bytes: [UInt8], of records: ClosedRange<UInt32>) -> [StoredReceipt]? {
        var reader = Reader(bytes)
        guard reader.byte() == form else { return nil }
        var found: [StoredReceipt] = []
        var (record, moment) = (UInt64(0), Int64(0))
        var known: [Circumstances] = []
        // Nobody asks for most of them where one contact is looked for.
        var details: [Range<Int>] = []
        while !reader.isAtEnd {
            guard let more = reader.number(), let later = reader.signed(), let number = reader.number() else {
                return nil
            }
            record = record &+ more
            moment = moment &+ later
            guard record <= UInt64(UInt32.max), number <= UInt64(known.count) else { return nil }
            if number == 0 {
                guard let new = reader.circumstances() else { return nil }
                known.append(new)
            }
            guard let detail = reader.number(), detail <= UInt64(details.count) + 1 else { return nil }
            if detail == 1 {
                guard let text = reader.text() else { return nil }
                details.append(text)
            }
            if record > UInt64(records.upperBound) { break }
            guard record >= UInt64(records.lowerBound) else { continue }
            let words = detail == 0 ? "" : text(bytes, details[detail > 1 ? Int(detail - 2) : details.count - 1])
            let circumstances = known[number == 0 ? known.count - 1 : Int(number - 1)]
            found.append(circumstances.receipt(of: UInt32(record), at: moment, detail: words))
        }
        return found
    }

    private static func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    private struct Reader {
        private let bytes: [UInt8]
        private var next = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { next >= bytes.count }

        mutating func byte() -> UInt8? {
            guard next < bytes.count else { return nil }
            defer { next += 1 }
            return bytes[next]
        }

        mutating func number() -> UInt64? {
            var number: UInt64 = 0
            var shift: UInt64 = 0
            while shift < 64, let byte = byte() {
                number |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return number }
                shift += 7
            }
            return nil
        }

        mutating func signed() -> Int64? {
            guard let number = number() else { return nil }
            let half = Int64(bitPattern: number >> 1)
            return number & 1 == 0 ? half : ~half
        }

        mutating func text() -> Range<Int>? {
            guard let count = number(), count <= UInt64(bytes.count - next) else { return nil }
            defer { next += Int(count) }
            return next..<next + Int(count)
        }

        private mutating func string() -> String? {
            text().map { String(decoding: bytes[$0], as: UTF8.self) }
        }

        mutating func circumstances() -> Circumstances? {
            guard let step = string(), let event = string(), let code = string(), let attempt = signed(),
                let late = number(), late < 2, let received = signed(), let source = signed()
            else { return nil }
            return Circumstances(
                step: step, event: event, code: code, attempt: Int(attempt), isLate: late == 1,
                receivedAt: Timestamp(milliseconds: received), source: BatchID(rawValue: source))
        }
    }
}
