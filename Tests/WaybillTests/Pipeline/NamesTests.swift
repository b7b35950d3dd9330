import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// Whether what was said of a campaign, a channel or a list holds however its name is written, and once it is gone.
final class NamesTests: XCTestCase {
    private let ann = "+14155550142"
    private let bob = "+14155550143"
    private let people = "phone1,message\n+14155550142,hi\n+14155550143,hi\n"
    private let later = "2026-11-20T15:10:00Z"

    private func called(_ bench: PipelineBench, _ campaign: String) throws -> [String] {
        try bench.send()
        return try bench.dispatched(campaign).map { String($0.split(separator: ",")[2]) }.sorted()
    }

    // MARK: Campaigns

    func testACampaignWrittenInOtherCapitalsStaysPaused() throws {
        let bench = try PipelineBench("{campaigns: {News: {}}}", standing: true)
        try bench.pipeline.store.durably { try bench.pipeline.store.pause("News", at: bench.pipeline.now) }
        try bench.restart(at: later, with: "{campaigns: {news: {}}}")
        try bench.drop(people, as: "news/people.csv")
        XCTAssertEqual(try called(bench, "news"), [])
        XCTAssertEqual(try bench.pipeline.store.pausedCampaigns(), ["news"])
        let command = try ControlCommand(json: Array("{\"command\": \"resume\", \"campaign\": \"NEWS\"}".utf8))
        try bench.pipeline.carryOut(command)
        XCTAssertEqual(try called(bench, "news"), [ann, bob])
    }

    func testAListingForACampaignHoldsWhenItIsWrittenInOtherCapitals() throws {
        let bench = try PipelineBench("{campaigns: {News: {}, other: {}}}", standing: true)
        try bench.drop("value,campaign\n\(ann),News\n", as: "_suppress/l.csv")
        try bench.restart(at: later, with: "{campaigns: {news: {}, other: {}}}")
        try bench.drop(people, as: "news/people.csv")
        try bench.drop(people, as: "other/people.csv")
        XCTAssertEqual(try called(bench, "news"), [bob])
        XCTAssertEqual(try called(bench, "other"), [ann, bob])
    }

    private func overChannel(_ name: String) -> String {
        """
        campaigns: {news: {strategy: 's', transports: {\(name): 'folder'}}},
        strategies: {s: {steps: [{name: 'a', channel: '\(name)', to: 'phone1'}]}}
        """
    }

    func testARemovalFindsWhatIsListedUnderAnotherWritingOfItsNames() throws {
        let first = "phone1,message\n\(ann),hi\n"
        for (before, after, entry, removal) in [
            ("campaigns: {News: {}}", "campaigns: {news: {}}", "value,campaign\n\(ann),News\n", "\(ann),NEWS,"),
            (
                "campaigns: {Zo\u{EB}: {}}", "campaigns: {Zoe\u{308}: {}}", "value,campaign\n\(ann),Zo\u{EB}\n",
                "\(ann),ZO\u{CB},"
            ),
            (overChannel("Chat"), overChannel("chat"), "value,channel\n\(ann),Chat\n", "\(ann),,CHAT"),
        ] {
            let bench = try PipelineBench("{\(before)}", standing: true)
            try bench.drop(entry, as: "_suppress/l.csv")
            try bench.restart(at: later, with: "{\(after)}")
            let key = RecipientKey.phone(E164Number(digits: 14_155_550_142))
            XCTAssertEqual(try bench.pipeline.store.suppressions(of: key, at: bench.pipeline.now).count, 1, before)
            try bench.drop("action,value,campaign,channel\nremove,\(removal)\n", as: "_suppress/r.csv")
            XCTAssertEqual(try bench.pipeline.store.suppressions(of: key, at: bench.pipeline.now), [], before)
            let campaign = bench.configuration.campaigns[0].name
            try bench.drop(first, as: campaign + "/people.csv")
            XCTAssertEqual(try called(bench, campaign), [ann], before)
        }
    }

