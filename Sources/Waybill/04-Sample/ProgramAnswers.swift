/// What a sampling program answers: a line for each contact that it was asked about, in the same order.
///
///     keep
///     drop
///     drop the reason, in the program's words
///
/// Two bytes are held for each answer.
package struct ProgramAnswers: Sendable {
    /// Of each contact: 0 for kept, else 1 + the place of the reason.
    private var codes: [UInt16] = []
    private var reasons: [String] = []
    private var places: [String: UInt16] = [:]
    private var line: [UInt8] = []

    /// An answer that is none. It does not say what was answered: that may be somebody's data.
    package struct Unreadable: Error, CustomStringConvertible {
        let number: Int
        package var description: String {
            "answer \(number) is neither keep nor drop: it writes one line for each line it reads, in the same order"
        }
    }

    package init() {}

    /// How many lines were answered.
    package var count: Int { codes.count }

    /// A reason is cut after this many bytes, and beyond this many different ones the rest count as one: they are all
    /// held in memory.
    private static let longestReason = 100
    private static let mostReasons = 1_000
    private static let longestLine = 65_536

    /// Takes what the program wrote, wherever it is cut.
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

    /// The last line may lack its end.
    package mutating func finish() throws(Unreadable) {
        if !line.isEmpty { try takeLine() }
    }

    /// Why the contact that was asked about as the n-th (from 0) was dropped, empty where no reason was given; nil when
    /// it was kept.
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
