extension String {
    /// Whether each byte of its UTF-8 is such a one. (`utf8.allSatisfy` takes longer: it makes an index for each.)
    @inline(__always)
    package func allBytes(_ isSuch: (UInt8) -> Bool) -> Bool {
        let bytes = utf8.span
        for place in bytes.indices where !isSuch(bytes[place]) { return false }
        return true
    }
}
