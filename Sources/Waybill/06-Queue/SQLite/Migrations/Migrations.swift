import SystemIO

/// One step from a version of the tables to the next.
struct Migration {
    /// The version it leads to.
    let version: Int
    let sql: String
    /// Runs after the statements, for what SQL cannot do.
    let finish: @Sendable (Database) throws -> Void

    init(version: Int, sql: String, finish: @escaping @Sendable (Database) throws -> Void = { _ in }) {
        self.version = version
        self.sql = sql
        self.finish = finish
    }
}

/// How a store gets the tables that this program reads.
///
/// A new store gets the newest tables at once (`StoreSchema`). An older one gets the steps it lacks, one after the
/// other in one transaction, so a crash leaves the old version. `Tests/Fixtures/stores` has a store of each version as
/// its own program wrote it. A published step is never changed: a change of the tables is a new step, and the same
/// change in `StoreSchema`.
enum Migrations {
    /// Version 1 is where stores begin: there is no step to it.
    static let steps = [
        scopedListings, responses, segmentFiles, claims, liftedStops, checksums, consents, parcelOrder, receiptPages,
        holdings, settingRows,
    ]

    static let newest = 12

    static func bringUpToDate(_ database: Database, readOnly: Bool) throws {
        if try version(of: database) == newest { return }
        func check(_ found: Int) throws {
            if readOnly, found == 0, try isEmpty(database) { throw StoreProblem.unmade(path: database.path) }
            guard !readOnly, (0...newest).contains(found) else {
                throw StoreProblem.otherVersion(path: database.path, found: found, reads: newest)
            }
        }
        try check(version(of: database))
        try database.transaction {
            // Another process may have been faster.
            let found = try version(of: database)
            try check(found)
            if found == newest { return }
            if found == 0 {
                try database.execute(StoreSchema.sql)
            } else {
                for step in steps where step.version > found {
                    try database.execute(step.sql)
                    try step.finish(database)
                }
            }
            try database.execute("PRAGMA user_version = \(newest)")
        }
    }

    private static func isEmpty(_ database: Database) throws -> Bool {
        try database.statement("SELECT 1 FROM sqlite_master LIMIT 1").first { _ in true } == nil
    }

    private static func version(of database: Database) throws -> Int {
        try database.statement("PRAGMA user_version").first { $0.int(0) } ?? 0
    }
}
