import Support
import Waybill
import XCTest

final class NumberJudgeTests: XCTestCase {
    private func verdict(
        _ text: String, _ region: String = "US", check: Campaign.NumberCheck = .plan
    ) -> NumberVerdict {
        NumberJudge(rule: Campaign.NumberRule(check: check), defaultRegion: region).judge(
            Array(text.utf8).span, region: nil)
    }

    /// `+…`, with `~` in front when punctuation went; else the name of the fault.
    private func word(_ verdict: NumberVerdict) -> String {
        switch verdict {
        case .valid(let number, let changedPunctuation): (changedPunctuation ? "~" : "") + number.description
        case .invalid: "invalid"
        case .impossibleLength: "impossible-length"
        case .unknownCountry: "unknown-country"
        }
    }

    func testDigitsThatNoNumberOfTheDefaultRegionBeginsWithSayThatNoOtherIsSet() {
        for text in ["01711234567", "0171 123 45 67", "030 2312500", "020 7946 0958"] {
            let advice: NumberAdvice
            switch verdict(text) {
            case .invalid(let found), .impossibleLength(let found): advice = found
            case .valid, .unknownCountry: return XCTFail(text)
            }
            XCTAssertTrue(advice.message.contains("is read as dialled in US, where no number begins with 0"), text)
            XCTAssertFalse(advice.hint.contains("extra digits"), advice.hint)
            XCTAssertTrue(
                advice.setting.contains("set the `region`") && advice.setting.contains("without that setting"))
        }
        // Those with another fault, and those of a region that was set, are told as what they are.
        for (text, region) in [("+10171123456", "US"), ("0049171", "US"), ("4155550100123", "US"), ("0171", "DE")] {
            switch verdict(text, region) {
            case .invalid(let found), .impossibleLength(let found):
                XCTAssertFalse(found.message.contains("is read as dialled in"), "\(text): \(found.message)")
            case .valid, .unknownCountry: XCTFail(text)
            }
        }
    }

    func testInternationalForms() {
        let cases: [(String, String, String)] = [
            ("+14155550100", "US", "+14155550100"), ("+4915112345678", "US", "+4915112345678"),
            ("+393381234567", "US", "+393381234567"), ("+390612345678", "US", "+390612345678"),
            ("004915112345678", "US", "+4915112345678"), ("01149 151 12345678", "US", "~+4915112345678"),
            ("0011 49 151 12345678", "AU", "~+4915112345678"), ("010 49 151 12345678", "JP", "~+4915112345678"),
            ("8 10 49 151 12345678", "RU", "~+4915112345678"), ("0014155550100", "DE", "+14155550100"),
            ("+49 (0) 30 123456", "US", "~+4930123456"), ("+49(0)30123456", "US", "~+4930123456"),
            ("0049 (0)30 123456", "FR", "~+4930123456"), ("+49030123456", "US", "~+4930123456"),
            ("+39 (0)6 1234 5678", "US", "~+390612345678"), ("+1 (415) 555-0100", "DE", "~+14155550100"),
            ("tel:+1-415-555-0100", "DE", "~+14155550100"), ("'+14155550100", "DE", "~+14155550100"),
            ("(+1) 415.555.0100", "DE", "~+14155550100"), ("+1/415/5550100", "DE", "~+14155550100"),
            ("+1\u{A0}415\u{2011}555\u{2013}0100", "DE", "~+14155550100"),
            ("\u{202A}+1 415 555 0100\u{202C}", "DE", "~+14155550100"), ("＋１４１５５５５０１００", "DE", "~+14155550100"),
            ("+٩٦٦٥٠١٢٣٤٥٦٧", "US", "~+966501234567"), ("+7 912 345-67-89", "US", "~+79123456789"),
        ]
        for (text, region, expected) in cases { XCTAssertEqual(word(verdict(text, region)), expected, text) }
    }

