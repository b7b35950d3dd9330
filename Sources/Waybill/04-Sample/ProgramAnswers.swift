/// The answers of a sampling program: one line for each contact it was asked about, in the same order.
///
///     keep
///     drop
///     drop the reason, in the program's words
///
/// Each answer takes two bytes.
package struct ProgramAnswers: Sendable {
    /// For each contact: 0 if kept, else 1 + the index of the reason.
    private var codes: [UInt16] = []
    private var reasons: [String] = []
    private var places: [String: UInt16] = [:]
    private var line: [UInt8] = []

    /// An invalid answer. The text of the answer is not included: it may be somebody's data.
    package struct Unreadable: Error, CustomStringConvertible {
        let number: Int
        package var description: String {
            "answer \(number) is neither keep nor drop: it writes one line for each line it reads, in the same order"
        }
    }

    package init() {}

    /// How many lines were answered.
    package var count: Int { codes.count }

    /// A reason is cut after this many bytes, and at most this many different ones are kept; the rest count as one. All
    /// are held in memory.
    private static let longestReason = 100
    private static let mostReasons = 1_000
    private static let longestLine = 65_536

    /// Takes the program's output, cut anywhere.
    package mutating func take(_ bytes: [UInt8]) throws(Unreadable) {
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            line += bytes[start..<end]
            try takeLine()
            start = end + 1
        }
        line += bytes[start...]
        guard line.count <= Self.longestLine else { throw Unreadable(number: count + 1) }
    }

    /// Accepts a last line without a line end.
    package mutating func finish() throws(Unreadable) {
        if !line.isEmpty { try takeLine() }
    }

    /// Why the n-th contact (from 0) was dropped, empty if no reason was given; nil if it was kept.
    package func reasonOfDrop(at place: Int) -> String? {
        codes[place] == 0 ? nil : reasons[Int(codes[place]) - 1]
    }

    private mutating func takeLine() throws(Unreadable) {
        defer { line.removeAll(keepingCapacity: true) }
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        switch words.first {
        case "keep" where words.count == 1: codes.append(0)
        case "drop":
            codes.append(1 + place(of: words.dropFirst().joined(separator: " ")))
        case .some, nil: throw Unreadable(number: count + 1)
        }
    }

    private mutating func place(of reason: String) -> UInt16 {
        var reason = reason
        while reason.utf8.count > Self.longestReason { reason.removeLast() }
        if let known = places[reason] { return known }
        if reasons.count >= Self.mostReasons { reason = "for another reason" }
        if let known = places[reason] { return known }
        let place = UInt16(reasons.count)
        reasons.append(reason)
        places[reason] = place
        return place
    }
}
