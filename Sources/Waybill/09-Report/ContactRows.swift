/// One record as a row of the contact files; every text is UTF-8, empty where there is nothing to say.
package struct ContactRow: Sendable {
    package var record: UInt32 = 0
    package var id: ArraySlice<UInt8> = []
    package var state = ReportedState.contact(.pending)
    package var stage = ContactStage.validation
    package var step: [UInt8] = []
    package var channel: [UInt8] = []
    /// Plain; the rows hide it as the configuration wants.
    package var address: ArraySlice<UInt8> = []
    package var attempts = 0
    package var lastAttemptAt: LocalMoment?
    package var nextAttemptAt: LocalMoment?
    package var code: [UInt8] = []
    package var reason: [UInt8] = []

    package init() {}
}

/// Writes the rows of one campaign's contact files of one day, batch after batch (CSV, RFC 4180, LF).
package struct ContactRows: Sendable {
    package static let header = Array(
        ("day,campaign,batch,record,id,state,stage,step,channel,address,attempts,lastAttemptAt,nextAttemptAt,code,reason"
            + "\n").utf8)

    private let addresses: AddressMask
    private var prefix: DayReportPrefix
    private var times = LocalTimeFormatter()
    private var words = RowWords()

    package init(day: CalendarDay, campaign: String, addresses: AddressMask) {
        self.addresses = addresses
        prefix = DayReportPrefix(day: day, campaign: campaign)
    }

    /// Starts another batch; needed before the first row.
    package mutating func begin(batch: BatchID) { prefix.begin(batch) }

    /// Appends one row.
    package mutating func append(_ row: borrowing ContactRow, to bytes: inout [UInt8]) {
        prefix.append(record: row.record, id: row.id, to: &bytes)
        if !words.are(of: row) { words = RowWords(of: row) }
        bytes.append(contentsOf: words.middle)
        addresses.append(row.address, to: &bytes)
        bytes.append(CSVText.comma)
        DecimalText.append(row.attempts, to: &bytes)
        bytes.append(CSVText.comma)
        if let moment = row.lastAttemptAt { times.append(moment, to: &bytes) }
        bytes.append(CSVText.comma)
        if let moment = row.nextAttemptAt { times.append(moment, to: &bytes) }
        bytes.append(contentsOf: words.end)
    }
}

/// The cells of a row that the next one mostly has too.
private struct RowWords: Sendable {
    private var state = ReportedState.contact(.pending)
    private var stage = ContactStage.validation
    private var step: [UInt8] = []
    private var channel: [UInt8] = []
    private var code: [UInt8] = []
    private var reason: [UInt8] = []
    /// From the comma before the state to the one before the address.
    private(set) var middle: [UInt8] = []
    /// From the comma before the code on.
    private(set) var end: [UInt8] = []

    /// Those of no row.
    init() {}

    init(of row: borrowing ContactRow) {
        (state, stage, step, channel) = (row.state, row.stage, row.step, row.channel)
        (code, reason) = (row.code, row.reason)
        middle.append(CSVText.comma)
        switch state {
        case .contact(let state): middle.append(contentsOf: Self.states[Int(state.rawValue)])
        case .rejected: middle.append(contentsOf: Self.rejected)
        case .duplicate: middle.append(contentsOf: Self.duplicate)
        }
        middle.append(CSVText.comma)
        middle.append(contentsOf: Self.stages[Int(stage.rawValue)])
        ReportCells.append(next: step, to: &middle)
        ReportCells.append(next: channel, to: &middle)
        middle.append(CSVText.comma)
        ReportCells.append(next: code, to: &end)
        ReportCells.append(next: reason, to: &end)
        end.append(CSVText.lineEnd)
    }

    /// Texts that are the same array are compared without looking at them.
    @inline(__always)
    func are(of row: borrowing ContactRow) -> Bool {
        state == row.state && stage == row.stage && step == row.step && channel == row.channel && code == row.code
            && reason == row.reason && !end.isEmpty
    }

    /// The labels by raw value, with gaps where no state has the number.
    private static let states: [[UInt8]] = {
        var labels: [[UInt8]] = []
        for state in ContactState.allCases {
            while labels.count < Int(state.rawValue) { labels.append([]) }
            labels.append(Array(state.label.utf8))
        }
        return labels
    }()
    private static let stages: [[UInt8]] = [
        ContactStage.validation, .sampling, .policy, .dispatch, .receipt,
    ].map { Array($0.label.utf8) }
    private static let rejected = Array(ReportedState.rejected.label.utf8)
    private static let duplicate = Array(ReportedState.duplicate.label.utf8)
}

/// The cells `day,campaign,batch,record,id` that all rows begin with.
struct DayReportPrefix: Sendable {
    /// What the rows of one batch have in common.
    private var bytes: [UInt8] = []
    private(set) var batch: [UInt8] = []
    private let campaign: [UInt8]

    init(day: CalendarDay, campaign: String) {
        var cells = Array(day.description.utf8)
        cells.append(CSVText.comma)
        ReportCells.append(cell: Array(campaign.utf8), to: &cells)
        cells.append(CSVText.comma)
        self.campaign = cells
    }

    mutating func begin(_ batch: BatchID) {
        self.batch = Array(batch.description.utf8)
        bytes = campaign + self.batch + [CSVText.comma]
    }

    @inline(__always)
    func append(record: UInt32, id: ArraySlice<UInt8>, to row: inout [UInt8]) {
        row.append(contentsOf: bytes)
        DecimalText.append(UInt64(record), to: &row)
        row.append(CSVText.comma)
        ReportCells.append(cell: id, to: &row)
    }
}
