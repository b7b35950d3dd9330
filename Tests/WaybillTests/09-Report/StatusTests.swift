import XCTest

@testable import Waybill

final class StatusTests: XCTestCase {
    func testStatusFileIsExactlyThis() throws {
        let expected = """
            {"now":"2026-11-21T10:00:00.123Z","version":"1.2.3","campaigns":[{"campaign":"clinic",\
            "zone":"Europe/Berlin","paused":true,"pausedSince":"2026-11-21T10:00:00.123Z","pausedBy":"a command",\
            "stopped":null,"received":1000,"rejected":20,"duplicates":10,"skipped":100,\
            "open":370,"success":450,"failure":50,"states":{"Pending":300,"Sent to Dialer":70,"Connected":450},"perMinute":12,\
            "held":[{"kind":"hours","reason":"outside the \\"evening\\" window","contacts":300,\
            "nextAt":"2026-11-22T07:00:00.000Z","openings":[]}],"expectedEnd":"2026-11-22T10:00:00.000Z"}],\
            "batches":[{"batch":"20261121-000007","drop":"cli\\u001b[31mnic.csv","campaign":"clinic","state":"reading",\
            "startedAt":"2026-11-21T10:00:00.123Z","bytesRead":4500000,"bytesTotal":10000000,"received":45000,\
            "rejected":12,"duplicates":0,"skipped":0,"open":44988,"success":0,"failure":0,"expectedEnd":null}],\
            "inboxes":[{"inbox":"inbox","watch":"events","lastScanAt":"2026-11-21T09:59:58.123Z","ageSeconds":2,\
            "problem":null},{"inbox":"/mnt/share","watch":"polling","lastScanAt":null,"ageSeconds":null,\
            "problem":"The share does not answer."}],"stuck":[{"file":"inbox/half.csv",\
            "reason":"It has been growing for an hour.","since":"2026-11-21T10:00:00.123Z"}],"transports":[{"transport":"folder","stopped":null,"nextAt":null},{"transport":"relay",\
            "stopped":"It says 5.7.26.","nextAt":"2026-11-21T10:00:00.123Z"}],"inDoubt":[],"refused":[],"lists":[],"approvals":[],"missing":[],"repeats":[],\
            "configurationProblem":null,"toldAt":null,"untilIdle":false,"ended":false,"stopped":false,"process":null,"pidNamespace":null,"disks":[],"untakenFiles":0,"attention":[{"kind":"transport",\
            "what":"transport relay is stopped: It says 5.7.26.","since":null},{"kind":"inbox",\
            "what":"inbox /mnt/share: The share does not answer.","since":null},{"kind":"stuck",\
            "what":"inbox/half.csv: It has been growing for an hour.","since":"2026-11-21T10:00:00.123Z"}]}
            """
        XCTAssertEqual(ReportSamples.text(StatusFile.bytes(ReportSamples.status, pretty: false)), expected + "\n")
        let read = try Python.roundTrip(json: StatusFile.bytes(ReportSamples.status))
        XCTAssertEqual(read, expected)
    }

