import CShims

/// How freed memory of this process is kept (mallopt(3), malloc_trim(3)). Does nothing if the C library has no such
/// call.
package enum Memory {
    /// Keeps up to 64 MiB of freed memory for later use. Otherwise blocks that pass between threads are returned to the
    /// system and requested again all the time, page by page.
    package static func keepFreed() { waybill_keep_freed_memory() }

    /// All threads take memory from one place; to be called before there are any. Each would have a place of its own,
    /// and what is free there the others could not use.
    package static func shareAmongThreads() { waybill_share_memory() }

    /// A table of zeroes. If it takes megabytes it is in pages of 2 MiB: its first use takes a quarter of the time, and
    /// look-ups miss the processor's list of pages (TLB) less often. Where the system has no such pages to give, it is
    /// as without; most systems give them to those who ask.
    package static func table(of count: Int) -> [UInt32] {
        // Safe: all of it is initialised before the closure ends; the advice changes nothing of what is there.
        unsafe [UInt32](unsafeUninitializedCapacity: count) { words, filled in
            let raw = UnsafeMutableRawBufferPointer(words)
            if let start = raw.baseAddress, raw.count >= 4 << 20 { unsafe waybill_prefer_large_pages(start, raw.count) }
            unsafe words.initialize(repeating: 0)
            filled = count
        }
    }

    /// Returns free memory to the system.
    package static func giveBackFreed() { waybill_give_back_memory() }
}
