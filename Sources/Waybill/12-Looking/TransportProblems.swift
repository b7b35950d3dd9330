/// Folders of transports that cannot be made: for `config check`. A run holds what goes there, and nothing else.
package enum TransportProblems {
    /// - Parameter tree: the configuration's file, to say where.
    package static func problems(
        _ configuration: Configuration, in workspace: Workspace, file: String, tree: JSON5Value?
    ) -> [ConfigurationProblem] {
        configuration.transports.sorted { $0.key < $1.key }.compactMap { name, transport in
            guard transport.kind == .folder, let words = FolderObstacle.words(at: workspace.path(transport.path)) else {
                return nil
            }
            let place = tree?.position(of: ["transports", name, "path"]) ?? JSON5Position()
            return ConfigurationProblem(
                file: file, line: place.line, column: place.column, path: "transports.\(name).path", message: words,
                severity: .error)
        }
    }
}
