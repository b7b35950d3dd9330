import XCTest

@testable import Waybill

final class ReceiptColumnsTests: XCTestCase {
    private func slices(_ values: [String]) -> [ArraySlice<UInt8>] { values.map { Array($0.utf8)[...] } }

    private func read(
        _ values: [String], names: [String] = ["reference", "event", "at", "detail", "address"]
    ) throws -> ReceiptReading<ReceiptRow> {
        try ReceiptColumns(names: names).read(slices(values))
    }

    func testNoErrorAndAnEmptyErrorAreNoReason() throws {
        let names = ["reference", "event", "error", "error.description", "status.description", "error code"]
        func detail(_ error: String, _ description: String, _ status: String, _ code: String) throws -> String? {
            let values = ["bcdfgh-20261120-000001-1-text-1", "delivered", error, description, status, code]
            return try read(values, names: names).row.map { String(decoding: $0.detail, as: UTF8.self) }
        }
        XCTAssertEqual(try detail("", "No Error", "", ""), "")
        XCTAssertEqual(try detail("{}", "NO_ERROR", "", "0"), "")
        XCTAssertEqual(try detail("", "No Error", "Delivered to handset", ""), "Delivered to handset")
        XCTAssertEqual(try detail("{}", "", "Not delivered", "27"), "Not delivered")
        XCTAssertEqual(try detail("", "Unknown subscriber", "Not delivered", ""), "Unknown subscriber")
    }

    func testWholeReceipt() throws {
        let reading = try read(
            ["20261121-000007-12-text-1", "no-answer", "2026-11-21T10:00:00+01:00", "rang 30 s, \"nobody\""])
        XCTAssertEqual(reading.problems, [])
        XCTAssertEqual(
            reading.row?.subject, .reference(try XCTUnwrap(Reference("20261121-000007-12-text-1"))))
        XCTAssertEqual(reading.row?.event, .noAnswer)
        XCTAssertEqual(reading.row?.at?.description, "2026-11-21T09:00:00.000Z")
        XCTAssertEqual(reading.row?.detail, Array("rang 30 s, \"nobody\"".utf8))
    }

    func testColumnNamesAreComparedLoosely() throws {
        let reading = try read(
            ["busy", "x", "+14155550100", " 2026-11-21T10:00:00Z "], names: ["EVENT", "extra", "Add_ress ", "a-t"])
        XCTAssertEqual(reading.row?.subject, .address)
        XCTAssertEqual(reading.row?.address, Array("+14155550100".utf8))
        XCTAssertEqual(reading.row?.event, .busy)
        XCTAssertEqual(reading.row?.at?.description, "2026-11-21T10:00:00.000Z")
    }

    func testEveryEventIsReadInAnyWriting() throws {
        for event in Event.allCases where event != .expired {
            for text in [
                event.rawValue, event.rawValue.uppercased(), event.rawValue.replacingOccurrences(of: "-", with: "_"),
                event.rawValue.replacingOccurrences(of: "-", with: " "), " \(event.rawValue)\t",
            ] {
                XCTAssertEqual(try read(["20261121-000007-12-text-1", text]).row?.event, event, text)
            }
        }
    }

    func testUnknownEventNamesTheNearest() throws {
        for (text, nearest) in [
            ("deliverd", "delivered"), ("bouncd", "bounced"), ("noanswer!", "no-answer"),
            ("abandoned-custmer", "abandoned-customer"),
        ] {
            let reading = try read(["20261121-000007-12-text-1", text])
            XCTAssertNil(reading.row)
            XCTAssertEqual(reading.problems.map(\.code.rawValue), ["event.unknown"])
            XCTAssertEqual(reading.problems.first?.hint, "Did you mean \"\(nearest)\"?")
            XCTAssertEqual(reading.problems.first?.value, Array(text.utf8))
        }
    }

