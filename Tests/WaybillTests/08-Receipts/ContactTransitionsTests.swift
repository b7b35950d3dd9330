import Support
import XCTest

@testable import Waybill

final class ContactTransitionsTests: XCTestCase {
    typealias Transition = ContactTransitions.Transition
    typealias Happening = ContactTransitions.Happening

    /// The example of the contract, §8.
    private let example: Strategy = {
        var text = Strategy.Step(name: "text", channel: "sms", to: .phone1)
        text.expires = .hours(24)
        text.on = [
            .failed: .go(to: "call", after: .seconds(0)), .expired: .go(to: "call", after: .minutes(10)),
            .responded: .close,
        ]
        var call = Strategy.Step(name: "call", channel: "voice", to: .phone1)
        call.attempts = 3
        call.on = [
            .busy: .retry(after: .minutes(5)), .noAnswer: .go(to: "second", after: .hours(1)),
            .abandonedCustomer: .retry(after: .minutes(30)), .abandonedDialer: .retry(after: .minutes(10)),
            .other: .retry(after: .hours(1)), .connected: .close,
        ]
        var second = Strategy.Step(name: "second", channel: "voice", to: .phone2)
        second.on = [.other: .close]
        return Strategy(steps: [text, call, second])
    }()

    private func strategy(
        _ channel: Channel, expires: TimeSpan? = nil, attempts: Int = 1, on: [Event: Strategy.Outcome] = [:]
    ) -> ContactTransitions {
        var step = Strategy.Step(name: "only", channel: channel, to: .phone1)
        step.expires = expires
        step.attempts = attempts
        step.on = on
        return ContactTransitions(strategy: Strategy(steps: [step]))
    }

    private func out(_ state: ContactState, step: String = "only", attempts: Int = 1, inStep: Int = 1)
        -> ContactPosition
    {
        ContactPosition(state: state, step: step, attempts: attempts, stepAttempts: inStep)
    }

    /// The states a contact goes through; an event is for the attempt that is out.
    private func walk(_ table: ContactTransitions, _ happenings: [Happening]) -> [String] {
        var position = table.start
        return happenings.map { happening in
            if case .left = happening { position.beginAttempt() }
            if case .transportFailed = happening { position.beginAttempt() }
            position.follow(table.next(position, happening))
            return position.state == .pending ? "Pending \(position.step)" : position.state.label
        }
    }

    // MARK: - Leaving

    func testHandOverIsDoneOnceItLeft() {
        let table = ContactTransitions(strategy: .handover)
        XCTAssertEqual(table.start, ContactPosition(step: "handover"))
        XCTAssertEqual(table.next(table.start, .left), .close(.handedOver))
        XCTAssertEqual(table.next(table.start, .transportFailed), .close(.failed))
    }

    func testStrategyWithoutStepsIsTheHandOver() {
        let table = ContactTransitions(strategy: Strategy(steps: []))
        XCTAssertEqual(table.next(table.start, .left), .close(.handedOver))
    }

    func testMessagesWithoutExpiryCloseWhenTaken() {
        for (channel, state) in [(Channel.sms, ContactState.smsSentAndClosed), ("email", .emailSentAndClosed)] {
            let table = strategy(channel, on: [.responded: .close])
            XCTAssertEqual(table.next(table.start, .left), .close(state))
        }
    }

    func testMessagesWithExpiryWaitForIt() {
        for (channel, state) in [(Channel.sms, ContactState.smsSent), ("email", .emailSent)] {
            let table = strategy(channel, expires: .hours(2))
            XCTAssertEqual(table.next(table.start, .left), .become(state, wait: .hours(2)))
        }
    }

    func testCallsAndOtherChannelsWaitForTheirResult() {
        let call = strategy("voice", expires: .hours(2))
        XCTAssertEqual(call.next(call.start, .left), .become(.sentToDialer, wait: .hours(24)))
        let other = strategy("whatsapp")
        XCTAssertEqual(other.next(other.start, .left), .become(.sent, wait: .hours(24)))
        let brief = strategy("whatsapp", expires: .hours(2))
        XCTAssertEqual(brief.next(brief.start, .left), .become(.sent, wait: .hours(2)))
    }

    // MARK: - The contract's example

