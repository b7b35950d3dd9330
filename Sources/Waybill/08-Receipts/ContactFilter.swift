/// Which contacts a command is for: `state=Failed,code=transport.refused,step=text`.
package struct ContactFilter: Hashable, Sendable {
    package let state: ContactState
    /// Nil: any.
    package var code: String?
    package var step: String?

    /// States in which a contact can have got nothing. `Dangling` is none: nobody knows of those. Who was left out by a
    /// rule, a list or their own word is not asked for again either.
    package static let states: [ContactState] = [.failed, .expired, .notConnected, .retriesCompleted, .withdrawn]

    /// What is wrong with a text, for whoever wrote it.
    package struct Mistake: Error, CustomStringConvertible {
        package let description: String
    }

    package init(_ text: String) throws(Mistake) {
        var values: [String: String] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, ["state", "code", "step"].contains(halves[0]), !halves[1].isEmpty,
                values.updateValue(String(halves[1]), forKey: String(halves[0])) == nil
            else {
                throw Mistake(
                    description: "\"\(part)\" is no condition; write state=Failed, and beside it code=… or step=…")
            }
        }
        let states = Self.states.map(\.label).joined(separator: ", ")
        guard let word = values["state"] else {
            throw Mistake(description: "the condition names no state; write state= and one of \(states)")
        }
        guard let state = Self.states.first(where: { FoldedName($0.label) == FoldedName(word) }) else {
            throw Mistake(description: "contacts in the state \"\(word)\" are not sent to again; it can be \(states)")
        }
        self.state = state
        code = values["code"]
        step = values["step"]
    }
}
