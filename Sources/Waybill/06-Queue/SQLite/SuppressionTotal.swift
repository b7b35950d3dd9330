import SystemIO

/// A sum over all rows of who must not be contacted, and of who said START: a missing, added or altered row changes it.
/// It is updated with each change, and compared whenever all rows are read.
struct SuppressionTotal: Equatable {
    private(set) var count: Int64 = 0
    private(set) var sum: UInt64 = 0

    init() {}

    mutating func add(_ mark: RowMark) {
        count += 1
        sum &+= mark.bits
    }

    mutating func remove(_ mark: RowMark) {
        count -= 1
        sum &-= mark.bits
    }

    mutating func add(_ other: SuppressionTotal) {
        count += other.count
        sum &+= other.sum
    }

    // MARK: As stored

    init?(stored: [UInt8]) {
        let words = String(decoding: stored, as: UTF8.self).split(separator: " ")
        guard words.count == 2, let count = Int64(words[0]), let sum = UInt64(words[1], radix: 16) else { return nil }
        self.count = count
        self.sum = sum
    }

    var stored: [UInt8] { Array("\(count) \(String(sum, radix: 16))".utf8) }

    // MARK: What a row adds

    /// The mark of a listing without its key, which is added last.
    static func mark(_ listing: Listing) -> RowMark {
        var mark = RowMark()
        mark.add("listing")
        mark.add(listing.scope.campaign)
        mark.add(listing.scope.channel?.name ?? "")
        mark.add(listing.list)
        mark.add(Int64(listing.kind.rawValue))
        mark.add(listing.expires?.milliseconds ?? 0)
        return mark
    }

    static func mark(stop key: Int64, kind: String, at moment: Int64) -> RowMark {
        var mark = RowMark()
        mark.add("stop")
        mark.add(kind)
        mark.add(moment)
        mark.add(key)
        return mark
    }

    static func mark(start key: Int64, before moment: Int64) -> RowMark {
        var mark = RowMark()
        mark.add("start")
        mark.add(moment)
        mark.add(key)
        return mark
    }

    /// Computes the total of existing rows, once.
    static func make(in database: Database) throws {
        var total = SuppressionTotal()
        let all = try database.prepare(SuppressionSQL.allSuppressions)
        while try all.step() {
            if all.int(1) == SuppressionSQL.isTotal { continue }
            total.add(RowMark(UInt64(bitPattern: all.int64(2))))
        }
        let put = try database.statement(DaySQL.putSetting)
        try put.bind(":key", SettingKey.suppressionTotal.name)
        try put.bind(":value", total.stored)
        try put.run()
    }
}