    func testAnswerToTheTextEndsTheStrategy() {
        let table = ContactTransitions(strategy: example)
        XCTAssertEqual(
            walk(table, [.left, .event(.delivered, attempt: 1), .event(.responded, attempt: 1)]),
            ["SMS sent", "SMS sent", "SMS responded"])
    }

    func testUnansweredTextBecomesACallAfterItsDelay() {
        let table = ContactTransitions(strategy: example)
        XCTAssertEqual(
            table.next(out(.smsSent, step: "text"), .timeUp), .queue(step: "call", after: .minutes(10)))
        XCTAssertEqual(
            walk(table, [.left, .timeUp, .left, .event(.connected, attempt: 2)]),
            ["SMS sent", "Pending call", "Sent to Dialer", "Connected"])
    }

    func testTextThatTheProviderRefusesBecomesACallToo() {
        let table = ContactTransitions(strategy: example)
        XCTAssertEqual(walk(table, [.transportFailed, .left]), ["Pending call", "Sent to Dialer"])
        XCTAssertEqual(walk(table, [.left, .event(.failed, attempt: 1)]), ["SMS sent", "Pending call"])
        XCTAssertEqual(walk(table, [.left, .event(.bounced, attempt: 1)]), ["SMS sent", "Pending call"])
    }

    func testRetriesUseTheStepsAttemptsUp() {
        let table = ContactTransitions(strategy: example)
        XCTAssertEqual(
            walk(
                table,
                [
                    .transportFailed, .left, .event(.busy, attempt: 2), .left, .event(.abandonedDialer, attempt: 3),
                    .left, .event(.abandonedCustomer, attempt: 4),
                ]),
            [
                "Pending call", "Sent to Dialer", "Pending call", "Sent to Dialer", "Pending call", "Sent to Dialer",
                "Retries Completed",
            ])
    }

    func testEachResultHasItsOwnDelay() {
        let table = ContactTransitions(strategy: example)
        let position = out(.sentToDialer, step: "call", attempts: 2)
        for (event, minutes) in [
            (Event.busy, 5), (.abandonedCustomer, 30), (.abandonedDialer, 10), (.other, 60), (.failed, 60),
        ] as [(Event, Int64)] {
            XCTAssertEqual(
                table.next(position, .event(event, attempt: 2)), .queue(step: "call", after: .minutes(minutes)))
        }
        XCTAssertEqual(table.next(position, .event(.noAnswer, attempt: 2)), .queue(step: "second", after: .hours(1)))
    }

    func testNextStepBeginsItsAttemptsAnew() {
        let table = ContactTransitions(strategy: example)
        var position = out(.sentToDialer, step: "call", attempts: 3, inStep: 2)
        position.follow(table.next(position, .event(.noAnswer, attempt: 3)))
        XCTAssertEqual(position, ContactPosition(step: "second", attempts: 3, stepAttempts: 0))
        position.beginAttempt()
        XCTAssertEqual(position.attempts, 4)
        XCTAssertEqual(position.stepAttempts, 1)
    }

    func testRuleThatClosesMakesItNotConnected() {
        let table = ContactTransitions(strategy: example)
        for event in [Event.busy, .noAnswer, .abandonedCustomer, .abandonedDialer, .other] {
            XCTAssertEqual(
                table.next(out(.sentToDialer, step: "second", attempts: 4), .event(event, attempt: 4)),
                .close(.notConnected))
        }
    }

    // MARK: - Without rules

    func testCallResultsWithoutRulesEndTheContact() {
        let table = strategy("voice", attempts: 3)
        for (event, state) in [
            (Event.connected, ContactState.connected), (.responded, .connected), (.declined, .connected),
            (.busy, .notConnected),
            (.noAnswer, .notConnected), (.abandonedCustomer, .notConnected), (.abandonedDialer, .notConnected),
            (.other, .notConnected), (.failed, .failed), (.bounced, .failed), (.unsubscribed, .suppressed),
            (.complained, .suppressed),
        ] {
            XCTAssertEqual(table.next(out(.sentToDialer), .event(event, attempt: 1)), .close(state), event.rawValue)
        }
        for event in [Event.accepted, .delayed, .delivered, .opened, .clicked, .read] {
            XCTAssertEqual(table.next(out(.sentToDialer), .event(event, attempt: 1)), .unchanged)
        }
        XCTAssertEqual(table.next(out(.sentToDialer), .timeUp), .close(.dangling))
    }

