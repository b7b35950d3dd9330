import Foundation

/// What a sender says about a drop in `FILE.meta.json` and `FILE.sha256` (contract §3).
package struct Sidecar: Hashable, Sendable {
    package var campaign: String?
    package var records: Int?
    /// Lower-case hexadecimal.
    package var sha256: String?
    /// 0–9, 9 first.
    package var priority: Int?
    package var notBefore: Timestamp?
    package var expiresAt: Timestamp?
    package var reply: String?
    package var resend = false
    package var corrects: BatchID?

    package init() {}

    /// Why a side-car cannot be understood: a sentence for the sender.
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    /// Reads `FILE.meta.json`: a JSON object; unknown keys are refused, so that a misspelt `expiresAt` is not lost.
    package mutating func read(meta bytes: [UInt8]) throws(Problem) {
        guard let object = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any] else {
            throw Problem(description: "the .meta.json is not a JSON object")
        }
        for (key, value) in object.sorted(by: { $0.key < $1.key }) where !(value is NSNull) {
            switch key {
            case "campaign": campaign = try Self.text(value, key)
            case "reply": reply = try Self.text(value, key)
            case "records": records = try Self.integer(value, key, in: 0...Int(UInt32.max))
            case "priority": priority = try Self.integer(value, key, in: 0...9)
            case "notBefore": notBefore = try Self.moment(value, key)
            case "expiresAt": expiresAt = try Self.moment(value, key)
            case "resend":
                guard let flag = value as? Bool else { throw Problem(description: "\"resend\" is not true or false") }
                resend = flag
            case "sha256":
                let digest = try Self.text(value, key).lowercased()
                guard Self.isDigest(digest) else {
                    throw Problem(description: "\"sha256\" is not 64 hexadecimal digits")
                }
                sha256 = digest
            case "corrects":
                guard let id = BatchID(try Self.text(value, key)) else {
                    throw Problem(description: "\"corrects\" is not a batch id like 20261121-000007")
                }
                corrects = id
            default:
                throw Problem(
                    description: "the .meta.json has the unknown key \"\(key)\"; known are campaign, corrects, "
                        + "expiresAt, notBefore, priority, records, reply, resend, sha256")
            }
        }
    }

    /// Reads `FILE.sha256`: the digest alone, or as `sha256sum` writes it, with the file's name.
    package mutating func read(checksum bytes: [UInt8]) throws(Problem) {
        let first = String(decoding: bytes.prefix(4_096), as: UTF8.self).split(whereSeparator: \.isWhitespace).first
        let digest = (first ?? "").lowercased()
        guard Self.isDigest(digest) else {
            throw Problem(description: "the .sha256 does not begin with 64 hexadecimal digits")
        }
        sha256 = digest
    }

    private static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) }
    }

    private static func text(_ value: Any, _ key: String) throws(Problem) -> String {
        guard let text = value as? String else { throw Problem(description: "\"\(key)\" is not a text") }
        return text
    }

    private static func integer(_ value: Any, _ key: String, in range: ClosedRange<Int>) throws(Problem) -> Int {
        guard let number = value as? Int, range.contains(number) else {
            throw Problem(
                description: "\"\(key)\" is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func moment(_ value: Any, _ key: String) throws(Problem) -> Timestamp {
        guard let moment = Timestamp(iso8601: ArraySlice(try text(value, key).utf8)) else {
            throw Problem(description: "\"\(key)\" is not an ISO 8601 time like 2026-11-21T10:00:00Z")
        }
        return moment
    }
}