    func testNationalForms() {
        let cases: [(String, String, String)] = [
            ("4155550100", "US", "+14155550100"), ("14155550100", "US", "+14155550100"),
            ("(415) 555-0100", "CA", "~+14155550100"), ("030123456", "DE", "+4930123456"),
            ("0151 12345678", "DE", "~+4915112345678"), ("020 7946 0958", "GB", "~+442079460958"),
            ("447911123456", "GB", "+447911123456"), ("07911123456", "GB", "+447911123456"),
            ("8 (912) 345-67-89", "RU", "~+79123456789"), ("8005553535", "RU", "+78005553535"),
            ("88005553535", "RU", "+78005553535"), ("06 1 234 5678", "HU", "~+3612345678"),
            ("06 12345678", "IT", "~+390612345678"), ("612345678", "ES", "+34612345678"),
            ("8 029 1234567", "BY", "~+375291234567"),
            ("03-1234-5678", "JP", "~+81312345678"), ("04 1234 5678", "AU", "~+61412345678"),
        ]
        for (text, region, expected) in cases { XCTAssertEqual(word(verdict(text, region)), expected, text) }
    }

    func testFaults() {
        let cases: [(String, String, String)] = [
            ("+1415555010", "US", "impossible-length"), ("+141555501000", "US", "impossible-length"),
            ("555-0100", "US", "impossible-length"), ("+49", "US", "impossible-length"),
            ("+491", "US", "impossible-length"), ("12345678901234567890123", "US", "impossible-length"),
            ("+999123456789", "US", "unknown-country"), ("+210123456789", "US", "unknown-country"),
            ("+0049151123456", "US", "unknown-country"), ("4155550100", "", "unknown-country"),
            ("+1 115 555 0100", "US", "invalid"), ("+1 415 155 0100", "US", "invalid"),
            ("1-800-FLOWERS", "US", "invalid"), ("+14155550100x5", "US", "invalid"), ("+", "US", "invalid"),
            ("---", "US", "invalid"), ("-14155550100", "US", "invalid"), ("1+4155550100", "US", "invalid"),
            ("++14155550100", "US", "invalid"), ("+14155550100, +14155550101", "US", "invalid"),
            ("+1415(0)5550100", "US", "impossible-length"),
            ("415(0)5550100", "US", "impossible-length"), ("4.155E+9", "US", "invalid"),
            ("4,155e9", "US", "invalid"), ("4155550100.0", "US", "invalid"), ("true", "US", "invalid"),
            ("#31#4155550100", "US", "invalid"), ("", "US", "invalid"),
        ]
        for (text, region, expected) in cases { XCTAssertEqual(word(verdict(text, region)), expected, text) }
    }

    func testThePlanKnowsTheShapeOfNorthAmericanNumbersAndLengthAloneDoesNot() {
        XCTAssertEqual(word(verdict("+11155550100")), "invalid")
        XCTAssertEqual(word(verdict("+11155550100", check: .possible)), "+11155550100")
        XCTAssertEqual(word(verdict("+1415", check: .possible)), "impossible-length")
        XCTAssertEqual(word(verdict("+1415", check: .syntax)), "+1415")
        XCTAssertEqual(word(verdict("+999123456", check: .syntax)), "+999123456")
        XCTAssertEqual(word(verdict("+9991234567890123", check: .syntax)), "impossible-length")
    }

    func testWhatTheNumberingPlanKnows() {
        let cases: [(String, String, String)] = [
            // No such area code, no such mobile prefix, a fixed line of the right shape, an Argentine mobile by its old
            // trunk.
            ("+12995550100", "US", "invalid"), ("+4914012345678", "DE", "invalid"),
            ("+4989123456", "DE", "+4989123456"),
            ("011 15 2345-6789", "AR", "~+5491123456789"), ("0 11 4234-5678", "AR", "~+541142345678"),
            ("0 15 11 91234-5678", "BR", "~+5511912345678"), ("+5215512345678", "MX", "impossible-length"),
            ("06 6982 1234", "IT", "~+390669821234"), ("+447700900123", "GB", "invalid"),
            ("[415] 555~0100", "US", "~+14155550100"), ("൪൧൫൫൫൫൦൧൦൦", "US", "~+14155550100"),
        ]
        for (text, region, expected) in cases { XCTAssertEqual(word(verdict(text, region)), expected, text) }
    }

