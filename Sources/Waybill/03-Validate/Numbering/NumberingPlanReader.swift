/// Reads the table that `Sources/Generate/numbering_plan.py` writes.
///
/// First integers (LEB128: seven bits a byte, the lowest first) and texts (their length, then ASCII), in this order,
/// each list after its count:
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
    private(set) var extensionPrefixes: [String] = []
    private(set) var states = [""]
    private(set) var stateByArea = [UInt8](repeating: 0, count: 1_000)
    private(set) var postcodes: [NumberingPlan.PostcodeRange] = []
    private(set) var leaves: [UInt8] = []
    private(set) var nodes: [UInt16] = []

    private let bytes: [UInt8]
    private var position = 0
    /// By leaf: the edge that refers to it; 0 for a leaf with labels by length that nothing has referred to yet.
    private var leafEdges: [UInt16] = []
    /// 18 labels per leaf; many leaves only serve to build others.
    private var leafLabels: [UInt8] = []

    static func read(_ data: StaticString) -> NumberingPlanReader {
        var reader = NumberingPlanReader(bytes: decoded(data))
        reader.readMeanings()
        let references = reader.readPlaces()
        let leafCount = reader.integer()
        let nodeCount = reader.integer()
        var bits = BitReader(bytes: reader.bytes, position: reader.position)
        reader.readLeaves(leafCount, &bits)
        reader.readNodes(nodeCount, bits)
        reader.resolve(references, nodeCount: nodeCount)
        return reader
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Decodes base64 (RFC 4648 §4), skipping line breaks.
    private static func decoded(_ data: StaticString) -> [UInt8] {
        var values = [UInt8](repeating: 0xFF, count: 256)
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        // Safe: both texts are static and ASCII, and read within their lengths.
        let letters = unsafe UnsafeBufferPointer(start: alphabet.utf8Start, count: alphabet.utf8CodeUnitCount)
        for value in 0..<64 { values[Int(unsafe letters[value])] = UInt8(value) }
        let text = unsafe UnsafeBufferPointer(start: data.utf8Start, count: data.utf8CodeUnitCount)
        var bytes = [UInt8](repeating: 0, count: text.count * 3 / 4 + 3)
        var output = bytes.mutableSpan
        var written = 0
        var group: UInt32 = 0
        var count = 0
        for index in 0...text.count {
            // Bits left over at the end are in the highest places; zeros after them do no harm.
            let value = index < text.count ? values[Int(unsafe text[index])] : 0
            guard value < 64 else { continue }
            group = group << 6 | UInt32(value)
            count += 1
            if index == text.count {
                group <<= UInt32(6 * (4 - count))
            } else if count < 4 {
                continue
            }
            output[written] = UInt8(truncatingIfNeeded: group >> 16)
            output[written + 1] = UInt8(truncatingIfNeeded: group >> 8)
            output[written + 2] = UInt8(truncatingIfNeeded: group)
            written += 3
            count = 0
        }
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

    private mutating func flatLists<Item>(_ item: (inout Self) -> Item) -> FlatLists<Item> {
        var lists = FlatLists<Item>()
        for _ in 0..<integer() {
            for _ in 0..<integer() { lists.append(item(&self)) }
            lists.endList()
        }
        return lists
    }

    private mutating func readMeanings() {
        version = string()
        let zones = list { reader in (reader.string(), UInt16(reader.integer())) }
        zoneNames = zones.map(\.0)
        currentZones = zones.map(\.1)
        zoneLists = flatLists { UInt16($0.integer()) }
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
            // a … q stand for 1 … 17 digits.
            for byte in text() {
                for _ in 0..<max(1, Int(byte) - 0x60) { masks.append(byte >= 0x61 ? UInt8(ascii: "#") : byte) }
            }
            masks.endList()
        }
        formatSets = flatLists { reader in
            let length = UInt8(reader.integer())
            let national = UInt16(reader.integer())
            return NumberingPlan.FormatWay(
                length: length, national: national, international: UInt16(reader.integer()))
        }
    }

    /// References to roots, in the order of the fields that store them.
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
            reader.extensionPrefixes.append(reader.string())
            return NumberingPlan.CallingCode(
                value: value, mainRegion: main >> 1, hasGeographicMobiles: main & 1 == 1, classes: 0, zones: 0,
                formats: 0)
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
                country: NumberingPlan.packed(text.prefix(2)), length: text.endIndex - half,
                first: NumberingPlan.packed(text[(text.startIndex + 2)..<half]),
                last: NumberingPlan.packed(text[half...]), zones: UInt16(reader.integer()))
        }
        return references
    }

    private mutating func resolve(_ references: References, nodeCount: Int) {
        // 0 is not a root: no prefix matches.
        func root(_ reference: Int) -> UInt16 {
            if reference == 0 { return 0x8000 }
            return reference <= nodeCount ? UInt16(reference - 1) : edge(toLeaf: reference - 1 - nodeCount)
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
                classes: root(found[0]), zones: root(found[1]), formats: root(found[2]))
        }
    }

    // MARK: Leaves and nodes

    /// A leaf is constant; or it is an earlier leaf one digit later, with a label for the number that ends here.
    private mutating func readLeaves(_ count: Int, _ bits: inout BitReader) {
        var all = [UInt8](repeating: 0, count: count * 18)
        leafEdges = [UInt16](repeating: 0, count: count)
        var labels = all.mutableSpan
        for number in 0..<count {
            let isConstant = bits.take(1) == 0
            let later = isConstant ? 0 : number - 1 - bits.golomb(2)
            let label = bits.golomb(isConstant ? 3 : 2)
            // A label above 255 cannot be part of a leaf by length.
            labels[number * 18] = UInt8(truncatingIfNeeded: label)
            for length in 1..<18 {
                labels[number * 18 + length] =
                    isConstant ? UInt8(truncatingIfNeeded: label) : labels[later * 18 + length - 1]
            }
            if isConstant { leafEdges[number] = 0x8000 | UInt16(label) }
        }
        leafLabels = all
    }

    private mutating func edge(toLeaf leaf: Int) -> UInt16 {
        if leafEdges[leaf] == 0 {
            leafEdges[leaf] = 0x4000 | UInt16(leaves.count / 18)
            leaves += leafLabels[leaf * 18..<leaf * 18 + 18]
        }
        return leafEdges[leaf]
    }

    /// Room after the last node while nodes are written.
    private static let spare = 9

    /// For each node: its label; for the digits 1 … 9 whether the edge differs from that of the digit before; then the
    /// edge for 0 and for those that differ, either one seen in this node or a new one. A new one is a node, by
    /// distance, or a leaf, by how recently it was referred to.
    private mutating func readNodes(_ count: Int, _ reader: BitReader) {
        var bits = reader
        var edges = [UInt16](repeating: 0, count: count * 11 + Self.spare)
        var nodes = edges.mutableSpan
        var recent = RecentLeaves(capacity: leafEdges.count)
        var seen = InlineArray<10, UInt16>(repeating: 0)
        for number in 0..<count {
            let label = UInt16(bits.golomb(0))
            // One bit per digit, that of 0 the highest.
            var changes = UInt64(bits.take(9) | 1 << 9) << 54
            var seenCount = 0
            var edge: UInt16 = 0
            while changes != 0 {
                let digit = changes.leadingZeroBitCount
                changes &= ~(1 << UInt64(63 - digit))
                let others = seenCount - 1
                var choice = others > 0 ? bits.take(Int.bitWidth - others.leadingZeroBitCount) : 0
                if choice < others {
                    // The last edge is not counted among them.
                    for index in 0..<seenCount where seen[index] != edge {
                        if choice == 0 {
                            edge = seen[index]
                            break
                        }
                        choice -= 1
                    }
                } else {
                    edge =
                        bits.take(1) == 1
                        ? UInt16(number - 1 - bits.golomb(1)) : self.edge(toLeaf: recent.next(&bits))
                    seen[seenCount] = edge
                    seenCount += 1
                }
                // Writes ten at once, however many are needed: the surplus is overwritten, here or by the next node.
                let start = number * 11 + digit
                for offset in 0..<10 { nodes[start + offset] = edge }
            }
            nodes[number * 11 + 10] = label
        }
        edges.removeLast(Self.spare)
        self.nodes = edges
    }
}
