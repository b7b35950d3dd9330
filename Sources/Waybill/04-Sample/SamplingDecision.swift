/// What the sampling rules say about contacts of a segment: their indices, in record order.
package struct SamplingDecision: Hashable, Sendable {
    package fileprivate(set) var kept: [Int]
    /// Who waits for the end of the batch, or for a program.
    package fileprivate(set) var undecided: [Int] = []
    /// By the index of the rule that dropped them.
    package fileprivate(set) var dropped: [[Int]]

    /// Without a verdict, all are kept.
    package init(keeping contacts: [Int], rules: Int = 0) {
        kept = contacts
        dropped = Array(repeating: [], count: rules)
    }

    /// Applies a rule to those that are kept so far.
    @inline(__always)
    mutating func apply(_ rule: Int, _ keeps: (Int) -> Bool) {
        var left: [Int] = []
        var out: [Int] = []
        left.reserveCapacity(kept.count)
        for index in kept { if keeps(index) { left.append(index) } else { out.append(index) } }
        kept = left
        dropped[rule] = out
    }

    /// Nobody who is kept so far can be decided about yet.
    mutating func wait() { swap(&kept, &undecided) }
}
