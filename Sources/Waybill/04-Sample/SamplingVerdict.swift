/// The verdict of sampling on one contact.
package enum SamplingVerdict: Hashable, Sendable {
    case keep
    /// Sampled out by the rule at this index of the campaign's list.
    case drop(rule: Int)
    /// The contact is in a `random` draw, whose result needs the whole batch: ask again in the next pass. Or a program
    /// has to be asked about it (`Sampler.waitsForProgram`).
    case undecided
}
