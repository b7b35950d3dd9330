import Foundation

/// The seeds of tests that draw at random.
package enum TestSeed {
    /// The same in every run, so a failing test fails again; `WAYBILL_SEED=random` uses and prints a new seed each
    /// time, and `WAYBILL_SEED=7` uses that one.
    ///
    /// - Parameter most: the largest seed that the test can use.
    package static func next(atMost most: UInt64 = .max, _ test: String = #function) -> UInt64 {
        switch ProcessInfo.processInfo.environment["WAYBILL_SEED"] {
        case nil: return 1
        case "random":
            let seed = UInt64.random(in: 1...most)
            print("\(test): WAYBILL_SEED=\(seed)")
            return seed
        case let text?:
            guard let seed = UInt64(text), seed <= most else {
                preconditionFailure("WAYBILL_SEED is \"random\" or a number up to \(most)")
            }
            return seed
        }
    }
}
