import Support
import Waybill
import XCTest

final class DayReportRowsTests: XCTestCase {
    private let digest = AddressDigest(key0: 1, key1: 2)

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    func testContactRowHasItsFifteenCells() throws {
        var rows = DayRows(
            day: ReportSamples.day, campaign: "clinic, inc", addresses: AddressMask(style: .masked, digest: digest))
        rows.begin(batch: ReportSamples.batch)
        var row = ContactRow()
        row.record = 12
        row.id = bytes("a\"7")[...]
        row.state = .contact(.smsSent)
        row.stage = .dispatch
        row.step = bytes("text")
        row.channel = bytes("sms")
        row.address = bytes("+14155553012")[...]
        row.attempts = 2
        row.lastAttemptAt = LocalMoment(ReportSamples.start, offset: 3_600)
        row.nextAttemptAt = LocalMoment(ReportSamples.end, offset: -16_200)
        row.reason = bytes("waits for the window, then goes")
        var out: [UInt8] = ContactRow.header
        rows.append(row, to: &out)
        rows.begin(batch: BatchID("20261121-000008")!)
        var rejected = ContactRow()
        rejected.record = 1
        rejected.state = .rejected
        rejected.code = bytes("phone1.invalid")
        rows.append(rejected, to: &out)
        XCTAssertEqual(
            ReportSamples.text(out),
            """
            day,campaign,batch,record,id,state,stage,step,channel,address,attempts,lastAttemptAt,nextAttemptAt,code,reason
            2026-11-21,"clinic, inc",20261121-000007,12,"a""7",SMS sent,dispatch,text,sms,+1415•••3012,2,\
            2026-11-21T11:00:00+01:00,2026-11-21T05:30:04-04:30,,"waits for the window, then goes"
            2026-11-21,"clinic, inc",20261121-000008,1,,Rejected,validation,,,,0,,,phone1.invalid,

            """)
        let read = try Python.rows(ofCSV: out)
        XCTAssertEqual(
            read[1],
            "2026-11-21|clinic, inc|20261121-000007|12|a\"7|SMS sent|dispatch|text|sms|+1415•••3012|2|"
                + "2026-11-21T11:00:00+01:00|2026-11-21T05:30:04-04:30||waits for the window, then goes")
    }

    func testEveryStateIsWrittenByItsLabelIntoOneFile() {
        var rows = DayRows(
            day: ReportSamples.day, campaign: "c", addresses: AddressMask(style: .plain, digest: digest))
        rows.begin(batch: ReportSamples.batch)
        for state in ContactState.allCases.map(ReportedState.contact) + [.rejected, .duplicate] {
            var row = ContactRow()
            row.record = 1
            row.state = state
            var out: [UInt8] = []
            rows.append(row, to: &out)
            XCTAssertEqual(
                ReportSamples.text(out).split(separator: ",", omittingEmptySubsequences: false)[5], state.label[...])
        }
        XCTAssertEqual(ReportedState.rejected.file, .failure)
        XCTAssertEqual(ReportedState.duplicate.file, .skipped)
        XCTAssertEqual(ReportedState.contact(.pending).file, .progress)
        XCTAssertEqual(ReportedState.contact(.handedOver).file, .success)
        XCTAssertEqual(ReportedState.contact(.dangling).file, .failure)
        XCTAssertEqual(ReportedState.contact(.dncListed).file, .skipped)
        XCTAssertEqual(DayReportFile.progress.fileName(campaign: "clinic"), "clinic.progress.csv.gz")
    }

    func testAttemptRowHasItsEighteenCells() throws {
        var rows = DayRows(
            day: ReportSamples.day, campaign: "clinic", addresses: AddressMask(style: .plain, digest: digest))
        rows.begin(batch: ReportSamples.batch)
        rows.begin(record: 12, id: bytes("k1")[...])
        rows.set(address: bytes("+14155553012")[...])
        var row = AttemptRow(sentAt: LocalMoment(ReportSamples.start, offset: 0))
        row.step = bytes("call")
        row.attempt = 3
        row.channel = bytes("voice")
        row.transport = bytes("folder")
        row.config = bytes("9f2c")
        var out: [UInt8] = AttemptRow.header
        let words = rows.words(of: row)
        rows.append(words, to: &out)
        rows.append(
            words,
            AttemptReceipt(
                event: .abandonedDialer, at: LocalMoment(ReportSamples.end, offset: 0), code: bytes("486"),
                detail: bytes("line\nbusy"), isLate: true),
            to: &out)
        let start =
            "2026-11-21|clinic|20261121-000007|12|k1|call|3|voice|folder|20261121-000007-12-call-3|+14155553012|"
        XCTAssertNotNil(Reference("20261121-000007-12-call-3"))
        let read = try Python.rows(ofCSV: out)
        XCTAssertEqual(
            read,
            [
                "day|campaign|batch|record|id|step|attempt|channel|transport|reference|address|sentAt|event|eventAt|code|"
                    + "detail|late|config",
                start + "2026-11-21T10:00:00+00:00|||||false|9f2c",
                start
                    + "2026-11-21T10:00:00+00:00|abandoned-dialer|2026-11-21T10:00:04+00:00|486|line~busy|true|9f2c",
            ])
    }

    func testFormulaCellsStayAsTheyAreInTheDaysFiles() {
        var rows = DayRows(
            day: ReportSamples.day, campaign: "c", addresses: AddressMask(style: .plain, digest: digest))
        rows.begin(batch: ReportSamples.batch)
        var row = ContactRow()
        row.id = bytes("=1+1")[...]
        row.address = bytes("+14155553012")[...]
        var out: [UInt8] = []
        rows.append(row, to: &out)
        XCTAssertTrue(ReportSamples.text(out).contains(",=1+1,Pending,validation,,,+14155553012,"))
    }

    func testTimesAreWhatTheTimestampSays() {
        var formatter = LocalTimeFormatter()
        let seed = TestSeed.next()
        var state = seed
        for _ in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // Within three days of the epoch and of 2026, on both sides of midnight, at quarter-hour offsets.
            let base: Int64 = state >> 40 & 1 == 0 ? 0 : 1_795_219_200_000
            let at = Timestamp(milliseconds: base + Int64(state >> 33) % 259_200_000 - 129_600_000)
            let offset = (Int(state >> 20 & 0x7F) - 56) * 900
            var out: [UInt8] = []
            formatter.append(LocalMoment(at, offset: offset), to: &out)
            XCTAssertEqual(ReportSamples.text(out), at.iso8601(offset: offset), "seed \(seed)")
        }
    }

    func testOffsetsWithSecondsNameTheSameMoment() {
        var formatter = LocalTimeFormatter()
        var out: [UInt8] = []
        formatter.append(LocalMoment(Timestamp(milliseconds: 0), offset: 1_172), to: &out)
        XCTAssertEqual(ReportSamples.text(out), "1970-01-01T00:19:00+00:19")
    }
}
