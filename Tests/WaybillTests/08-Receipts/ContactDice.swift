import Support

@testable import Waybill

/// Chance from a seed.
struct ContactDice: RandomNumberGenerator {
    var numbers: SeededGenerator

    mutating func next() -> UInt64 { numbers.next() }

    mutating func pick<Element>(_ list: [Element]) -> Element { list[Int.random(in: 0..<list.count, using: &self)] }

    mutating func strategy() -> Strategy {
        let count = Int.random(in: 1...4, using: &self)
        return Strategy(
            steps: (0..<count).map { index in
                var step = Strategy.Step(
                    name: "s\(index)", channel: pick(["sms", "email", "voice", "print"]), to: .phone1)
                step.attempts = Int.random(in: 1...4, using: &self)
                if Bool.random(using: &self) { step.expires = .minutes(5) }
                for event in Event.allCases where Bool.random(using: &self) {
                    let delay = TimeSpan.seconds(Int64.random(in: 0...600, using: &self))
                    step.on[event] = pick([
                        .close, .retry(after: delay),
                        .go(to: "s\(Int.random(in: 0..<count, using: &self))", after: delay),
                    ])
                }
                return step
            })
    }

    mutating func happening(around attempt: Int) -> ContactTransitions.Happening {
        switch Int.random(in: 0..<100, using: &self) {
        case 0..<35: .left
        case 35..<40: .transportFailed
        case 40..<44: .unsendable
        case 44..<90:
            .event(pick(Event.allCases), attempt: max(0, attempt - (Bool.random(using: &self) ? 0 : 1)))
        case 90..<97: .timeUp
        default:
            pick([
                .lostInFlight, .optedOut, .listed, .listedForChannel, .withdrawn, .windowClosedForGood, .sampledOut,
                .throttled,
            ])
        }
    }
}
