import CShims

/// How freed memory of this process is kept (mallopt(3), malloc_trim(3)). Does nothing if the C library has no such
/// call.
package enum Memory {
    /// Keeps up to 64 MiB of freed memory for later use. Otherwise blocks that pass between threads are returned to the
    /// system and requested again all the time, page by page.
    package static func keepFreed() { waybill_keep_freed_memory() }

    /// All threads take memory from four places at most; to be called before there are any. With a place for each, what
    /// is free there the others could not use; with a single one they wait for each other.
    package static func shareAmongThreads() { waybill_share_memory() }

    /// Returns free memory to the system.
    package static func giveBackFreed() { waybill_give_back_memory() }
}
