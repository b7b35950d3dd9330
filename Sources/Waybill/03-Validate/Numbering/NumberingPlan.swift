/// The numbering plans of the world as automata over digits, and the time zones by prefix.
///
/// One pool of nodes answers all questions: the type and region of a national number, whether it fits a region's
/// general pattern, its dialling prefixes, the zones of a prefix, how a number is written. A question is a root; the
/// answer is the label at the end of a walk along the digits.
///
/// A node is eleven 16-bit words: the edges for the digits 0 … 9, and the label of a number that ends there.
///
///     0000 … 3FFF   a node
///     4000 … 7FFF   a leaf, whose 18 bytes are labels by the count of digits that still follow
///     8000 … FFFF   a label, whatever follows
package final class NumberingPlan: Sendable {
    /// The plans that Waybill is built with.
    package static let world = load()

    /// Reads the table again.
    package static func load() -> NumberingPlan { NumberingPlan(data) }

    /// The version of the package that the data is from.
    package let version: String
    package let regions: [Region]
    let codes: [CallingCode]
    /// The texts written before an extension, by index into `codes`. They are kept apart, since a code is copied for
    /// every number, and each copy would count a reference to the text.
    let extensionPrefixes: [String]
    /// By calling code: its index in `codes`, or `noCode`.
    let codeByValue: [UInt16]
    let nodes: [UInt16]
    let leaves: [UInt8]
    let classes: [NumberClass]
    let prefixOutcomes: [PrefixOutcome]
    let zoneAnswers: [ZoneAnswer]
    /// IANA names, including old names that the source uses.
    package let zoneNames: [String]
    /// For each zone, the one that today's time zone database has under this or another name.
    let currentZones: [UInt16]
    /// Lists of indices into `zoneNames`; the first is empty.
    let zoneLists: FlatLists<UInt16>
    /// Patterns for writing: `#` for a digit, `_` for a digit left out, other characters as they are; the first is
    /// empty.
    let masks: FlatLists<UInt8>
    let formatSets: FlatLists<FormatWay>
    /// ISO 3166-2 codes, several joined by `+`; the first is empty.
    let states: [String]
    /// By North American area code: its index in `states`.
    let stateByArea: [UInt8]
    /// What the first characters of postal codes say about zones.
    let postcodes: [PostcodeRange]
    /// By the first three digits of an international number: the state of the walks after them.
    let leads: [Lead]
    /// By `RegionCode.index`: the index in `regions`, −1 for none.
    private let regionByCode: [Int16]

    static let noCode = UInt16.max

    /// A country or territory, or the users of one calling code that belongs to no country (`001`).
    package struct Region: Sendable {
        /// ISO 3166-1 alpha-2, or `001`.
        package let name: String
        /// Not `001`.
        package var isCountry: Bool { name.utf8.count == 2 }
        package let callingCode: UInt16
        /// Bit n is set if numbers of n digits are possible.
        package let lengths: UInt32
        /// Bit n is set if n digits are enough where the area code need not be dialled.
        package let localLengths: UInt32
        let general: UInt16
        let internationalPrefix: UInt16
        let nationalPrefix: UInt16
        /// The zones of its numbers that say nothing more precise, in `zoneLists`.
        let zones: UInt16
    }

    struct CallingCode: Sendable {
        let value: UInt16
        /// The main region of the code, in `regions`.
        let mainRegion: Int
        /// Whether mobile numbers tell a place.
        let hasGeographicMobiles: Bool
        let classes: UInt16
        let zones: UInt16
        let formats: UInt16
    }

    struct NumberClass: Sendable {
        let type: NumberType
        let region: RegionOfClass
    }

    enum RegionOfClass: Hashable, Sendable {
        /// The only region of its calling code.
        case main
        case none
        case region(Int16)
    }

    /// What is dialled before a number: its length, and what replaces it.
    struct PrefixOutcome: Sendable {
        let length: Int
        /// Whether `inserted` and the group replace the prefix; otherwise it is just removed.
        let isTransform: Bool
        let inserted: String
        let group: Range<Int>
    }

    /// Where the walks are after three digits, calling code included.
    struct Lead: Sendable {
        var code = NumberingPlan.noCode
        var classes = Walk()
        var zones = Walk()
        var nationalPrefix = Walk()
    }

    /// An edge, and how many digits led to it: a leaf counts the digits that follow.
    struct Walk: Sendable {
        var edge: UInt16 = 0x8000
        var read: UInt16 = 0
    }

    /// Postal codes that begin with `first` … `last`, both of `length` characters, in capitals without spaces and
    /// dashes.
    struct PostcodeRange: Sendable {
        let country: UInt64
        let length: Int
        let first: UInt64
        let last: UInt64
        let zones: UInt16
    }

    struct ZoneAnswer: Sendable {
        let published: UInt16
        let corrected: UInt16
        let isCorrected: Bool
    }

    /// How numbers of one length are written, as indices into `masks`.
    struct FormatWay: Sendable {
        let length: UInt8
        let national: UInt16
        let international: UInt16
    }

    /// Reads the table; a fault in it is a fault of the program.
    init(_ data: StaticString) {
        let table = NumberingPlanReader.read(data)
        version = table.version
        regions = table.regions
        codes = table.codes
        extensionPrefixes = table.extensionPrefixes
        nodes = table.nodes
        leaves = table.leaves
        classes = table.classes
        prefixOutcomes = table.prefixOutcomes
        zoneAnswers = table.zoneAnswers
        zoneNames = table.zoneNames
        currentZones = table.currentZones
        zoneLists = table.zoneLists
        masks = table.masks
        formatSets = table.formatSets
        states = table.states
        stateByArea = table.stateByArea
        postcodes = table.postcodes
        var codeByValue = [UInt16](repeating: Self.noCode, count: 1_000)
        for (place, code) in table.codes.enumerated() { codeByValue[Int(code.value)] = UInt16(place) }
        self.codeByValue = codeByValue
        var regionByCode = [Int16](repeating: -1, count: 676)
        for (place, region) in table.regions.enumerated() {
            if let code = RegionCode(region.name) { regionByCode[Int(code.index)] = Int16(place) }
        }
        self.regionByCode = regionByCode
        leads = (0..<1_000).map { Self.lead($0, table, codeByValue) }
    }

    private static func lead(_ leading: Int, _ table: NumberingPlanReader, _ codeByValue: [UInt16]) -> Lead {
        let digits = [leading / 100, leading / 10 % 10, leading % 10]
        var value = 0
        for (read, digit) in zip(1..., digits) {
            value = value * 10 + digit
            guard value > 0 else { return Lead() }
            guard codeByValue[value] != noCode else { continue }
            let code = table.codes[Int(codeByValue[value])]
            func walk(_ root: UInt16) -> Walk {
                var walk = Walk(edge: root, read: UInt16(read))
                while walk.edge < 0x4000, walk.read < 3 {
                    walk.edge = table.nodes[Int(walk.edge) * 11 + digits[Int(walk.read)]]
                    walk.read += 1
                }
                return walk
            }
            return Lead(
                code: codeByValue[value], classes: walk(code.classes), zones: walk(code.zones),
                nationalPrefix: walk(table.regions[code.mainRegion].nationalPrefix))
        }
        return Lead()
    }

    /// The index of a region in `regions`; nil for a region without numbers of its own.
    package func region(_ code: RegionCode) -> Int? {
        let place = regionByCode[Int(code.index)]
        return place < 0 ? nil : Int(place)
    }

    /// The label at the end of a walk from an edge along a range of ASCII digits.
    @inline(__always)
    func label(from edge: UInt16, _ digits: Span<UInt8>, _ range: Range<Int>) -> Int {
        var edge = Int(edge)
        var position = range.lowerBound
        while edge < 0x4000 {
            guard position < range.upperBound else { return Int(nodes[edge * 11 + 10]) }
            edge = Int(nodes[edge * 11 + Int(digits[position] &- 0x30)])
            position += 1
        }
        if edge >= 0x8000 { return edge & 0x7FFF }
        return Int(leaves[(edge & 0x3FFF) * 18 + min(range.upperBound - position, 17)])
    }

    @inline(__always)
    func label(from edge: UInt16, _ digits: borrowing NumberDigits, _ range: Range<Int>) -> Int {
        label(from: edge, digits.bytes.span, range)
    }

    /// The bytes of all tables; short texts are stored inline.
    package var memoryBytes: Int {
        func size<Element>(_ elements: [Element]) -> Int { elements.count * MemoryLayout<Element>.stride }
        let names = (zoneNames + states).reduce(0) { $0 + ($1.utf8.count > 15 ? $1.utf8.count + 32 : 0) }
        return size(nodes) + size(leaves) + size(regions) + size(codes) + size(extensionPrefixes) + size(codeByValue)
            + size(classes)
            + size(prefixOutcomes) + size(zoneAnswers) + size(zoneNames) + size(currentZones) + zoneLists.memoryBytes
            + masks.memoryBytes + formatSets.memoryBytes + size(states) + size(stateByArea) + size(leads)
            + size(regionByCode) + size(postcodes) + names
    }

    // MARK: Zones

    /// The list of zones that the source publishes for a number, in `zoneLists`; an empty list if it has none.
    package func publishedZones(of number: PhoneNumber) -> Int {
        guard number.isValid else { return 0 }
        let code = codes[Int(codeByValue[Int(number.callingCode)])]
        let answer =
            isGeographic(number, code) ? Int(number.zoneAnswer) : label(from: code.zones, NumberDigits(), 0..<0)
        return Int(zoneAnswers[answer].published)
    }

    /// The list of all zones a number can be in, with corrections, in `zoneLists`; an empty list if nobody knows.
    ///
    /// - Parameter country: where its owner is known to live, in `regions`. It narrows the zones of a number that tells
    ///   no place itself and whose calling code several countries share.
    package func zones(of number: PhoneNumber, country: Int? = nil) -> Int {
        let answer = zoneAnswers[Int(number.zoneAnswer)]
        let code = codes[Int(codeByValue[Int(number.callingCode)])]
        guard answer.isCorrected || isGeographic(number, code) || !number.isValid else {
            let isTold = country.map { regions[$0].callingCode == number.callingCode } ?? false
            return Int(regions[(isTold ? country : nil) ?? number.region.map(Int.init) ?? code.mainRegion].zones)
        }
        return Int(answer.corrected)
    }

    /// The list of zones that a postal code allows, in `zoneLists`; an empty list if it says nothing.
    ///
    /// - Parameter country: ISO 3166-1 alpha-2, in capitals.
    package func zones(ofPostcode text: ArraySlice<UInt8>, country: ArraySlice<UInt8>) -> Int {
        var code: [UInt8] = []
        for byte in text where byte != 0x20 && byte != 0x2D { code.append(byte &- 0x61 < 26 ? byte & 0xDF : byte) }
        guard Self.isWholePostcode(code, country: String(decoding: country, as: UTF8.self)) else { return 0 }
        let home = Self.packed(country)
        let found = postcodes.first { range in
            guard range.country == home, code.count >= range.length else { return false }
            let beginning = Self.packed(code.prefix(range.length))
            return beginning >= range.first && beginning <= range.last
        }
        return found.map { Int($0.zones) } ?? 0
    }

    /// Whether a postal code is complete: without its leading zero it would name another place.
    private static func isWholePostcode(_ code: [UInt8], country: String) -> Bool {
        let counts: [Int] =
            switch country {
            case "US": [5, 9]
            case "CA": [3, 6]
            case "ES", "MX", "ID": [5]
            case "AU", "NZ": [4]
            case "PT", "CL": [4, 7]
            case "BR": [8]
            case "EC": [6]
            default: []
            }
        return counts.contains(code.count)
            && code.enumerated().allSatisfy { place, byte in
                country == "CA" && place % 2 == 0 ? byte &- 0x41 < 26 : byte &- 0x30 < 10
            }
    }

    /// At most eight characters as one integer with the same order.
    static func packed(_ text: ArraySlice<UInt8>) -> UInt64 { text.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

    package func zoneNames(ofList list: Int) -> [String] { zoneLists[list].map { zoneNames[Int($0)] } }

    /// The zone names of a list; a name that `isKnown` does not know is replaced by today's name.
    package func zoneNames(ofList list: Int, where isKnown: (String) -> Bool) -> [String] {
        zoneLists[list].map { zone in
            let name = zoneNames[Int(zone)]
            return isKnown(name) ? name : zoneNames[Int(currentZones[Int(zone)])]
        }
    }

    /// Whether the number tells a place (libphonenumber's geographical types).
    private func isGeographic(_ number: PhoneNumber, _ code: CallingCode) -> Bool {
        switch number.type {
        case .fixed, .fixedOrMobile: true
        case .mobile: code.hasGeographicMobiles
        case .unknown, .premium, .tollFree, .sharedCost, .voip, .personal, .pager, .uan, .voicemail: false
        }
    }

    // MARK: States

    /// The states, provinces or territories (ISO 3166-2) of a +1 number in the United States or Canada; empty for
    /// others.
    package func states(of number: PhoneNumber) -> [String] { states(at: statePlace(of: number)) }

    /// The same, as an index into the plan's lists of states.
    package func statePlace(of number: PhoneNumber) -> UInt8 {
        guard number.callingCode == 1, number.nationalCount == 10 else { return 0 }
        return stateByArea[Int(number.national / 10_000_000)]
    }

    package func states(at place: UInt8) -> [String] { states[Int(place)].split(separator: "+").map(String.init) }
}
