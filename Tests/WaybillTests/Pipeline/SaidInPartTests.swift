import Support
import XCTest

@testable import Waybill

/// Who says stop by an address within another, in words that no table has, or in the second column of two.
final class SaidInPartTests: XCTestCase {
    private let people = "phone,email,name\n+14155550142,ann@example.com,Ann\n+14155550150,zoe@example.org,Zoe\n"

    /// Who is contacted where this came before.
    private func called(after text: String, as name: String) throws -> [String] {
        let bench = try PipelineBench(standing: true)
        try bench.drop(text, as: name)
        try bench.drop(people, as: "people.csv")
        try bench.send()
        return try bench.dispatched().map { String($0.split(separator: ",")[2]) }.sorted()
    }

    // MARK: Addresses with a number in them

    private let withNumber = [
        "sip:+14155550142@gw.example.net", "sips:+14155550142@gw.example.net:5061;transport=tls",
        "Ann <sip:4155550142@10.0.0.1>", "sip:%2B14155550142@pbx", "+14155550142@gw", "4155550142@txt.provider.example",
        "FAX=+14155550142/TYPE=PLMN@mms.example.net", "0014155550142@gw.example.net", "14155550142@c.us",
        "14155550142:12@s.whatsapp.net", "tel:5550142;phone-context=+1415",
        "sip:5550142;phone-context=+1415@gw.example.net;user=phone",
    ]

    func testAnAddressWithANumberInItIsThatNumberForWhoeverSaysStop() throws {
        for address in withNumber {
            for (name, text) in [
                ("_suppress/l.csv", "value\n\(address)\n"),
                ("_consent/c.csv", "value,action,at\n\(address),revoke,2026-11-19T10:00:00Z\n"),
                ("_replies/r.csv", "from,text,at\n\(address),STOP,2026-11-19T10:00:00Z\n"),
                ("_receipts/r.csv", "address,event,at\n\(address),complained,2026-11-19T10:00:00Z\n"),
            ] {
                XCTAssertEqual(try called(after: text, as: name), ["+14155550150"], "\(name) \(address)")
            }
        }
    }

