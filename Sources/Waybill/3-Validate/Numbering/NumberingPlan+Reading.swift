/// Reads the table that `Sources/Generate/numbering_plan.py` writes.
///
/// First integers (LEB128: seven bits a byte, the lowest first) and texts (their length, then ASCII), in this order, each
/// list after its count:
///
///     version · zones (name, place of today's name) · zone lists · zone answers (published, 2 × corrected + flag)
///     classes (type, region + 2) · prefix outcomes from 1 on (2 × length + flag, inserted, group's start and end)
///     masks · format sets (length, national mask, international mask)
///     regions · calling codes · states (name, area codes as differences) · postcodes (country, first and last in one
///     text, zone list) · count of leaves · count of nodes
///
/// then bits, the highest of a byte first: leaves and nodes, each after those it refers to.
struct NumberingPlanReader {
    private(set) var version = ""
    private(set) var zoneNames: [String] = []
    private(set) var currentZones: [UInt16] = []
    private(set) var zoneLists = FlatLists<UInt16>()
    private(set) var zoneAnswers: [NumberingPlan.ZoneAnswer] = []
    private(set) var classes: [NumberingPlan.NumberClass] = []
    private(set) var prefixOutcomes: [NumberingPlan.PrefixOutcome] = []
    private(set) var masks = FlatLists<UInt8>()
    private(set) var formatSets = FlatLists<NumberingPlan.FormatWay>()
    private(set) var regions: [NumberingPlan.Region] = []
    private(set) var codes: [NumberingPlan.CallingCode] = []
    private(set) var states = [""]
    private(set) var stateByArea = [UInt8](repeating: 0, count: 1_000)
    private(set) var postcodes: [NumberingPlan.PostcodeRange] = []
    private(set) var leaves: [UInt8] = []
    private(set) var nodes: [UInt16] = []

    private let bytes: [UInt8]
    private var position = 0
    /// Bits not yet taken, in the highest places.
    private var bits: UInt64 = 0
    private var bitCount = 0
    /// By leaf: how an edge refers to it.
    private var leafEdges: [UInt16] = []

