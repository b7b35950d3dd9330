import Waybill

/// A spill for drops that are too small to need one.
struct HeldSpill: RecipientSpill {
    func append(_ bytes: [UInt8]) throws -> Int64 { throw BrokenPromise("a small drop is spilled") }
    func read(at offset: Int64, count: Int) throws -> [UInt8] { throw BrokenPromise("a small drop is spilled") }
}
