import Support
import XCTest

@testable import Waybill

/// What somebody's words come to.
final class ConsentStandingTests: XCTestCase {
    private static let news = MessageSort(campaign: "c", channel: .sms, purpose: .marketing, list: "news")

    private func word(
        _ action: ConsentEntry.Action, _ at: Int64, until: Int64? = nil, _ scope: ConsentEntry.Scope = .all
    ) -> ConsentEntry {
        var word = ConsentEntry(action, key: 1, kind: .phone, at: Timestamp(milliseconds: at))
        word.expires = until.map(Timestamp.init(milliseconds:))
        word.scope = scope
        return word
    }

    private func standing(
        _ words: [ConsentEntry], at now: Int64 = 100, _ sort: MessageSort = ConsentStandingTests.news
    ) -> String {
        let found = ConsentStanding(words, for: sort, at: Timestamp(milliseconds: now))
        return (found.lack?.rawValue ?? "given") + (found.stop == nil ? "" : ", stopped")
    }

    func testTheLastWordCountsByWhenItWasSaid() {
        let (grant, revoke) = (word(.grant, 10), word(.revoke, 20))
        XCTAssertEqual(standing([]), "unknown")
        XCTAssertEqual(standing([grant]), "given")
        for words in [[grant, revoke], [revoke, grant]] { XCTAssertEqual(standing(words), "revoked, stopped") }
        XCTAssertEqual(standing([grant, revoke, word(.grant, 30)]), "given")
        XCTAssertEqual(standing([word(.grant, 20), revoke]), "revoked, stopped", "of one moment")
        XCTAssertEqual(standing([word(.grant, 0), word(.revoke, 1)]), "revoked, stopped", "nobody knows when")
    }

    func testAGrantCountsFromItsBeginningToItsEnd() {
        let grant = word(.grant, 50, until: 80)
        XCTAssertEqual(standing([grant], at: 49), "future")
        XCTAssertEqual(standing([grant], at: 50), "given")
        XCTAssertEqual(standing([grant], at: 79), "given")
        XCTAssertEqual(standing([grant], at: 80), "expired")
        XCTAssertEqual(standing([grant, word(.grant, 10)], at: 90), "expired", "the later one goes before")
        XCTAssertEqual(standing([word(.grant, 50, until: 70), grant], at: 75), "expired", "of one moment the shorter")
        XCTAssertEqual(standing([word(.grant, 10), word(.grant, 60)], at: 55), "given", "until then the earlier holds")
        XCTAssertEqual(standing([grant, word(.revoke, 20)], at: 90), "expired, stopped", "what it lifted stands again")
        XCTAssertEqual(standing([grant, word(.revoke, 20)], at: 60), "given")
    }

    func testAGrantIsForWhatItSaysAndARevocationForAllThatItMayMean() {
        let scopes: [(ConsentEntry.Scope, agrees: Bool, refuses: Bool)] = [
            (.all, true, true), (.init(channel: .sms), true, true), (.init(channel: .voice), false, false),
            (.init(purpose: .marketing), true, true), (.init(purpose: .service), false, false),
            (.init(list: "news"), true, true), (.init(list: "offers"), false, false),
            (.init(channel: .sms, purpose: .marketing, list: "news"), true, true),
        ]
        for (scope, agrees, refuses) in scopes {
            XCTAssertEqual(standing([word(.grant, 1, scope)]), agrees ? "given" : "unknown", "\(scope)")
            XCTAssertEqual(
                standing([word(.grant, 1), word(.revoke, 2, scope)]), refuses ? "revoked, stopped" : "given", "\(scope)"
            )
        }
        // At the intake no channel is decided: who refuses all and agrees to texts is let in.
        let undecided = MessageSort(campaign: "c", channel: nil, purpose: .marketing)
        XCTAssertEqual(standing([word(.revoke, 1), word(.grant, 2, .init(channel: .sms))], undecided), "given")
        XCTAssertEqual(standing([word(.revoke, 1)], undecided), "revoked, stopped")
        XCTAssertEqual(standing([word(.revoke, 1, .init(channel: .sms))], undecided), "unknown")
        // A message that may be for anything, over anything.
        let any = MessageSort(campaign: "c", channel: .handover)
        for scope in [ConsentEntry.Scope(channel: .sms), .init(purpose: .service)] {
            XCTAssertEqual(standing([word(.grant, 1, scope)], any), "unknown")
            XCTAssertEqual(standing([word(.grant, 1), word(.revoke, 2, scope)], any), "revoked, stopped")
        }
    }

    func testAStartLiftsStopsAndAgreesToNothing() {
        XCTAssertEqual(standing([word(.grant, 1), word(.revoke, 5), word(.start, 6)]), "revoked")
        XCTAssertEqual(standing([word(.start, 6), word(.revoke, 6)]), "revoked, stopped")
        XCTAssertEqual(standing([word(.start, 6), word(.revoke, 5), word(.grant, 7)]), "given")
    }

    func testTheOrderInWhichWordsComeSaysNothing() {
        var generator = SeededGenerator(seed: TestSeed.next())
        for _ in 0..<300 {
            let words = (0..<6).map { _ in
                word(
                    [.grant, .revoke, .start].randomElement(using: &generator)!, .random(in: 0..<8, using: &generator),
                    until: Bool.random(using: &generator) ? .random(in: 8..<16, using: &generator) : nil,
                    [.all, .init(list: "news"), .init(purpose: .service)].randomElement(using: &generator)!)
            }
            let now = Int64.random(in: 0..<18, using: &generator)
            XCTAssertEqual(
                standing(words.shuffled(using: &generator), at: now), standing(words, at: now), "\(words) at \(now)")
        }
    }
}
