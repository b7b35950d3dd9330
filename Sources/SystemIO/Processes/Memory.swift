import CShims

/// How freed memory of this process is kept (mallopt(3), malloc_trim(3)). Does nothing if the C library has no such
/// call.
package enum Memory {
    /// Keeps up to 64 MiB of freed memory for later use. Otherwise blocks that pass between threads are returned to the
    /// system and requested again all the time, page by page.
    package static func keepFreed() { waybill_keep_freed_memory() }

    /// Returns free memory to the system, for when there is nothing to do.
    package static func giveBackFreed() { waybill_give_back_memory() }
}
