/// Texts that many contacts share (steps, codes, reasons), by a number of four bytes. They are remembered: asking
/// costs no look at the disk.
package protocol Names {
    /// The number of a text, a new one if need be; none for the empty text. It stays the text's for ever, unless the
    /// transaction that asked for it first is undone.
    func name(_ text: String) throws -> NameID

    /// The number of a text that a contact may have; none where no contact has it.
    func knownName(_ text: String) -> NameID

    /// The text of a number, also one that another writer has added; empty for none. An unknown one is damage.
    func text(_ name: NameID) throws -> String
}

extension Names {
    /// The number of a contact's reason, a new one if need be.
    package func name(_ reason: StandingReason) throws -> NameID { try name(reason.stored) }

    /// The reason of a number.
    package func reason(_ name: NameID) throws -> StandingReason { StandingReason(stored: try text(name)) }
}

/// The number of a text that many contacts share (a step, a code, a reason); 0 is no text.
package struct NameID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package static let none = NameID(rawValue: 0)
}
