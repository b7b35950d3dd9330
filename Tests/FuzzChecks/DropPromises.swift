import Waybill

/// What reading a drop promises: neither where blocks end nor how many judge them ever shows, and every record lies
/// where it says.
enum DropPromises {
    static func check(_ input: inout FuzzInput, _ form: AutoOr<DropKind>) throws(BrokenPromise) {
        let block = input.blockSize()
        let choice = input.reading(form)
        let whole = try JudgedDrop(input.bytes, block: max(1, input.bytes.count), choice)
        let cut = try JudgedDrop(input.bytes, block: block, choice, judges: 3)
        // Smaller blocks may come to a record that ends the reading before what is refused behind it.
        try BrokenPromise.unless(
            whole.refusalOfRecord == cut.refusalOfRecord || whole.hasEnded && cut.refusalOfRecord != nil,
            "blocks of \(block) are refused for another record: \(whole.refusalOfRecord, default: "none"), "
                + "\(cut.refusalOfRecord, default: "none")")
        try BrokenPromise.unless(
            whole.refusals == cut.refusals || cut.refusalOfRecord != nil,
            "blocks of \(block) are refused otherwise: \(whole.refusals), \(cut.refusals)")
        let shared = min(whole.records.count, cut.records.count)
        for index in 0..<shared where whole.records[index] != cut.records[index] {
            throw BrokenPromise(
                "blocks of \(block) give another record: \(whole.records[index]), \(cut.records[index])")
        }
        // A refusal that ends the reading takes with it what the same block had before.
        guard !whole.hasEnded, !cut.hasEnded else { return }
        try BrokenPromise.unless(
            whole.records.count == cut.records.count,
            "blocks of \(block) give \(cut.records.count) records, not \(whole.records.count)")
        try BrokenPromise.unless(whole.findings == cut.findings, "\(whole.findings), \(cut.findings)")
    }
}
