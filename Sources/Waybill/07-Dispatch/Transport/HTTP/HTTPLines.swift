import Foundation

/// Takes from the lines of a parcel's file, objects of texts as `ParcelFile` writes them, the few values that calls
/// have places for.
struct HTTPLines {
    private let wanted: Set<FoldedName>
    /// The keys as they stand in the lines, in their order; nil for one that nobody wants.
    private var keys: [(bytes: [UInt8], name: FoldedName?)] = []

    private static let quote = UInt8(ascii: "\"")

    init(_ wanted: Set<FoldedName>) { self.wanted = wanted }

    mutating func rows(_ bytes: [UInt8]) throws -> [[FoldedName: String]] {
        try bytes.split(separator: UInt8(ascii: "\n")).map { try row($0) }
    }

    private mutating func row(_ line: ArraySlice<UInt8>) throws -> [FoldedName: String] {
        if line.contains(UInt8(ascii: "\\")) { return try escaped(line) }
        var row: [FoldedName: String] = [:]
        var next = 0
        var place = line.startIndex + 1
        while place < line.endIndex, line[place] == Self.quote {
            let key = try text(line, from: place)
            guard key.endIndex + 2 < line.endIndex, line[key.endIndex + 1] == UInt8(ascii: ":") else {
                throw Self.problem
            }
            let value = try text(line, from: key.endIndex + 2)
            if let name = name(of: key, after: &next), row[name] == nil {
                row[name] = String(decoding: value, as: UTF8.self)
            }
            // Behind the quote and the comma.
            place = value.endIndex + 2
        }
        guard line.first == UInt8(ascii: "{"), line.last == UInt8(ascii: "}"),
            place == line.endIndex || line.count == 2
        else { throw Self.problem }
        return row
    }

    /// What stands between the quote at a place and the next.
    private func text(_ line: ArraySlice<UInt8>, from place: Int) throws -> ArraySlice<UInt8> {
        guard place < line.endIndex, line[place] == Self.quote,
            let end = line[(place + 1)...].firstIndex(of: Self.quote)
        else { throw Self.problem }
        return line[(place + 1)..<end]
    }

    /// Keys stand in the same order in each line, some of them left out.
    private mutating func name(of key: ArraySlice<UInt8>, after next: inout Int) -> FoldedName? {
        for step in keys.indices {
            let index = (next + step) % keys.count
            if keys[index].bytes[...] == key {
                next = index + 1
                return keys[index].name
            }
        }
        let name = FoldedName(String(decoding: key, as: UTF8.self))
        keys.append((Array(key), wanted.contains(name) ? name : nil))
        next = keys.count
        return keys[next - 1].name
    }

    /// A line with escapes.
    private func escaped(_ line: ArraySlice<UInt8>) throws -> [FoldedName: String] {
        guard let members = try JSONSerialization.jsonObject(with: Data(line)) as? [String: String] else {
            throw Self.problem
        }
        var row: [FoldedName: String] = [:]
        for (key, value) in members {
            let name = FoldedName(key)
            if wanted.contains(name) { row[name] = value }
        }
        return row
    }

    private static let problem = TransportProblem("a line of the parcel is no object of texts")
}
