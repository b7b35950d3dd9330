import XCTest

@testable import Waybill

/// What goes next, without a file: a table of what is being read and what has arrived.
final class SchedulerTests: XCTestCase {
    private static let megabyte: Int64 = 1 << 20

    private func file(
        _ purpose: DropPurpose = .contacts, campaign: String? = "a", priority: Int = 5, size: Int64 = 1_000,
        arrived: Int64 = 0, name: String = "x.csv", isClaimed: Bool = false
    ) -> Scheduler.Candidate {
        Scheduler.Candidate(
            purpose: purpose, campaign: campaign, priority: priority, size: size, arrived: arrived, name: name,
            isClaimed: isClaimed)
    }

    private func reading(
        _ purpose: DropPurpose = .contacts, campaign: String = "a", priority: Int = 5, size: Int64 = 100 << 20,
        isAlone: Bool = false, isSlow: Bool = false, isWaiting: Bool = false
    ) -> Scheduler.Reading {
        Scheduler.Reading(
            purpose: purpose, campaign: campaign, priority: priority, size: size, isAlone: isAlone, isSlow: isSlow,
            isWaiting: isWaiting)
    }

    private func mayTake(
        _ candidate: Scheduler.Candidate, amid readings: [Scheduler.Reading], isOneCampaign: Bool = false
    ) -> Bool {
        Scheduler.mayTake(candidate, amid: readings, isOneCampaign: isOneCampaign)
    }

    // MARK: - In which order

    func testCommandsGoFirstThenListsThenRepliesThenReceiptsThenContacts() {
        let purposes: [DropPurpose] = [.control, .suppression, .replies, .receipts, .contacts]
        let ordered = purposes.reversed().map { file($0, priority: $0 == .contacts ? 9 : 5) }.sorted()
        XCTAssertEqual(ordered.map(\.purpose), purposes)
    }

    func testContactsGoByPriorityThenBySizeAndResultsByArrival() {
        let contacts = [
            file(size: 2, name: "large"), file(priority: 9, size: 9, name: "urgent"), file(size: 1, name: "small"),
        ]
        XCTAssertEqual(contacts.sorted().map(\.name), ["urgent", "small", "large"])
        let results = [
            file(.receipts, size: 1, arrived: 2, name: "later"),
            file(.receipts, priority: 9, size: 9, arrived: 1, name: "earlier"),
        ]
        XCTAssertEqual(results.sorted().map(\.name), ["earlier", "later"])
    }

    func testAClaimThatWasLeftGoesBeforeFilesOfItsKindAndBehindThoseOfAHigherRank() {
        let candidates = [
            file(priority: 9, size: 1, name: "urgent"), file(size: 1 << 30, name: "token-2", isClaimed: true),
            file(priority: 9, name: "token-1", isClaimed: true), file(.suppression, name: "list"),
        ]
        XCTAssertEqual(
            candidates.sorted().map(\.name), ["list", "token-1", "token-2", "urgent"], "claims in the order of claiming"
        )
    }

    func testTheFirstThatMayGoIsTakenAndNoneInTheMiddleOfAShortDrop() {
        let waiting = [file(size: 1, name: "next"), file(.suppression, name: "list")]
        func next(_ readings: [Scheduler.Reading]) -> String? {
            Scheduler.next(of: waiting, amid: readings, isOneCampaign: false).map { waiting[$0].name }
        }
        XCTAssertEqual(next([]), "list")
        XCTAssertNil(next([reading(size: 1_000)]))
        XCTAssertEqual(next([reading()]), "list")
        XCTAssertEqual(next([reading(.receipts)]), "list")
        XCTAssertEqual(next([reading(.suppression)]), "next", "lists are taken one after the other")
    }

    // MARK: - What may overtake

