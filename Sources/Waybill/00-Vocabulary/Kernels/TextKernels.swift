import CShims

/// Text examined with the processor's vector instructions. Whoever calls these has code of his own that gives the same
/// answers without them.
///
/// This is the only file outside `SystemIO` that calls C. Its functions are pure: they know no clock and no disk, keep
/// nothing, and read only the bytes that they are given.
enum TextKernels {
    /// Whether this processor has the instructions; nothing else here may be called if not.
    static let canRun = waybill_text_can_run() == 1

    /// Which of 64 bytes are a delimiter, a quote or a line end, as bits. Safe if all of them are readable.
    @inline(__always)
    static func marks(_ bytes: UnsafePointer<UInt8>, delimiter: UInt8, quote: UInt8) -> UInt64 {
        unsafe waybill_text_marks(bytes, delimiter, quote)
    }

    /// Cuts fields of CSV that end with a delimiter, up to the next other mark or to where less than 64 bytes are left,
    /// and returns how many. `marks` are those ahead among the 64 bytes from `base` on, and the first field begins at
    /// `start`. Safe if `count` bytes are readable, and there is room for `most` fields.
    @inline(__always)
    static func cutFields(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, delimiter: UInt8, quote: UInt8, base: inout Int,
        marks: inout UInt64, start: inout Int, into fields: UnsafeMutablePointer<FieldSpan>, most: Int
    ) -> Int {
        var cut = waybill_text_cut(base: base, marks: marks, start: start)
        let found = unsafe waybill_text_fields(bytes, count, delimiter, quote, &cut, fields, most)
        (base, marks, start) = (cut.base, cut.marks, cut.start)
        return found
    }

    /// Whether an address has no fault; false leaves it open. Most addresses are answered here.
    @inline(__always)
    static func isPlainEmail(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let readable = text.extracting(range.lowerBound..<text.count)
        precondition(range.count <= readable.count)
        // Safe: the pointer is valid for the call, which reads at most as many bytes as are said to be readable.
        return unsafe readable.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe waybill_text_is_plain_email(start, range.count, bytes.count) == 1
        }
    }

    /// Which of up to 64 fields, wherever they are, are longer than their free length, nested, or neither empty nor
    /// known to be trimmed, as bits.
    @inline(__always)
    static func untrimmed(_ fields: Span<FieldSpan>, _ freeLengths: Span<Int64>) -> UInt64 {
        precondition(fields.count <= freeLengths.count && fields.count <= 64)
        // Safe: the pointers are valid for the call, which reads `fields.count` fields and lengths; a `FieldSpan` is
        // one word of 64 bits.
        return unsafe fields.withUnsafeBufferPointer { spans in
            unsafe freeLengths.withUnsafeBufferPointer { lengths in
                guard let first = spans.baseAddress, let limits = lengths.baseAddress else { return 0 }
                return unsafe waybill_text_untrimmed(first, limits, spans.count)
            }
        }
    }

    /// Appends the values of fields of a text as a contact has them, each behind its length.
    static func append(_ fields: Span<FieldSpan>, of text: Span<UInt8>, to values: inout [UInt8]) {
        // Safe: the pointers are valid for the calls; the first one finds that no field ends behind the text, and the
        // second one has as much room as the first says it needs.
        unsafe fields.withUnsafeBufferPointer { spans in
            guard let first = spans.baseAddress else { return }
            let size = unsafe waybill_text_room(first, spans.count, text.count)
            precondition(size > 0)
            values.append(addingCapacity: size) { output in
                unsafe output.withUnsafeMutableBufferPointer { space, written in
                    unsafe text.withUnsafeBufferPointer { text in
                        guard let bytes = text.baseAddress, let room = space.baseAddress else { return }
                        written += unsafe waybill_text_lay_out(first, spans.count, bytes, text.count, room + written)
                    }
                }
            }
        }
    }
}

/// What one pass over a chunk's text finds.
struct TextSurvey: Sendable {
    /// Whether the text is UTF-8 without control characters.
    private(set) var isText = false
    /// For each byte whether it is odd (not ASCII, a space or lower) and may be a value's first or last.
    private(set) var borders: [UInt64] = []

    /// Examines the next text, in which values of CSV stand between delimiters, quotes and line ends.
    mutating func take(_ text: Span<UInt8>, delimiter: UInt8, quote: UInt8) {
        let words = (text.count + 63) / 64
        if borders.count < words { borders = Array(repeating: 0, count: words) }
        // Safe: both pointers are valid for the call, which reads the text and writes as many words as there are.
        let faults = unsafe text.withUnsafeBufferPointer { bytes in
            unsafe borders.withUnsafeMutableBufferPointer { borders in
                guard let start = bytes.baseAddress, let first = borders.baseAddress else { return Int32(0) }
                return unsafe waybill_text_survey(start, bytes.count, delimiter, quote, first)
            }
        }
        isText = faults == 0
    }

