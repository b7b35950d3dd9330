extension String {
    /// Whether each byte of its UTF-8 is such a one. (`utf8.allSatisfy` takes longer: it makes an index for each.)
    @inline(__always)
    package func allBytes(_ isSuch: (UInt8) -> Bool) -> Bool {
        let bytes = utf8.span
        for place in bytes.indices where !isSuch(bytes[place]) { return false }
        return true
    }
}

extension [UInt8] {
    /// Appends bytes without counting a reference to what has them: for what is written millions of times.
    /// (`append(contentsOf:)` of a buffer calls code that takes any collection.)
    @inline(__always)
    mutating func append(copying bytes: borrowing Span<UInt8>) {
        let count = bytes.count
        append(addingCapacity: count) { room in
            // Safe: there is room for as many bytes as are copied, which are another array's.
            unsafe room.withUnsafeMutableBufferPointer { space, written in
                unsafe bytes.withUnsafeBytes { from in
                    let space = UnsafeMutableRawBufferPointer(space)
                    unsafe UnsafeMutableRawBufferPointer(rebasing: space[written...]).copyMemory(from: from)
                }
                written += count
            }
        }
    }
}
