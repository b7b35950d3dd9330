import Support
import XCTest

@testable import Waybill

/// Numbers as they were before their country's plan changed, and as they are written beside it: whoever is listed or
/// says stop under one form is left alone under the others.
final class OldFormTests: XCTestCase {
    /// The region; a number as it is now; the same as it was, or as it is written at home.
    private static let forms: [(region: String, now: String, old: [String])] = [
        (
            "BR", "+5511991234567",
            ["+55 11 9123-4567", "0055 11 91234567", "1191234567", "(11) 9123-4567", "551191234567"]
        ),
        ("BR", "+5511971234567", ["+55 11 7123-4567", "1171234567"]),
        ("AR", "+5491123456789", ["+54 11 15 2345-6789", "011 15-2345-6789", "111523456789", "+54 11 2345-6789"]),
        ("AR", "+541123456789", ["+54 9 11 2345-6789"]),
        ("MX", "+525512345678", ["+52 1 55 1234 5678", "5215512345678", "044 55 1234 5678"]),
        ("CO", "+576012345678", ["+57 1 2345678", "12345678"]),
        ("BJ", "+2290197123456", ["+229 97 12 34 56", "97123456"]),
        ("GA", "+24166031234", ["+241 06 03 12 34", "06031234", "6031234", "+241 6031234"]),
        ("GA", "+24106031234", ["6031234", "+241 66 03 12 34"]),
        ("IT", "+390669812345", ["669812345", "+39 669812345"]),
    ]

    private func open(_ number: String, after text: String, as name: String, region: String) throws -> Int {
        let bench = try PipelineBench("{region: '\(region)'}", standing: true)
        try bench.drop(text, as: name)
        try bench.drop("phone\n\(number)\n", as: "people.csv")
        return try bench.pipeline.store.batches(ofCampaign: "default").first?.open ?? -1
    }

    func testWhoeverIsMeantUnderOneFormIsLeftAloneUnderTheOthersInEveryDoor() throws {
        for (region, now, old) in Self.forms {
            XCTAssertEqual(try open(now, after: "value\n+14155550142\n", as: "_suppress/l.csv", region: region), 1, now)
            for form in old {
                for (name, text) in [
                    ("_suppress/l.csv", "value;reason\n\(form);x\n"), ("_suppress/l.txt", "\(form)\n"),
                    ("_replies/r.csv", "from;text\n\(form);STOP\n"),
                    ("_receipts/r.csv", "address;event\n\(form);complained\n"),
                    // In a row that cannot be read.
                    ("_suppress/d.csv", "value;reason\n\(form);a;b\n"),
                ] {
                    XCTAssertEqual(
                        try open(now, after: text, as: name, region: region), 0, "\(now) by \(form) in \(name)")
                }
            }
        }
    }

    func testARevocationCountsForAllForms() throws {
        for (region, now, old) in Self.forms {
            for form in old {
                var configuration = Configuration()
                configuration.region = region
                let rules = ConsentRules(configuration, at: Timestamp(milliseconds: 1_796_000_000_000))
                let row = ConsentRow(values: [Array(form.utf8)], action: "revoke")
                let key = RecipientKey.phone(E164Number(digits: UInt64(now.dropFirst())!))
                XCTAssertTrue(rules.read(row, record: 1).entries.contains { $0.key == key }, "\(now) by \(form)")
            }
        }
    }

    /// A value is never repaired silently.
    func testAContactIsWhatItIsWrittenAsAndAnOldFormComesBackWithTheNewOne() throws {
        for (region, text, now) in [
            ("BR", "+551191234567", "+5511991234567"), ("BR", "1191234567", "+5511991234567"),
            ("MX", "+5215512345678", "+525512345678"), ("BJ", "+22997123456", "+2290197123456"),
            ("CO", "+5712345678", "+576012345678"),
        ] {
            let judge = NumberJudge(rule: Campaign.NumberRule(), defaultRegion: region)
            switch judge.judge(Array(text.utf8).span, region: nil) {
            case .invalid(let advice), .impossibleLength(let advice):
                XCTAssertTrue(advice.hint.contains(now), "\(text): \(advice)")
            case let other: XCTFail("\(text): \(other)")
            }
        }
        for (region, text, now) in [
            ("AR", "111523456789", 5_491_123_456_789), ("AR", "01115 2345 6789", 5_491_123_456_789),
        ]
            as [(String, String, UInt64)]
        {
            let judge = NumberJudge(rule: Campaign.NumberRule(), defaultRegion: region)
            guard case .valid(let number, _) = judge.judge(Array(text.utf8).span, region: nil) else {
                XCTFail(text)
                continue
            }
            XCTAssertEqual(number.digits, now)
        }
    }

    func testOtherFormsAreOfThePlanAndLeadBackToTheNumber() throws {
        var random = SeededGenerator(seed: 55)
        let plan = NumberingPlan.world
        var found = 0
        for _ in 0..<20_000 {
            let code = ["54", "55", "241"].randomElement(using: &random)!
            let count = Int.random(in: 7...11, using: &random)
            let text = "+" + code + (0..<count).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
            guard var digits = try? DialledDigits(Array(text.utf8).span).digits,
                let number = try? plan.parse(&digits, hasPlus: true, region: nil), number.isValid
            else { continue }
            for other in plan.otherForms(of: number) {
                found += 1
                XCTAssertTrue(other.isValid, text)
                XCTAssertTrue(plan.otherForms(of: other).contains(number), "\(text) and \(other.e164Text)")
            }
        }
        XCTAssertGreaterThan(found, 1_000)
    }

    func testAStartTakesBackTheStopOfItsOwnForm() throws {
        let bench = try PipelineBench("{region: 'AR'}", standing: true)
        try bench.drop("from,text,at\n+5491123456789,STOP,2026-11-19T10:00:00Z\n", as: "_replies/1.csv")
        try bench.drop("from,text,at\n+5491123456789,START,2026-11-19T11:00:00Z\n", as: "_replies/2.csv")
        try bench.drop("phone\n+5491123456789\n", as: "people.csv")
        XCTAssertEqual(try bench.pipeline.store.batches(ofCampaign: "default").first?.open, 1)
    }
}