    /// What a look at all fields of a record finds.
    struct Look {
        /// The fields that are longer than their free length, nested, or have an odd byte at a border, as bits; perhaps
        /// also some that have one beside a mark within quotes.
        let wanted: UInt64
        /// Whether all are shorter than 255 bytes and begin one byte behind the one before.
        let isAdjacent: Bool
    }

    /// Looks at up to 64 fields of a record of the text last taken. Nil unless all of them are part of the record as it
    /// was written.
    @inline(__always)
    func look(at fields: Span<FieldSpan>, _ freeLengths: Span<Int64>, of record: RecordSpan) -> Look? {
        let (start, end) = (Int(record.start), Int(record.end))
        precondition(fields.count <= freeLengths.count && fields.count <= 64 && end <= borders.count * 64)
        var form: Int32 = 0
        // Safe: the pointers are valid for the call, which reads `fields.count` fields and lengths, and the words of
        // the record's bytes; a `FieldSpan` is one word of 64 bits.
        let wanted = unsafe fields.withUnsafeBufferPointer { spans in
            unsafe freeLengths.withUnsafeBufferPointer { lengths in
                unsafe borders.withUnsafeBufferPointer { borders in
                    guard let first = spans.baseAddress, let limits = lengths.baseAddress,
                        let bits = borders.baseAddress
                    else { return UInt64(0) }
                    return unsafe waybill_text_wanted(first, limits, spans.count, bits, start, end, &form)
                }
            }
        }
        guard form & Int32(WAYBILL_TEXT_RAW) != 0 else { return nil }
        return Look(wanted: wanted, isAdjacent: form & Int32(WAYBILL_TEXT_ADJACENT) != 0)
    }
}

/// How objects of a JSON text are written that are like most of it: what stands between their values.
struct TextShape: Sendable {
    private var members: [waybill_text_member] = []
    private var leads: [UInt8] = []
    /// How many places their values need.
    private(set) var places = 0

    var count: Int { members.count }

    /// Adds a member: the bytes between the value before it, or the object's beginning, and its own value.
    mutating func add(_ lead: [UInt8], place: Int) {
        members.append(
            waybill_text_member(lead: UInt32(leads.count), length: UInt32(lead.count), place: UInt32(place)))
        leads += lead
        leads += repeatElement(0, count: -lead.count & 31)
        places = max(places, place + 1)
    }

    /// The place of a member's value.
    func place(of member: Int) -> Int { Int(members[member].place) }

    /// Reads an object's members from `first` on, whose lead begins at `position`.
    ///
    /// Returns the first one that is written otherwise, and whether only its value is: `position` is then there, else
    /// behind the value before it. Safe if 32 zero bytes follow the text, which the survey took last, `position` is in
    /// it or at its end, and `fields` has all places.
    @inline(__always)
    func read(
        _ text: UnsafePointer<UInt8>, _ survey: borrowing JSONSurvey, at position: inout Int, from first: Int,
        into fields: UnsafeMutablePointer<FieldSpan>
    ) -> (member: Int, isAtValue: Bool) {
        var isAtValue: Int32 = 0
        let reached = unsafe members.withUnsafeBufferPointer { members in
            unsafe leads.withUnsafeBufferPointer { leads in
                unsafe survey.stops.withUnsafeBufferPointer { stops in
                    guard let known = members.baseAddress, let bytes = leads.baseAddress,
                        let stops = stops.baseAddress, first < members.count
                    else { return first }
                    return unsafe waybill_text_members(
                        text, stops, &position, bytes, known, first, members.count, fields, &isAtValue)
                }
            }
        }
        return (reached, isAtValue != 0)
    }
}

/// What one pass over a JSON text finds.
struct JSONSurvey: Sendable {
    /// Whether the text is UTF-8 without control characters, but for one that it cuts off at its end.
    private(set) var isText = false
    /// For each byte whether the plain part of a string ends before it.
    fileprivate var stops: [UInt64] = []

    /// Examines the next text.
    mutating func take(_ text: Span<UInt8>) {
        let words = (text.count + 63) / 64 + 1
        if stops.count < words { stops = Array(repeating: 0, count: words) }
        // Safe: both pointers are valid for the call, which reads the text and writes as many words as there are.
        let faults = unsafe text.withUnsafeBufferPointer { bytes in
            unsafe stops.withUnsafeMutableBufferPointer { stops in
                guard let start = bytes.baseAddress, let first = stops.baseAddress else { return Int32(0) }
                return unsafe waybill_text_stops(start, bytes.count, first)
            }
        }
        isText = faults == 0
    }
}
