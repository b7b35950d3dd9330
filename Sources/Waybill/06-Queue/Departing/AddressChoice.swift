/// Where a step's message to a contact goes: the value of the step's `to`, looked up once for a batch's schema.
///
/// An empty `phone2` … `phone5` falls back to `phone1` (contract §8). The hand-over, which has no `to` of its own, goes
/// to the recipient of contract §4: `phone1`, else the e-mail address, else `id`.
package struct AddressChoice: Sendable {
    /// The columns to try, in order.
    let positions: [Int]
    /// Whether a contact without any address leaves too, with an empty one.
    let mayBeEmpty: Bool

    /// Columns from this one on are never needed.
    package var width: Int { (positions.max() ?? -1) + 1 }

    package init(step: Strategy.Step, schema: Schema) {
        let isHandover = Strategy.handover.steps == [step]
        let fields: [Field] =
            if isHandover {
                [.phone1, .email, .id]
            } else if step.to.isPhone {
                [step.to, .phone1]
            } else {
                [step.to]
            }
        positions = fields.compactMap(schema.position(of:))
        mayBeEmpty = isHandover
    }

    /// The address; nil if the contact has none for this step. The receiver of a hand-over judges a contact without an
    /// address: its address is empty, not nil.
    package func address(in values: ContactValues) -> ArraySlice<UInt8>? {
        address { $0 < values.count ? values[$0] : [] }
    }

    /// The same, with a function that gives a column's value.
    package func address(_ value: (Int) -> ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        for position in positions {
            let address = value(position)
            if !address.isEmpty { return address }
        }
        return mayBeEmpty ? [] : nil
    }
}
