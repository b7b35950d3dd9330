/// One attempt as rows of the attempts file: one alone, or one for each of its receipts.
package struct AttemptRow: Sendable {
    package static let header = Array(
        ("day,campaign,batch,record,id,step,attempt,channel,transport,reference,address,sentAt,event,eventAt,code,"
            + "detail,late,config\n").utf8)

    package var step: [UInt8] = []
    /// From 1, counted over all steps of the contact.
    package var attempt = 1
    package var channel: [UInt8] = []
    package var transport: [UInt8] = []
    /// The letters its reference begins with.
    package var letters = StoreLetters.absent
    package var sentAt: LocalMoment
    /// The fingerprint of the configuration under which the attempt was made.
    package var config: [UInt8] = []

    package init(sentAt: LocalMoment) { self.sentAt = sentAt }
}

/// What came back of an attempt.
package struct AttemptReceipt: Sendable {
    /// Nil if the table of events no longer has it.
    package let event: Event?
    package let at: LocalMoment
    package let code: [UInt8]
    package let detail: [UInt8]
    /// It came after the contact was done.
    package let isLate: Bool

    package init(event: Event?, at: LocalMoment, code: [UInt8], detail: [UInt8], isLate: Bool) {
        (self.event, self.at, self.code, self.detail, self.isLate) = (event, at, code, detail, isLate)
    }
}

/// The cells that the rows of a parcel's attempts have in common: all but who they are about and what came back.
package struct AttemptWords: Sendable {
    /// One after the other, so that one reference is counted for all.
    private let bytes: [UInt8]
    private let recordPlace: Int
    private let addressPlace: Int
    private let sentEnd: Int
    private let configPlace: Int

    init(of row: borrowing AttemptRow, batch: [UInt8], _ times: inout LocalTimeFormatter) {
        var bytes: [UInt8] = []
        ReportCells.append(next: row.step, to: &bytes)
        bytes.append(CSVText.comma)
        DecimalText.append(row.attempt, to: &bytes)
        ReportCells.append(next: row.channel, to: &bytes)
        ReportCells.append(next: row.transport, to: &bytes)
        bytes.append(CSVText.comma)
        // The text of `Reference`, without making one.
        row.letters.append(to: &bytes)
        bytes.append(contentsOf: batch)
        bytes.append(UInt8(ascii: "-"))
        recordPlace = bytes.count
        bytes.append(UInt8(ascii: "-"))
        bytes.append(contentsOf: row.step)
        bytes.append(UInt8(ascii: "-"))
        DecimalText.append(row.attempt, to: &bytes)
        bytes.append(CSVText.comma)
        addressPlace = bytes.count
        bytes.append(CSVText.comma)
        times.append(row.sentAt, to: &bytes)
        sentEnd = bytes.count
        for _ in 0..<4 { bytes.append(CSVText.comma) }
        Self.append(late: false, to: &bytes)
        configPlace = bytes.count
        ReportCells.append(next: row.config, to: &bytes)
        bytes.append(CSVText.lineEnd)
        self.bytes = bytes
    }

    /// From the comma before the step to the record in the reference.
    @inline(__always)
    func appendStart(to row: inout [UInt8]) { row.append(copying: bytes.span.extracting(..<recordPlace)) }

    /// From there to the comma before the address.
    @inline(__always)
    func appendMiddle(to row: inout [UInt8]) { row.append(copying: bytes.span.extracting(recordPlace..<addressPlace)) }

    /// From the comma before the moment of sending on, where nothing came back.
    @inline(__always)
    func appendEnd(to row: inout [UInt8]) { row.append(copying: bytes.span.extracting(addressPlace...)) }

    /// The same with what came back.
    func appendEnd(_ receipt: AttemptReceipt, _ times: inout LocalTimeFormatter, to row: inout [UInt8]) {
        row.append(copying: bytes.span.extracting(addressPlace..<sentEnd))
        row.append(CSVText.comma)
        if let event = receipt.event { row.append(contentsOf: event.rawValue.utf8) }
        row.append(CSVText.comma)
        times.append(receipt.at, to: &row)
        ReportCells.append(next: receipt.code, to: &row)
        ReportCells.append(next: receipt.detail, to: &row)
        Self.append(late: receipt.isLate, to: &row)
        row.append(copying: bytes.span.extracting(configPlace...))
    }

    private static func append(late isLate: Bool, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: (isLate ? ",true" : ",false").utf8)
    }
}
