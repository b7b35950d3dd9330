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

    package init(day: CalendarDay, campaign: String, addresses: AddressMask) {
        self.addresses = addresses
        prefix = DayReportPrefix(day: day, campaign: campaign)
    }

    /// Starts another batch; needed before the first row.
    package mutating func begin(batch: BatchID) { prefix.begin(batch) }

    /// Appends one row.
    package mutating func append(_ row: borrowing ContactRow, to bytes: inout [UInt8]) {
        prefix.append(record: row.record, id: row.id, to: &bytes)
        bytes.append(CSVText.comma)
        switch row.state {
        case .contact(let state): bytes.append(contentsOf: Self.states[Int(state.rawValue)])
        case .rejected: bytes.append(contentsOf: Self.rejected)
        case .duplicate: bytes.append(contentsOf: Self.duplicate)
        }
        bytes.append(CSVText.comma)
        bytes.append(contentsOf: Self.stages[Int(row.stage.rawValue)])
        ReportCells.append(next: row.step, to: &bytes)
        ReportCells.append(next: row.channel, to: &bytes)
        bytes.append(CSVText.comma)
        addresses.append(row.address, to: &bytes)
        bytes.append(CSVText.comma)
        DecimalText.append(row.attempts, to: &bytes)
        bytes.append(CSVText.comma)
        if let moment = row.lastAttemptAt { times.append(moment, to: &bytes) }
        bytes.append(CSVText.comma)
        if let moment = row.nextAttemptAt { times.append(moment, to: &bytes) }
        ReportCells.append(next: row.code, to: &bytes)
        ReportCells.append(next: row.reason, to: &bytes)
        bytes.append(CSVText.lineEnd)
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
