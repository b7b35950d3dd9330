/// Policies, strategies and transports.
extension ConfigurationWriter {
    static func tree(of policy: Policy) -> JSON5Tree {
        let zone: String =
            switch policy.zone {
            case .recipient: "recipient"
            case .campaign: "campaign"
            case .named(let name): name
            }
        return .object([
            ("windows", .list(policy.windows.map(tree))),
            ("zone", .text(zone)),
            ("unknownZone", .text(policy.unknownZone.rawValue)),
            (
                "region",
                .sorted(policy.regions) { rule in
                    .object([
                        ("from", .text(rule.from?.description)), ("to", .text(rule.to?.description)),
                        ("days", rule.days.map { .texts(days($0)) } ?? .null),
                    ])
                }
            ),
            ("rules", .text(policy.rules?.rawValue)),
            ("holidays", .sorted(policy.holidays) { .texts($0.map(\.description)) }),
            (
                "blackouts",
                .list(
                    policy.blackouts.map {
                        .object([("from", .text($0.from.description)), ("to", .text($0.to.description))])
                    })
            ),
            ("startAfter", .text(policy.startAfter?.description)),
            ("endBefore", .text(policy.endBefore?.description)),
            (
                "caps",
                .list(
                    policy.caps.map {
                        .object([
                            ("limit", .number($0.limit)), ("within", .text($0.within.description)),
                            ("channels", .texts($0.channels.map(\.name))), ("by", .text($0.by.description)),
                            ("over", .text($0.over.rawValue)), ("counts", .text($0.counts.rawValue)),
                            ("then", .text($0.then.rawValue)),
                        ])
                    })
            ),
            ("rate", tree(of: policy.rate)),
            ("late", .text(policy.late.rawValue)),
        ])
    }

    static func tree(of rate: Rate) -> JSON5Tree {
        .object([
            ("perSecond", .number(rate.perSecond)), ("perHour", .number(rate.perHour)),
            ("perDay", .number(rate.perDay)),
        ])
    }

    static func tree(of account: Account) -> JSON5Tree {
        .object([("rate", tree(of: account.rate)), ("shared", .text(account.shared))])
    }

    private static func tree(of window: Policy.Window) -> JSON5Tree {
        .object([
            ("channels", .texts(window.channels.map(\.name))), ("days", .texts(days(window.days))),
            ("from", .text(window.from.description)), ("to", .text(window.to.description)),
        ])
    }

    private static func days(_ bits: UInt8) -> [String] {
        ConfigurationSetting.weekdays.enumerated().filter { bits & 1 << UInt8($0.offset) != 0 }.map(\.element)
    }

    static func tree(of strategy: Strategy) -> JSON5Tree {
        .object([("steps", .list(strategy.steps.map(tree)))])
    }

    private static func tree(of step: Strategy.Step) -> JSON5Tree {
        .object([
            ("name", .text(step.name)), ("channel", .text(step.channel.name)), ("to", .text(step.to.label)),
            ("template", .text(step.template)), ("expires", .text(step.expires?.description)),
            ("attempts", .number(step.attempts)), ("resultWithin", .text(step.resultWithin.description)),
            (
                "on",
                .object(Event.allCases.compactMap { event in step.on[event].map { (event.rawValue, tree(of: $0)) } })
            ),
        ])
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
        let url = ("url", JSON5Tree.text(transport.url))
        let own: [(String, JSON5Tree)] =
            switch transport.kind {
            case .folder:
                [("layout", .text(transport.layout.rawValue)), ("path", .text(transport.path))]
            case .smtp:
                [
                    ("host", .text(transport.host)), ("port", .number(transport.port)),
                    ("connections", .number(transport.connections)),
                ]
            case .sparkpost, .messagebird: [url, ("key", transport.key.map(tree) ?? .null)]
            case .http: [url, ("body", .text(transport.body))]
            case .command: [("run", .texts(transport.run))]
            }
        return .object(
            [("kind", .text(transport.kind.rawValue))] + own
                + [("rate", tree(of: transport.rate)), ("account", .text(transport.account))])
    }

    private static func tree(of secret: TransportSettings.Secret) -> JSON5Tree {
        switch secret {
        case .environment(let name): .object([("env", .text(name))])
        case .file(let path): .object([("file", .text(path))])
        }
    }
}
