/// What a day's page says about a campaign besides its sums, counted in the same pass that writes the files.
struct DayTally {
    private let start: Timestamp
    private let end: Timestamp
    private let campaignZone: Zone
    /// Contacts of the day's batches with at least one attempt.
    private(set) var contacted = 0
    /// Results that came this day after their contact was done.
    private var late = 0
    /// Messages that left this day, by the hour of the recipient's clock.
    private var hours = [Int](repeating: 0, count: 24)
    /// Failures of this day: by the name of the code, or of the final state if there is none.
    private var failures: [UInt32: Int] = [:]
    private var failedStates: [ContactState: Int] = [:]
    private var steps: [String: DaySummary.StepSummary] = [:]
    private var order: [String] = []
    private var zones: [String: Zone] = [:]

    /// By the values of the column that reports are broken down by.
    private var splits: [[UInt8]: ReportTotals] = [:]
    /// For values beyond the first `mostValues`.
    private var others: ReportTotals?
    private static let mostValues = 500

    /// For the current batch, by parcel.
    private var sent: [Int] = []
    private var delivered: [Int] = []
    private var answered: [Int] = []

    init(from start: Timestamp, until end: Timestamp, zone: Zone, strategy: Strategy) {
        self.start = start
        self.end = end
        campaignZone = zone
        for step in strategy.steps {
            order.append(step.name)
            steps[step.name] = DaySummary.StepSummary(
                step: step.name, channel: step.channel.name, template: step.template)
        }
    }

    /// Starts another batch.
    mutating func begin(_ travels: BatchTravels) {
        sent = [Int](repeating: 0, count: travels.parcels.count)
        delivered = sent
        answered = sent
    }

    mutating func note(_ standing: Standing) {
        if standing.attempts > 0 { contacted += 1 }
        guard standing.state.total == .failure, standing.changedAt >= start else { return }
        if standing.code == .none {
            failedStates[standing.state, default: 0] += 1
        } else {
            failures[standing.code.rawValue, default: 0] += 1
        }
    }

    /// Counts a contact whose column has this value; empty if it has none.
    mutating func note(_ state: ContactState, under value: ArraySlice<UInt8>) {
        let value = Array(value)
        if splits[value] != nil || splits.count < Self.mostValues {
            splits[value, default: ReportTotals()].add(1, to: state.total)
        } else {
            others = others ?? ReportTotals()
            others?.add(1, to: state.total)
        }
    }

    /// Counts one attempt that left before the end of the day, with everything that came back for its contact.
    mutating func note(_ trip: BatchTravels.Trip, _ receipts: [StoredReceipt]) {
        let parcel = Int(trip.parcel)
        sent[parcel] += 1
        if receipts.isEmpty { return }
        var isDelivered = false
        var isAnswered = false
        for receipt in receipts where receipt.attempt == Int(trip.attempt) && receipt.receivedAt < end {
            if receipt.isLate, receipt.receivedAt >= start { late += 1 }
            guard let event = Event(rawValue: receipt.event) else { continue }
            if Self.arrivals.contains(event) { isDelivered = true }
            if Self.answers.contains(event) { isAnswered = true }
        }
        // Whoever answered has received it.
        if isDelivered || isAnswered { delivered[parcel] += 1 }
        if isAnswered { answered[parcel] += 1 }
    }

    private static let arrivals: Set<Event> = [.delivered, .read, .opened, .clicked]
    private static let answers: Set<Event> = [.connected, .responded, .declined]

    /// Adds the counts of the current batch's parcels.
    mutating func finish(_ travels: BatchTravels) {
        for (number, parcel) in travels.parcels.enumerated() where sent[number] > 0 {
            let name = String(decoding: parcel.step, as: UTF8.self)
            if steps[name] == nil {
                // A step that the strategy no longer has.
                order.append(name)
                steps[name] = DaySummary.StepSummary(step: name, channel: parcel.channel.name, template: nil)
            }
            steps[name]?.sent += sent[number]
            steps[name]?.delivered += delivered[number]
            steps[name]?.answered += answered[number]
            if parcel.leftAt >= start { hours[hour(parcel)] += sent[number] }
        }
        (sent, delivered, answered) = ([], [], [])
    }

    /// In the first zone its contacts can be in, else the campaign's.
    private mutating func hour(_ parcel: BatchTravels.Way) -> Int {
        let zone = zones[parcel.zone] ?? firstZone(of: parcel.zone)
        zones[parcel.zone] = zone
        return parcel.leftAt.secondOfDay(offset: zone.offset(at: parcel.leftAt)) / 3_600
    }

    private func firstZone(of zones: String) -> Zone {
        zones.split(separator: "+").first.flatMap { Zone.named(String($0)) } ?? campaignZone
    }

    /// Writes the counts into the campaign's summary; `text` resolves the codes.
    func tell(_ summary: inout DaySummary.CampaignSummary, text: (NameID) throws -> String) rethrows {
        var reasons: [String: Int] = [:]
        for (code, count) in failures { reasons[try text(NameID(rawValue: code)), default: 0] += count }
        for (state, count) in failedStates { reasons[state.label, default: 0] += count }
        summary.contacted = contacted
        summary.late = late
        summary.hours = hours
        summary.failures = reasons
        summary.steps = order.compactMap { steps[$0] }
    }

    /// Writes the sums by the values of a column into the campaign's summary, the values with most contacts first.
    func tell(_ summary: inout DaySummary.CampaignSummary, splitBy column: String) {
        var told = splits.map {
            DaySummary.SplitSummary(value: String(decoding: $0.key, as: UTF8.self), totals: $0.value)
        }
        told.sort { ($1.contacts, $0.value ?? "") < ($0.contacts, $1.value ?? "") }
        if let others { told.append(DaySummary.SplitSummary(value: nil, totals: others)) }
        summary.splitBy = column
        summary.splits = told
    }
}