    func testMessagesWithoutRules() {
        for (channel, sent, closed, responded) in [
            (Channel.sms, ContactState.smsSent, ContactState.smsSentAndClosed, ContactState.smsResponded),
            ("email", .emailSent, .emailSentAndClosed, .emailResponded),
        ] {
            let table = strategy(channel, expires: .hours(1))
            for (event, transition) in [
                (Event.accepted, Transition.unchanged), (.delivered, .unchanged), (.read, .unchanged),
                (.delayed, .unchanged), (.opened, .unchanged), (.clicked, .unchanged),
                (.busy, .unchanged), (.noAnswer, .unchanged), (.connected, .unchanged), (.other, .unchanged),
                (.abandonedCustomer, .unchanged), (.abandonedDialer, .unchanged), (.failed, .close(.failed)),
                (.bounced, .close(.failed)), (.responded, .close(responded)), (.declined, .close(responded)),
                (.unsubscribed, .close(.suppressed)),
                (.complained, .close(.suppressed)),
            ] {
                XCTAssertEqual(table.next(out(sent), .event(event, attempt: 1)), transition, "\(channel) \(event)")
            }
            XCTAssertEqual(table.next(out(sent), .timeUp), .close(closed))
        }
    }

    // MARK: - Rules

    func testFinalStateOfAClosingRuleFollowsEventAndChannel() {
        let states: [Event: [ContactState]] = [
            .accepted: [.smsSentAndClosed, .emailSentAndClosed, .handedOver],
            .delivered: [.smsSentAndClosed, .emailSentAndClosed, .handedOver],
            .read: [.smsSentAndClosed, .emailSentAndClosed, .handedOver],
            .delayed: [.smsSentAndClosed, .emailSentAndClosed, .handedOver],
            .opened: [.smsSentAndClosed, .emailSentAndClosed, .handedOver],
            .clicked: [.smsSentAndClosed, .emailSentAndClosed, .handedOver],
            .expired: [.smsSentAndClosed, .emailSentAndClosed, .dangling],
            .responded: [.smsResponded, .emailResponded, .connected],
            .declined: [.smsResponded, .emailResponded, .connected],
            .connected: [.connected, .connected, .connected],
            .failed: [.failed, .failed, .failed],
            .bounced: [.failed, .failed, .failed],
            .busy: [.notConnected, .notConnected, .notConnected],
            .noAnswer: [.notConnected, .notConnected, .notConnected],
            .abandonedCustomer: [.notConnected, .notConnected, .notConnected],
            .abandonedDialer: [.notConnected, .notConnected, .notConnected],
            .other: [.notConnected, .notConnected, .notConnected],
            .unsubscribed: [.suppressed, .suppressed, .suppressed],
            .complained: [.suppressed, .suppressed, .suppressed],
        ]
        XCTAssertEqual(states.count, Event.allCases.count)
        for (event, expected) in states {
            for ((channel, sent), state) in zip(
                [(Channel.sms, ContactState.smsSent), (.email, .emailSent), (.voice, .sentToDialer)], expected)
            {
                let table = strategy(channel, expires: .hours(1), on: [event: .close])
                let happening = event == .expired ? Happening.timeUp : .event(event, attempt: 1)
                XCTAssertEqual(table.next(out(sent), happening), .close(state), "\(channel) \(event)")
            }
        }
    }

    func testOtherCatchesNeitherConnectedNorSilence() {
        let table = strategy("voice", attempts: 2, on: [.other: .retry(after: .hours(1))])
        XCTAssertEqual(table.next(out(.sentToDialer), .event(.connected, attempt: 1)), .close(.connected))
        XCTAssertEqual(table.next(out(.sentToDialer), .timeUp), .close(.dangling))
        XCTAssertEqual(table.next(out(.sentToDialer), .event(.delivered, attempt: 1)), .unchanged)
    }

    func testOtherDoesNotCatchWhatTheTransportRefused() {
        let table = strategy("voice", attempts: 2, on: [.other: .retry(after: .hours(1))])
        let leaving = out(.pending)
        XCTAssertEqual(table.next(leaving, .transportFailed), .close(.failed))
    }