    func testHintsSayHowManyDigitsAreMissingOrTooMany() {
        let cases: [(String, String)] = [
            ("+4479111234567", "It has 11 digits after +44, at most 10 are possible."),
            ("+4479", "It has 2 digits after +44, at least 7 are needed."),
            ("+15550100", "It has 7 digits after +1: a local number without its area code."),
            (
                "+12995550100",
                "It has as many digits as numbers of US have (+1), but the numbering plan there has no such number."
            ),
            ("+999123456789", "No country has a calling code that begins with 999."),
        ]
        for (text, message) in cases {
            switch verdict(text) {
            case .valid: XCTFail(text)
            case .invalid(let advice), .impossibleLength(let advice), .unknownCountry(let advice):
                XCTAssertEqual(advice.message, message, text)
            }
        }
    }

    func testOnlyTheTypesThatACampaignAcceptsAreGood() {
        func word(_ text: String, _ accept: [String]) -> String {
            var rule = Campaign.NumberRule()
            rule.accept = accept
            let judge = NumberJudge(rule: rule, defaultRegion: "US")
            return self.word(judge.judge(Array(text.utf8).span, region: nil))
        }
        XCTAssertEqual(word("+4915112345678", ["mobile"]), "+4915112345678")
        XCTAssertEqual(word("+4989123456", ["mobile"]), "invalid")
        XCTAssertEqual(word("+4989123456", ["mobile", "fixed-line"]), "+4989123456")
        // North America does not tell them apart.
        XCTAssertEqual(word("+14155550100", ["mobile"]), "+14155550100")
        XCTAssertEqual(word("+14155550100", ["fixed-line"]), "+14155550100")
        XCTAssertEqual(word("+18003569377", ["mobile", "fixed-line"]), "invalid")
        XCTAssertEqual(word("+18003569377", ["any"]), "+18003569377")
    }

    func testLettersCountOnlyWhereACampaignTakesVanityNumbers() {
        var rule = Campaign.NumberRule()
        rule.vanity = true
        let judge = NumberJudge(rule: rule, defaultRegion: "US")
        XCTAssertEqual(word(judge.judge(Array("1-800-FLOWERS".utf8).span, region: nil)), "~+18003569377")
        XCTAssertEqual(word(judge.judge(Array("+1800flowers".utf8).span, region: nil)), "~+18003569377")
        XCTAssertEqual(word(judge.judge(Array("+1415555010o".utf8).span, region: nil)), "invalid")
        XCTAssertEqual(word(verdict("1-800-FLOWERS")), "invalid")
    }

    func testARemarkNeverBecomesDigits() {
        var rule = Campaign.NumberRule()
        rule.vanity = true
        let judge = NumberJudge(rule: rule, defaultRegion: "DE")
        for text in ["+49-30-123456 ext. 5", "030 12345 home", "030 123456 Tel", "040 123 Frau"] {
            XCTAssertEqual(word(judge.judge(Array(text.utf8).span, region: nil)), "invalid", text)
        }
    }

    func testDigitsThatMayBeTwoNumbersAreNotGuessed() {
        XCTAssertEqual(word(verdict("491711234578", "DE")), "invalid")
        XCTAssertEqual(word(verdict("+491711234578", "DE")), "+491711234578")
        XCTAssertEqual(word(verdict("0491711234578", "DE")), "+49491711234578")
        XCTAssertEqual(word(verdict("01711234578", "DE")), "+491711234578")
        // With the country's code in front they are one number only.
        XCTAssertEqual(word(verdict("447911123456", "GB")), "+447911123456")
        XCTAssertEqual(word(verdict("14155550100", "US")), "+14155550100")
    }

    private func reading(
        _ text: String, _ region: String, _ bare: Campaign.BareDigits = .refuse, isMSISDN: Bool = false
    ) -> String {
        var rule = Campaign.NumberRule()
        rule.bare = bare
        return word(
            NumberJudge(rule: rule, defaultRegion: region).judge(
                Array(text.utf8).span, region: nil, origin: isMSISDN ? .msisdn : .plain))
    }

    func testForeignNumbersWithoutPlusAreNotTakenForNumbersOfTheRegion() {
        let foreign = [
            "441234567890", "33612345678", "34612345678", "41791234567", "46701234567", "393331234567", "43664123456",
        ]
        for digits in foreign {
            for region in ["DE", "AT", "LU", "ID"] {
                let verdict = reading(digits, region)
                XCTAssertTrue(verdict == "invalid" || verdict == "+" + digits, "\(digits) in \(region): \(verdict)")
            }
        }
        XCTAssertEqual(reading("441234567890", "DE"), "invalid")
    }

