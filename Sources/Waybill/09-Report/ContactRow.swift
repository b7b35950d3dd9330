/// One record as a row of the contact files; every text is UTF-8, empty where there is nothing to say.
package struct ContactRow: Sendable {
    package static let header = Array(
        ("day,campaign,batch,record,id,state,stage,step,channel,address,attempts,lastAttemptAt,nextAttemptAt,code,reason"
            + "\n").utf8)

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

/// The cells that the rows of contacts have in common which stand alike: all but who they are about.
package struct ContactWords: Sendable {
    /// One after the other, so that one reference is counted for all.
    private let bytes: [UInt8]
    private let middleEnd: Int

    /// From the comma before the state to the one before the address.
    @inline(__always)
    func appendMiddle(to row: inout [UInt8]) { row.append(copying: bytes.span.extracting(..<middleEnd)) }

    /// From the comma before the attempts on.
    @inline(__always)
    func appendEnd(to row: inout [UInt8]) { row.append(copying: bytes.span.extracting(middleEnd...)) }

    init(of row: borrowing ContactRow, _ times: inout LocalTimeFormatter) {
        var bytes: [UInt8] = [CSVText.comma]
        bytes.append(contentsOf: row.state.label.utf8)
        bytes.append(CSVText.comma)
        bytes.append(contentsOf: row.stage.label.utf8)
        ReportCells.append(next: row.step, to: &bytes)
        ReportCells.append(next: row.channel, to: &bytes)
        bytes.append(CSVText.comma)
        middleEnd = bytes.count
        bytes.append(CSVText.comma)
        DecimalText.append(row.attempts, to: &bytes)
        bytes.append(CSVText.comma)
        if let moment = row.lastAttemptAt { times.append(moment, to: &bytes) }
        bytes.append(CSVText.comma)
        if let moment = row.nextAttemptAt { times.append(moment, to: &bytes) }
        ReportCells.append(next: row.code, to: &bytes)
        ReportCells.append(next: row.reason, to: &bytes)
        bytes.append(CSVText.lineEnd)
        self.bytes = bytes
    }
}
