extension ConfigurationWriter {
    static func tree(of campaign: Campaign) -> JSON5Tree { .object(members(of: campaign)) }

    static func members(of campaign: Campaign) -> [(String, JSON5Tree)] {
        form(of: campaign) + rules(of: campaign) + dispatch(of: campaign)
    }

    private static func form(of campaign: Campaign) -> [(String, JSON5Tree)] {
        [
            ("drops", .texts(campaign.drops)),
            ("ready", .text(campaign.ready.rawValue)),
            ("quiet", .text(campaign.quiet.description)),
            ("marker", .text(campaign.marker)),
            ("format", .text(campaign.format.value?.rawValue ?? "auto")),
            (
                "delimiter", .text(campaign.delimiter.value.map { String(Unicode.Scalar($0)) } ?? "auto")
            ),
            ("header", campaign.header.value.map { .boolean($0) } ?? .text("auto")),
            ("encoding", .text(campaign.encoding.value?.rawValue ?? "auto")),
            ("skipLines", .number(campaign.skipLines)),
            (
                "trailer",
                campaign.trailer.map { .object([("starts", .text($0.starts)), ("count", .number($0.count))]) } ?? .null
            ),
            ("columns", .object(campaign.columns.map { ($0.sender, .text($0.column)) })),
            ("quotes", .text(campaign.quotes.rawValue)),
        ]
    }

    private static func rules(of campaign: Campaign) -> [(String, JSON5Tree)] {
        [
            ("require", .texts(campaign.require)),
            ("unknownColumns", .text(campaign.unknownColumns.rawValue)),
            ("duplicates", .text(campaign.duplicates.rawValue)),
            ("params", .object([("maxLength", .number(campaign.paramMaxLength))])),
            (
                "numbers",
                .object([
                    ("check", .text(campaign.numbers.check.rawValue)), ("accept", .texts(campaign.numbers.accept)),
                    ("vanity", .boolean(campaign.numbers.vanity)),
                ])
            ),
            ("rejectLimit", rejectLimit(campaign.rejectLimit)),
            ("region", .text(campaign.region)),
            ("timezone", .text(campaign.timezone)),
            ("sampling", .list(campaign.sampling.map(tree))),
            ("seed", .text(campaign.seed)),
        ]
    }

    private static func dispatch(of campaign: Campaign) -> [(String, JSON5Tree)] {
        let told = campaign.subscribers
        return [
            ("policy", .text(campaign.policy)),
            ("strategy", .text(campaign.strategy)),
            ("transports", .sorted(campaign.transports) { .text($0) }),
            ("rate", tree(of: campaign.rate)),
            ("templates", .sorted(campaign.templates) { .text($0) }),
            ("from", .sorted(campaign.from) { .text($0) }),
            (
                "keywords",
                .object(
                    campaign.keywords.sorted { $0.key < $1.key }.map { group, words in
                        // Words of a list; an answer is one text.
                        (group, group.hasSuffix("Text") ? .text(words.joined()) : .texts(words))
                    })
            ),
            (
                "subscribers",
                .object([
                    ("failure", .texts(told.failure)), ("error", .texts(told.error)), ("warning", .texts(told.warning)),
                    ("information", .texts(told.information)),
                ])
            ),
            ("residency", .text(campaign.residency)),
            ("privacy", .object([("outbound", .text(campaign.privacyOutbound))])),
        ]
    }

    private static func rejectLimit(_ limit: Campaign.RejectLimit?) -> JSON5Tree {
        switch limit {
        case nil: .null
        case .count(let count): .number(count)
        case .percent(let percent): .text("\(shortest(percent))%")
        }
    }

    private static func tree(of rule: SamplingRule) -> JSON5Tree {
        switch rule {
        case .percent(let percent, let by):
            .object([("rule", .text("percent")), ("percent", .raw(shortest(percent))), ("by", .text(by))])
        case .every(let n):
            .object([("rule", .text("every")), ("n", .number(n))])
        case .quota(let limit, let per, let by):
            .object([
                ("rule", .text("quota")), ("limit", .number(limit)), ("per", .text(per.rawValue)), ("by", .text(by)),
            ])
        case .random(let take):
            .object([("rule", .text("random")), ("take", .number(take)), ("from", .text("batch"))])
        case .among(let field, let values):
            .object([("rule", .text("where")), ("field", .text(field)), ("in", .texts(values))])
        case .holdout(let percent, let by):
            .object([("rule", .text("holdout")), ("percent", .raw(shortest(percent))), ("by", .text(by))])
        case .command(let run, let timeout):
            .object([("rule", .text("command")), ("run", .texts(run)), ("timeout", .text(timeout.description))])
        }
    }

    /// `20`, `2.5`: without the `.0` of a whole number; a percentage always fits.
    private static func shortest(_ number: Double) -> String {
        Int64(exactly: number).map(String.init) ?? String(number)
    }
}
