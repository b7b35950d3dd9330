/// A moment and how many seconds the clock of the place it is told for was ahead of UTC then.
package struct LocalMoment: Hashable, Codable, Sendable {
    package let at: Timestamp
    package let offset: Int32

    package init(_ at: Timestamp, offset: Int) {
        self.at = at
        self.offset = Int32(offset)
    }

    /// `2026-11-21T11:00:00+01:00`.
    package var iso8601: String { at.iso8601(offset: Int(offset)) }
}