    func testPersonsOwnWillBeatsEveryRule() {
        let table = strategy(
            "sms", expires: .hours(1), attempts: 9,
            on: [.unsubscribed: .retry(after: .minutes(1)), .complained: .close])
        XCTAssertEqual(table.next(out(.smsSent), .event(.unsubscribed, attempt: 1)), .close(.suppressed))
        // Also about an earlier message, and while the next one waits.
        XCTAssertEqual(table.next(out(.smsSent, attempts: 2), .event(.complained, attempt: 1)), .close(.suppressed))
        XCTAssertEqual(table.next(out(.pending), .event(.unsubscribed, attempt: 1)), .close(.suppressed))
    }

    func testSilenceMayBeRetriedUntilTheAttemptsAreUsedUp() {
        let table = strategy("voice", attempts: 2, on: [.expired: .retry(after: .minutes(1))])
        XCTAssertEqual(
            walk(table, [.left, .timeUp, .left, .timeUp]),
            ["Sent to Dialer", "Pending only", "Sent to Dialer", "Retries Completed"])
    }

    func testStepThatLeadsToItselfIsARetry() {
        let table = strategy("voice", attempts: 2, on: [.busy: .go(to: "only", after: .minutes(1))])
        XCTAssertEqual(
            walk(table, [.left, .event(.busy, attempt: 1), .left, .event(.busy, attempt: 2)]),
            ["Sent to Dialer", "Pending only", "Sent to Dialer", "Retries Completed"])
    }

    func testStepsInACircleEndWhenAllAttemptsAreUsedUp() {
        var a = Strategy.Step(name: "a", channel: "voice", to: .phone1)
        a.on = [.busy: .go(to: "b", after: .seconds(0))]
        var b = Strategy.Step(name: "b", channel: "voice", to: .phone2)
        b.on = [.busy: .go(to: "a", after: .seconds(0))]
        let table = ContactTransitions(strategy: Strategy(steps: [a, b]))
        XCTAssertEqual(
            walk(table, [.left, .event(.busy, attempt: 1), .left, .event(.busy, attempt: 2)]),
            ["Sent to Dialer", "Pending b", "Sent to Dialer", "Retries Completed"])
    }

    func testUnknownNextStepCloses() {
        let table = strategy("voice", on: [.busy: .go(to: "nowhere", after: .seconds(0))])
        XCTAssertEqual(table.next(out(.sentToDialer), .event(.busy, attempt: 1)), .close(.notConnected))
    }

    func testContactWhoseStepIsGoneEndsByItsState() {
        let table = strategy("voice")
        XCTAssertEqual(table.next(out(.smsSent, step: "gone"), .timeUp), .close(.smsSentAndClosed))
        XCTAssertEqual(
            table.next(out(.emailSent, step: "gone"), .event(.responded, attempt: 1)), .close(.emailResponded))
        XCTAssertEqual(table.next(out(.sentToDialer, step: "gone"), .timeUp), .close(.dangling))
        XCTAssertEqual(table.next(out(.pending, step: "gone"), .unsendable), .close(.failed))
    }

    // MARK: - Messages that do not leave

    func testMessageThatCannotBeMadeIsNotTriedAgain() {
        let table = strategy("sms", attempts: 3, on: [.failed: .retry(after: .minutes(1))])
        XCTAssertEqual(table.next(out(.pending), .unsendable), .close(.failed))
        XCTAssertEqual(table.next(out(.pending), .transportFailed), .queue(step: "only", after: .minutes(1)))
    }

    func testMessageThatCannotBeMadeGoesToTheStepForFailures() {
        let table = ContactTransitions(strategy: example)
        XCTAssertEqual(
            table.next(out(.pending, step: "text"), .unsendable), .queue(step: "call", after: .seconds(0)))
    }

    func testWhoIsListedForTheChannelGoesToTheStepForFailuresOrEnds() {
        let table = ContactTransitions(strategy: example)
        XCTAssertEqual(
            table.next(out(.pending, step: "text"), .listedForChannel), .queue(step: "call", after: .seconds(0)))
        let retries = strategy("sms", attempts: 3, on: [.failed: .retry(after: .minutes(1))])
        XCTAssertEqual(retries.next(out(.pending), .listedForChannel), .close(.dncListed))
        XCTAssertEqual(table.next(out(.smsSent, step: "text"), .listedForChannel), .unchanged)
    }

