/// Folders of transports that cannot be made, and places for values that are likely misspelt: for `config check`. A run
/// holds what goes to such a folder, and nothing else.
package enum TransportProblems {
    /// - Parameter tree: the configuration's file, to say where.
    package static func problems(
        _ configuration: Configuration, in workspace: Workspace, file: String, tree: JSON5Value?
    ) -> [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        // Any of them may send this way.
        let columns = configuration.campaigns.flatMap(\.columns).map(\.sender)
        for (name, transport) in configuration.transports.sorted(by: { $0.key < $1.key }) {
            func report(_ key: String, _ message: String, _ severity: ConfigurationProblem.Severity) {
                let own = ["transports", name]
                let place = tree?.position(of: own + [key]) ?? tree?.position(of: own) ?? JSON5Position()
                problems.append(
                    ConfigurationProblem(
                        file: file, line: place.line, column: place.column, path: "transports.\(name).\(key)",
                        message: message, severity: severity))
            }
            let (key, places, values): (String, Set<FoldedName>, [String])
            switch transport.kind {
            case .folder:
                if let words = FolderObstacle.words(at: workspace.path(transport.path)) {
                    report("path", words, .error)
                }
                (key, places, values) = ("columns", Set(transport.columns.flatMap(\.text.names)), [])
            case .http: (key, places, values) = ("body", transport.http.names, Array(transport.http.values.keys))
            case .command, .smtp: continue
            }
            let known = PlaceText.known + values + columns + Field.allCases.map(\.label)
            let folded = Set(known.map(FoldedName.init))
            for place in places.subtracting(folded).map(\.text).sorted() where Field(named: FoldedName(place)) == nil {
                guard let near = NearestName.of(place, in: known) else { continue }
                report(
                    key,
                    "the place {{\(place)}} is taken as a column of the sender's own, did you mean {{\(near)}}?",
                    .warning)
            }
            if transport.kind == .http, places.isDisjoint(with: recipients) {
                report(key, "nothing in a call says whom it is for: write {{address}} or {{digits}} there", .warning)
            }
        }
        return problems
    }

    /// Places that hold an address.
    private static let recipients = Set(
        ["address", "digits", Field.email.label].map(FoldedName.init) + Field.phones.map { FoldedName($0.label) })
}
