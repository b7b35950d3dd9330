import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// Lists, replies and receipts are acknowledged and told of in words of their own.
final class OwnWordsTests: XCTestCase {
    private func columns(_ bench: PipelineBench, _ number: Int) throws -> [String: String] {
        try XCTUnwrap(bench.acknowledgement(number)["columns"] as? [String: String])
    }

    private func notice(_ bench: PipelineBench, _ number: Int) throws -> String {
        let folder = try XCTUnwrap(bench.acknowledgement(number)["notice"] as? String)
        let page = try bench.text(folder + "/notice.html")
        XCTAssertFalse(page.contains("campaign <b>"), page)
        // The lines of the mail are broken anywhere.
        return try bench.text(folder + "/notice.txt").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    func testAnAcknowledgementSaysWhatBecameOfEachColumn() throws {
        let bench = try PipelineBench()
        let drops: [(String, String, [String: String])] = [
            (
                "_suppress/a.csv", "value,reason,phone,our no\n+14155550101,letter,,1\n",
                ["value": "value", "reason": "reason", "phone": "value", "our no": "ignored"]
            ),
            (
                "_suppress/b.csv", "Phone Number,Opt Out Date,email\n+14155550101,2026-11-01,\n",
                ["Phone Number": "value", "Opt Out Date": "ignored", "email": "value"]
            ),
            (
                "_suppress/e.csv", "phone,note,since\n+14155550101,,2026-11-01\n,ann@b.example,\n",
                ["phone": "value", "note": "numbers and addresses", "since": "ignored"]
            ),
            (
                "_suppress/c.csv", "Area Code,Number\n415,5550101\n",
                ["Area Code": "area code", "Number": "value"]
            ),
            ("_suppress/d.txt", "+14155550101\n", [:]),
            (
                "_receipts/a.csv", "Client-Ref,To,Status,Price,timestamp\n,+14155550101,stop,1,\n",
                [
                    "Client-Ref": "reference", "To": "address", "Status": "event", "Price": "ignored",
                    "timestamp": "at",
                ]
            ),
            (
                "_replies/a.csv", "From,To,Body,phone\n+14155550101,,stop,\n",
                ["From": "from", "To": "to", "Body": "text", "phone": "from"]
            ),
        ]
        for (number, (name, text, wanted)) in drops.enumerated() {
            try bench.drop(text, as: name)
            XCTAssertEqual(try columns(bench, number + 1), wanted, name)
        }
    }

    func testANoticeOfAListSpeaksOfEntries() throws {
        let bench = try PipelineBench()
        let good = (0..<20).map { "add,phone,+14155550\(100 + $0)\n" }.joined()
        try bench.drop(
            "action,kind,value\n" + good + "add,phone,12\nremove,phones,+14155550101\n", as: "_suppress/a.csv")
        let text = try notice(bench, 1)
        for fact in [
            "2 of 22 entries of a.csv were rejected", "Kind do-not-contact list", "Correct the entries",
            "The other entries are in force.", "rejects.csv the rejected entries",
        ] { XCTAssertTrue(text.contains(fact), "\(fact) in \(text)") }
        for foreign in ["count already", "records", "Campaign"] {
            XCTAssertFalse(text.contains(foreign), "\(foreign) in \(text)")
        }
        try bench.drop("[\"+14155550101\"]", as: "_suppress/b.json")
        XCTAssertTrue(try bench.refusal(2).contains("{\"value\": \"+14155550123\"}"))
        let refused = try notice(bench, 2)
        XCTAssertTrue(refused.contains("No entry of this list is in force."), refused)
        XCTAssertTrue(refused.contains("`waybill suppress accept 20261120-000002`"), refused)
    }

    func testANoticeOfResultsSpeaksOfReceiptsAndReplies() throws {
        let bench = try PipelineBench()
        try bench.drop("address,event\n+14155550101,delivered\n+14155550102,stop\n", as: "_receipts/a.csv")
        let receipts = try notice(bench, 1)
        XCTAssertTrue(receipts.contains("1 of 2 receipts of a.csv was rejected"), receipts)
        XCTAssertTrue(receipts.contains("The other receipts count already"), receipts)
        try bench.drop("from,text\n,stop\n+14155550102,stop\n", as: "_replies/a.csv")
        let replies = try notice(bench, 2)
        XCTAssertTrue(replies.contains("1 of 2 replies of a.csv was rejected"), replies)
        XCTAssertTrue(replies.contains("a stop that could be heard in these counts as well"), replies)
        // Read, and told all the same.
        try bench.drop("address,event,at\n+14155550102,stop,soon\n", as: "_receipts/b.csv")
        let told = try notice(bench, 3)
        XCTAssertTrue(told.contains("1 problem in 1 receipt of b.csv"), told)
        try bench.drop("{\"command\": \"paus\"}", as: "_control/c.json")
        let command = try notice(bench, 4)
        XCTAssertTrue(command.contains("Kind command"), command)
    }

    func testCheckSaysOfAListWhatBecomesOfIt() throws {
        for (name, text) in [
            (
                "a.csv",
                "action,kind,value,note\nadd,phone,+14155550101,x\nadd,phone,12,y\n,,,\nremov,phone,+14155550102,\n"
            ),
            ("b.txt", "+14155550101\n415,5550142\n"), ("c.csv", "value\n"), ("d.csv", "nothing,of,use\n1,2,3\n"),
            ("e.txt", ""), ("f.json", "[{\"number\":\"+14155550101\"},{\"number\":\"12\"}]"),
        ] {
            let bench = try PipelineBench()
            let folder = bench.root + "-lists"
            defer { try? Files.removeTree(folder) }
            try Files.createFolder(folder)
            try Files.writeAtomically(Array(text.utf8), to: folder + "/" + name)
            let checked = try ListCheckRun(
                path: folder + "/" + name, target: folder + "/" + name, configuration: bench.configuration
            ) { bench.pipeline.now }.run(into: folder + "/out") { _, _ in }
            try bench.put(text, as: "_suppress/" + name)
            try bench.settle()
            guard !text.isEmpty else { continue }
            var wanted = try bench.acknowledgement(1)
            let told = try JSONSerialization.jsonObject(with: Data(checked.acknowledgement.json(pretty: false)))
            var found = try XCTUnwrap(told as? [String: Any])
            XCTAssertEqual(
                checked.holds != nil, try !bench.pipeline.store.listHolds().isEmpty && wanted["reason"] is NSNull, name)
            if let notice = wanted["notice"] as? String, found["reason"] is NSNull {
                for file in ["errors.csv", "rejects.csv", "rejects.json"] {
                    let both = [bench.root + "/" + notice, folder + "/out"].map {
                        try? Files.read($0 + "/" + file, limit: 1 << 20)
                    }
                    XCTAssertEqual(both[0], both[1], "\(name) \(file)")
                }
            }
            for key in ["batch", "startedAt", "finishedAt", "notice"] { (wanted[key], found[key]) = (nil, nil) }
            XCTAssertEqual(found as NSDictionary, wanted as NSDictionary, name)
        }
    }
}
