/// Which rule's program must be asked about contacts of a batch, and what the later rules need.
package struct HeldSample: Hashable, Sendable {
    /// Its index among the campaign's rules.
    package let rule: Int
    /// A digest of the rules before it, which have decided.
    package let earlier: UInt64
    /// The salt that `random` rules draw with.
    package let salt: [UInt8]

    package init(rule: Int, earlier: UInt64, salt: [UInt8]) {
        self.rule = rule
        self.earlier = earlier
        self.salt = salt
    }

    static func digest(of rules: some Sequence<SamplingRule>) -> UInt64 {
        RecipientKey.digest(Array("\(rules.map { $0 })".utf8).span, foldingCase: false)
    }
}

/// Data about contacts that wait for a sampling program's answer.
extension Store {
    func setHeldSample(_ held: HeldSample, of batch: BatchID) throws {
        try set(.heldSample(batch), to: Array("\(held.rule),\(held.earlier),".utf8) + held.salt)
    }

    /// Nil if no contact of the batch waits for a program.
    func heldSample(of batch: BatchID) throws -> HeldSample? {
        guard let kept = try setting(.heldSample(batch)) else { return nil }
        let parts = kept.split(separator: UInt8(ascii: ","), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let rule = Int(String(decoding: parts[0], as: UTF8.self)),
            let earlier = UInt64(String(decoding: parts[1], as: UTF8.self))
        else { throw StoreProblem.damaged(what: "the sampling rule that contacts of batch \(batch) wait for") }
        return HeldSample(rule: rule, earlier: earlier, salt: Array(parts[2]))
    }

    /// Notes that they no longer wait.
    func endHeldSample(of batch: BatchID) throws {
        try closeUndecided(of: batch)
        try forgetHeldSample(of: batch)
    }

    func forgetHeldSample(of batch: BatchID) throws { try removeSetting(.heldSample(batch)) }
}