    func testWhatMayBeReadInTheMiddleOfALongDrop() {
        let long = reading()
        let cases: [(Scheduler.Candidate, [Scheduler.Reading], Bool, String)] = [
            (file(), [long], true, "a short drop"),
            (file(), [reading(size: 4 * Self.megabyte)], false, "none in the middle of a short one"),
            (file(), [reading(size: 1_000, isSlow: true)], true, "but in the middle of one whose share hangs"),
            (file(size: 5 * Self.megabyte), [long], false, "not one that is long itself"),
            (
                file(size: 4 * Self.megabyte), [reading(size: 9 * Self.megabyte)], false,
                "nor one that is hardly shorter"
            ),
            (file(priority: 9, size: 50 * Self.megabyte), [long], true, "a long one that is more urgent"),
            (file(priority: 5, size: 50 * Self.megabyte), [long], false, "which is not one of the same priority"),
            (
                file(priority: 9, size: 50 * Self.megabyte), [long, reading(priority: 7)], false,
                "two long ones at most"
            ),
            (file(.control), [long, long, long, long], true, "commands however many are read"),
            (file(), [long, long, long], true, "four drops of contacts"),
            (file(), [long, long, long, long], false, "at most"),
            (file(.replies), [reading(.receipts)], true, "results of a lower rank wait"),
            (file(.receipts), [reading(.receipts)], false, "those of the same stay in their order"),
            (file(.replies), [reading(.replies), long], false, "also where contacts have overtaken the earlier one"),
            (file(), [reading(.receipts)], true, "contacts overtake results"),
        ]
        for (candidate, readings, isTaken, why) in cases {
            XCTAssertEqual(mayTake(candidate, amid: readings), isTaken, why)
        }
    }

    func testNoDropIsReadBesideOneOfItsCampaignThatDependsOnTheOthers() {
        let alone = reading(isAlone: true)
        XCTAssertFalse(mayTake(file(campaign: "a"), amid: [alone]))
        XCTAssertTrue(mayTake(file(campaign: "b"), amid: [alone]))
        XCTAssertFalse(mayTake(file(campaign: nil), amid: [alone]), "it may be one of the campaign")
        XCTAssertFalse(mayTake(file(campaign: "b"), amid: [alone], isOneCampaign: true))
        XCTAssertFalse(mayTake(file(campaign: "a"), amid: [alone, reading(campaign: "b")]))
        XCTAssertTrue(mayTake(file(.suppression, campaign: nil), amid: [alone]))
    }

    // MARK: - Whose turn it is

    func testTheDropThatOvertookOthersGoesOnFirst() {
        let turns = Scheduler.turns(of: [reading(), reading(), reading()])
        XCTAssertEqual(turns.map(\.place), [2, 1, 0])
        XCTAssertEqual(turns.map(\.patience), [20, 20, 20])
    }

    func testADropThatWaitsForItsShareKeepsNobodyWaiting() {
        let turns = Scheduler.turns(of: [reading(), reading(isWaiting: true)])
        XCTAssertEqual(turns.map(\.place), [1, 0])
        XCTAssertEqual(turns.map(\.patience), [0, 20])
        let hanging = Scheduler.turns(of: [reading(isWaiting: true), reading(isWaiting: true)])
        XCTAssertEqual(hanging.map(\.patience), [20, 20], "where all wait there is nothing else to do")
    }

    // MARK: - Sending

    func testWhatIsDueIsSentForHalfOfTheTimeWhileContactsAreRead() {
        func time(_ readings: [Scheduler.Reading], at now: Int64 = 1_000, isScanNearlyDone: Bool = false) -> Int64? {
            Scheduler.sendingTime(amid: readings, at: now, lastAt: 0, isScanNearlyDone: isScanNearlyDone)
        }
        XCTAssertEqual(time([reading()]), 500)
        XCTAssertNil(time([reading()], at: 999))
        XCTAssertNil(time([reading()], isScanNearlyDone: true), "what has arrived may say otherwise")
        XCTAssertNil(time([reading(), reading(size: 1_000)]), "a short drop is done sooner")
        XCTAssertEqual(time([reading(), reading(size: 1_000, isSlow: true)]), 500)
        for purpose in [DropPurpose.control, .suppression, .replies, .receipts] {
            XCTAssertNil(time([reading(), reading(purpose)]))
            XCTAssertNil(time([reading(purpose), reading()]), "nor once contacts have overtaken it")
        }
    }

    func testWordsInterruptSendingAfterTenMillisecondsAndContactsAfterItsShare() {
        for (elapsed, arrivals, isOver) in [
            (0, .none, false), (9, .words, false), (10, .words, true), (10, .contacts, false), (199, .contacts, false),
            (200, .contacts, true), (499, .none, false), (500, .none, true),
        ] as [(Int64, Scheduler.Arrivals, Bool)] {
            XCTAssertEqual(
                Scheduler.isSendingOver(after: elapsed, limit: 500, share: 200, arrivals), isOver,
                "\(elapsed) ms, \(arrivals)")
        }
    }

    func testSendingHasAsMuchTimeAsDropsHadAndAtMostHalfASecond() {
        XCTAssertEqual([0, 3, 10, 250, 9_000].map { Scheduler.sendingShare(after: $0) }, [10, 10, 10, 250, 500])
    }
}
