import SystemIO

/// One step from a version of the tables to the next.
struct Migration {
    /// The version that it makes.
    let version: Int
    let sql: String
    /// What the statements cannot say, after them.
    let finish: @Sendable (Database) throws -> Void

    init(version: Int, sql: String, finish: @escaping @Sendable (Database) throws -> Void = { _ in }) {
        self.version = version
        self.sql = sql
        self.finish = finish
    }
}

/// How a store comes to have the tables that this program reads.
///
/// A new one gets the newest tables at once (`StoreSchema`), an older one the steps that it lacks, one after the
/// other in one transaction, so that a crash leaves the version that was. `Tests/Fixtures/stores` has a store of each
/// version as its program wrote it. A step is never changed once it was published: a change of the tables is a new
/// step, and the same change in `StoreSchema`.
enum Migrations {
    /// Version 1 is where stores begin: there is no step to it.
    static let steps = [
        scopedListings, responses, segmentFiles, claims, liftedStops, checksums, consents, parcelOrder, receiptPages,
    ]

    static let newest = 10

    static func bringUpToDate(_ database: Database, readOnly: Bool) throws {
        if try version(of: database) == newest { return }
        func check(_ found: Int) throws {
            guard !readOnly, (0...newest).contains(found) else {
                throw StoreProblem.otherVersion(path: database.path, found: found, reads: newest)
            }
        }
        try check(version(of: database))
        try database.transaction {
            // Another process may have been quicker.
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

    private static func version(of database: Database) throws -> Int {
        try database.statement("PRAGMA user_version").first { $0.int(0) } ?? 0
    }
}