    func testMetricsEscapeLabelsAndDeclareEveryFamilyOnce() {
        let text = ReportSamples.text(MetricsFile.bytes(ReportSamples.status))
        for line in [
            "waybill_info{version=\"1.2.3\"} 1", "waybill_status_timestamp_seconds 1795255200",
            "# TYPE waybill_records_received_total counter", "waybill_records_received_total{campaign=\"clinic\"} 1000",
            "waybill_contacts_held{campaign=\"clinic\",reason=\"hours\"} 300",
            "waybill_contacts_open{campaign=\"clinic\"} 370", "waybill_campaign_paused{campaign=\"clinic\"} 1",
            "waybill_reading_done_bytes 4500000", "waybill_inbox_up{inbox=\"/mnt/share\"} 0", "waybill_stuck_files 1",
            "waybill_transport_stopped{transport=\"folder\"} 0", "waybill_transport_stopped{transport=\"relay\"} 1",
        ] { XCTAssertTrue(("\n" + text).contains("\n\(line)\n"), line) }
        var declared: Set<Substring> = []
        var current: Substring = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0] == "#" {
                if words[1] == "TYPE" { XCTAssertTrue(declared.insert(words[2]).inserted, "\(line)") }
                current = words[2]
            } else {
                XCTAssertEqual(line.prefix { $0 != "{" && $0 != " " }, current)
            }
        }
    }

    func testPlainStatusIsExactlyThis() {
        XCTAssertEqual(
            StatusText.render(ReportSamples.status, width: 100, colour: false, bars: false),
            """
            Waybill 1.2.3   2026-11-21 10:00 UTC

            Needs attention
            ! transport relay is stopped: It says 5.7.26.
            ! inbox /mnt/share: The share does not answer.
            ! inbox/half.csv: It has been growing for an hour. (since 2026-11-21 10:00 UTC)

            Campaigns
              clinic  Europe/Berlin  paused
                paused since 2026-11-21 11:00 by a command; "waybill campaign resume clinic" lets it go on
                61 %  600 of 970 done
                success 450  failure 50  skipped 100  open 370  rejected 20  duplicates 10
                Pending 300  Sent to Dialer 70  12 a minute leave  ends about 2026-11-22 11:00, in 24 h
                300 wait: outside the "evening" window; opens in 21 h, 2026-11-22 08:00

            Batches in work
              cli\u{FFFD}[31mnic.csv  20261121-000007  clinic
                45 %  read 4.5 MB of 10.0 MB, 45,000 records, 12 rejected

            Inboxes
              inbox  looked at 2 s ago, by events
              /mnt/share  not looked at yet, by polling

            """)
    }

    func testBarsFitTheTerminal() {
        for width in [20, 40, 60, 80, 200] {
            let text = StatusText.render(ReportSamples.status, width: width, colour: false)
            XCTAssertTrue(text.contains("█"))
            for line in text.split(separator: "\n") where line.contains("█") {
                XCTAssertLessThanOrEqual(line.count, max(40, width), "\(line)")
            }
        }
    }

    func testAPageIsNoHigherAndNoWiderThanTheTerminalAndBeginsWithWhatNeedsAttention() {
        var status = ReportSamples.status
        for number in 2...9 {
            var campaign = status.campaigns[0]
            campaign.campaign = "campaign-with-a-long-name-\(number)" + String(repeating: "-and-on", count: number * 2)
            status.campaigns.append(campaign)
            status.stuck.append(
                .init(file: "inbox/\(number)", reason: "It has been growing for an hour.", since: status.now))
        }
        for (width, height) in [(60, 14), (80, 23), (200, 49)] {
            let text = StatusText.render(status, width: width, height: height, colour: false)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            XCTAssertLessThanOrEqual(lines.count, height, text)
            for line in lines { XCTAssertLessThanOrEqual(line.count, width, "\(line)") }
            XCTAssertEqual(lines[2], "Needs attention", text)
            XCTAssertTrue(text.contains("clinic"), text)
        }
    }

    func testWhatNeedsAttentionHasTheRoomThatIsLeft() {
        var status = ReportSamples.status
        status.refused = (1...15).map { number in
            .init(
                batch: BatchID(rawValue: 202_611_210_000_00 + Int64(number)), drop: "clinic-\(number).csv",
                campaign: "clinic", reason: "drop.no-valid-records: its only record is not valid", at: status.now)
        }
        let whole = StatusText.render(status, width: 80, height: 200, colour: false)
        XCTAssertTrue(whole.contains("clinic-15.csv for clinic was refused: its only record is not valid"), whole)
        let text = StatusText.render(status, width: 80, height: 40, colour: false)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        XCTAssertTrue((38...40).contains(lines.count), text)
        XCTAssertTrue(text.contains("\nInboxes\n"), text)
        XCTAssertTrue(text.contains("clinic-4.csv") && text.contains(" more\n\nCampaigns\n"), text)
    }

    func testPartsOfABarFillItAndNoneOfThemIsLost() {
        XCTAssertEqual(ProgressBar.shares([1, 0, 1, 999_998], width: 20), [1, 0, 1, 18])
        XCTAssertEqual(ProgressBar.shares([1, 1, 1], width: 10), [4, 3, 3])
        XCTAssertEqual(ProgressBar.shares([0, 0], width: 10), [0, 0])
        XCTAssertEqual(ProgressBar.shares([5], width: 7), [7])
    }

    func testThoseWhoWaitForTheClockAreToldByWhenTheyCanGoOn() {
        var status = ReportSamples.status
        let now = status.now
        let openings = [(2, 300), (3, 200), (4, 40), (5, 7)].map { hours, contacts in
            Holding.Opening(at: now.adding(.hours(Int64(hours))), contacts: contacts)
        }
        status.campaigns[0].held = [
            .init(
                kind: .hours, reason: "outside the contact hours", contacts: 547, nextAt: openings[0].at,
                openings: openings)
        ]
        let text = StatusText.render(status, width: 200, colour: false, bars: false)
        XCTAssertTrue(
            text.contains(
                "    547 wait: outside the contact hours; opens for 300 in 2 h, 200 in 3 h, 40 in 4 h, the others later "
                    + "(the first 2026-11-21 13:00)\n"), text)
    }

    func testWhatTheFileSaysIsReadBackWhole() throws {
        var status = ReportSamples.status
        status.toldAt = status.now
        status.refused = [
            .init(
                batch: ReportSamples.batch, drop: "b.csv", campaign: "clinic", reason: "drop.empty: no", at: status.now)
        ]
        status.lists = [
            .init(batch: ReportSamples.batch, drop: "dnc.csv", campaigns: ["clinic"], problem: "cannot be read"),
            .init(batch: ReportSamples.batch, drop: "r.csv", campaigns: [], problem: "has 1 stop", holds: false),
        ]
        status.campaigns[0].held[0].openings = [.init(at: status.now.adding(.hours(1)), contacts: 300)]
        let read = try XCTUnwrap(StatusFile.read(StatusFile.bytes(status), at: status.now))
        XCTAssertEqual(
            StatusText.render(read, width: 100, colour: false),
            StatusText.render(status, width: 100, colour: false).replacing("1.2.3", with: WaybillVersion.number))
        XCTAssertEqual(read.attention.map(\.kind), [.list, .unheardStop, .transport, .inbox, .refused, .stuck])
    }

    func testNobodyWhoRunsWhileFilesWaitNeedsAttention() {
        var status = WorkspaceStatus(now: ReportSamples.start, version: "1.2.3")
        XCTAssertEqual(status.attention.count, 0)
        status.untakenFiles = 2
        XCTAssertEqual(status.attention.map(\.what), ["Waybill is not running, and 2 files wait: start it"])
        status.toldAt = status.now
        XCTAssertEqual(status.attention.count, 0, "somebody takes them")
        status.toldAt = status.now.adding(.hours(-3))
        let text = StatusText.render(status, width: 100, colour: false)
        XCTAssertTrue(text.contains("Waybill is not running: it told of itself last 3 h ago"), text)
    }

    func testBetweenTwoRunsOfCronNothingNeedsToRun() throws {
        var told = ReportSamples.status
        (told.toldAt, told.ranUntilIdle) = (told.now, true)
        var status = WorkspaceStatus(now: told.now.adding(.hours(3)), version: "1.2.3")
        StatusFile.addLive(StatusFile.bytes(told), to: &status)
        status.untakenFiles = 2
        XCTAssertEqual(status.attention.map(\.what), [])
        let text = StatusText.render(status, width: 200, colour: false)
        XCTAssertTrue(text.contains("nothing runs until the next one, which takes 2 files that wait\n"), text)
        XCTAssertTrue(text.contains("  the next run looks at them\n"), text)
        XCTAssertFalse(text.contains("not running"), text)
        status.stuck = [WorkspaceStatus.StuckFile(file: "outbox/acks", reason: "it is a file", since: told.now)]
        let stuck = StatusText.render(status, width: 200, colour: false)
        XCTAssertTrue(stuck.contains(", when nothing more could be done"), stuck)
        status.stuck = []
        told.wasStopped = true
        StatusFile.addLive(StatusFile.bytes(told), to: &status)
        let stopped = StatusText.render(status, width: 200, colour: false)
        XCTAssertTrue(stopped.contains(", when it was stopped"), stopped)
        status.now = told.now.adding(.hours(25))
        XCTAssertEqual(status.attention.map(\.kind), [.notRunning], "cron has stopped")
    }

    func testColourChangesNothingButColour() {
        let painted = StatusText.render(ReportSamples.status, width: 80, colour: true)
        let plain = StatusText.render(ReportSamples.status, width: 80, colour: false)
        XCTAssertFalse(plain.contains("\u{1B}"))
        XCTAssertTrue(painted.contains("\u{1B}[32m█ success 450\u{1B}[0m"))
        XCTAssertEqual(painted.replacing(#/\u{1B}\[\d+m/#, with: ""), plain)
    }

    func testBarFillsInEighthsAndIsFullOnlyWhenDone() {
        XCTAssertEqual(ProgressBar.text(0, of: 80, width: 10), "░░░░░░░░░░")
        XCTAssertEqual(ProgressBar.text(1, of: 80_000, width: 10), "▏░░░░░░░░░")
        XCTAssertEqual(ProgressBar.text(36, of: 80, width: 10), "████▌░░░░░")
        XCTAssertEqual(ProgressBar.text(79_999, of: 80_000, width: 10), "█████████▉")
        XCTAssertEqual(ProgressBar.text(80, of: 80, width: 10), "██████████")
        XCTAssertEqual(ProgressBar.text(1, of: 0, width: 3), "░░░")
        XCTAssertEqual(ProgressBar.percent(999, of: 1_000), " 99 %")
        XCTAssertEqual(ProgressBar.percent(1_000, of: 1_000), "100 %")
    }

    func testLogLineStaysOneLine() throws {
        let line = LogLine(
            time: ReportSamples.start, level: .warning, event: "drop.stuck",
            ["file": "inbox/a b\n.csv", "bytes": 12, "again": .flag(true), "reason": "locked", "note": ""])
        XCTAssertEqual(
            ReportSamples.text(line.bytes(as: .text)),
            "2026-11-21T10:00:00.123Z warning drop.stuck file=\"inbox/a b\\n.csv\" bytes=12 again=true reason=locked "
                + "note=\"\"\n")
        let json = """
            {"time":"2026-11-21T10:00:00.123Z","level":"warning","event":"drop.stuck","file":"inbox/a b\\n.csv",\
            "bytes":12,"again":true,"reason":"locked","note":""}
            """
        XCTAssertEqual(ReportSamples.text(line.bytes(as: .json)), json + "\n")
        let read = try Python.roundTrip(json: line.bytes(as: .json))
        XCTAssertEqual(read, json)
    }

    func testNoTextOfALogLineSteersATerminal() {
        let line = LogLine(
            time: ReportSamples.start, level: .info, event: "drop.claimed",
            ["drop": "a\u{9B}31m\u{202E}.csv", "tag": "\u{E0041}\u{1B}é", "name": "é😀.csv"])
        XCTAssertEqual(
            ReportSamples.text(line.bytes(as: .text)),
            #"2026-11-21T10:00:00.123Z info drop.claimed drop="a\u009b31m\u202e.csv" "#
                + #"tag="\udb40\udc41\u001bé" name=é😀.csv"# + "\n")
    }

    // MARK: What only a running waybill knows

    private func merged(at now: Timestamp, changing file: [UInt8]? = nil) -> WorkspaceStatus {
        var status = WorkspaceStatus(now: now, version: "1.2.3")
        StatusFile.addLive(file ?? StatusFile.bytes(ReportSamples.status), to: &status)
        return status
    }

    func testDropsBeingReadInboxesAndStuckFilesComeFromAFreshStatusFile() throws {
        var written = ReportSamples.status
        written.batches[0].expectedEnd = written.now.adding(.minutes(1))
        let later = written.now.adding(TimeSpan(milliseconds: 15_500))
        let status = merged(at: later, changing: StatusFile.bytes(written))
        let text = StatusText.render(status, width: 100, colour: false, bars: false)
        XCTAssertTrue(
            text.contains("45 %  read 4.5 MB of 10.0 MB, 45,000 records, 12 rejected, 45 s left\n"), text)
        XCTAssertTrue(text.contains("inbox  looked at 17 s ago, by events\n"), text)
        XCTAssertTrue(text.contains("The share does not answer.\n"), text)
        XCTAssertTrue(text.contains("It has been growing for an hour. (since 2026-11-21 10:00 UTC)\n"), text)
    }

    func testAStatusFileOfLongAgoOrOfSomethingElseTellsNothing() {
        let now = ReportSamples.status.now
        XCTAssertEqual(merged(at: now.adding(.minutes(1))).inboxes.count, 2)
        let old = merged(at: now.adding(TimeSpan(milliseconds: 62_000)))
        for status in [old, merged(at: now, changing: Array("{".utf8))] {
            XCTAssertTrue(status.inboxes.isEmpty && status.stuck.isEmpty && status.batches.isEmpty)
            let text = StatusText.render(status, width: 100, colour: false, bars: false)
            XCTAssertTrue(text.contains("nobody has looked at them for a minute: waybill is not running\n"), text)
        }
    }

    func testAStatusFileOfTheFutureOrWithNumbersThatCannotBeTellsNothingOfItself() {
        let now = ReportSamples.status.now
        XCTAssertTrue(merged(at: Timestamp(milliseconds: now.milliseconds - 60_000)).inboxes.isEmpty)
        var hostile = ReportSamples.status
        hostile.batches[0].totals = ReportTotals(received: .max, rejected: .max, duplicates: .max)
        XCTAssertTrue(merged(at: now, changing: StatusFile.bytes(hostile)).batches.isEmpty)
        hostile = ReportSamples.status
        hostile.batches[0].bytesRead = hostile.batches[0].bytesTotal + 1
        XCTAssertTrue(merged(at: now, changing: StatusFile.bytes(hostile)).batches.isEmpty)
    }

    func testABatchThatTheStoreHasIsNotToldTwice() {
        var status = WorkspaceStatus(now: ReportSamples.status.now, version: "1.2.3")
        var open = ReportSamples.status.batches[0]
        open.bytesRead = open.bytesTotal
        status.batches = [open]
        StatusFile.addLive(StatusFile.bytes(ReportSamples.status), to: &status)
        XCTAssertEqual(status.batches.map(\.isReading), [false])
    }
}
