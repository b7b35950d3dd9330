/// Problems in the texts of templates: for `config check`. A run goes on with the others, and holds contacts that need
/// an unusable one.
package enum TemplateProblems {
    /// - Parameter tree: the configuration's file, for positions.
    package static func problems(
        _ configuration: Configuration, in workspace: Workspace, file: String, tree: JSON5Value?
    ) -> [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        // A campaign has the templates of `default`, too.
        var known: Set<TemplateFiles> = []
        for campaign in configuration.campaigns.reversed() {
            for (name, files) in campaign.templates.sorted(by: { $0.key < $1.key }) where known.insert(files).inserted {
                let own = ["campaigns", campaign.name, "templates", name]
                func report(_ keys: [String], _ message: String, _ severity: ConfigurationProblem.Severity) {
                    let keys = own + keys
                    let place = keys.indices.lazy.compactMap { tree?.position(of: Array(keys.dropLast($0))) }.first
                    problems.append(
                        ConfigurationProblem(
                            file: file, line: place?.line ?? 1, column: place?.column ?? 1,
                            path: own.joined(separator: "."), message: message, severity: severity))
                }
                let (template, unusable) = workspace.template(of: files)
                for text in unusable { report(text.keys, text.description, .error) }
                for (language, texts) in [("", template.base)] + template.languages.sorted(by: { $0.key < $1.key }) {
                    for column in Set(texts.all.flatMap(\.columns)).sorted() {
                        if FoldedName(column) == FoldedName("link") {
                            if campaign.link != nil { continue }
                            report(
                                [],
                                "the template asks for {{link}}, and the campaign has no links: write link: { url: "
                                    + "\"https://survey.example/{{token}}\", key: { env: \"LINK_KEY\" } }, or send a "
                                    + "column of that name", .warning)
                            continue
                        }
                        guard let near = nearest(to: column, campaign) else { continue }
                        report(
                            language.isEmpty ? [] : ["languages", language],
                            "the template asks for \(JSON5Reader.quoted(column)), which is taken as a column of the "
                                + "sender's own, did you mean \"\(near)\"?", .warning)
                    }
                }
            }
        }
        return problems + configuration.campaigns.flatMap { unsubscribing($0, file, tree) }
    }

    /// Places of links by which one unsubscribes from mails.
    private static func unsubscribing(
        _ campaign: Campaign, _ file: String, _ tree: JSON5Value?
    ) -> [ConfigurationProblem] {
        let links = campaign.mail.unsubscribe
        let keys = ["campaigns", campaign.name, "mail", "unsubscribe"]
        // A campaign has those of `default`, too, whose other mistakes are told there.
        let own = tree?.position(of: keys)
        let place = own ?? JSON5Position()
        func problem(_ message: String, _ severity: ConfigurationProblem.Severity) -> ConfigurationProblem {
            ConfigurationProblem(
                file: file, line: place.line, column: place.column, path: keys.joined(separator: "."), message: message,
                severity: severity)
        }
        let columns = Set(links.flatMap { (try? MessageTemplate($0))?.columns ?? [] }).sorted()
        return columns.compactMap { column in
            switch FoldedName(column) {
            case MessageRenderer.token where campaign.link == nil && campaign.strategy != nil:
                problem(
                    "{{token}} needs the key of the campaign's links, and it has none: write link: { key: { env: "
                        + "\"LINK_KEY\" }, … }", .error)
            case MessageRenderer.token, FoldedName("reference"): nil
            case _ where own == nil: nil
            case _:
                nearest(to: column, campaign, ["reference", "token"]).map { near in
                    problem(
                        "the place {{\(column)}} is taken as a column of the sender's own, did you mean {{\(near)}}?",
                        .warning)
                }
            }
        }
    }

    /// The column that was meant, if a name is close to one of ours and is not a sender's name in the campaign.
    private static func nearest(to column: String, _ campaign: Campaign, _ more: [String] = []) -> String? {
        let folded = FoldedName(column)
        let isKnown = Field(named: folded) != nil || campaign.columns.contains { FoldedName($0.sender) == folded }
        return isKnown
            ? nil : NearestName.of(column, in: Field.allCases.map(\.label) + campaign.columns.map(\.sender) + more)
    }
}
