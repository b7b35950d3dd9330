import SystemIO
import XCTest

@testable import Waybill

/// Accepted records are never queued twice, however often and in whatever form a drop comes again (contract §5).
final class AcceptedBeforeTests: XCTestCase {
    private let first = "20261120-000001"
    private let second = "20261120-000002"

    private let four = """
        phone1,id,name
        +14155550101,a,Ann
        +14155550102,b,Bob
        12,c,Cid
        13,d,Dan

        """

    private func codes(_ bench: PipelineBench, _ number: Int) throws -> [String] {
        try bench.notice(number, "errors.csv").split(separator: "\n").dropFirst()
            .map { String($0.split(separator: ",", omittingEmptySubsequences: false)[4]) }
    }

    func testAPersonWhoWasAcceptedIsNotContactedAgainThoughAValueChanged() throws {
        let bench = try PipelineBench()
        try bench.drop(four, as: "list.csv")
        try bench.drop(
            "phone1,id,name\n+1 415 555 0101,a,Anna\n(415) 555-0102,x,Bob\n+14155550103,c,Cid\n",
            as: "list-\(first).csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["accepted"] as? Int, 1)
        XCTAssertEqual(ack["duplicates"] as? Int, 2)
        XCTAssertEqual(ack["rejected"] as? Int, 0)
        XCTAssertEqual(ack["status"] as? String, "accepted")
        XCTAssertEqual(ack["rejectsByCode"] as? [String: Int], [:])
        let errors = try bench.notice(2, "errors.csv").split(separator: "\n")
        XCTAssertEqual(errors.count, 3)
        XCTAssertTrue(
            errors[1].hasPrefix(
                "1,2,15,,row.already-accepted,,The same phone1 was accepted in record 1 of batch \(first).,"),
            String(errors[1]))
        XCTAssertTrue(errors[1].contains("have batch \(first) withdrawn"), String(errors[1]))
        XCTAssertTrue(errors[2].hasPrefix("2,3,38,,row.already-accepted,"), String(errors[2]))
        XCTAssertEqual(try bench.sentTo(), ["+14155550101", "+14155550102", "+14155550103"])
        XCTAssertEqual(try bench.mended(), [1, 0])
        let skipped = try bench.report("skipped")
        XCTAssertEqual(skipped.count, 2)
        XCTAssertTrue(skipped[0].contains(",1,a,Duplicate,") && skipped[0].contains("0101"), skipped[0])
    }

    func testWhereARecipientMayStandTwiceAllValuesHaveToBeEqual() throws {
        let bench = try PipelineBench("{campaigns: {default: {duplicates: 'keep'}}}")
        try bench.drop(
            "phone1,id,name\n+14155550101,a,Ann\n+14155550101,b,Ann's son\n12,c,Cid\n", as: "list.csv")
        // Other columns' order, another way to write the number: still the same. Another name: another record.
        try bench.drop(
            "id,name,phone1\na,Ann,+1 (415) 555-0101\nb,Ann's daughter,+14155550101\nc,Cid,+14155550103\n",
            as: "list-\(first).csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["duplicates"] as? Int, 1)
        XCTAssertEqual(ack["accepted"] as? Int, 2)
        XCTAssertTrue(
            try bench.notice(2, "errors.csv").contains("The same record was accepted as record 1 of batch \(first)."))
        XCTAssertEqual(try bench.sentTo(), ["+14155550101", "+14155550101", "+14155550101", "+14155550103"])
    }

    func testEMailAddressesAndIDsAreRecipientsToo() throws {
        let bench = try PipelineBench("{campaigns: {default: {require: []}}}")
        try bench.drop("phone1,email,id\n,ann@example.com,a\n,,b\n12,,c\n", as: "list.csv")
        try bench.drop("phone1,email,id\n,ANN@example.com,x\n,,b\n+14155550103,,c\n", as: "list-\(first).csv")
        XCTAssertEqual(try bench.acknowledgement(2)["duplicates"] as? Int, 2)
        XCTAssertEqual(try codes(bench, 2), ["row.already-accepted", "row.already-accepted"])
        let messages = try bench.notice(2, "errors.csv")
        XCTAssertTrue(messages.contains("The same email was accepted in record 1"), messages)
        XCTAssertTrue(messages.contains("The same id was accepted in record 2"), messages)
    }

    func testARecordThatIsStillBadDoesNotMakeTheRestOfADropThatCameAgainBad() throws {
        let bench = try PipelineBench()
        try bench.drop(four, as: "list.csv")
        try bench.drop(four.replacingOccurrences(of: "12,c", with: "14,c"), as: "list-\(first).csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["status"] as? String, "partial")
        XCTAssertEqual(ack["duplicates"] as? Int, 2)
        XCTAssertEqual(ack["rejected"] as? Int, 2)
        XCTAssertEqual(ack["accepted"] as? Int, 0)
        XCTAssertEqual(
            try codes(bench, 2),
            [
                "row.already-accepted", "row.already-accepted", "phone1.impossible-length", "phone1.impossible-length",
            ])
    }

    func testRejectsThatCameBackUnmendedAreRefusedAndSayWhatTheyCorrect() throws {
        let bench = try PipelineBench()
        try bench.drop(four, as: "list.csv")
        try bench.drop(try bench.notice(1, "rejects.csv"), as: "again.csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["status"] as? String, "rejected")
        XCTAssertEqual(ack["corrects"] as? String, first)
        XCTAssertTrue((ack["reason"] as? String ?? "").hasPrefix("drop.no-valid-records"))
        XCTAssertEqual(try bench.mended().first, 0)
    }

    func testWhatWasMendedInTwoStepsIsKnownWhenTheWholeFileComesAgain() throws {
        let bench = try PipelineBench()
        try bench.drop(four, as: "list.csv")
        // The first mend brings one, the mend of its own rejects the other.
        try bench.drop("phone1,id,name\n+14155550103,c,Cid\n13,d,Dan\n", as: "list-\(first).csv")
        try bench.drop("phone1,id,name\n+14155550104,d,Dan\n", as: "dan.csv")
        XCTAssertEqual(try bench.acknowledgement(3)["corrects"] as? String, second)
        XCTAssertEqual(try bench.mended(), [2, 1, 0])
        // And now the original as a whole, mended twice as well, with one that is new.
        try bench.drop(
            "phone1,id,name\n+14155550101,a,Ann\n+14155550102,b,Bob\n+14155550103,c,Cid\n+14155550104,d,Dan\n"
                + "+14155550105,e,Eve\n",
            as: "list-\(first).v2.csv")
        let ack = try bench.acknowledgement(4)
        XCTAssertEqual(ack["corrects"] as? String, first)
        XCTAssertEqual(ack["duplicates"] as? Int, 4)
        XCTAssertEqual(ack["accepted"] as? Int, 1)
        let told = try bench.notice(4, "errors.csv")
        XCTAssertTrue(told.contains("in record 1 of batch \(second)."), told)
        XCTAssertTrue(told.contains("in record 1 of batch 20261120-000003."), told)
        XCTAssertEqual(try bench.sentTo(), (1...5).map { "+1415555010\($0)" })
        XCTAssertEqual(try bench.mended(), [2, 1, 0, 0], "no more records are mended than were rejected")
    }

    func testTheRejectsOfAMendAreComparedWithTheFirstDropToo() throws {
        let bench = try PipelineBench()
        try bench.drop(four, as: "list.csv")
        try bench.drop("phone1,id,name\n+14155550103,c,Cid\n13,d,Dan\n", as: "list-\(first).csv")
        try bench.drop(
            "phone1,id,name\n+14155550104,d,Dan\n+14155550101,a,Ann\n+14155550103,c,Cid\n", as: "list-\(second).csv")
        XCTAssertEqual(try bench.acknowledgement(3)["duplicates"] as? Int, 2)
        XCTAssertEqual(try bench.sentTo(), (1...4).map { "+1415555010\($0)" })
    }

    func testADropThatCorrectsNothingContactsAPersonAgain() throws {
        let bench = try PipelineBench()
        try bench.drop(four, as: "monday.csv")
        try bench.drop("phone1,id,name\n+14155550101,a,Ann\n", as: "tuesday.csv")
        XCTAssertNil(try bench.acknowledgement(2)["corrects"] as? String)
        XCTAssertEqual(try bench.sentTo(), ["+14155550101", "+14155550101", "+14155550102"])
    }

    func testARecordThatWasAcceptedBeforeIsNoContactOfTheDropThatCameAgain() throws {
        let bench = try PipelineBench()
        try bench.drop(four, as: "list.csv")
        try bench.drop("phone1,id,name\n+14155550101,a,Ann\n+14155550103,c,Cid\n", as: "list-\(first).csv")
        let key = RecipientKey.phone(E164Number(digits: 14_155_550_101))
        let found = try bench.pipeline.store.records(ofRecipient: key)
        XCTAssertEqual(found.map(\.batch.description), [first])
    }

    func testManyContactsOfManyRunsAreFoundAgain() throws {
        let bench = try PipelineBench("{campaigns: {default: {numbers: {check: 'possible'}}}}")
        func rows(_ range: Range<Int>) -> String { range.map { "+1415\(5_000_000 + $0),\($0)\n" }.joined() }
        // Five runs of 4,096 recipients, and more than one block.
        try bench.drop("phone1,id\n" + rows(0..<20_000) + "12,bad\n", as: "list.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["accepted"] as? Int, 20_000)
        try bench.drop("phone1,id\n" + rows(0..<20_001), as: "list-\(first).csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["duplicates"] as? Int, 20_000)
        XCTAssertEqual(ack["accepted"] as? Int, 1)
    }

    func testADropWithATrailerComesAgainWithOrWithoutIt() throws {
        let settings = "{campaigns: {default: {trailer: {starts: 'T', count: 2}}}}"
        let bench = try PipelineBench(settings)
        try bench.drop(four + "T,4\n", as: "list.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["received"] as? Int, 4)
        try bench.drop("phone1,id,name\n+14155550103,c,Cid\n13,d,Dan\n", as: "rejects.csv")
        XCTAssertEqual(try bench.acknowledgement(2)["corrects"] as? String, first)
        XCTAssertEqual(try bench.acknowledgement(2)["accepted"] as? Int, 1)
        try bench.drop(
            four.replacingOccurrences(of: "13,d", with: "+14155550104,d").replacingOccurrences(
                of: "12,c", with: "+14155550103,c") + "T,4\n", as: "list-\(first).csv")
        let ack = try bench.acknowledgement(3)
        XCTAssertEqual(ack["received"] as? Int, 4)
        XCTAssertEqual(ack["accepted"] as? Int, 1)
        XCTAssertEqual(ack["duplicates"] as? Int, 3)
        // What it says counts.
        try bench.drop(four + "T,5\n", as: "list-\(first).short.csv")
        XCTAssertTrue((try bench.acknowledgement(4)["reason"] as? String ?? "").hasPrefix("drop.count-mismatch"))
    }
}
