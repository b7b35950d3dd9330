import SystemIO

/// The only place that names the store's engine.
extension Workspace {
    /// Opens the store. Unless read-only, it is created if missing, and migrated if older.
    package func openStore(
        _ configuration: Configuration, readOnly: Bool = false, isThrownAway: Bool = false
    ) throws -> any Store {
        try SQLiteStore(path: store(configuration), readOnly: readOnly, isThrownAway: isThrownAway)
    }

    /// The store to read from; nil where there is none, or nothing was written into it yet.
    package func storeToRead(_ configuration: Configuration) throws -> (any Store)? {
        guard try Files.exists(store(configuration)) else { return nil }
        do {
            return try openStore(configuration, readOnly: true)
        } catch StoreProblem.unmade {
            return nil
        }
    }

    /// Copies another workspace's store, as it is now, into this one, which has none.
    func copyStore(from source: String, _ configuration: Configuration) throws {
        try SQLiteStore.copy(source, to: store(configuration))
    }

    /// The files of a snapshot of the store, by their names in a backup, the database first: a copy of it in `folder`,
    /// and the segment files where they are, since they only grow.
    func filesOfCopy(in folder: String, _ configuration: Configuration) throws -> [(name: String, path: String)] {
        let (store, copy) = (store(configuration), folder + "/waybill.db")
        var files = [(name: "waybill.db", path: copy)]
        // The audit chain's length is copied before the database, which must not have fewer rows.
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

    /// Opens a store that is being restored, anywhere.
    static func openStore(at path: String, readOnly: Bool = false) throws -> any Store {
        try SQLiteStore(path: path, readOnly: readOnly)
    }

    /// The folder of a store's segment files.
    static func segments(of store: String) -> String { SegmentFile.folder(store) }

    /// The last usable configuration, kept by the store: commands that control or show a workspace use it while the
    /// file is being repaired. Nil if nothing ever ran.
    ///
    /// Only the damaged file can say where the store is: each `state` in it is tried, then the default.
    package func keptConfiguration() throws -> Configuration? {
        let text =
            (try? Files.read(configurationFile, limit: 16 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let key = try Regex(#"\bstate["']?\s*:\s*["']([^"'\n]+)["']"#)
        let named = text.matches(of: key).compactMap { $0.output[1].substring.map(String.init) }
        for state in named + [Configuration().state] {
            var place = Configuration()
            place.state = state
            guard let kept = try storeToRead(place)?.setting(.configuration) else { continue }
            // Files that it names may be the damaged ones; everything else in it was valid once.
            return ConfigurationReader.read(
                kept, file: "the kept configuration",
                reading: { try Files.read(self.path($0), limit: ConfigurationReader.mostFileBytes) },
                listing: ruleFiles
            ).0
        }
        return nil
    }
}
