import Waybill
import XCTest

final class JSONFormTests: XCTestCase {
    func testTheFormIsFoundByContent() {
        let cases: [(String, DropKind?)] = [
            ("[{\"a\":1}]", .jsonArray), (" \n[ { \"a\":1 }, ", .jsonArray), ("[]", .jsonArray),
            ("[{\"a\":", .jsonArray),
            ("[{broken", .jsonArray), ("[1,{\"a\":2}]", .jsonArray), ("[\n\"x\",\n", .jsonArray),
            ("{\"a\":1}\n{\"a\":2}\n", .jsonLines), ("{\"a\":1}", .jsonLines), ("\n\n{\"a\":1}\r\n", .jsonLines),
            ("{}\n", .jsonLines), ("oops\n{\"a\":1}\n{\"a\":2}\n", .jsonLines), ("{\"a\":\n{\"a\":2}\n", .jsonLines),
            ("[1,2]\n{\"a\":1}\n", .jsonLines), ("{\"campaign\":\"c\",\"a\":1}\n", .jsonLines),
            ("{\n \"a\": 1,\n \"b\": 2\n}\n", .jsonLines), ("{\"contacts\":[1]}\n{\"contacts\":[2]}\n", .jsonLines),
            ("{\"contacts\":\"none\"}\n", .jsonLines),
            ("{\"campaign\":\"c\",\"contacts\":[{\"a\":1}]}", .jsonContacts), ("{\"contacts\":[", .jsonContacts),
            ("{\n  \"x\": [1, {\"contacts\": 1}],\n  \"contacts\": [\n", .jsonContacts),
            ("{\"totalSize\":2,\"records\":[{\"a\":1}]}", .jsonContacts), ("{\n \"data\" : [ {", .jsonContacts),
            ("{\"data\":[1],\"page\":2}", .jsonLines), ("{\"data\":[{\"a\":1}]}\n{\"data\":[]}", .jsonLines),
            ("{\"data\":[{\"a\":1}],\"event\":\"bounced\"}", .jsonLines),
            ("{\n  \"a\": +1,\n  \"b\": 2\n}\n", .jsonLines),
            ("[{\"DispatchID\":\"d\",\"PreFill\":[[{\"QuestionId\":\"a\",\"Input\":1}]]}]", .dispatchRequest),
            ("[ {\"PreFill\" : [[", .dispatchRequest), ("[{\"PreFill\":1}]", .jsonArray),
            ("", nil), ("\n", nil), ("phone1,name\n1,2\n", nil), ("[Phone],[Name]\n1,2\n", nil), ("1,2\n3,4\n", nil),
            ("\"a\",\"b\"\n", nil), ("{id},{phone}\n1,2\n", nil), ("a;{\"x\":1}\nb;{\"x\":2}\n", nil),
            ("+1415,x\n", nil),
        ]
        for (text, kind) in cases {
            for isWhole in [true, false] {
                XCTAssertEqual(JSONForm.find(prefix: Array(text.utf8), isWhole: isWhole), kind, text)
            }
        }
    }

    func testTheCampaignIsFoundBesideTheContacts() {
        let cases: [(String, String?)] = [
            ("{\"campaign\":\"c\",\"contacts\":[{\"campaign\":\"no\"}]}", "c"),
            ("{\"contacts\":[{\"a\":1}],\"campaign\":\"\\u0063d\"}", "cd"), ("{\"campaign\":7,\"contacts\":[", "7"),
            ("{\"campaign\":\"c\",\"records\":[{\"a\":1}]}", "c"), ("{\"contacts\":[{\"a\":1},", nil),
            ("{\"campaign\":null,\"contacts\":[]}", nil),
            ("{\"campaign\":\"c\",\"a\":1}\n{\"a\":2}\n", nil), ("[{\"campaign\":\"c\"}]", nil), ("campaign\n", nil),
            ("[{\"DispatchID\":\"d\",\"PreFill\":[[", "d"), ("[{\"PreFill\":[[]],\"DispatchID\":\"d\"}]", "d"),
            ("[{\"DispatchID\":\"d", nil), ("", nil),
        ]
        for (text, campaign) in cases {
            XCTAssertEqual(JSONForm.campaign(inPrefix: Array(text.utf8)), campaign, text)
        }
    }

    func testAnyPrefixCanBeAsked() {
        let drops = [
            "[{\"DispatchID\":\"d\",\"PreFill\":[[{\"QuestionId\":\"a\",\"Input\":\"\\ud83d\\ude00\"}]]}]",
            "{\"campaign\":-1.5e3,\"x\":[true,null],\"contacts\":[{\"a\":\"b\"}]}",
        ]
        for drop in drops {
            for length in 0...drop.utf8.count {
                let prefix = Array(drop.utf8.prefix(length))
                let kind = JSONForm.find(prefix: prefix, isWhole: false)
                let campaign = JSONForm.campaign(inPrefix: prefix)
                XCTAssertTrue(campaign == nil || kind == .dispatchRequest || kind == .jsonContacts)
                XCTAssertTrue(campaign == nil || ["d", "-1.5e3"].contains(campaign), campaign ?? "")
            }
        }
    }
}
