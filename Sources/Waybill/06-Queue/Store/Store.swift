/// The durable state of a workspace, behind the calls that the stages make. `SQLiteStore` is its first engine.
///
/// The calls are shaped for batches: one for a segment of some thousand contacts, a parcel, or a part of a list,
/// never one for a contact where there are many. Four promises hold for all of them:
///
/// - **Transactions.** A call that writes belongs inside `durably` or `transiently`, unless it says that it makes a
///   transaction of its own. What `body` throws undoes all that it wrote, and what the engine remembers of it.
///   Transactions do not nest.
/// - **Visibility.** A call sees what was written before it over the same store, in an open transaction too. What a
///   batch that is still being read has stored (its rows are *hidden*) is seen by nobody who asks across batches.
/// - **Nothing found** is an empty answer, nil or an empty collection, and never an error. What is stored but cannot
///   be read is `StoreProblem.damaged`, and never an empty answer: who must not be contacted must not be missed.
/// - **Threads.** A store is used by one thread at a time. `openReader` gives another one to the other threads.
///
/// Where no order is named, there is none.
package protocol Store: AnyObject, Ledger, Contacts, ParcelQueue, Suppressions, Consents, Audit, History, Days, Names,
    Settings
{
    /// Runs `body` in one transaction whose commit survives a loss of power when this returns.
    func durably<Result>(_ body: () throws -> Result) throws -> Result

    /// Runs `body` in one transaction that a loss of power may undo, together with those after it: for what nobody
    /// was told.
    func transiently<Result>(_ body: () throws -> Result) throws -> Result

    /// Runs `body`, which only reads, on one moment of the store, whatever others write meanwhile. Not inside a
    /// transaction.
    func snapshot<Result>(_ body: () throws -> Result) throws -> Result

    /// Opens the same store once more, to read, for another thread. It sees what has been committed.
    var openReader: @Sendable () throws -> any Store { get }

    // MARK: Between transactions

    /// Files that a commit which makes a batch visible will have to bring to the disk: whoever syncs them before,
    /// without a transaction, shortens that commit.
    func filesToSync(of batch: BatchID) -> [String]

    /// Has the system begin to write to the disk what was committed transiently, so that the next durable commit
    /// waits for less.
    func beginWriting()

    /// For a writer of much: makes room for what will be written before every writer would have to wait for it. False
    /// while that is under way, after ten milliseconds at most: ask again, and write little until then.
    func relieve() -> Bool

    /// Gives back the disk that large transactions took, when nothing is to be done; does nothing where somebody
    /// would have to wait.
    func shrink() throws

    /// Leaves as little behind as the engine can; what is done after it is slower. Before the end, and before long
    /// idleness.
    func settle() throws
}