    func testDigitsAsTheyAreWrittenAtHomeAreNationalWhateverElseTheyCouldBe() {
        let cases: [(String, String, String)] = [
            ("4155550100", "US", "+14155550100"), ("6045550142", "CA", "+16045550142"),
            ("32123456", "DK", "+4532123456"),
            ("40612345", "NO", "+4740612345"), ("612345678", "ES", "+34612345678"),
            ("912345678", "PT", "+351912345678"),
            ("512345678", "PL", "+48512345678"), ("601123456", "CZ", "+420601123456"),
            ("6912345678", "GR", "+306912345678"),
            ("81234567", "SG", "+6581234567"), ("51234567", "HK", "+85251234567"),
            ("5512345678", "MX", "+525512345678"),
            ("3123456789", "IT", "+393123456789"), ("13123456789", "CN", "+8613123456789"),
            ("11961234567", "BR", "+5511961234567"),
        ]
        for (text, region, expected) in cases { XCTAssertEqual(reading(text, region), expected, text) }
    }

    func testTheConfigurationDecidesWhatDigitsWithTwoReadingsAre() {
        XCTAssertEqual(reading("491711234578", "DE", .national), "+49491711234578")
        XCTAssertEqual(reading("491711234578", "DE", .international), "+491711234578")
        XCTAssertEqual(reading("01711234578", "DE", .international), "+491711234578")
        XCTAssertEqual(reading("442079460958", "US"), "invalid")
        XCTAssertEqual(reading("442079460958", "US", .international), "+442079460958")
        XCTAssertEqual(reading("00442079460958", "DE", .international), "+442079460958")
    }

    func testAnMSISDNIsInternationalUnlessItIsWrittenAsAtHome() {
        for digits in ["4915112345678", "491711234567", "4917612345678", "491601234567", "441234567890"] {
            XCTAssertEqual(reading(digits, "DE", isMSISDN: true), "+" + digits)
        }
        XCTAssertEqual(reading("01711234578", "DE", isMSISDN: true), "+491711234578")
        XCTAssertEqual(reading("14155550100", "US", isMSISDN: true), "+14155550100")
        XCTAssertEqual(reading("2025550100", "US", isMSISDN: true), "+12025550100")
        // Of Ireland as well.
        XCTAssertEqual(reading("3539743108", "US", isMSISDN: true), "invalid")
        XCTAssertEqual(reading("3539743108", "US"), "+13539743108")
        XCTAssertEqual(reading("442079460958", "", isMSISDN: true), "+442079460958")
    }

    func testOwnNumbersOfEveryListedRegionAreHardlyEverRefused() {
        var random = SeededGenerator(seed: 7)
        let regions = ["US", "CA", "DK", "NO", "ES", "PT", "PL", "CZ", "GR", "SG", "HK", "MX"]
        for region in regions {
            let rule = Campaign.NumberRule()
            let judge = NumberJudge(rule: rule, defaultRegion: region)
            let plan = NumberingPlan.world
            let code = String(plan.regions[plan.region(RegionCode(region)!)!].callingCode)
            let count =
                ["US", "CA", "GR", "MX"].contains(region) ? 10 : ["DK", "NO", "SG", "HK"].contains(region) ? 8 : 9
            var (asked, refused) = (0, 0)
            while asked < 2_000 {
                let digits = String(UInt64.random(in: 10_000_000..<10_000_000_000, using: &random)).prefix(count)
                guard digits.utf8.count == count,
                    let number = plan.quick(Array("+\(code)\(digits)".utf8).span),
                    [.fixed, .mobile, .fixedOrMobile].contains(number.type)
                else { continue }
                asked += 1
                guard case .valid(let found, _) = judge.judge(Array(digits.utf8).span, region: nil),
                    found.description == "+\(code)\(digits)"
                else {
                    refused += 1
                    continue
                }
            }
            XCTAssertLessThanOrEqual(refused, asked / 1_000, region)
        }
    }

