import SystemIO

/// Looks whether there is room where the state and the outbox are.
package struct FullDisks {
    private let workspace: Workspace
    private let configuration: Configuration

    package init(_ workspace: Workspace, _ configuration: Configuration) {
        self.workspace = workspace
        self.configuration = configuration
    }

    /// - Parameters:
    ///   - storeProblem: why the store could not be written when that was last tried, and what to do; nil where it
    ///     could.
    ///   - asksOutbox: false where it lies on a share that does not answer.
    package func found(storeProblem: String? = nil, asksOutbox: Bool = true) -> [WorkspaceStatus.FullDisk] {
        let (state, outbox) = (configuration.state, configuration.outbox)
        let places = [
            (state, fullness(of: state) ?? storeProblem, "nothing is taken or sent until it can be written"),
            (
                outbox, asksOutbox ? fullness(of: outbox) : nil,
                "what would be written there waits, and so do the drops it answers"
            ),
        ]
        return places.compactMap { folder, problem, effect in
            problem.map { WorkspaceStatus.FullDisk(folder: folder, problem: "\($0); \(effect)") }
        }
    }

    /// What can be seen from here, and what the waybill has met that runs and tells this status.
    package func found(besides status: WorkspaceStatus?, asksOutbox: Bool = true) -> [WorkspaceStatus.FullDisk] {
        let found = found(asksOutbox: asksOutbox)
        guard let status, status.isRunning else { return found }
        let seen = Set(found.map(\.folder))
        return found + status.fullDisks.filter { !seen.contains($0.folder) }
    }

    private func fullness(of folder: String) -> String? {
        guard let room = try? DiskRoom(of: workspace.path(folder)), room.isFull else { return nil }
        return "the disk of \(folder) is full: make room there"
    }
}
