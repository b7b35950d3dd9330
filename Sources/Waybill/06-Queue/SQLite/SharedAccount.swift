import SystemIO

/// What leaves over an account that several workspaces of a machine share. They count in one file, a small SQLite
/// database.
///
/// A turn is written before it is used, in a transaction that only one workspace can be in. So together they never
/// exceed the rate; messages that a crash keeps from leaving count too.
final class SharedAccount {
    private let database: Database
    private let account: String
    private var budget: RateBudget
    /// The last row that the budget includes.
    private var last: Int64 = 0
    /// The last turn taken.
    private var own: (row: Int64, count: Int)?
    private var turns = 0

    /// No rate looks back further.
    private static let longest: Int64 = 86_400_000

    /// Opens or creates the file, for its owner only. Whoever shares it between users sets its permissions.
    ///
    /// - Parameter own: what this workspace sent over the account after a moment; called if the file has no counts yet.
    init(
        _ account: String, _ rate: Rate, file: String, at now: Timestamp,
        own: (Timestamp) throws -> [(at: Timestamp, count: Int)] = { _ in [] }
    ) throws {
        self.account = account
        budget = RateBudget(rate, of: .account(account))
        database = try Database(path: file)
        try database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        try database.transaction {
            // Numbers are never given twice, so rows that others add come after the last one.
            try database.execute(
                """
                CREATE TABLE IF NOT EXISTS departure (
                  id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, at INTEGER NOT NULL, count INTEGER NOT NULL
                )
                """)
            try forget(before: now)
            let any = try database.prepare("SELECT 1 FROM departure WHERE account = :account LIMIT 1")
            try any.bind(":account", account)
            guard try !any.step() else { return }
            for (at, count) in try own(Timestamp(milliseconds: now.milliseconds - Self.longest)) {
                try insert(count, at: at)
            }
        }
    }

    private func insert(_ count: Int, at moment: Timestamp) throws {
        let insert = try database.statement(
            "INSERT INTO departure (account, at, count) VALUES (:account, :at, :count)")
        try insert.bind(":account", account)
        try insert.bind(":at", moment.milliseconds)
        try insert.bind(":count", count)
        try insert.run()
    }

    /// Takes a turn for `count` now and returns nil, or returns when there may be one.
    func take(_ count: Int, at now: Timestamp, after reason: HoldReason) throws -> RateBudget.Slot? {
        try database.transaction {
            try readOthers()
            if let slot = budget.slot(for: count, at: now, after: reason) { return slot }
            try insert(count, at: now)
            last = database.lastRowID
            own = (last, count)
            budget.note(count, at: now)
            turns += 1
            if turns % 1_000 == 0 { try forget(before: now) }
            return nil
        }
    }

    func giveTurnsBack() { budget.giveTurnsBack() }

    /// How many may leave now.
    func room(at now: Timestamp) -> Int { budget.room(at: now) }

    /// Only `count` messages of the last turn left.
    func settle(_ count: Int) throws {
        guard let (row, taken) = own else { return }
        own = nil
        guard count < taken else { return }
        try database.transaction {
            let update = try database.statement("UPDATE departure SET count = :count WHERE id = :id")
            try update.bind(":count", count)
            try update.bind(":id", row)
            try update.run()
        }
        budget.takeBack(taken - count)
    }

    private func readOthers() throws {
        let select = try database.statement(
            "SELECT id, at, count FROM departure WHERE id > :last AND account = :account ORDER BY id")
        defer { select.reset() }
        try select.bind(":last", last)
        try select.bind(":account", account)
        while try select.step() {
            last = select.int64(0)
            budget.note(select.int(2), at: Timestamp(milliseconds: select.int64(1)))
        }
    }

    private func forget(before now: Timestamp) throws {
        let delete = try database.statement("DELETE FROM departure WHERE at < :before")
        try delete.bind(":before", now.milliseconds - 2 * Self.longest)
        try delete.run()
    }
}
