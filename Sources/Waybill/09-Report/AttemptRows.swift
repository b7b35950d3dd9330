/// One attempt as a row of the attempts file: alone, or with one of its receipts.
package struct AttemptRow: Sendable {
    package var record: UInt32 = 0
    package var id: ArraySlice<UInt8> = []
    package var step: [UInt8] = []
    /// From 1, counted over all steps of the contact.
    package var attempt = 1
    package var channel: [UInt8] = []
    package var transport: [UInt8] = []
    /// The letters its reference begins with.
    package var letters = StoreLetters.absent
    /// Plain; the rows hide it as the configuration wants.
    package var address: ArraySlice<UInt8> = []
    package var sentAt: LocalMoment?
    /// Nil for an attempt without a receipt so far.
    package var event: Event?
    package var eventAt: LocalMoment?
    package var code: [UInt8] = []
    package var detail: [UInt8] = []
    /// The receipt came after the contact was done.
    package var isLate = false
    /// The fingerprint of the configuration under which the attempt was made.
    package var config: [UInt8] = []

    package init() {}
}

/// Writes the rows of one campaign's attempts file of one day, batch after batch (CSV, RFC 4180, LF).
package struct AttemptRows: Sendable {
    package static let header = Array(
        ("day,campaign,batch,record,id,step,attempt,channel,transport,reference,address,sentAt,event,eventAt,code,"
            + "detail,late,config\n").utf8)

    private let addresses: AddressMask
    private var prefix: DayReportPrefix
    private var sentTimes = LocalTimeFormatter()
    private var eventTimes = LocalTimeFormatter()
    private var words = AttemptWords()

    package init(day: CalendarDay, campaign: String, addresses: AddressMask) {
        self.addresses = addresses
        prefix = DayReportPrefix(day: day, campaign: campaign)
    }

    /// Starts another batch; needed before the first row.
    package mutating func begin(batch: BatchID) {
        prefix.begin(batch)
        words = AttemptWords()
    }

    /// Appends one row.
    package mutating func append(_ row: borrowing AttemptRow, to bytes: inout [UInt8]) {
        prefix.append(record: row.record, id: row.id, to: &bytes)
        if !words.are(of: row) { words = AttemptWords(of: row, batch: prefix.batch) }
        bytes.append(contentsOf: words.beforeRecord)
        DecimalText.append(UInt64(row.record), to: &bytes)
        bytes.append(contentsOf: words.behindRecord)
        addresses.append(row.address, to: &bytes)
        bytes.append(CSVText.comma)
        if let moment = row.sentAt { sentTimes.append(moment, to: &bytes) }
        if row.event == nil, row.eventAt == nil, row.code.isEmpty, row.detail.isEmpty {
            return bytes.append(contentsOf: words.endWithoutEvent)
        }
        bytes.append(CSVText.comma)
        if let event = row.event { bytes.append(contentsOf: event.rawValue.utf8) }
        bytes.append(CSVText.comma)
        if let moment = row.eventAt { eventTimes.append(moment, to: &bytes) }
        ReportCells.append(next: row.code, to: &bytes)
        ReportCells.append(next: row.detail, to: &bytes)
        bytes.append(contentsOf: words.end)
    }
}

/// The cells of a row that the next one of its batch mostly has too.
private struct AttemptWords: Sendable {
    private var step: [UInt8] = []
    private var attempt = 0
    private var channel: [UInt8] = []
    private var transport: [UInt8] = []
    private var letters = StoreLetters.absent
    private var isLate = false
    private var config: [UInt8] = []
    /// From the comma before the step to the record in the reference.
    private(set) var beforeRecord: [UInt8] = []
    /// From there to the comma before the address.
    private(set) var behindRecord: [UInt8] = []
    /// From the comma before `late` on.
    private(set) var end: [UInt8] = []
    /// The same, from the comma before the event on, where there is none.
    private(set) var endWithoutEvent: [UInt8] = []

    /// Those of no row.
    init() {}

    init(of row: borrowing AttemptRow, batch: [UInt8]) {
        (step, attempt, channel, transport) = (row.step, row.attempt, row.channel, row.transport)
        (letters, isLate, config) = (row.letters, row.isLate, row.config)
        ReportCells.append(next: step, to: &beforeRecord)
        beforeRecord.append(CSVText.comma)
        DecimalText.append(attempt, to: &beforeRecord)
        ReportCells.append(next: channel, to: &beforeRecord)
        ReportCells.append(next: transport, to: &beforeRecord)
        beforeRecord.append(CSVText.comma)
        // The text of `Reference`, without making one.
        letters.append(to: &beforeRecord)
        beforeRecord.append(contentsOf: batch)
        beforeRecord.append(UInt8(ascii: "-"))
        behindRecord.append(UInt8(ascii: "-"))
        behindRecord.append(contentsOf: step)
        behindRecord.append(UInt8(ascii: "-"))
        DecimalText.append(attempt, to: &behindRecord)
        behindRecord.append(CSVText.comma)
        end.append(CSVText.comma)
        end.append(contentsOf: isLate ? Self.yes : Self.no)
        ReportCells.append(next: config, to: &end)
        end.append(CSVText.lineEnd)
        endWithoutEvent = Array(repeating: CSVText.comma, count: 4) + end
    }

    /// Texts that are the same array are compared without looking at them.
    @inline(__always)
    func are(of row: borrowing AttemptRow) -> Bool {
        attempt == row.attempt && step == row.step && channel == row.channel && transport == row.transport
            && letters == row.letters && isLate == row.isLate && config == row.config
    }

    private static let yes = Array("true".utf8)
    private static let no = Array("false".utf8)
}
