/// Where sorted runs of recipient keys go when they outgrow memory; one a drop, thrown away with it.
package protocol RecipientSpill: Sendable {
    /// Writes the bytes behind everything written before, and returns the offset at which they begin.
    func append(_ bytes: [UInt8]) throws -> Int64
    /// Reads exactly `count` bytes that were written before.
    func read(at offset: Int64, count: Int) throws -> [UInt8]
}

/// The spill gave back fewer bytes than were written to it.
package struct ShortSpill: Error, CustomStringConvertible {
    package let offset: Int64
    package let wanted: Int
    package let got: Int

    package var description: String {
        "the scratch file of recipient keys is damaged: \(got) of \(wanted) bytes could be read at offset \(offset);"
            + " check the disk of the state folder and drop the file again"
    }
}
