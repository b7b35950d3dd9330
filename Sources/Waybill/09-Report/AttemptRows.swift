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

    package init(day: CalendarDay, campaign: String, addresses: AddressMask) {
        self.addresses = addresses
        prefix = DayReportPrefix(day: day, campaign: campaign)
    }

    /// Starts another batch; needed before the first row.
    package mutating func begin(batch: BatchID) { prefix.begin(batch) }

    /// Appends one row.
    package mutating func append(_ row: borrowing AttemptRow, to bytes: inout [UInt8]) {
        prefix.append(record: row.record, id: row.id, to: &bytes)
        ReportCells.append(next: row.step, to: &bytes)
        bytes.append(CSVText.comma)
        DecimalText.append(row.attempt, to: &bytes)
        ReportCells.append(next: row.channel, to: &bytes)
        ReportCells.append(next: row.transport, to: &bytes)
        bytes.append(CSVText.comma)
        appendReference(row, to: &bytes)
        bytes.append(CSVText.comma)
        addresses.append(row.address, to: &bytes)
        bytes.append(CSVText.comma)
        if let moment = row.sentAt { sentTimes.append(moment, to: &bytes) }
        bytes.append(CSVText.comma)
        if let event = row.event { bytes.append(contentsOf: event.rawValue.utf8) }
        bytes.append(CSVText.comma)
        if let moment = row.eventAt { eventTimes.append(moment, to: &bytes) }
        ReportCells.append(next: row.code, to: &bytes)
        ReportCells.append(next: row.detail, to: &bytes)
        bytes.append(CSVText.comma)
        bytes.append(contentsOf: row.isLate ? Self.yes : Self.no)
        ReportCells.append(next: row.config, to: &bytes)
        bytes.append(CSVText.lineEnd)
    }

    /// The text of `Reference`, without making one.
    @inline(__always)
    private func appendReference(_ row: borrowing AttemptRow, to bytes: inout [UInt8]) {
        row.letters.append(to: &bytes)
        bytes.append(contentsOf: prefix.batch)
        bytes.append(UInt8(ascii: "-"))
        DecimalText.append(UInt64(row.record), to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(contentsOf: row.step)
        bytes.append(UInt8(ascii: "-"))
        DecimalText.append(row.attempt, to: &bytes)
    }

    private static let yes = Array("true".utf8)
    private static let no = Array("false".utf8)
}
