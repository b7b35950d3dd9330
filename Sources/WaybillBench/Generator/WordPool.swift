/// Texts stored end to end, to be copied into rows without making strings.
struct WordPool {
    private var bytes: [UInt8] = []
    private var starts: [Int32] = [0]

    init(_ texts: [String], form: RowForm) {
        for text in texts {
            bytes += form.escaped(text)
            starts.append(Int32(bytes.count))
        }
    }

    var count: Int { starts.count - 1 }

    @inline(__always)
    func append(_ index: Int, to row: inout [UInt8]) {
        row.append(contentsOf: bytes[Int(starts[index])..<Int(starts[index + 1])])
    }
}
