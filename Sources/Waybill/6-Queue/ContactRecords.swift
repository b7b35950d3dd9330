/// The contact records of one segment as they lie in the store: only those that are asked for are read, since a parcel mostly
/// asks for a few of many.
package struct ContactRecords: RandomAccessCollection, MutableCollection, Sendable {
    private(set) var bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// So many that are all as they came in.
    init(count: Int) {
        bytes = ContactRecord.encode(Array(repeating: ContactRecord(), count: count))
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { bytes.count / ContactRecord.size }

    package subscript(index: Int) -> ContactRecord {
        get { ContactRecord(bytes, at: index * ContactRecord.size) }
        set {
            precondition(indices.contains(index), "no contact of that number in the segment")
            // Safe: the place of the record lies within the bytes.
            unsafe bytes.withUnsafeMutableBytes { raw in
                unsafe newValue.store(in: UnsafeMutableRawBufferPointer(rebasing: raw[(index * ContactRecord.size)...]))
            }
        }
    }
}