    func testAnAddressWithANumberInItIsTheAddressAloneForWhoeverTakesAStopBack() throws {
        let address = "14155550142@c.us"
        let bench = try PipelineBench(standing: true)
        try bench.drop("value\n\(address)\n", as: "_suppress/l.csv")
        try bench.drop("from,text,at\n\(address),STOP,2026-11-19T10:00:00Z\n", as: "_replies/a.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted")
        XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "accepted")
        try bench.drop("value,action\n\(address),remove\n", as: "_suppress/m.csv")
        try bench.drop("from,text,at\n\(address),START,2026-11-20T10:00:00Z\n", as: "_replies/b.csv")
        let store = bench.pipeline.store
        let mail = RecipientKey.email(Array(address.utf8).span)
        XCTAssertEqual(try store.suppressions(of: mail, at: bench.pipeline.now).count, 0)
        let number = RecipientKey.phone(E164Number(digits: 14_155_550_142))
        XCTAssertEqual(try store.suppressions(of: number, at: bench.pipeline.now).count, 2)
    }

    /// A mail from such an address once may have been an answer to a message that went to somebody's number.
    func testAnAnswerFromSuchAnAddressIsNoAnswerOfTheNumber() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop(people, as: "people.csv")
        try bench.send()
        try bench.drop("from,text,at\n14155550142@c.us,hello,2026-11-20T20:00:00Z\n", as: "_replies/a.csv")
        try bench.drop("address,event\n14155550142@c.us,connected\n", as: "_receipts/b.csv")
        XCTAssertEqual(try bench.acknowledgement(3)["rejectsByCode"] as? [String: Int], ["reference.unknown": 1])
    }

    // MARK: Two columns that say what happened

    func testAnyColumnThatSaysStopIsHeard() throws {
        for (header, row) in [
            ("result,disposition", "connected,DNC"), ("disposition,status", "connected,unsubscribed"),
            ("event,result", "delivered,Do Not Call"), ("status,outcome", "answered,complaint"),
            ("result,disposition", "connected,Added to DNC"), ("event,type", "delivered,unsubscribd"),
        ] {
            XCTAssertEqual(
                try called(after: "address,\(header)\n+14155550142,\(row)\n", as: "_receipts/r.csv"), ["+14155550150"],
                "\(header) \(row)")
        }
        // The District of Columbia, and kinds of messages.
        for (header, row) in [("event,state", "delivered,DC"), ("event,type", "delivered,step")] {
            XCTAssertEqual(
                try called(after: "address,\(header)\n+14155550142,\(row)\n", as: "_receipts/r.csv"),
                ["+14155550142", "+14155550150"], "\(header) \(row)")
        }
    }

    // MARK: Words of no table

    func testAWordWithAStopInItStopsAndIsTold() throws {
        let words = [
            "complaint.received", "complaint.created", "abuse complaint", "abuse-report", "marked as spam",
            "dnc-request", "Added to DNC", "DNC Listed", "Suppressed", "Blacklisted", "consent withdrawn",
            "customer asked to be removed",
        ]
        for word in words {
            let bench = try PipelineBench(standing: true)
            try bench.drop("address,event\n+14155550142,\(word)\n", as: "_receipts/r.csv")
            XCTAssertEqual(try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int], ["event.unknown": 1], word)
            try bench.drop(people, as: "people.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched().map { $0.split(separator: ",")[2] }, ["+14155550150"], word)
        }
    }

    func testAWordThatTakesAStopBackOrDeniesItDoesNothing() throws {
        for word in ["not spam", "removed from DNC", "complaint resolved", "unsuppressed"] {
            let bench = try PipelineBench(standing: true)
            try bench.drop("value\n+14155550142\n", as: "_suppress/l.csv")
            try bench.drop("address,event\n+14155550142,\(word)\n+14155550150,\(word)\n", as: "_receipts/r.csv")
            XCTAssertEqual(try bench.acknowledgement(2)["rejectsByCode"] as? [String: Int], ["event.unknown": 2], word)
            try bench.drop(people, as: "people.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched().map { $0.split(separator: ",")[2] }, ["+14155550150"], word)
        }
    }

    // MARK: What was lost on the way

    func testAnAddressInALinkIsTheAddress() throws {
        for address in ["http://ann@example.com", "mailto:ann@example.com?subject=stop", "//ann@example.com/"] {
            for (name, text) in [
                ("_suppress/l.csv", "value\n\(address)\n"),
                ("_receipts/r.csv", "address,event\n\(address),complained\n"),
            ] {
                XCTAssertEqual(try called(after: text, as: name), ["+14155550150"], "\(name) \(address)")
            }
        }
    }

    func testANumberWithoutTheZeroThatASpreadsheetTookIsThatNumber() throws {
        let romans = ["+390669812310", "+390669812311"]
        for (name, text) in [
            ("_suppress/l.csv", "value\n669812310\n+39669812311\n"),
            ("_replies/r.csv", "from,text\n669812310,STOP\n39669812311,STOP\n"),
        ] {
            let bench = try PipelineBench("{region: 'IT'}", standing: true)
            try bench.drop(text, as: name)
            try bench.drop("phone\n" + romans.joined(separator: "\n") + "\n+390669812399\n", as: "people.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched().map { $0.split(separator: ",")[2] }, ["+390669812399"], name)
        }
    }

    func testADatabasesWordForNoDateIsNoConsent() throws {
        for date in [
            "1900-01-01", "1970-01-01", "1970-01-01T00:00:00Z", "0001-01-01", "1899-12-30", "1601-01-01", "1753-01-01",
        ] {
            let bench = try PipelineBench(standing: true)
            try bench.drop("phone,consent\n+14155550142,\(date)\n+14155550150,2026-01-01\n", as: "people.csv")
            XCTAssertEqual(
                try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int], ["consent.invalid": 1], date)
            try bench.drop("value,action,at\n+14155550142,grant,\(date)\n", as: "_consent/c.csv")
            XCTAssertEqual(try bench.acknowledgement(2)["rejectsByCode"] as? [String: Int], ["date.invalid": 1], date)
        }
    }

    func testAFolderOfWhoeverRefusedIsLeftAloneWhateverItIsCalled() throws {
        let places = [
            "unsubscribed", "unsubscribes", "blacklist", "stop", "stoplist", "dnd", "Sperrliste", "robinson", "removed",
            "complaints", "dnc_list", "DNC lists", "no-call", "TPS", "exclusions", "optouts", "suppressions",
        ]
        let bench = try PipelineBench(standing: true)
        for place in places { try bench.put("phone\n+14155550142\n", as: place + "/l.csv") }
        try bench.settle()
        try bench.send()
        XCTAssertEqual(try bench.dispatched(), [])
        XCTAssertEqual(bench.files("inbox"), places.map { $0 + "/l.csv" }.sorted())
        XCTAssertEqual(bench.logged.with("folder.left-alone").count, places.count)
    }
}
