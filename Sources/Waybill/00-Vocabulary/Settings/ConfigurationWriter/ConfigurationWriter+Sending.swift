/// Strategies and transports.
extension ConfigurationWriter {
    /// - Parameter isCounted: whether to write only what a fingerprint counts.
    static func tree(of strategy: Strategy, isCounted: Bool = false) -> JSON5Tree {
        let steps = ("steps", JSON5Tree.list(strategy.steps.map { tree(of: $0, isCounted: isCounted) }))
        // Fingerprints from before `renamed` existed do not count it, so it is left out while it is empty.
        if isCounted, strategy.renamed.isEmpty { return .object([steps]) }
        return .object([steps, ("renamed", .sorted(strategy.renamed) { .text($0) })])
    }

    private static func tree(of step: Strategy.Step, isCounted: Bool) -> JSON5Tree {
        let defaults = isCounted ? Strategy.Step(name: step.name, channel: step.channel, to: step.to) : nil
        let members: [(String, JSON5Tree)] =
            [
                ("name", .text(step.name)), ("channel", .text(step.channel.name)), ("to", .text(step.to.label)),
            ] + StepSettings.all.members(of: step, countedFrom: defaults) + [
                (
                    "on",
                    .object(
                        Event.allCases.compactMap { event in step.on[event].map { (event.rawValue, tree(of: $0)) } })
                )
            ]
        return .object(members)
    }

    private static func tree(of outcome: Strategy.Outcome) -> JSON5Tree {
        switch outcome {
        case .close: .text("close")
        case .retry(let delay): .object([("retry", .text(delay.description))])
        case .go(let step, let delay) where delay.milliseconds == 0: .text(step)
        case .go(let step, let delay): .object([("to", .text(step)), ("after", .text(delay.description))])
        }
    }

    static func tree(of transport: TransportSettings) -> JSON5Tree {
        .object(
            [("kind", .text(transport.kind.rawValue))] + TransportTable.all(of: transport.kind).members(of: transport))
    }
}
