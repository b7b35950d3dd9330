import SystemIO

/// What contacts wait for.
extension SQLiteStore {
    package func holdings() throws -> [Holding] {
        let select = try database.statement(ParcelSQL.seated)
        defer { select.reset() }
        var rows: [HoldingRows.Opening: HoldingRows] = [:]
        var seats: [Int64: Int] = [:]
        while try select.step() {
            seats[select.int64(8), default: 0] += select.int(2)
            if select.int(9) == 0 { continue }
            let row = HoldingRows(select)
            let opening = row.opening
            if rows[opening]?.merge(row) == nil { rows[opening] = row }
        }
        for (opening, count) in try emptySeats(among: seats) { rows[opening]?.takeOff(count) }
        var found: [HoldingRows] = []
        for row in rows.values.sorted(by: { $0.comes(before: $1) }) {
            if let last = found.last, last.isFollowed(by: row) {
                found[found.count - 1].add(row)
            } else {
                found.append(row)
            }
        }
        return found.sorted().map(\.holding).filter { $0.contacts > 0 }
    }

    /// How many of the contacts in each row of `holdings` have ended: a batch of contacts has more seats in parcels
    /// than contacts that wait.
    private func emptySeats(among seats: [Int64: Int]) throws -> [HoldingRows.Opening: Int] {
        let select = try database.statement(ParcelSQL.waitingOfBatch)
        var batches: [(id: Int64, seats: Int)] = []
        for (id, count) in seats {
            try select.bind(":batch", id)
            if let waiting = try select.first({ $0.int(0) }), waiting < count { batches.append((id, count - waiting)) }
        }
        var empty: [HoldingRows.Opening: Int] = [:]
        for batch in batches {
            let rows = try database.statement(ParcelSQL.holdingsOfBatch)
            defer { rows.reset() }
            try rows.bind(":batch", batch.id)
            var held: [HoldingRows] = []
            while try rows.step() { held.append(HoldingRows(rows)) }
            let all = held.reduce(0) { $0 + $1.contacts }
            // The largest come first, and get what is left over.
            var rest = min(batch.seats, all)
            for row in held.reversed().dropLast() {
                let share = min(rest, min(batch.seats, all) * row.contacts / max(1, all))
                empty[row.opening, default: 0] += share
                rest -= share
            }
            if let largest = held.first { empty[largest.opening, default: 0] += rest }
        }
        return empty
    }
}
