import SystemIO

/// The one place that names the engine of the store.
extension Workspace {
    /// Opens the store; unless it is to be read only, one that is missing is made, and an older one brought up to date.
    package func openStore(
        _ configuration: Configuration, readOnly: Bool = false, isThrownAway: Bool = false
    ) throws -> any Store {
        try SQLiteStore(path: store(configuration), readOnly: readOnly, isThrownAway: isThrownAway)
    }

    /// Copies the store of another workspace, as it is at this moment, into this one, which has none.
    func copyStore(from source: String, _ configuration: Configuration) throws {
        try SQLiteStore.copy(source, to: store(configuration))
    }
}
