import Foundation
import Support
import XCTest

final class CheckCommandTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
    }

    func testWhatDiffersUnderOneCodeIsToldOneByOne() throws {
        let file = try workspace.file(
            "a.csv", "phone1\n+14155550123\n415/12\n415/13\n4.15E+09\n" + "+1415555012\n")
        let output = try waybill.run("check", file).output
        XCTAssertTrue(output.contains("  3 × phone1.invalid: record 2, line 3, \"415/12\": "), output)
        XCTAssertTrue(output.contains("\n    also: record 4, line 5, \"4.15E+09\": "), output)
        XCTAssertFalse(output.contains("415/13"), output)
    }

    func testACheckTouchesNeitherInboxNorStore() throws {
        let file = try workspace.file("a.csv", "phone1\n+14155550123\n")
        for _ in 1...2 {
            let outcome = try waybill.run("check", file, "--json")
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            let object = try outcome.objects().first
            XCTAssertEqual(object?["batch"] as? String, "00000000-000000")
            XCTAssertEqual(object?["status"] as? String, "accepted")
        }
        XCTAssertEqual(workspace.files(below: ""), [])
    }

    func testTheOutputHasAcceptedRejectedAndWhy() throws {
        let text = "name,Mobile,extra,phone2\nAnn,(415) 555-0123,x,\nBob,12,y,\n\"C, d\",+14155550123,z,\n"
        let file = try workspace.file("a.csv", text)
        let output = workspace.beside("checked")
        let outcome = try waybill.run("check", file, "--output", output, "--json")
        XCTAssertEqual(outcome.status, 1, outcome.errors)
        func read(_ name: String) throws -> String {
            String(decoding: try Data(contentsOf: URL(fileURLWithPath: output + "/a.csv/" + name)), as: UTF8.self)
        }
        XCTAssertEqual(try read("accepted.csv"), "record,phone1,phone2,name,extra\n1,+14155550123,,Ann,x\n")
        XCTAssertEqual(try read("rejects.csv"), "name,Mobile,extra,phone2\nBob,12,y,\n")
        let errors = try read("errors.csv").split(separator: "\n")
        XCTAssertEqual(errors.count, 3)
        XCTAssertTrue(errors[1].hasPrefix("2,3,47,phone1,"), String(errors[1]))
        XCTAssertTrue(errors[2].hasPrefix("3,4,"), String(errors[2]))
        XCTAssertTrue(errors[2].contains("row.duplicate"))
        let written = try JSONSerialization.jsonObject(with: Data(try read("ack.json").utf8)) as? NSDictionary
        XCTAssertEqual(written, try outcome.objects().first as NSDictionary?)
    }

    func testColumnsThatOnlyLaterJSONRecordsHaveAreInTheOutput() throws {
        let file = try workspace.file(
            "a.jsonl",
            "{\"phone1\": \"+14155550123\"}\n{\"phone1\": \"+14155550124\", \"late\": \"x\", \"id\": 7}\n[]\n")
        let output = workspace.beside("checked")
        XCTAssertEqual(try waybill.run("check", file, "--output", output).status, 1)
        let accepted = try String(contentsOfFile: output + "/a.jsonl/accepted.csv", encoding: .utf8)
        XCTAssertEqual(accepted, "record,phone1,id,late\n1,+14155550123,,\n2,+14155550124,7,x\n")
        XCTAssertEqual(try String(contentsOfFile: output + "/a.jsonl/rejects.jsonl", encoding: .utf8), "[]\n")
    }

    func testAColumnAboutConsentThatNobodyReadsIsToldWithTheLineThatDecides() throws {
        let file = try workspace.file("a.csv", "phone1,SMS Consent\n+14155550123,no\n")
        let outcome = try waybill.run("check", file)
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.output.contains("column SMS Consent: its name is about consent"), outcome.output)
        XCTAssertTrue(outcome.output.contains(#"{"SMS Consent": "consent"}"#), outcome.output)
        let object = try XCTUnwrap(try waybill.run("check", file, "--json").objects().first)
        XCTAssertNotNil((object["unreadConsents"] as? [String: String])?["SMS Consent"])
        let processed = try waybill.run("process", file)
        XCTAssertTrue(processed.output.contains("column SMS Consent: its name is about consent"), processed.output)
    }

    func testAFileCalledAsAListIsRefusedAsItWouldBeInTheInbox() throws {
        let file = try workspace.file("dnc.csv", "phone1\n+14155550123\n")
        let outcome = try waybill.run("check", file)
        XCTAssertEqual(outcome.status, 1, outcome.errors)
        XCTAssertTrue(outcome.output.contains("put it into the folder _suppress"), outcome.output)
        XCTAssertEqual(try waybill.run("check", file, "--suppress").status, 0)
    }

    func testAListIsJudgedAsAList() throws {
        try workspace.write("phone,reason\n+14155550123,letter\n", to: "inbox/_suppress/dnc.csv")
        let elsewhere = try workspace.file("dnc.txt", "+14155550123\n12\n")
        let there = try waybill.run("check", workspace.path("inbox/_suppress/dnc.csv"), "--json")
        XCTAssertEqual(there.status, 0, there.errors)
        let object = try XCTUnwrap(there.objects().first)
        XCTAssertEqual(object["campaign"] as? String, "_suppress")
        XCTAssertEqual(object["columns"] as? [String: String], ["phone": "value", "reason": "reason"])
        let text = try waybill.run("check", elsewhere, "--suppress")
        XCTAssertEqual(text.status, 1)
        XCTAssertTrue(text.output.contains("do-not-contact list"), text.output)
        XCTAssertTrue(text.output.contains("value.invalid"), text.output)
        let lost = try workspace.file("lost.txt", "12\n13\n")
        let held = try waybill.run("check", lost, "--suppress")
        XCTAssertTrue(
            held.output.contains("would hold all campaigns: it has 2 of 2 entries that name nobody"), held.output)
        XCTAssertEqual(try waybill.run("check", lost, "--suppress", "--campaign", "default").status, 2)
        try workspace.write("address,event\n", to: "inbox/_receipts/r.csv")
        let receipts = try waybill.run("check", workspace.path("inbox/_receipts/r.csv"))
        XCTAssertEqual(receipts.status, 2)
        XCTAssertTrue(receipts.errors.contains("only the running workspace knows"), receipts.errors)
    }

    func testACheckShowsTheMappingItFoundAndOneLineForAKindOfProblem() throws {
        try workspace.write("{campaigns: {default: {columns: {'Mobil': 'phone1'}}}}", to: "waybill.json5")
        let rows = (100..<120).map { "K-\($0);+1415555\(1_000 + $0);x\n" }.joined()
        let file = try workspace.file("crm.csv", "Id;Mobil;Kunde\n" + rows + "K-1;12;\nK-2;13;\nK-3;;\n")
        let outcome = try waybill.run("check", file)
        XCTAssertEqual(outcome.status, 1)
        for line in [
            "  Id    → id         filled, e.g. K-100\n", "  Mobil → phone1     95.7 % filled, e.g. +1415555…\n",
            "  Kunde → attribute  87.0 % filled, e.g. x\n",
            "  2 × phone1.impossible-length: record 21, line 22, \"12\": ",
            "  1 × phone1.missing: record 23, line 24: ",
        ] { XCTAssertTrue(outcome.output.contains(line), line + outcome.output) }
    }

    func testAColumnThatNobodyKnowsIsToldWithTheLineThatMapsIt() throws {
        let file = try workspace.file(
            "crm.csv",
            "Name;Kundennr;Handy;Post\nA;1234567;+14155550123;a@b.example\nB;1234568;+14155550124;c@d.example\n")
        let outcome = try waybill.run("check", file)
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(outcome.output.contains("header.missing-phone"), outcome.output)
        XCTAssertTrue(outcome.output.contains("  Handy looks like phone numbers\n"), outcome.output)
        XCTAssertTrue(
            outcome.output.contains(
                "set campaigns.default.columns: { \"Handy\": \"phone1\", \"Post\": \"email\" }\n"), outcome.output)
        try workspace.write(
            "{campaigns: {default: {columns: { \"Handy\": \"phone1\", \"Post\": \"email\" }}}}", to: "waybill.json5")
        let mapped = try waybill.run("check", file)
        XCTAssertEqual(mapped.status, 0, mapped.output)
        XCTAssertFalse(mapped.output.contains("looks like"), mapped.output)
    }

    func testDuplicatesAloneAreNoRejection() throws {
        let file = try workspace.file("a.csv", "phone1\n+14155550123\n+14155550123\n")
        let outcome = try waybill.run("check", file, "--json")
        XCTAssertEqual(outcome.status, 0)
        XCTAssertEqual(try outcome.objects().first?["duplicates"] as? Int, 1)
    }

    func testADropThatWouldBeRefusedSaysWhy() throws {
        try workspace.write("{ campaigns: { default: { rejectLimit: \"10%\" } } }", to: "waybill.json5")
        let file = try workspace.file("a.csv", "phone1\n+14155550123\n12\n")
        let outcome = try waybill.run("check", file, "--json")
        XCTAssertEqual(outcome.status, 1)
        let object = try XCTUnwrap(try outcome.objects().first)
        XCTAssertEqual(object["status"] as? String, "rejected")
        XCTAssertEqual((object["reason"] as? String)?.hasPrefix("drop.too-many-rejects"), true)
        XCTAssertEqual(object["accepted"] as? Int, 0)
        XCTAssertEqual(object["rejected"] as? Int, 2)
        let codes = try XCTUnwrap(object["rejectsByCode"] as? [String: Int])
        XCTAssertEqual(codes, ["drop.too-many-rejects": 1, "phone1.impossible-length": 1])
    }

    func testCheckAndProcessAgree() throws {
        let files = [
            try workspace.file("header.csv", "name,email\nAnn,a@b.example\n"),
            try workspace.file("broken.json", "{\"phone1\": "),
            try workspace.file("bad.csv", "phone1,phone1\n1,2\n"),
            try workspace.file("quotes.csv", "phone1,param1\n+14155550123,\"a\n+14155550124,b\n+14155550125,\"c\"d\n"),
            try workspace.file("mixed.jsonl", "{\"phone1\": \"+14155550126\"}\n{\"phone1\": 12}\n7\n"),
        ]
        let checked = try waybill.run(["check", "--json"] + files).objects()
        let processed = try waybill.run(["process", "--json"] + files).objects()
        XCTAssertEqual(checked.count, files.count)
        XCTAssertEqual(processed.count, files.count)
        for (check, process) in zip(checked, processed) {
            for key in process.keys where !["batch", "notice", "startedAt", "finishedAt"].contains(key) {
                XCTAssertEqual(
                    check[key] as? NSObject, process[key] as? NSObject, "\(key) of \(process["drop"] ?? "")")
            }
        }
    }

    func testAMendedFileIsCheckedAsACorrection() throws {
        let list = "phone1,name\n+14155550123,Ann\n12,Bob\n"
        let processed = try waybill.run("process", try workspace.file("list.csv", list), "--json").objects().first
        let batch = try XCTUnwrap(processed?["batch"] as? String)
        let mended = try workspace.file(
            "list-\(batch).csv", list.replacingOccurrences(of: "12,", with: "+14155550124,"))
        let before = workspace.files(below: "inbox") + workspace.files(below: "outbox")
        let checked = try XCTUnwrap(try waybill.run("check", mended, "--json").objects().first)
        XCTAssertEqual(checked["corrects"] as? String, batch)
        XCTAssertEqual(checked["accepted"] as? Int, 1)
        XCTAssertEqual(checked["duplicates"] as? Int, 1)
        XCTAssertEqual(workspace.files(below: "inbox") + workspace.files(below: "outbox"), before)
        // Identity does not count.
        let again = try waybill.run("check", try workspace.file("list.csv", list), "--json").objects().first
        XCTAssertEqual(again?["status"] as? String, "partial")
    }

    func testAMendedFileMayHaveItsTrailer() throws {
        try workspace.write("{ campaigns: { default: { trailer: { starts: \"T\", count: 2 } } } }", to: "waybill.json5")
        let list = "phone1,name\n+14155550123,Ann\n12,Bob\nT,2\n"
        let batch = try XCTUnwrap(
            try waybill.run("process", try workspace.file("list.csv", list), "--json").objects().first?["batch"]
                as? String)
        let mended = try workspace.file(
            "list-\(batch).csv", list.replacingOccurrences(of: "12,", with: "+14155550124,"))
        let checked = try XCTUnwrap(try waybill.run("check", mended, "--json").objects().first)
        let processed = try XCTUnwrap(try waybill.run("process", mended, "--json").objects().first)
        for key in ["status", "received", "accepted", "rejected", "duplicates", "corrects", "columns"] {
            XCTAssertEqual(checked[key] as? NSObject, processed[key] as? NSObject, key)
        }
        XCTAssertEqual(checked["rejected"] as? Int, 0)
    }

    func testAStoreThatCannotBeReadDoesNotKeepAFileFromBeingChecked() throws {
        try workspace.write("no database", to: "state/waybill.db")
        let outcome = try waybill.run("check", try workspace.file("a.csv", "phone1\n+14155550123\n"), "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.errors.contains("without the store"), outcome.errors)
    }

    func testAValueThatATemplateNeedsAndAContactLacksIsTold() throws {
        try workspace.write(
            """
            { campaigns: { default: { strategy: "s", templates: { t: "t.txt" } } },
              strategies: { s: { steps: [{ name: "text", channel: "sms", to: "phone1", template: "t" }] } } }
            """, to: "waybill.json5")
        try workspace.write("Dear {{name}}, {{day}}", to: "t.txt")
        let list = "phone1,name,day\n+14155550123,Ann,Monday\n+14155550124,,Tuesday\n+14155550125,,Tuesday\n"
        let text = try waybill.run("check", try workspace.file("a.csv", list))
        XCTAssertEqual(text.status, 1, text.output)
        XCTAssertTrue(
            text.output.contains("step text: 2 contacts, the first is record 2: The template needs \"name\""),
            text.output)
        let json = try waybill.run("check", try workspace.file("b.csv", "phone1,name\n+14155550123,Ann\n"), "--json")
        XCTAssertEqual(json.status, 1)
        XCTAssertEqual(try json.objects().first?["status"] as? String, "accepted")
        XCTAssertTrue(
            json.errors.contains("step text: 1 contact, the first is record 1: The template needs \"day\""), json.errors
        )
        try workspace.write("Dear {{name|friend}}, {{day|soon}}", to: "t.txt")
        XCTAssertEqual(try waybill.run("check", try workspace.file("c.csv", list)).status, 0)
    }

    func testALinkIsCheckedUnderItsOwnName() throws {
        try workspace.write("{ campaigns: { clinic: { drops: [\"clinic*\"] } } }", to: "waybill.json5")
        let file = try workspace.file("a.csv", "phone1\n+14155550123\n")
        let link = workspace.beside("clinic.csv")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
        let checked = try waybill.run("check", link, "--json").objects().first
        XCTAssertEqual(checked?["drop"] as? String, "clinic.csv")
        XCTAssertEqual(checked?["campaign"] as? String, "clinic")
    }

    func testTheFolderOfAFileTellsItsCampaign() throws {
        try workspace.write("{ campaigns: { clinic: { require: [\"email\"] } } }", to: "waybill.json5")
        let file = try workspace.file("clinic/a.csv", "email\na@b.example\n")
        let outcome = try waybill.run("check", file, "--json")
        XCTAssertEqual(outcome.status, 0, outcome.output)
        XCTAssertEqual(try outcome.objects().first?["campaign"] as? String, "clinic")
        XCTAssertEqual(try waybill.run("check", file, "--campaign", "default").status, 1)
    }
}
