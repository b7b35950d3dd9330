/// Reads receipts by the names of their columns: `reference` or `address`, `event`, `at`, `detail` (contract §9).
///
/// Names and events are compared without case, spaces, `_` and `-`; other columns are passed over. A receipt whose
/// time cannot be read is still used, and one whose reference is not ours is used by its address: an opt-out must not
/// be lost over such things.
package struct ReceiptColumns: Hashable, Sendable {
    private let reference: Int?
    private let address: Int?
    private let event: Int
    private let at: Int?
    private let detail: Int?

    /// - Parameter names: the header of a CSV file, or the keys of JSON objects seen so far.
    package init(names: [String]) throws(UnusableReceipts) {
        let columns = NamedColumns(names)
        reference = columns.position(of: "reference")
        address = columns.position(of: "address")
        guard reference != nil || address != nil else {
            throw UnusableReceipts(
                description: "The receipts have neither a column \"reference\" nor \"address\"; name one of them in "
                    + "the first line, as in reference,event,at,detail.")
        }
        guard let event = columns.position(of: "event") else {
            throw UnusableReceipts(
                description: "The receipts have no column \"event\"; name it in the first line, as in "
                    + "reference,event,at,detail.")
        }
        self.event = event
        at = columns.position(of: "at")
        detail = columns.position(of: "detail")
    }

    package func read(_ values: [ArraySlice<UInt8>]) -> ReceiptReading<ReceiptRow> {
        var problems: [ReceiptProblem] = []
        let subject = subject(values, &problems)
        let event = event(values, &problems)
        let atText = NamedColumns.value(at: at, in: values)
        let time = Timestamp(iso8601: atText)
        if time == nil, !atText.isEmpty { problems.append(.date(atText)) }
        guard let subject, let event else { return ReceiptReading(row: nil, problems: problems) }
        let row = ReceiptRow(
            subject: subject, event: event, at: time, detail: Array(NamedColumns.value(at: detail, in: values)))
        return ReceiptReading(row: row, problems: problems)
    }

    private func subject(
        _ values: [ArraySlice<UInt8>], _ problems: inout [ReceiptProblem]
    ) -> ReceiptRow.Subject? {
        let text = NamedColumns.value(at: reference, in: values)
        let address = NamedColumns.value(at: address, in: values)
        if let reference = Reference(utf8: text) { return .reference(reference) }
        if !text.isEmpty {
            problems.append(
                ReceiptProblem(
                    kind: .referenceInvalid, value: Array(text),
                    message: "The reference is not one of ours"
                        + (address.isEmpty ? "." : "; the receipt was taken by its address."),
                    hint: "Give back the reference of the message unchanged, such as 20261121-000007-12-text-1."))
        } else if address.isEmpty {
            problems.append(
                ReceiptProblem(
                    kind: .referenceMissing, value: [],
                    message: "The receipt says neither which message nor which address it is about.",
                    hint: "Fill \"reference\" with the message's reference, or \"address\" with where it went."))
        }
        return address.isEmpty ? nil : .address(Array(address))
    }

    private func event(_ values: [ArraySlice<UInt8>], _ problems: inout [ReceiptProblem]) -> Event? {
        let text = NamedColumns.value(at: event, in: values)
        if text.isEmpty {
            problems.append(
                ReceiptProblem(
                    kind: .eventMissing, value: [], message: "The receipt does not say what happened.",
                    hint: "Fill \"event\" with one of: \(EventName.list)."))
            return nil
        }
        if let event = EventName.event(text) { return event }
        let name = String(decoding: text, as: UTF8.self)
        let hint =
            EventName.nearest(to: name).map { "Did you mean \"\($0.rawValue)\"?" }
            ?? "Use one of: \(EventName.list)."
        problems.append(
            ReceiptProblem(
                kind: .eventUnknown, value: Array(text), message: "There is no such event.", hint: hint))
        return nil
    }
}

/// The events that a receipt may report: all but `expired`, which only time raises.
enum EventName {
    private static let known = Event.allCases.filter { $0 != .expired }
    private static let folded = known.map { Array(NamedColumns.folded($0.rawValue).utf8) }

    static let list = known.map(\.rawValue).joined(separator: ", ")

    static func event(_ text: ArraySlice<UInt8>) -> Event? {
        folded.firstIndex { NamedColumns.isSame(text, folded: $0) }.map { known[$0] }
    }

    /// The known event that differs least, when it differs in no more than a third of its letters.
    static func nearest(to name: String) -> Event? {
        // A hint needs no more of a long value than the longest event's name and some letters.
        let wanted = Array(NamedColumns.folded(name).utf8.prefix(32))
        let distances = zip(known, folded).map { (event: $0, distance: distance(wanted, $1)) }
        guard let best = distances.min(by: { $0.distance < $1.distance }),
            best.distance <= max(1, best.event.rawValue.utf8.count / 3)
        else { return nil }
        return best.event
    }

    /// Insertions, deletions and replacements that part two words (Levenshtein).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(diagonal + (a == b ? 0 : 1), above + 1, row[j] + 1)
                diagonal = above
            }
        }
        return row[right.count]
    }
}