    func testTwoNumbersInOneFieldAreNone() {
        for text in [
            "030 23125-0/-12", "030 23125 10/11", "030 23125100/030 23125101", "0171 1234567/8",
            "0171 1234567 / 0172 7654321",
            "030 23125100,030 23125101", "030 23125100;030 23125101", "030 23125100 or 030 23125101",
        ] {
            XCTAssertEqual(reading(text, "DE"), "invalid", text)
        }
        XCTAssertEqual(reading("030/23125100", "DE"), "~+493023125100")
        XCTAssertEqual(reading("+49/30/23125100", "DE"), "~+493023125100")
        XCTAssertEqual(reading("030 23125-0", "DE"), "~+4930231250")
    }

    func testDoubleZeroIsInternationalWhereNoNationalNumberBeginsSo() {
        for check in Campaign.NumberCheck.allCases {
            XCTAssertEqual(word(verdict("0041 79 123 45 68", "AU", check: check)), "~+41791234568")
            XCTAssertEqual(word(verdict("0049 30 123456", "US", check: check)), "~+4930123456")
        }
    }

    func testTheQuickPathAgreesWithTheWholeJudgement() {
        let seed = TestSeed.next()
        var random = SeededGenerator(seed: seed)
        let judge = NumberJudge(rule: Campaign.NumberRule(), defaultRegion: "US")
        var plain = 0
        for _ in 0..<20_000 {
            let digits = String(
                UInt64.random(in: 1_000..<10_000_000_000_000_000, using: &random)
                    >> UInt64.random(in: 0...20, using: &random))
            let quick = judge.plain(Array(("+" + digits).utf8).span)
            // An apostrophe in front keeps the quick path out.
            switch judge.judge(Array(("'+" + digits).utf8).span, region: nil) {
            case .valid(let number, _):
                if let quick { XCTAssertEqual(quick, number, "seed \(seed)") }
                plain += quick == nil ? 0 : 1
            case .invalid, .impossibleLength, .unknownCountry: XCTAssertNil(quick, "+\(digits), seed \(seed)")
            }
        }
        XCTAssertGreaterThan(plain, 1_000)
    }

    func testTheQuickPathForPunctuationAgreesWithTheWholeJudgement() {
        let seed = TestSeed.next()
        var random = SeededGenerator(seed: seed)
        let judge = NumberJudge(rule: Campaign.NumberRule(), defaultRegion: "US")
        let kinds: [NumberJudge.Origin] = [.plain, .msisdn, .besideCallingCode]
        let known = [
            "+14155550142", "+442079460000", "+493023125100", "+4915112345678", "+41791234567", "+390612345678",
        ]
        var found = 0
        for round in 0..<60_000 {
            var text: [UInt8] = []
            for byte in known[round % known.count].utf8 {
                text.append(byte)
                if random.next() % 4 == 0 {
                    text.append(Array(" ()-./ ..--\u{A0}0x".utf8)[Int(random.next() % 15)])
                }
            }
            if random.next() % 3 == 0 { text += Array([".0", ".00", "-0", " 00", ".000"][round % 5].utf8) }
            guard let quick = judge.punctuated(text.span) else { continue }
            found += 1
            let verdict = judge.judge(
                text.span, region: RegionCode(["DE", "US", "CO"][round % 3]), origin: kinds[round % 3])
            XCTAssertEqual(
                "\(verdict)", "\(NumberVerdict.valid(quick, changedPunctuation: true))",
                "\(String(decoding: text, as: UTF8.self)), seed \(seed)")
        }
        XCTAssertGreaterThan(found, 1_000)
    }

    func testEveryAssignedRegionWithATelephoneNetworkHasACallingCode() {
        var missing: [String] = []
        for first in UInt8(0x41)...0x5A {
            for second in UInt8(0x41)...0x5A {
                guard let region = RegionCode([first, second].span), region.isAssigned else { continue }
                let verdict = NumberJudge(rule: Campaign.NumberRule(check: .syntax), defaultRegion: "").judge(
                    Array("23456789".utf8).span, region: region)
                if case .valid = verdict { continue }
                missing.append(region.description)
            }
        }
        XCTAssertEqual(missing, [])
    }

    func testThereAre249CountriesAndKosovo() {
        var count = 0
        for first in UInt8(0x41)...0x5A {
            for second in UInt8(0x61)...0x7A where RegionCode([first, second].span)?.isAssigned == true { count += 1 }
        }
        XCTAssertEqual(count, 250)
    }
}