    func testProvidersWordsAreReadAsWhatTheyMean() throws {
        for (text, event) in [
            ("undelivered", .failed), ("UNDELIV", .failed), ("expired", .failed), ("EXPIRED", .failed),
            ("rejected", .failed), ("REJECTD", .failed), ("DELIVRD", .delivered), ("sent", .accepted),
            ("opt-out", .unsubscribed), ("Opted Out", .unsubscribed), ("spam_report", .complained),
            ("hard-bounce", .bounced), ("not delivered", .failed),
        ] as [(String, Event)] {
            let reading = try read(["20261121-000007-12-text-1", text])
            XCTAssertEqual(reading.row?.event, event, text)
            XCTAssertEqual(reading.problems, [], text)
        }
    }

    func testWhatProvidersExportIsReadByTheNamesOfItsColumns() throws {
        for (names, values, address, event, at) in [
            (
                "To,From,Body,Status,SentDate", "+14155550101,+1999,Hi,undelivered,2026-11-20", "+14155550101", .failed,
                nil
            ),
            (
                "email,timestamp,event,reason", "ann@example.com,1795186800,group_unsubscribe,x", "ann@example.com",
                .unsubscribed, "2026-11-20T15:00:00.000Z"
            ),
            (
                "Row number,Recipient,Template,Type,Job,Status,Time",
                "1,ann@example.com,t,email,j,Permanent failure,2026-11-20", "ann@example.com", .failed, nil
            ),
            (
                "rcpt_to,type,timestamp", "ann@example.com,spam_complaint,1795186800123", "ann@example.com",
                .complained,
                "2026-11-20T15:00:00.123Z"
            ),
            (
                "msisdn,to,status,message-timestamp", "+14155550101,+1999,delivered,2026-11-20 15:00:00",
                "+14155550101",
                .delivered, "2026-11-20T15:00:00.000Z"
            ),
            (
                "E-Mail Address,Bounce Reason,Event Type", "ann@example.com,no,Hard Bounce", "ann@example.com",
                .bounced, nil
            ),
            ("phone,email,disposition", ",ann@example.com,DNC", "ann@example.com", .unsubscribed, nil),
        ] as [(String, String, String, Event, String?)] {
            let split = { (text: String) in
                text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            let reading = try read(split(values), names: split(names))
            XCTAssertEqual(reading.problems, [], names)
            XCTAssertEqual(reading.row?.subject, .address, names)
            XCTAssertEqual(reading.row.map { String(decoding: $0.address, as: UTF8.self) }, address, names)
            XCTAssertEqual(reading.row?.event, event, names)
            XCTAssertEqual(reading.row?.at?.description, at, names)
        }
    }

    func testABounceOfAMailStaysAsItWasJudgedAndAnyOtherIsJudgedByAllThatIsSaid() throws {
        for (names, values, event, isSoft) in [
            (MailReceipts.columns, ["", "ann@b.example", "bounced", "", "5.7.1 no", "1"], .bounced, false),
            (MailReceipts.columns, ["", "ann@b.example", "bounced", "", "5.2.2 full", "1"], .bounced, true),
            (["address", "event", "detail"], ["ann@b.example", "bounced", "5.7.1 no"], .failed, false),
            (["email", "event", "type", "reason"], ["ann@b.example", "bounce", "blocked", "550"], .failed, false),
            (["email", "event", "status", "reason"], ["ann@b.example", "bounce", "5.1.1", "550"], .bounced, false),
            (
                ["email", "event", "bounce_classification"], ["ann@b.example", "bounce", "Invalid Address"], .bounced,
                false
            ),
            (["email", "event", "bounce_classification"], ["ann@b.example", "bounce", "Reputation"], .failed, false),
            (
                ["email", "event", "bounce_type", "type"], ["ann@b.example", "hard bounce", "soft", "x"], .bounced, true
            ),
            (["email", "event", "error"], ["ann@b.example", "hard bounce", "connection timed out"], .failed, false),
            (["email", "event", "error"], ["ann@b.example", "bounced", "connection timed out"], .failed, false),
        ] as [([String], [String], Event, Bool)] {
            let row = try read(values, names: names).row
            XCTAssertEqual(row?.event, event, "\(values)")
            XCTAssertEqual(row?.isSoft, isSoft, "\(values)")
        }
    }

    func testAReferenceGivenBackUnderAProvidersNameCountsAndItsOwnIdsDoNot() throws {
        let names = ["client_ref", "message-id", "to", "status"]
        let ours = "bcdfgh-20261121-000007-12-text-1"
        for values in [[ours, "0A1", "+14155550101", "delivered"], ["", ours, "+14155550101", "delivered"]] {
            XCTAssertEqual(try read(values, names: names).row?.subject, .reference(try XCTUnwrap(Reference(ours))))
        }
        let reading = try read(["77", "0A1", "+14155550101", "delivered"], names: names)
        XCTAssertEqual(reading.row?.subject, .address)
        XCTAssertEqual(reading.problems, [])
    }

    func testNoHintInvertsAMeaning() throws {
        for (text, opposite) in [
            ("undeliverd", "delivered"), ("notdeliverd", "delivered"), ("unread", "read"),
            ("non-delivered", "delivered"),
            ("disconnected", "connected"), ("unaccepted", "accepted"), ("subscribed", "unsubscribed"),
        ] {
            let reading = try read(["20261121-000007-12-text-1", text])
            XCTAssertNil(reading.row, text)
            XCTAssertFalse(reading.problems[0].hint.contains("\"\(opposite)\""), reading.problems[0].hint)
        }
        XCTAssertEqual(
            try read(["20261121-000007-12-text-1", "undeliverd"]).problems[0].hint,
            "Did you mean \"undelivered\" (failed)?")
    }

    func testAMisspeltRefusalIsARefusal() throws {
        for (text, event) in [("unsubscribd", .unsubscribed), ("complaned", .complained)] as [(String, Event)] {
            let reading = try read(["20261121-000007-12-text-1", text])
            XCTAssertEqual(reading.row?.event, event)
            XCTAssertEqual(reading.problems.map(\.code), [.eventUnknown])
        }
    }

    func testUnlikeEventListsAllButExpired() throws {
        for text in ["zzzzzzzz", String(repeating: "x", count: 5_000)] {
            let hint = try read(["20261121-000007-12-text-1", text]).problems.first?.hint
            XCTAssertEqual(
                hint,
                "Use one of: accepted, delivered, read, opened, clicked, delayed, failed, bounced, busy, no-answer, connected, "
                    + "abandoned-customer, abandoned-dialer, other, responded, declined, unsubscribed, complained.")
        }
    }

    func testReceiptWithoutSubjectOrEventSaysBoth() throws {
        let reading = try read(["", ""])
        XCTAssertNil(reading.row)
        XCTAssertEqual(reading.problems.map(\.code.rawValue), ["reference.missing", "event.missing"])
        XCTAssertTrue(reading.problems.allSatisfy { !$0.hint.isEmpty })
    }

    func testForeignReferenceIsRefused() throws {
        for text in [
            "abc", "20261121-000007-12-text", "20261121-000007-0-text-1", "20261121-000007-12-text-0",
            "20261121-000007-12-text-1-2", "20261121-000007-12-text-", "20261121-000007--text-1",
            "20261121-000007-12--1", "20261121-000007-4294967296-text-1", "20261121-000007-12-te.t-1",
            "20261121-000007-12-text-01", "20261121-000007-+2-text-1", "2026112x-000007-12-text-1",
            "20261121_000007-12-text-1", "20261121-000007", "20261121-000007-12-text-99999999999",
            "20261121-000007-12-\(String(repeating: "s", count: 33))-1", "20261121-000007-12-täxt-1",
            "bcdfg-20261121-000007-12-text-1", "bcdfghj-20261121-000007-12-text-1", "bcdfg1-20261121-000007-12-text-1",
            "bcdfgh20261121-000007-12-text-1", "-20261121-000007-12-text-1", "bcdfgh-bcdfgh-20261121-000007-12-text-1",
            "bcdfgh-", "bcdfgh-12-text-1", "bcdfgh-20261121-000007-12-text",
        ] {
            let reading = try read([text, "delivered"])
            XCTAssertNil(reading.row, text)
            XCTAssertEqual(reading.problems.map(\.code.rawValue), ["reference.invalid"], text)
        }
    }

    func testReferencesAreReadAsTheyAreWritten() throws {
        let batch = try XCTUnwrap(BatchID("20261231-999999"))
        for (record, step, attempt) in [
            (1, "a", 1), (.max, "Step_9", 1_000), (10, String(repeating: "s", count: 32), 999_999_999),
        ] as [(UInt32, String, Int)] {
            for letters in [StoreLetters("bcdfgh".utf8)!, .absent] {
                let reference = Reference(
                    letters: letters, batch: batch, record: record, step: step, attempt: attempt)
                XCTAssertEqual(try read([reference.description, "busy"]).row?.subject, .reference(reference))
            }
        }
    }

    func testForeignReferenceWithAnAddressIsTakenByTheAddress() throws {
        let reading = try read(["dialer-77", "unsubscribed", "", "", "+14155550100"])
        XCTAssertEqual(reading.row?.subject, .address)
        XCTAssertEqual(reading.row?.address, Array("+14155550100".utf8))
        XCTAssertEqual(reading.problems.map(\.code.rawValue), ["reference.invalid"])
    }

    func testUnreadableDateLosesOnlyTheDate() throws {
        let reading = try read(["20261121-000007-12-text-1", "complained", "21.11.2026"])
        XCTAssertEqual(reading.row?.event, .complained)
        XCTAssertNil(reading.row?.at)
        XCTAssertEqual(reading.problems.map(\.code.rawValue), ["date.invalid"])
    }

    func testProblemsHoldNoContactData() throws {
        let reading = try read(["+14155550100", "call +14155550100", "+14155550100"])
        XCTAssertEqual(reading.problems.count, 3)
        for problem in reading.problems {
            XCTAssertFalse((problem.message + problem.hint).contains("4155550100"))
        }
    }

    func testFileWithoutTheNeededColumnsSaysWhich() {
        XCTAssertThrowsError(try ReceiptColumns(names: ["event", "at"])) {
            XCTAssertTrue("\($0)".contains("neither a column \"reference\" nor \"address\""))
        }
        XCTAssertThrowsError(try ReceiptColumns(names: ["reference"])) {
            XCTAssertTrue("\($0)".contains("no column \"event\""))
        }
    }

    func testReplyRow() throws {
        let columns = try ReplyColumns(names: ["From", "To", "Text", "At"])
        let reading = columns.read(slices(["+14155550100", "+14155550999", " STOP\n", "2026-11-21T10:00:00Z"]))
        XCTAssertEqual(reading.problems, [])
        XCTAssertEqual(reading.row?.from, Array("+14155550100".utf8))
        XCTAssertEqual(reading.row?.to, Array("+14155550999".utf8))
        XCTAssertEqual(reading.row?.text, Array("STOP\n".utf8))
        XCTAssertEqual(reading.row?.at?.description, "2026-11-21T10:00:00.000Z")
    }

    func testAReplyWithoutASenderIsToldAndKeepsWhatItSays() throws {
        let columns = try ReplyColumns(names: ["from", "text"])
        let reading = columns.read(slices(["  ", "STOP"]))
        XCTAssertEqual(reading.row?.from, [])
        XCTAssertEqual(reading.row?.text, Array("STOP".utf8))
        XCTAssertEqual(reading.problems.map(\.code.rawValue), ["from.missing"])
        let late = try ReplyColumns(names: ["from", "text", "at"]).read(slices(["+14155550100", "STOP", "soon"]))
        XCTAssertEqual(late.row?.text, Array("STOP".utf8))
        XCTAssertEqual(late.problems.map(\.code.rawValue), ["date.invalid"])
    }

    func testRepliesWithoutTheNeededColumnsSayWhich() {
        XCTAssertThrowsError(try ReplyColumns(names: ["to", "text"])) {
            XCTAssertTrue("\($0)".contains("no column \"from\""))
        }
        XCTAssertThrowsError(try ReplyColumns(names: ["from"])) {
            XCTAssertTrue("\($0)".contains("no column \"text\""))
        }
    }
}
