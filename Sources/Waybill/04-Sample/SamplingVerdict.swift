/// What sampling says of one contact.
package enum SamplingVerdict: Hashable, Sendable {
    case keep
    /// Sampled out by the rule at this index of the campaign's list.
    case drop(rule: Int)
    /// It stands in a `random` draw, whose result is known only when all have been seen: ask again in the next pass. Or
    /// a program has to be asked about it (`Sampler.waitsForProgram`).
    case undecided
}
