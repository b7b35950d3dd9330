package import SystemIO

/// A store in one SQLite file in WAL mode, with the segments of large batches in files of their own beside it.
///
/// One store is one connection. The daemon's connection writes; others open their own to read, and never block the
/// writer. Errors are `SQLiteError`, with the statement and SQLite's code, and `StoreProblem`. Times in the tables are
/// milliseconds since the epoch (UTC). A segment's id is `batch << 18 | number`, so the rows of one batch are adjacent
/// and in record order, and a contact's place is computed from its reference.
package final class SQLiteStore: Store {
    let database: Database
    /// Nothing in it has to outlive this process: it is a temporary copy.
    let isThrownAway: Bool
    private var names = NameTable()
    /// The schema decoded last: drops of one sender share it.
    var lastSchema = (text: "[]", schema: Schema())
    /// The acknowledgement decoded last: parcels of one batch follow each other.
    var lastAcknowledgement: (text: String, acknowledgement: Acknowledgement)?
    /// The segment files of batches that are being read.
    var segmentFiles: [BatchID: SegmentFile] = [:]
    /// The segment file read last.
    var lastFile: (batch: BatchID, file: OpenFile)?
    /// The ledger's memory; made when first needed.
    var memory: LedgerMemory?
    /// Of who is in which batch; made when it is asked for a second time.
    var recipients: RecipientMemory?
    var asksForRecipients = false
    /// What is known of the segments of batches that were asked for lately.
    var segments = KnownBatches()
    /// Over everybody who is suppressed; made when first needed.
    var filter: SuppressionFilter?
    package var namesInForce: NamesInForce?
    package let decoded = DecodedSettings()
    /// By how much the open transaction changed who is suppressed.
    var suppressionChange = SuppressionTotal()
    /// The length of the chain when it was last sealed.
    var sealed: AuditEnd?
    package var sealProblem: SystemError?

    /// Opens the store at `path`, creates its tables if it is new, and migrates an older one. A read-only store must
    /// have been migrated before.
    package init(path: String, readOnly: Bool = false, isThrownAway: Bool = false) throws {
        try Self.check(libraryVersion: Database.libraryVersion)
        self.isThrownAway = isThrownAway
        database = try Database(path: path, readOnly: readOnly)
        do {
            if !readOnly {
                // Of a new store. A commit writes each page that it touches whole into the log, and a small drop
                // touches twenty of them for a few hundred bytes each.
                try database.execute("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL")
                try database.execute("PRAGMA temp_store = MEMORY")
                // What is removed is written over, also where SQLite was not built to do so (Debian's is).
                try database.execute("PRAGMA secure_delete = ON")
                // A log that was longer is cut to 128 MiB when it begins anew, though the load never ends.
                try database.execute("PRAGMA journal_size_limit = 134217728")
            }
            // Who only reads mostly passes over pages once, and a large cache for that costs more than it saves.
            try database.execute("PRAGMA cache_size = \(readOnly ? -2_048 : -16_384)")
            try Migrations.bringUpToDate(database, readOnly: readOnly)
        } catch let error as SQLiteError where error.isDamage {
            throw StoreProblem.damaged(
                what: "\(path) is no database, or its first pages are damaged (\(error.message))")
        }
        try loadNames()
        // Moved every 64 MiB while the next pages are written. At 512 MiB, some fifteen million contacts read at once,
        // every writer waits.
        if !readOnly { try database.moveLogInBackground(everyBytes: Self.logStep, most: 8 * Self.logStep) }
    }

    /// 3.35.0 was the first with RETURNING (sqlite.org/lang_returning.html); Debian 12 has 3.40.1.
    static func check(libraryVersion version: Int) throws {
        guard version >= 3_035_000 else { throw StoreProblem.oldLibrary(version: version) }
    }

    // MARK: Transactions

    package func durably<Result>(_ body: () throws -> Result) throws -> Result { try transaction(.full, body) }

    package func transiently<Result>(_ body: () throws -> Result) throws -> Result { try transaction(.normal, body) }

    private func transaction<Result>(_ level: Database.Synchronous, _ body: () throws -> Result) throws -> Result {
        try database.synchronous(isThrownAway ? .off : level)
        do {
            let result = try database.transaction {
                let result = try body()
                try keepSuppressionChange()
                return result
            }
            suppressionChange = SuppressionTotal()
            names.keepAdded()
            return result
        } catch {
            suppressionChange = SuppressionTotal()
            names.forgetAdded()
            (memory, recipients) = (nil, nil)
            throw error
        }
    }

    package func othersWrites() throws -> Int64 {
        try database.statement("PRAGMA data_version").first { $0.int64(0) } ?? 0
    }

    private func keepSuppressionChange() throws {
        if suppressionChange == SuppressionTotal() { return }
        var total = SuppressionTotal()
        if let stored = try setting(.suppressionTotal) {
            guard let kept = SuppressionTotal(stored: stored) else {
                throw StoreProblem.damaged(what: "what those who must not be contacted come to")
            }
            total = kept
        }
        total.add(suppressionChange)
        try set(.suppressionTotal, to: total.stored)
    }

    package func snapshot<Result>(_ body: () throws -> Result) throws -> Result { try database.snapshot(body) }

    package var openReader: @Sendable () throws -> any Store {
        { [path = database.path] in try SQLiteStore(path: path, readOnly: true) }
    }

    // MARK: Between transactions

    package func beginWriting() { database.beginWritingLog() }

    /// By the log: what was moved from it into the database before is durable there.
    package var syncCommits: @Sendable () throws -> Void {
        { [log = database.logPath] in try Files.sync([log]) }
    }

    package func relieve() -> Bool { database.relieveLog(waitingAtMost: 10) }

    /// Truncating the log at once would take half a second in the middle of the work.
    package func shrink() throws { try database.shortenLog(longerThan: Self.logStep) }
    private static let logStep = 64 << 20

    package func settle() throws { try database.settleLog() }

    // MARK: Copies

    /// Copies the store at `source`, as it is now, to a new file `target`. The copy is for reading: it refers to the
    /// same segment files.
    package static func copy(_ source: String, to target: String) throws {
        try Database(path: source, readOnly: true).backup(to: target)
        try SegmentFile.lend(from: source, to: target)
    }

    /// The files that make up the store at `path`.
    package static func files(of path: String) throws -> [String] {
        let segments = try SegmentFile.batches(store: path).map { SegmentFile.path(of: $0, store: path) }
        return try ([path, path + "-wal"] + segments).filter { try Files.exists($0) }
    }

    // MARK: Names

    package func name(_ text: String) throws -> NameID {
        if text.isEmpty { return .none }
        if let known = names[text] { return known }
        let insert = try database.statement(DaySQL.insertName)
        try insert.bind(":text", text)
        try insert.run()
        let id = NameID(rawValue: UInt32(database.lastRowID))
        names.add(text, as: id)
        return id
    }

    package func knownName(_ text: String) -> NameID { names[text] ?? .none }

    package func text(_ name: NameID) throws -> String {
        if name == .none { return "" }
        if let known = names[name] { return known }
        // Another connection may have added it since this one was opened.
        try loadNames()
        guard let known = names[name] else {
            throw StoreProblem.damaged(what: "contacts have the text \(name.rawValue), which is not there")
        }
        return known
    }

    private func loadNames() throws {
        let all = try database.statement(DaySQL.names)
        defer { all.reset() }
        while try all.step() { names.load(all.text(1), as: NameID(rawValue: UInt32(all.int64(0)))) }
    }
}

/// The names of a store in memory, and which of them the open transaction added.
///
/// A name that is rolled back must be forgotten: SQLite gives its number to the next name, and contacts would get
/// another text.
private struct NameTable {
    private var byText: [String: NameID] = [:]
    private var byNumber: [NameID: String] = [:]
    private var added: [NameID] = []

    subscript(text: String) -> NameID? { byText[text] }

    subscript(name: NameID) -> String? { byNumber[name] }

    mutating func load(_ text: String, as name: NameID) {
        byText[text] = name
        byNumber[name] = text
    }

    mutating func add(_ text: String, as name: NameID) {
        load(text, as: name)
        added.append(name)
    }

    mutating func keepAdded() { added.removeAll(keepingCapacity: true) }

    mutating func forgetAdded() {
        for name in added {
            if let text = byNumber.removeValue(forKey: name) { byText[text] = nil }
        }
        added = []
    }
}
