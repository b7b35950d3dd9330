/// Texts that many contacts share (steps, codes, reasons), by a number of four bytes. They are kept in memory, so
/// asking never reads the disk.
package protocol Names {
    /// The number of a text, a new one if needed; none for the empty text. The text keeps it for ever, unless the
    /// transaction that first asked for it is rolled back.
    func name(_ text: String) throws -> NameID

    /// The number of a text that a contact may have; none if no contact has it.
    func knownName(_ text: String) -> NameID

    /// The text of a number, even one that another writer added; empty for none. An unknown number is damage.
    func text(_ name: NameID) throws -> String
}

extension Names {
    /// The number of a contact's reason, a new one if needed.
    package func name(_ reason: StandingReason) throws -> NameID { try name(reason.stored) }

    /// The reason of a number.
    package func reason(_ name: NameID) throws -> StandingReason { StandingReason(stored: try text(name)) }
}

/// The number of a text that many contacts share (a step, a code, a reason); 0 means no text.
package struct NameID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package static let none = NameID(rawValue: 0)
}
