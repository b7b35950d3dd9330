/// Several lists stored one after the other in one array.
struct FlatLists<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var ends: [UInt16] = []

    var count: Int { ends.count }

    subscript(list: Int) -> ArraySlice<Element> {
        elements[(list > 0 ? Int(ends[list - 1]) : 0)..<Int(ends[list])]
    }

    var memoryBytes: Int { elements.count * MemoryLayout<Element>.stride + ends.count * 2 }

    /// Appends to the open list.
    mutating func append(_ element: Element) { elements.append(element) }

    mutating func endList() { ends.append(UInt16(elements.count)) }
}
