import CShims

/// How the memory that this process frees is kept (mallopt(3), malloc_trim(3)); where the C library knows nothing of
/// it, nothing happens.
package enum Memory {
    /// Keeps what is freed for the next who asks, up to 64 MiB. Otherwise blocks that wander between threads are given
    /// back to the system and asked for again all the time, page by page.
    package static func keepFreed() { waybill_keep_freed_memory() }

    /// Gives back to the system what is free, for when there is nothing to do.
    package static func giveBackFreed() { waybill_give_back_memory() }
}
