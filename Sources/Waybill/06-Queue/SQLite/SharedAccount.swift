import SystemIO

/// What leaves over an account to which several workspaces of a machine send: they count it in one file, a small
/// SQLite database beside their own.
///
/// A turn is written down before it is used, in a transaction that only one of them can be in. So they never send
/// more together than the rate allows; what a crash keeps from leaving counts all the same.
final class SharedAccount {
    private let database: Database
    private let account: String
    private var budget: RateBudget
    /// The last row that the budget has.
    private var last: Int64 = 0
    /// The row of the turn that was taken last.
    private var own: Int64?
    private var turns = 0

    /// No rate looks back further.
    private static let longest: Int64 = 86_400_000

    /// Opens the file, or makes it, for its owner only; whoever shares it under other users sets its rights.
    ///
    /// - Parameter own: what this workspace sent over the account after a moment; asked when nobody has counted it in
    ///   the file yet.
    init(
        _ account: String, _ rate: Rate, file: String, at now: Timestamp,
        own: (Timestamp) throws -> [(at: Timestamp, count: Int)] = { _ in [] }
    ) throws {
        self.account = account
        budget = RateBudget(rate, of: .account(account))
        database = try Database(path: file)
        try database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        try database.transaction {
            // Numbers are never given twice, so that what others add is found behind the last one.
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

    /// Takes a turn for `count` now and returns nil, or says when there may be one.
    func take(_ count: Int, at now: Timestamp, after reason: HoldReason) throws -> RateBudget.Slot? {
        try database.transaction {
            try readOthers()
            if let slot = budget.slot(for: count, at: now, after: reason) { return slot }
            try insert(count, at: now)
            last = database.lastRowID
            own = last
            budget.note(count, at: now)
            turns += 1
            if turns % 1_000 == 0 { try forget(before: now) }
            return nil
        }
    }

    /// How many may leave now.
    func room(at now: Timestamp) -> Int { budget.room(at: now) }

    /// `count` of the turn that was taken last have left.
    func settle(_ count: Int, among most: Int) throws {
        guard let row = own else { return }
        own = nil
        guard count < most else { return }
        try database.transaction {
            let update = try database.statement("UPDATE departure SET count = :count WHERE id = :id")
            try update.bind(":count", count)
            try update.bind(":id", row)
            try update.run()
        }
        budget.takeBack(most - count)
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
