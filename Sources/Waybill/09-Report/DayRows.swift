/// Writes the rows of one campaign's files of one day, batch after batch (CSV, RFC 4180, LF).
///
/// Who rows are about is written once for all rows about them (`begin`), and what rows of many contacts have in common
/// once for all of those (`ContactWords`, `AttemptWords`). A row is put together from both.
package struct DayRows: Sendable {
    private let addresses: AddressMask
    /// `day,campaign,` of all rows.
    private let campaign: [UInt8]
    private var batch: [UInt8] = []
    /// `day,campaign,batch,` of the batch's rows.
    private var start: [UInt8] = []
    /// The cells `record,id` of the present contact, and how many digits the record has.
    private var who: [UInt8] = []
    private var digits = 0
    /// As the reports show it.
    private var address: [UInt8] = []
    private var times = LocalTimeFormatter()
    private var eventTimes = LocalTimeFormatter()

    package init(day: CalendarDay, campaign: String, addresses: AddressMask) {
        self.addresses = addresses
        var cells = Array(day.description.utf8)
        cells.append(CSVText.comma)
        ReportCells.append(cell: Array(campaign.utf8), to: &cells)
        cells.append(CSVText.comma)
        self.campaign = cells
    }

    /// Starts another batch; needed before the first row, and before words of its attempts.
    package mutating func begin(batch: BatchID) {
        self.batch = Array(batch.description.utf8)
        start = campaign + self.batch + [CSVText.comma]
    }

    /// The rows that follow are about this contact.
    package mutating func begin(record: UInt32, id: ArraySlice<UInt8>) {
        who.removeAll(keepingCapacity: true)
        DecimalText.append(UInt64(record), to: &who)
        digits = who.count
        who.append(CSVText.comma)
        ReportCells.append(cell: id, to: &who)
    }

    /// The rows that follow have this address; plain, the rows hide it as the configuration wants.
    package mutating func set(address: ArraySlice<UInt8>) {
        self.address.removeAll(keepingCapacity: true)
        addresses.append(address, to: &self.address)
    }

    // MARK: Contacts

    package mutating func words(of row: borrowing ContactRow) -> ContactWords { ContactWords(of: row, &times) }

    /// Appends a row of the contact files.
    @inline(__always)
    package func append(_ words: borrowing ContactWords, to bytes: inout [UInt8]) {
        bytes.append(copying: start.span)
        bytes.append(copying: who.span)
        words.appendMiddle(to: &bytes)
        bytes.append(copying: address.span)
        words.appendEnd(to: &bytes)
    }

    /// Appends a row that has little in common with others.
    package mutating func append(_ row: borrowing ContactRow, to bytes: inout [UInt8]) {
        begin(record: row.record, id: row.id)
        set(address: row.address)
        append(words(of: row), to: &bytes)
    }

    // MARK: Attempts

    package mutating func words(of row: borrowing AttemptRow) -> AttemptWords {
        AttemptWords(of: row, batch: batch, &times)
    }

    /// Appends a row of the attempts file, without a receipt.
    @inline(__always)
    package func append(_ words: borrowing AttemptWords, to bytes: inout [UInt8]) {
        append(start: words, to: &bytes)
        words.appendEnd(to: &bytes)
    }

    /// Appends a row of the attempts file, with one of the attempt's receipts.
    package mutating func append(
        _ words: borrowing AttemptWords, _ receipt: AttemptReceipt, to bytes: inout [UInt8]
    ) {
        append(start: words, to: &bytes)
        words.appendEnd(receipt, &eventTimes, to: &bytes)
    }

    @inline(__always)
    private func append(start words: borrowing AttemptWords, to bytes: inout [UInt8]) {
        bytes.append(copying: start.span)
        bytes.append(copying: who.span)
        words.appendStart(to: &bytes)
        bytes.append(copying: who.span.extracting(..<digits))
        words.appendMiddle(to: &bytes)
        bytes.append(copying: address.span)
    }
}
