/// The totals of one day: `summary.json`, and what `report.html` shows.
package struct DaySummary: Sendable {
    package var day: CalendarDay
    /// The version of Waybill that wrote it.
    package var version: String
    package var campaigns: [CampaignSummary]
    /// Drops of this day whose campaign is unknown.
    package var drops: [ReturnedDrop] = []

    package init(day: CalendarDay, version: String, campaigns: [CampaignSummary]) {
        self.day = day
        self.version = version
        self.campaigns = campaigns
    }

    package struct CampaignSummary: Codable, Sendable {
        package var campaign: String
        /// IANA name: the zone of the day.
        package var zone: String
        /// Whether the day is over.
        package var closed: Bool
        /// The sums over `batches`.
        package var totals: ReportTotals
        package var batches: [BatchSummary] = []
        package var drops: [ReturnedDrop] = []
        /// Nil where there are none.
        package var damaged: [DamagedBatch]?
        /// What somebody has to look at; nil where there is nothing.
        package var attention: [String]?
        /// How many hours the day has: 23 or 25 when clocks change. This and the following are nil in summaries of
        /// earlier versions.
        package var dayHours: Int?
        /// Its report was made long after its end: Waybill did not run then, or could not write. Nil where it was not.
        package var missed: Bool?
        /// Contacts of its batches that were tried at least once; not those whose contacts were removed.
        package var contacted: Int?
        /// What became of each step's attempts in its batches.
        package var steps: [StepSummary]?
        /// What left this day, by the hour of the recipient's own clock.
        package var hours: [Int]?
        /// What contacts failed with this day.
        package var failures: [String: Int]?
        /// Results that came this day after their contact was done.
        package var late: Int?
        /// The column whose values the sums are broken down by, and those sums.
        package var splitBy: String?
        package var splits: [SplitSummary]?

        package init(campaign: String, zone: String, closed: Bool, totals: ReportTotals) {
            self.campaign = campaign
            self.zone = zone
            self.closed = closed
            self.totals = totals
        }
    }

    /// The attempts of one step in the batches of the day, since they came in.
    package struct StepSummary: Codable, Sendable {
        package var step: String
        package var channel: String
        package var template: String?
        package var sent = 0
        /// How many of them arrived according to a receipt, or were answered.
        package var delivered = 0
        package var answered = 0

        package init(step: String, channel: String, template: String?) {
            self.step = step
            self.channel = channel
            self.template = template
        }
    }

    /// The contacts of the day's batches with the same value in the configured column.
    package struct SplitSummary: Codable, Sendable {
        /// Nil for all values beyond the first five hundred.
        package var value: String?
        package var totals: ReportTotals

        package init(value: String?, totals: ReportTotals) {
            self.value = value
            self.totals = totals
        }

        package var contacts: Int { totals.skipped + totals.open + totals.success + totals.failure }
    }

    /// A batch, with totals since it came in.
    package struct BatchSummary: Codable, Sendable {
        package var batch: BatchID
        package var drop: String
        package var totals: ReportTotals
        /// Rejected records that came back corrected; not part of the sums.
        package var mended = 0
        package var byState: [ContactState: Int] = [:]
        package var byCode: [String: Int] = [:]
        /// The rows of this batch in each file of this day.
        package var today: [DayReportFile: Int] = [:]

        package init(batch: BatchID, drop: String, totals: ReportTotals) {
            self.batch = batch
            self.drop = drop
            self.totals = totals
        }
    }

    /// A batch with data in the store that cannot be read, so it is in no file and no sum of the day.
    package struct DamagedBatch: Codable, Sendable {
        package var batch: BatchID
        package var drop: String
        package var problem: String

        package init(batch: BatchID, drop: String, problem: String) {
            self.batch = batch
            self.drop = drop
            self.problem = problem
        }
    }

    /// A drop that was refused whole, or whose content had come before.
    package struct ReturnedDrop: Codable, Sendable {
        package var batch: BatchID
        package var drop: String
        package var status: Acknowledgement.Status
        package var reason: String?
        package var firstBatch: BatchID?
        package var at: LocalMoment

        package init(
            batch: BatchID, drop: String, status: Acknowledgement.Status, reason: String?, firstBatch: BatchID?,
            at: LocalMoment
        ) {
            self.batch = batch
            self.drop = drop
            self.status = status
            self.reason = reason
            self.firstBatch = firstBatch
            self.at = at
        }
    }
}

