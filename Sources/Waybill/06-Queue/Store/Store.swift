/// The durable state of a workspace, behind the calls that the stages make. `SQLiteStore` is its first engine.
///
/// The calls are made for batches: one for a segment of some thousand contacts, a parcel, or a part of a list; never
/// one per contact where there are many. Four promises hold for all of them:
///
/// - **Transactions.** A call that writes belongs inside `durably` or `transiently`, unless it says that it makes a
///   transaction of its own. If `body` throws, everything it wrote is undone, including what the engine remembers of
///   it. Transactions do not nest.
/// - **Visibility.** A call sees everything written before it over the same store, even in an open transaction. What a
///   batch stores while it is being read (its rows are *hidden*) is not seen by calls across batches.
/// - **Nothing found** is an empty answer, nil or an empty collection, never an error. What is stored but cannot be
///   read is `StoreProblem.damaged`, never an empty answer: nobody who must not be contacted may be missed.
/// - **Threads.** A store is used by one thread at a time. `openReader` gives another one to other threads.
///
/// Where no order is stated, there is none.
package protocol Store: AnyObject, Ledger, Contacts, ParcelQueue, Suppressions, Consents, Audit, History, Days, Names,
    Settings
{
    /// Runs `body` in one transaction whose commit survives a loss of power when this returns.
    func durably<Result>(_ body: () throws -> Result) throws -> Result

    /// Runs `body` in one transaction that a loss of power may undo, together with later ones: for changes that nobody
    /// was told about.
    func transiently<Result>(_ body: () throws -> Result) throws -> Result

    /// Runs `body`, which only reads, on one snapshot of the store, whatever others write meanwhile. Not inside a
    /// transaction.
    func snapshot<Result>(_ body: () throws -> Result) throws -> Result

    /// Opens the same store for reading on another thread. It sees everything committed.
    var openReader: @Sendable () throws -> any Store { get }

    /// A number that is another one once another process has written.
    func othersWrites() throws -> Int64

    // MARK: Between transactions

    /// What the commit that makes a batch visible will have to sync: the batch's own files and their folders, and the
    /// log, to which each transaction adds. Whoever syncs them before, outside a transaction, shortens that commit. All
    /// that was added to the batch's own files so far is in them then.
    func unsynced(of batch: BatchID) throws -> (files: [String], folders: [String], log: String)

    /// Makes the system start writing what was committed transiently, so the next durable commit waits for less.
    func beginWriting()

    /// Makes durable what was committed transiently before it is called. On any thread.
    var syncCommits: @Sendable () throws -> Void { get }

    /// For a heavy writer: makes room before every writer would have to wait for it. False while that is under way,
    /// after ten milliseconds at most: ask again, and write little until then.
    func relieve() -> Bool

    /// Gives back disk space that large transactions took, when there is nothing to do; does nothing if somebody would
    /// have to wait.
    func shrink() throws

    /// Leaves as little behind as the engine can; later work is slower. Called before the end and before long idleness.
    func settle() throws
}