    func testMessageLostInACrashLeavesTheContactDangling() {
        let table = ContactTransitions(strategy: example)
        XCTAssertEqual(table.next(out(.pending, step: "text"), .lostInFlight), .close(.dangling))
        XCTAssertEqual(table.next(out(.smsSent, step: "text"), .lostInFlight), .unchanged)
    }

    // MARK: - From outside

    func testSuppressionAndWithdrawalReachEveryOpenContact() {
        let table = ContactTransitions(strategy: example)
        for state in ContactState.allCases where !state.isFinal {
            let position = out(state, step: "text")
            XCTAssertEqual(table.next(position, .optedOut), .close(.suppressed))
            XCTAssertEqual(table.next(position, .listed), .close(.dncListed))
            XCTAssertEqual(table.next(position, .withdrawn), .close(.withdrawn))
        }
    }

    func testPolicyAndSamplingReachOnlyContactsThatWait() {
        let table = ContactTransitions(strategy: example)
        let waiting = ContactPosition(step: "text")
        for (happening, state) in [
            (Happening.sampledOut, ContactState.sampledOut), (.throttled, .throttled), (.windowClosedForGood, .expired),
        ] {
            XCTAssertEqual(table.next(waiting, happening), .close(state))
            for sent in [ContactState.smsSent, .emailSent, .sentToDialer] {
                XCTAssertEqual(table.next(out(sent, step: "text"), happening), .unchanged)
            }
        }
    }

    func testEventsOfEarlierAttemptsAreOnlyNoted() {
        let table = ContactTransitions(strategy: example)
        let second = out(.sentToDialer, step: "call", attempts: 2)
        XCTAssertEqual(table.next(second, .event(.responded, attempt: 1)), .unchanged)
        XCTAssertEqual(table.next(second, .event(.busy, attempt: 1)), .unchanged)
        // A receipt that comes twice: the first queued the next attempt already.
        XCTAssertEqual(table.next(out(.pending, step: "call"), .event(.busy, attempt: 1)), .unchanged)
        XCTAssertEqual(table.next(out(.pending, step: "call"), .timeUp), .unchanged)
    }

    // MARK: - Whatever happens

    func testNoContactHangsOrReopensWhateverHappens() {
        let seed = TestSeed.next()
        var dice = ContactDice(numbers: SeededGenerator(seed: seed))
        for _ in 0..<3_000 {
            let strategy = dice.strategy()
            let table = ContactTransitions(strategy: strategy)
            let most = strategy.steps.reduce(0) { $0 + $1.attempts }
            var position = table.start
            var isLeaving = false
            for _ in 0..<60 {
                if position.state == .pending, !isLeaving {
                    position.beginAttempt()
                    isLeaving = true
                }
                let happening = dice.happening(around: position.attempts)
                let before = position
                let transition = table.next(position, happening)
                position.follow(transition)
                func note() -> String { "seed \(seed): \(before) \(happening) → \(transition)" }
                if before.state.isFinal { XCTAssertEqual(transition, .unchanged, note()) }
                switch transition {
                case .unchanged: XCTAssertEqual(position, before, note())
                case .become(let state, let wait):
                    isLeaving = false
                    XCTAssertTrue(!state.isFinal && state != .pending, note())
                    XCTAssertGreaterThan(wait, .seconds(0), note())
                case .queue(let step, _):
                    isLeaving = false
                    XCTAssertNotNil(strategy.step(named: step), note())
                    XCTAssertLessThan(position.attempts, most, note())
                case .close(let state): XCTAssertTrue(state.isFinal, note())
                }
                XCTAssertLessThanOrEqual(position.attempts, most, note())
                if !position.state.isFinal, position.state != .pending {
                    XCTAssertNotEqual(table.next(position, .timeUp), .unchanged, note())
                }
            }
            // Time alone ends every contact.
            var turns = 0
            while !position.state.isFinal {
                if position.state == .pending {
                    if !isLeaving { position.beginAttempt() }
                    isLeaving = false
                    position.follow(table.next(position, .left))
                } else {
                    position.follow(table.next(position, .timeUp))
                }
                turns += 1
                XCTAssertLessThanOrEqual(turns, 2 * most + 2, "seed \(seed): \(strategy)")
                if turns > 2 * most + 2 { return }
            }
        }
    }
}