extension DaySummary {
    package static let fileName = "summary.json"

    /// The file's bytes: the contract's keys in the contract's order, open-ended keys sorted, and counts of 0 left out
    /// of `byState` and `byCode`. The same values always give the same bytes.
    package func json(pretty: Bool = true) -> [UInt8] {
        var json = ReportJSON(pretty: pretty)
        json.object { json in
            json.member("day", day.description)
            json.member("version", version)
            json.member("campaigns", array: campaigns) { json, campaign in campaign.write(to: &json) }
            if !drops.isEmpty { json.member("drops", array: drops) { json, drop in drop.write(to: &json) } }
        }
        return json.line()
    }
}

extension DaySummary.CampaignSummary {
    fileprivate func write(to json: inout ReportJSON) {
        json.object { json in
            json.member("campaign", campaign)
            json.member("zone", zone)
            json.member("closed", closed)
            totals.write(to: &json)
            json.member("batches", array: batches) { json, batch in batch.write(to: &json) }
            json.member("drops", array: drops) { json, drop in drop.write(to: &json) }
            if let damaged {
                json.member("damaged", array: damaged) { json, batch in
                    json.object { json in
                        json.member("batch", batch.batch.description)
                        json.member("drop", batch.drop)
                        json.member("problem", batch.problem)
                    }
                }
            }
            if let attention { json.member("attention", array: attention) { $0.string($1) } }
            writeFigures(to: &json)
        }
    }

    private func writeFigures(to json: inout ReportJSON) {
        if let dayHours { json.member("dayHours", dayHours) }
        if let missed { json.member("missed", missed) }
        if let contacted { json.member("contacted", contacted) }
        if let steps {
            json.member("steps", array: steps) { json, step in
                json.object { json in
                    json.member("step", step.step)
                    json.member("channel", step.channel)
                    json.member("template", step.template)
                    json.member("sent", step.sent)
                    json.member("delivered", step.delivered)
                    json.member("answered", step.answered)
                }
            }
        }
        if let hours { json.member("hours", array: hours) { $0.number($1) } }
        if let failures {
            json.member("failures") { json in
                for (reason, count) in failures.sorted(by: { $0.key < $1.key }) { json.member(reason, count) }
            }
        }
        if let late { json.member("late", late) }
        if let splitBy, let splits {
            json.member("splitBy", splitBy)
            json.member("splits", array: splits) { json, split in
                json.object { json in
                    json.member("value", split.value)
                    json.member("contacts", split.contacts)
                    for total in Total.allCases { json.member(total.rawValue, split.totals.count(of: total)) }
                }
            }
        }
    }
}

extension DaySummary.BatchSummary {
    fileprivate func write(to json: inout ReportJSON) {
        json.object { json in
            json.member("batch", batch.description)
            json.member("drop", drop)
            totals.write(to: &json)
            json.member("mended", mended)
            json.member("byState") { json in
                for (state, count) in statesByLabel where count != 0 { json.member(state, count) }
            }
            json.member("byCode") { json in
                for (code, count) in byCode.sorted(by: { $0.key < $1.key }) where count != 0 {
                    json.member(code, count)
                }
            }
            json.member("today") { json in
                for file in DayReportFile.allCases { json.member(file.rawValue, today[file] ?? 0) }
            }
        }
    }

    var statesByLabel: [(String, Int)] { byState.map { ($0.key.label, $0.value) }.sorted { $0.0 < $1.0 } }
}

extension DaySummary.ReturnedDrop {
    fileprivate func write(to json: inout ReportJSON) {
        json.object { json in
            json.member("batch", batch.description)
            json.member("drop", drop)
            json.member("status", status.rawValue)
            let refusal = Acknowledgement.refusal(reason)
            json.member("reason", refusal.code)
            json.member("detail", refusal.detail)
            json.member("firstBatch", firstBatch?.description)
            json.member("at", at.at.iso8601(offset: Int(at.offset)))
        }
    }
}
