import Foundation

/// The answers of a sending program: one JSON object a line, in any order.
///
///     {"reference": "bcdfgh-20261124-000001-7-text-1", "outcome": "accepted"}
///     {"reference": "bcdfgh-20261124-000001-8-text-1", "outcome": "refused", "code": "30006", "detail": "landline"}
///
/// | `outcome` | says |
/// | --- | --- |
/// | `accepted` | it was taken; it will not be given again |
/// | `refused` | it never will be taken; `code` and `detail` go into the reports |
/// | `later` | it was not sent; it is given again after a while |
/// | `unknown` | nobody knows whether it was sent |
///
/// References are compared without case. Lines of another form, or about other messages, are ignored. Two answers that
/// contradict each other count as none.
struct CommandAnswers {
    private var outcomes: [UInt32: MessageOutcome] = [:]
    private var contradicted: Set<UInt32> = []
    private let records: [String: UInt32]
    private var line: [UInt8] = []
    private var count = 0
    private let most: Int

    /// More bytes than any answers can need; the program is not read any further.
    struct TooMuch: Error {}

    private static let longestLine = 65_536

    init(_ references: [Reference]) {
        records = Dictionary(
            references.map { ($0.description.lowercased(), $0.record) }, uniquingKeysWith: { first, _ in first })
        most = 1 << 20 + 4_096 * references.count
    }

    func outcome(of record: UInt32) -> MessageOutcome? { contradicted.contains(record) ? nil : outcomes[record] }

    /// Takes the program's output, cut anywhere; returns whether it answered for another message. A last line without a
    /// line end is not an answer: it may be cut off.
    mutating func take(_ bytes: [UInt8]) throws(TooMuch) -> Bool {
        let before = outcomes.count
        count += bytes.count
        guard count <= most else { throw TooMuch() }
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            line += bytes[start..<end]
            takeLine()
            start = end + 1
        }
        line += bytes[start...]
        guard line.count <= Self.longestLine else { throw TooMuch() }
        return outcomes.count > before
    }

    private mutating func takeLine() {
        defer { line.removeAll(keepingCapacity: true) }
        guard let answer = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
            let reference = answer["reference"] as? String, let record = records[reference.lowercased()],
            let word = answer["outcome"] as? String
        else { return }
        let outcome: MessageOutcome
        switch word {
        case "accepted": outcome = .accepted
        case "refused":
            outcome = .refused(
                code: CarrierWords.code(Self.text(answer["code"])),
                detail: CarrierWords.detail(Self.text(answer["detail"])))
        case "later": outcome = .later
        case "unknown": outcome = .lost
        default: return
        }
        if let known = outcomes[record], known != outcome { contradicted.insert(record) }
        outcomes[record] = outcome
    }

    /// A text, or a number as it is written.
    private static func text(_ value: Any?) -> String {
        switch value {
        case let text as String: text
        case let number as NSNumber: number.stringValue
        default: ""
        }
    }
}
