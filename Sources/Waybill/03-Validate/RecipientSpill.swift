/// Where sorted runs of recipient keys go when memory is full; one for each drop, deleted with it.
package protocol RecipientSpill: Sendable {
    /// Appends bytes, and returns their offset.
    func append(_ bytes: [UInt8]) throws -> Int64
    /// Reads exactly `count` bytes written before.
    func read(at offset: Int64, count: Int) throws -> [UInt8]
}

/// The spill returned fewer bytes than were written to it.
package struct ShortSpill: Error, CustomStringConvertible {
    package let offset: Int64
    package let wanted: Int
    package let got: Int

    package var description: String {
        "the scratch file of recipient keys is damaged: \(got) of \(wanted) bytes could be read at offset \(offset);"
            + " check the disk of the state folder and drop the file again"
    }
}
