import Foundation
package import SystemIO

/// The durable state of a workspace: ledger, contacts, parcels, receipts and days, in one SQLite file.
///
/// One store is one connection and belongs to one thread at a time. The daemon's store writes; others open their own
/// to read, and never hold the writer up (WAL). Errors are `SQLiteError`, with the statement and SQLite's code.
package final class Store {
    package let database: Database
    private var namesByText: [String: NameID] = [:]
    private var textsByName: [UInt32: String] = [:]
    /// The schema that was decoded last: drops of one sender share it.
    var lastSchema = (text: "[]", schema: Schema())
    /// The acknowledgement that was decoded last: parcels of one batch follow each other.
    var lastAcknowledgement: (text: String, acknowledgement: Acknowledgement)?
    /// The file that segments were read from last.
    var lastFile: (batch: BatchID, file: OpenFile)?
    /// Over all who are suppressed; made when it is asked for.
    var filter: SuppressionFilter?
    /// Nothing in it has to outlive this process: it is a copy that is thrown away.
    let isThrownAway: Bool

    /// Opens the store at `path`, and makes its tables if it is new.
    package init(path: String, readOnly: Bool = false, isThrownAway: Bool = false) throws {
        self.isThrownAway = isThrownAway
        database = try Database(path: path, readOnly: readOnly)
        if !readOnly {
            // 16 KiB pages: a segment is one run of a few pages, and the write-ahead log carries less framing.
            try database.execute("PRAGMA page_size = 16384; PRAGMA journal_mode = WAL")
            try database.execute("PRAGMA temp_store = MEMORY")
        }
        try database.execute("PRAGMA cache_size = -16384")
        let version = try database.statement("PRAGMA user_version")
        _ = try version.step()
        let found = version.int(0)
        version.reset()
        if found == 0 && !readOnly {
            try database.transaction {
                try database.execute(StoreSQL.schema)
                try database.execute("PRAGMA user_version = \(StoreSQL.version)")
            }
        } else if (1..<StoreSQL.version).contains(found) && !readOnly {
            try database.transaction {
                if found == 1 { try database.execute(StoreSQL.upgradeFrom1) }
                if found <= 2 { try database.execute(StoreSQL.upgradeFrom2) }
                if found <= 3 { try database.execute(StoreSQL.upgradeFrom3) }
                if found <= 4 { try database.execute(StoreSQL.upgradeFrom4) }
                try database.execute(StoreSQL.upgradeFrom5)
                try database.execute("PRAGMA user_version = \(StoreSQL.version)")
            }
        } else if found != StoreSQL.version {
            throw StoreProblem.otherVersion(path: path, found: found)
        }
        try loadNames()
        // Every 32 MiB, while the next are written; at 512 MiB, some fifteen million contacts read at once, every writer waits.
        if !readOnly { database.moveLogInBackground(everyPages: 2_048, most: 32_768) }
    }

    /// Gives back the disk that the log of a large drop took, when nothing is to be done. Cutting it off at once would take
    /// half a second in the middle of the work.
    func shortenLog() throws { try database.shortenLog(longerThan: 4_096) }

    /// For a writer of much, between two transactions: false while the log, which has grown long, is being emptied. Others
    /// should write little until then; waits 10 ms for it.
    func relieveLog() -> Bool { database.relieveLog(waitingAtMost: 10) }

    /// Has the system begin to bring the log to the disk: the next durable commit finds less to wait for.
    func beginWritingLog() { database.beginWritingLog() }

    /// Runs `body` in one transaction whose commit is on the disk when this returns.
    package func durably<Result>(_ body: () throws -> Result) throws -> Result {
        try database.synchronous(isThrownAway ? .off : .full)
        return try database.transaction(body)
    }

    /// Runs `body` in one transaction that a power failure may undo: for rows nobody was told about.
    package func transiently<Result>(_ body: () throws -> Result) throws -> Result {
        try database.synchronous(isThrownAway ? .off : .normal)
        return try database.transaction(body)
    }

    // MARK: Names

    /// The number of a text, a new one if need be; call it inside a transaction.
    package func name(_ text: String) throws -> NameID {
        if text.isEmpty { return .none }
        if let known = namesByText[text] { return known }
        let insert = try database.statement(StoreSQL.insertName)
        try insert.bind(":text", text)
        try insert.run()
        let id = NameID(rawValue: UInt32(database.lastRowID))
        remember(text, as: id)
        return id
    }

    /// The number of a text that a contact has; none where no contact has it.
    package func knownName(_ text: String) -> NameID { namesByText[text] ?? .none }

    /// The text of a number; empty for none.
    package func text(_ name: NameID) throws -> String {
        if name == .none { return "" }
        if let known = textsByName[name.rawValue] { return known }
        // Another connection may have added it since this one was opened.
        try loadNames()
        return textsByName[name.rawValue] ?? ""
    }

    /// Forgets what a rolled-back transaction may have added.
    package func reloadNames() throws {
        namesByText = [:]
        textsByName = [:]
        try loadNames()
    }

    private func loadNames() throws {
        let all = try database.statement(StoreSQL.names)
        defer { all.reset() }
        while try all.step() { remember(all.text(1), as: NameID(rawValue: UInt32(all.int64(0)))) }
    }

    private func remember(_ text: String, as id: NameID) {
        namesByText[text] = id
        textsByName[id.rawValue] = text
    }

    /// The number of a contact's reason, a new one if need be; call it inside a transaction.
    package func name(_ reason: StandingReason) throws -> NameID { try name(reason.stored) }

    /// The reason of a number.
    package func reason(_ name: NameID) throws -> StandingReason { StandingReason(stored: try text(name)) }

    // MARK: Settings

    package func setting(_ key: String) throws -> [UInt8]? {
        let get = try database.statement(StoreSQL.getSetting)
        defer { get.reset() }
        try get.bind(":key", key)
        return try get.step() ? get.blob(0) : nil
    }

    /// Names this store among others: random, made once.
    package func identity() throws -> String {
        if let known = try setting("identity") { return String(decoding: known, as: UTF8.self) }
        let digits = (0..<4).map { _ in
            let part = String(UInt32.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 8 - part.count) + part
        }
        let made = digits.joined()
        try durably { try set("identity", to: Array(made.utf8)) }
        return made
    }

    /// Whether an inbox lay on a share when it was last opened there.
    package func isShare(_ inbox: String) throws -> Bool { try setting("share." + inbox) != nil }

    package func noteShare(_ inbox: String) throws { try set("share." + inbox, to: [1]) }

    package func set(_ key: String, to value: [UInt8]) throws {
        let put = try database.statement(StoreSQL.putSetting)
        try put.bind(":key", key)
        try put.bind(":value", value)
        try put.run()
    }
}

/// Why a store cannot be used, other than what SQLite reports.
package enum StoreProblem: Error, CustomStringConvertible {
    case otherVersion(path: String, found: Int)
    case damaged(what: String)
    /// A file beside the database is not there.
    case segmentsMissing(batch: BatchID, path: String)

    package var description: String {
        switch self {
        case .otherVersion(let path, let found) where (1..<StoreSQL.version).contains(found):
            "\(path): the store has version \(found), this waybill reads version \(StoreSQL.version); "
                + "run \"waybill run --until-idle\" once, which brings it up to date"
        case .otherVersion(let path, let found):
            "\(path): the store has version \(found), this waybill reads version \(StoreSQL.version); "
                + "run the waybill that wrote it, or start with another state folder"
        case .damaged(let what):
            "the store is damaged: \(what); restore a backup, or run `sqlite3 waybill.db 'PRAGMA integrity_check'`"
        case .segmentsMissing(let batch, let path):
            "\(path): the file with the contacts of batch \(batch) is missing; "
                + "put it back from the backup that the database beside it is from"
        }
    }
}
