/// A moment, with the offset of its place: how many seconds the clock there was ahead of UTC.
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