    func testAnAddressIsTakenOffInWhateverCapitalsItWasListed() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("Ann@Example.COM\n", as: "_suppress/l.csv")
        try bench.drop("action,value\nremove,ann@eXample.com\n", as: "_suppress/r.csv")
        XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "accepted")
        XCTAssertEqual(try bench.pipeline.store.listingTotals(at: bench.pipeline.now), [])
    }

    /// A named list in other capitals is the list that it was: it need not come anew, and a whole one takes off who
    /// stands on it no more.
    func testANamedListWrittenInOtherCapitalsIsTheListThatItWas() throws {
        let bench = try PipelineBench("{lists: {named: {Dnc: {files: 'dnc*', required: true}}}}", standing: true)
        try bench.drop("value\n\(ann)\n\(bob)\n", as: "_suppress/dnc-1.csv")
        try bench.restart(at: later, with: "{lists: {named: {DNC: {files: 'dnc*', required: true}}}}")
        try bench.drop("phone1,message\n+14155550150,hi\n", as: "a.csv")
        XCTAssertEqual(try called(bench, "default"), ["+14155550150"], "it need not come anew")
        try bench.drop("action,value\nremove,\(ann)\n", as: "_suppress/dnc-2.csv")
        let keys = [14_155_550_142, 14_155_550_143].map { RecipientKey.phone(E164Number(digits: $0)) }
        XCTAssertEqual(try bench.pipeline.store.suppressions(of: keys[0], at: bench.pipeline.now), [])
        XCTAssertEqual(try bench.pipeline.store.suppressions(of: keys[1], at: bench.pipeline.now).count, 1)
        try bench.drop("value\n\(ann)\n", as: "_suppress/dnc.full.csv")
        XCTAssertEqual(try bench.pipeline.store.suppressions(of: keys[0], at: bench.pipeline.now).count, 1)
        XCTAssertEqual(try bench.pipeline.store.suppressions(of: keys[1], at: bench.pipeline.now), [])
    }

    func testContentOfACampaignWrittenInOtherCapitalsIsNotSentAgainAndWhatWaitsGoesOn() throws {
        let policy = "policies: {p: {startAfter: '2026-11-20T15:05:00Z'}}"
        for (before, after) in [("News", "news"), ("Zo\u{EB}", "Zoe\u{308}")] {
            let bench = try PipelineBench("{campaigns: {\"\(before)\": {policy: 'p'}}, \(policy)}", standing: true)
            try bench.drop(people, as: before + "/a.csv")
            try bench.restart(at: later, with: "{campaigns: {\"\(after)\": {policy: 'p'}}, \(policy)}")
            try bench.drop(people, as: before + "/b.csv")
            XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "duplicate", before)
            XCTAssertEqual(try called(bench, before), [ann, bob], before)
        }
    }

    func testAListingForACampaignOrChannelThatIsGoneHoldsForAll() throws {
        func configuration(_ campaign: String, _ channel: String) -> String {
            """
            {campaigns: {\(campaign): {strategy: 's', transports: {\(channel): 'folder'}}},
             strategies: {s: {steps: [{name: 'a', channel: '\(channel)', to: 'phone1'}]}}}
            """
        }
        for list in ["value,campaign\n\(ann),news\n", "value,channel\n\(ann),chat\n"] {
            let bench = try PipelineBench(configuration("news", "chat"), standing: true)
            try bench.drop(list, as: "_suppress/l.csv")
            try bench.restart(at: later, with: configuration("newsletter", "sms"))
            try bench.drop(people, as: "newsletter/people.csv")
            XCTAssertEqual(try called(bench, "newsletter"), [bob], list)
            let told = try GoneNames.problems(
                bench.configuration, bench.pipeline.store, file: "waybill.json5", at: bench.pipeline.now)
            XCTAssertEqual(told.count, 1, list)
            XCTAssertTrue(told.allSatisfy { $0.message.contains("not here any more") }, list)
        }
    }

    func testARefusedListHoldsThoughTheCampaignItNamesIsWrittenOtherwiseOrIsGone() throws {
        for after in ["news", "newsletter"] {
            let bench = try PipelineBench("{campaigns: {News: {}}}", standing: true)
            try bench.pipeline.store.durably {
                try bench.pipeline.store.hold(
                    ListHold(
                        batch: try XCTUnwrap(BatchID("20261120-000099")), drop: "l.csv", campaigns: ["News"],
                        problem: "cannot be read"))
            }
            try bench.restart(at: later, with: "{campaigns: {\(after): {}}}")
            try bench.drop(people, as: after + "/people.csv")
            XCTAssertEqual(try called(bench, after), [], after)
        }
    }

    // MARK: What people subscribe to

    private func topic(_ list: String, and others: String = "") -> String {
        """
        {campaigns: {n: {\(list) strategy: 's', purpose: 'marketing'}, \(others)},
         strategies: {s: {steps: [{name: 't', channel: 'sms', to: 'phone1'}]}}}
        """
    }

    func testAStopToAListHoldsThoughItIsWrittenInOtherCapitalsOrTakenOut() throws {
        let sister = "m: {list: 'news', strategy: 's', purpose: 'marketing'}"
        for (before, after) in [
            (topic("list: 'news',"), topic("list: 'News',")), (topic("list: 'news',"), topic("")),
            (topic("list: 'news',"), topic("list: 'newsletter',")),
            (topic("list: 'news',", and: sister), topic("", and: sister)),
        ] {
            let bench = try PipelineBench(before, standing: true)
            try bench.drop(people, as: "n/a.csv")
            XCTAssertEqual(try called(bench, "n"), [ann, bob])
            try bench.advance(seconds: 60)
            try bench.drop("from,text\n\(ann),STOP\n", as: "_replies/r.csv")
            try bench.restart(at: later, with: after)
            try bench.drop("phone1,message\n\(ann),again\n", as: "n/b.csv")
            XCTAssertEqual(try called(bench, "n"), [ann, bob], after)
        }
    }

    func testAStopToAListLeavesAnotherListAlone() throws {
        let offers = "o: {list: 'offers', strategy: 's', purpose: 'marketing'}, v: {strategy: 's', purpose: 'service'}"
        let bench = try PipelineBench(topic("list: 'news',", and: offers), standing: true)
        try bench.drop(people, as: "n/a.csv")
        _ = try called(bench, "n")
        try bench.advance(seconds: 60)
        try bench.drop("from,text\n\(ann),STOP\n", as: "_replies/r.csv")
        for campaign in ["o", "v"] {
            try bench.drop(people, as: campaign + "/a.csv")
            XCTAssertEqual(try called(bench, campaign), [ann, bob], campaign)
        }
    }

    // MARK: Channels

    private func problems(_ text: String) -> [String] {
        ConfigurationReader.read(Array(text.utf8), file: "w").1.filter { $0.severity == .error }.map(\.message)
    }

    func testAChannelThatDiffersFromAnotherInCapitalsOnlyIsAnError() {
        let step = "strategies: {s: {steps: [{name: 't', channel: 'SMS', to: 'phone1'}]}}"
        let message = "the channel \"SMS\" differs from \"sms\" in capitals only: write \"sms\""
        XCTAssertEqual(problems("{\(step)}"), [message])
        XCTAssertEqual(problems("{campaigns: {a: {transports: {SMS: 'folder'}}}}"), [message])
        XCTAssertEqual(
            problems("{campaigns: {a: {transports: {chat: 'folder'}}, b: {transports: {Chat: 'folder'}}}}").count, 1)
        XCTAssertEqual(problems("{campaigns: {a: {transports: {chat: 'folder', sms: 'folder'}}}}"), [])
    }

    func testAMisspeltChannelInACapOrADemandIsAnError() {
        for rule in [
            "caps: [{limit: 1, within: '1d', channels: ['smss']}]", "require: [{what: 'consent', channels: ['smss']}]",
        ] {
            let found = problems("{policies: {p: {\(rule)}}}")
            XCTAssertEqual(found.count, 1, rule)
            XCTAssertTrue(
                found.allSatisfy { $0.contains("did you mean \"sms\"?") && $0.contains("hold for nobody") }, rule)
        }
    }

    func testListsAndRevocationsFindAChannelInWhateverCase() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: 's', transports: {Chat: 'folder'}}},
             strategies: {s: {steps: [{name: 't', channel: 'Chat', to: 'phone1'}]}}}
            """, standing: true)
        try bench.drop("value,channel\n\(ann),chat\n", as: "_suppress/l.csv")
        try bench.drop("value,channel,action,at\n\(bob),CHAT,revoke,2026-11-19\n", as: "_consent/c.csv")
        try bench.drop(people, as: "a/people.csv")
        XCTAssertEqual(try called(bench, "a"), [])
        XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted")
        XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "accepted")
    }
}
