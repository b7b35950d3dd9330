import SystemIO

/// How a row of the chain is hashed, and what is wrong with a chain.
///
///     hash = SHA-256(hash of the row before ‖ number ‖ at ‖ source ‖ record ‖ kind ‖ subject ‖ content ‖ keys)
///
/// Numbers are 64 bits, little-endian; whatever has variable length is preceded by its length, also in 64 bits.
package enum AuditChain {
    static func hash(
        after before: [UInt8], number: Int64, at: Int64, source: Int64, record: Int64, texts: [String], keys: [UInt8]
    ) -> [UInt8] {
        var bytes = before
        func append(_ number: Int64) {
            for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        for number in [number, at, source, record] { append(number) }
        for text in texts {
            append(Int64(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        }
        append(Int64(keys.count))
        bytes.append(contentsOf: keys)
        return SHA256.hash(bytes)
    }

    private static func hash(of row: AuditRow, after before: [UInt8]) -> [UInt8] {
        hash(
            after: before, number: row.number, at: row.at.milliseconds, source: row.source?.rawValue ?? 0,
            record: Int64(row.record), texts: [row.kind, row.subject, row.content.json], keys: row.keyBytes)
    }

    /// What is wrong with a store's chain, one line each; empty if it is whole. Names rows, but no people.
    ///
    /// - Parameter seal: read before the chain: a writer adds rows before it seals them.
    package static func problems(of store: any Audit, sealedAs seal: AuditEnd?) throws -> [String] {
        var problems: [String] = []
        var before = AuditEnd.none
        var hasMetSeal = seal == nil || seal == AuditEnd.none
        try store.forEachAudited(after: .min) { row in
            if row.number != before.count + 1 {
                problems.append(
                    row.number <= before.count
                        ? "row \(row.number) was put in" : missing(before.count + 1, row.number - 1))
            } else if hash(of: row, after: before.hash) != row.hash {
                problems.append(
                    "row \(row.number) (\(row.kind.plain), \(row.at)) was altered, or a row before it was put in or removed"
                )
            }
            if row.kind == AuditKind.broken.rawValue {
                problems.append(
                    "row \(row.number) (\(row.at)) tells that rows before it, or the file with their number, were not as "
                        + "they had been")
            }
            before = AuditEnd(count: row.number, hash: row.hash)
            if let seal, row.number == seal.count {
                hasMetSeal = true
                if row.hash != seal.hash { problems.append("row \(row.number) is not the one that was written down") }
            }
        }
        if seal == nil, before.count > 0 { problems.append("the file that has the chain's length is missing") }
        if let seal, !hasMetSeal, seal.count > before.count {
            problems.append(missing(before.count + 1, seal.count) + ", the last ones")
        }
        return problems
    }

    private static func missing(_ first: Int64, _ last: Int64) -> String {
        first == last ? "row \(first) is missing" : "rows \(first) to \(last) are missing"
    }
}
