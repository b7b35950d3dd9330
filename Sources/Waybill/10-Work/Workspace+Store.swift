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

    /// The files that hold the store as it is at this moment, by the names they have in a backup, the database first: a
    /// copy of it in `folder`, and those of segments where they are, which only grow.
    func filesOfCopy(in folder: String, _ configuration: Configuration) throws -> [(name: String, path: String)] {
        let (store, copy) = (store(configuration), folder + "/waybill.db")
        var files = [(name: "waybill.db", path: copy)]
        // How long the audit chain is, before the copy is made: that must not have fewer rows.
        if try Files.exists(store + "-audit") {
            try Files.copyDurably(store + "-audit", to: copy + "-audit")
            files.append(("waybill.db-audit", copy + "-audit"))
        }
        try SQLiteStore.copy(store, to: copy)
        return files
            + (try SegmentFile.batches(store: store).map { batch in
                ("waybill.db-segments/\(batch)", SegmentFile.path(of: batch, store: store))
            })
    }

    /// Opens a store that is being put back, wherever it lies.
    static func openStore(at path: String, readOnly: Bool = false) throws -> any Store {
        try SQLiteStore(path: path, readOnly: readOnly)
    }

    /// Where the files of segments of a store lie.
    static func segments(of store: String) -> String { SegmentFile.folder(store) }

    /// The last configuration that could be used, as the store keeps it: what steers a workspace, or looks at it, goes
    /// on by it while the file is being repaired. Nil where nothing ever ran.
    ///
    /// Where the store is, only the damaged file can say: each `state` in it is tried, then the default.
    package func keptConfiguration() throws -> Configuration? {
        let text =
            (try? Files.read(configurationFile, limit: 16 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let key = try Regex(#"\bstate["']?\s*:\s*["']([^"'\n]+)["']"#)
        let named = text.matches(of: key).compactMap { $0.output[1].substring.map(String.init) }
        for state in named + [Configuration().state] {
            let path = self.path(state) + "/waybill.db"
            guard try Files.exists(path) else { continue }
            let store = try SQLiteStore(path: path, readOnly: true)
            guard let kept = try store.setting(.configuration) else { continue }
            // Files that it names may be what is damaged; all else in it was right once.
            return ConfigurationReader.read(
                kept, file: "the kept configuration",
                reading: { try Files.read(self.path($0), limit: ConfigurationReader.mostFileBytes) },
                listing: ruleFiles
            ).0
        }
        return nil
    }
}