    static func read(_ data: StaticString) -> NumberingPlanReader {
        var reader = NumberingPlanReader(bytes: decoded(data))
        reader.readMeanings()
        let references = reader.readPlaces()
        let leafCount = reader.integer()
        let nodeCount = reader.integer()
        reader.readLeaves(leafCount)
        reader.readNodes(nodeCount)
        reader.resolve(references, nodeCount: nodeCount)
        return reader
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Base64 (RFC 4648 §4); line breaks are passed over.
    private static func decoded(_ data: StaticString) -> [UInt8] {
        var values = [UInt8](repeating: 0xFF, count: 256)
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        // Safe: both texts are static and ASCII, and read within their lengths.
        let letters = unsafe UnsafeBufferPointer(start: alphabet.utf8Start, count: alphabet.utf8CodeUnitCount)
        for value in 0..<64 { values[Int(unsafe letters[value])] = UInt8(value) }
        let text = unsafe UnsafeBufferPointer(start: data.utf8Start, count: data.utf8CodeUnitCount)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var group: UInt32 = 0
        var count = 0
        for index in 0..<text.count {
            let value = values[Int(unsafe text[index])]
            guard value < 64 else { continue }
            group = group << 6 | UInt32(value)
            count += 1
            guard count == 4 else { continue }
            bytes.append(UInt8(truncatingIfNeeded: group >> 16))
            bytes.append(UInt8(truncatingIfNeeded: group >> 8))
            bytes.append(UInt8(truncatingIfNeeded: group))
            group = 0
            count = 0
        }
        if count == 3 { bytes += [UInt8(truncatingIfNeeded: group >> 10), UInt8(truncatingIfNeeded: group >> 2)] }
        if count == 2 { bytes.append(UInt8(truncatingIfNeeded: group >> 4)) }
        return bytes
    }

    private mutating func integer() -> Int {
        var value = 0
        var shift = 0
        while true {
            let byte = bytes[position]
            position += 1
            value |= Int(byte & 0x7F) << shift
            guard byte >= 0x80 else { return value }
            shift += 7
        }
    }

    private mutating func text() -> ArraySlice<UInt8> {
        let count = integer()
        position += count
        return bytes[position - count..<position]
    }

    private mutating func string() -> String { String(decoding: text(), as: UTF8.self) }

    private mutating func list<Item>(_ item: (inout Self) -> Item) -> [Item] {
        let count = integer()
        var items: [Item] = []
        items.reserveCapacity(count)
        for _ in 0..<count { items.append(item(&self)) }
        return items
    }

    private mutating func readMeanings() {
        version = string()
        let zones = list { reader in (reader.string(), UInt16(reader.integer())) }
        zoneNames = zones.map(\.0)
        currentZones = zones.map(\.1)
        for _ in 0..<integer() { zoneLists.append(list { UInt16($0.integer()) }) }
        zoneAnswers = list { reader in
            let published = UInt16(reader.integer())
            let corrected = reader.integer()
            return NumberingPlan.ZoneAnswer(
                published: published, corrected: UInt16(corrected >> 1), isCorrected: corrected & 1 == 1)
        }
        classes = list { reader in
            let type = NumberType(rawValue: UInt8(reader.integer())) ?? .unknown
            let region = reader.integer() - 2
            return NumberingPlan.NumberClass(
                type: type, region: region == -2 ? .none : region == -1 ? .main : .region(Int16(region)))
        }
        let none = NumberingPlan.PrefixOutcome(length: 0, isTransform: false, inserted: "", group: 0..<0)
        prefixOutcomes =
            [none]
            + list { reader in
                let length = reader.integer()
                let inserted = reader.string()
                let start = reader.integer()
                return NumberingPlan.PrefixOutcome(
                    length: length >> 1, isTransform: length & 1 == 1, inserted: inserted,
                    group: start..<reader.integer())
            }
        for _ in 0..<integer() {
            // a … q stand for so many digits.
            masks.append(
                text().flatMap { $0 >= 0x61 ? Array(repeating: UInt8(ascii: "#"), count: Int($0) - 0x60) : [$0] })
        }
        for _ in 0..<integer() {
            formatSets.append(
                list { reader in
                    let length = UInt8(reader.integer())
                    let national = UInt16(reader.integer())
                    return NumberingPlan.FormatWay(
                        length: length, national: national, international: UInt16(reader.integer()))
                })
        }
    }

    /// References to roots, in the order of the fields that hold them.
    private typealias References = (regions: [[Int]], codes: [[Int]])

    private mutating func readPlaces() -> References {
        var references: References = ([], [])
        regions = list { reader in
            let name = reader.string()
            let code = UInt16(reader.integer())
            let lengths = UInt32(reader.integer())
            let local = UInt32(reader.integer())
            references.regions.append([reader.integer(), reader.integer(), reader.integer()])
            return NumberingPlan.Region(
                name: name, callingCode: code, lengths: lengths, localLengths: local, general: 0,
                internationalPrefix: 0,
                nationalPrefix: 0, zones: UInt16(reader.integer()))
        }
        codes = list { reader in
            let value = UInt16(reader.integer())
            let main = reader.integer()
            references.codes.append([reader.integer(), reader.integer(), reader.integer()])
            return NumberingPlan.CallingCode(
                value: value, mainRegion: main >> 1, hasGeographicMobiles: main & 1 == 1, classes: 0, zones: 0,
                formats: 0, extensionPrefix: reader.string())
        }
        for _ in 0..<integer() {
            states.append(string())
            var area = 0
            for _ in 0..<integer() {
                area += integer()
                stateByArea[area] = UInt8(states.count - 1)
            }
        }
        postcodes = list { reader in
            let text = reader.text()
            let half = text.startIndex + 2 + (text.count - 2) / 2
            return NumberingPlan.PostcodeRange(
                country: Array(text.prefix(2)), first: Array(text[(text.startIndex + 2)..<half]),
                last: Array(text[half...]), zones: UInt16(reader.integer()))
        }
        return references
    }

    private mutating func resolve(_ references: References, nodeCount: Int) {
        // 0 is no root: no prefix matches.
        func root(_ reference: Int) -> UInt16 {
            if reference == 0 { return 0x8000 }
            return reference <= nodeCount ? UInt16(reference - 1) : leafEdges[reference - 1 - nodeCount]
        }
        regions = zip(regions, references.regions).map { region, found in
            NumberingPlan.Region(
                name: region.name, callingCode: region.callingCode, lengths: region.lengths,
                localLengths: region.localLengths, general: root(found[0]), internationalPrefix: root(found[1]),
                nationalPrefix: root(found[2]), zones: region.zones)
        }
        codes = zip(codes, references.codes).map { code, found in
            NumberingPlan.CallingCode(
                value: code.value, mainRegion: code.mainRegion, hasGeographicMobiles: code.hasGeographicMobiles,
                classes: root(found[0]), zones: root(found[1]), formats: root(found[2]),
                extensionPrefix: code.extensionPrefix)
        }
    }

    // MARK: Bits

    @inline(__always)
    private mutating func take(_ count: Int) -> Int {
        while bitCount <= 56 {
            bits |= UInt64(position < bytes.count ? bytes[position] : 0) << UInt64(56 - bitCount)
            position += 1
            bitCount += 8
        }
        let value = count == 0 ? 0 : Int(truncatingIfNeeded: bits >> UInt64(64 - count))
        bits <<= UInt64(count)
        bitCount -= count
        return value
    }

    /// An exponential Golomb code.
    @inline(__always)
    private mutating func golomb(_ order: Int) -> Int {
        _ = take(0)
        let zeros = bits.leadingZeroBitCount
        _ = take(zeros)
        return take(zeros + order + 1) - (1 << order)
    }

    /// A leaf is constant, or it is an earlier leaf one digit later, with a label for the number that ends here.
    private mutating func readLeaves(_ count: Int) {
        var starts: [Int] = []
        starts.reserveCapacity(count)
        leafEdges.reserveCapacity(count)
        // Constant leaves are kept as vectors only while others are made from them.
        var vectors: [UInt8] = []
        for number in 0..<count {
            let isConstant = take(1) == 0
            let later = isConstant ? 0 : number - 1 - golomb(2)
            let label = golomb(isConstant ? 3 : 2)
            starts.append(vectors.count)
            if isConstant {
                leafEdges.append(0x8000 | UInt16(label))
                vectors.append(contentsOf: repeatElement(UInt8(truncatingIfNeeded: label), count: 18))
            } else {
                leafEdges.append(0x4000 | UInt16(leaves.count / 18))
                vectors.append(UInt8(label))
                for length in 0..<17 { vectors.append(vectors[starts[later] + length]) }
                leaves.append(contentsOf: vectors[starts[number]...])
            }
        }
    }

    /// Of each node its label, then for each digit whether its edge is that of the digit before, another one seen in this
    /// node, or a new one. A new one is a node, by distance, or a leaf, by how recently it was referred to.
    private mutating func readNodes(_ count: Int) {
        nodes.reserveCapacity(count * 11)
        // The last is the most recent.
        var recent: [UInt16] = []
        var newest = -1
        var seen = InlineArray<10, UInt16>(repeating: 0)
        for number in 0..<count {
            let label = UInt16(golomb(0))
            var seenCount = 0
            var edge: UInt16 = 0
            for digit in 0..<10 {
                var isNew = true
                if digit > 0 {
                    guard take(1) == 1 else {
                        nodes.append(edge)
                        continue
                    }
                    let others = seenCount - 1
                    var choice = take(Int.bitWidth - others.leadingZeroBitCount)
                    if choice < others {
                        isNew = false
                        // The last one is not counted among them.
                        for index in 0..<seenCount where seen[index] != edge {
                            if choice == 0 {
                                edge = seen[index]
                                break
                            }
                            choice -= 1
                        }
                    }
                }
                if isNew {
                    edge = take(1) == 1 ? UInt16(number - 1 - golomb(1)) : readLeafReference(&recent, &newest)
                    seen[seenCount] = edge
                    seenCount += 1
                }
                nodes.append(edge)
            }
            nodes.append(label)
        }
    }

    private mutating func readLeafReference(_ recent: inout [UInt16], _ newest: inout Int) -> UInt16 {
        let position = golomb(2)
        let edge: UInt16
        if position > 0 {
            edge = recent.remove(at: recent.count - position)
        } else {
            let distance = golomb(1)
            newest += 1 + (distance & 1 == 0 ? distance / 2 : -(distance + 1) / 2)
            edge = leafEdges[newest]
        }
        recent.append(edge)
        return edge
    }
}

/// Lists one after the other in one array.
struct FlatLists<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var ends: [UInt16] = []

    var count: Int { ends.count }

    subscript(list: Int) -> ArraySlice<Element> {
        elements[(list > 0 ? Int(ends[list - 1]) : 0)..<Int(ends[list])]
    }

    mutating func append(_ list: some Collection<Element>) {
        elements += list
        ends.append(UInt16(elements.count))
    }
}
