/// The keys seen in a drop, as they were spelled, and the column of each.
///
/// Records of one drop mostly have the same keys in the same order. So each spelling remembers which one followed it
/// last, and that guess is compared byte by byte before any hash is computed.
struct JSONKeys {
    /// A key as it was written.
    private struct Spelling {
        /// Its length in bytes, with both quotation marks.
        var length: Int32
        /// Its first word in `words`.
        var start: Int32
        /// Masks the bytes of its last word that count.
        var lastMask: UInt64
        var column: Int32
        /// The spelling that followed it last, 0 if none did.
        var successor: Int32
    }

    /// Spelling 0 stands for the start of a record; it has a successor, but never matches.
    static let start = 0

    private var spellings = [Spelling(length: 0, start: 0, lastMask: 0, column: -1, successor: 0)]
    /// The bytes of all spellings; each starts at a word boundary and is padded with zeros.
    private var words: [UInt64] = []
    /// Open addressing by hash; 0 is a free slot.
    private var places = [Int32](repeating: 0, count: 64)
    /// Attribute columns by name.
    private var attributes: [String: Int] = [:]
    private let mapper: ColumnMapper
    /// Names whose column depends on the other names in the record, in the order in which they came; each has a slot
    /// after the sink.
    private var others: [(name: FoldedName, meaning: ColumnMapper.Meaning, written: String)] = []
    /// The same, names of phone numbers first, by rank. Each with the column that its values have unless that is taken;
    /// −1 if that depends on more.
    private var othersInOrder: [(index: Int, column: Int)] = []
    private let firstOther: Int
    /// Columns of fields whose own name was not seen yet.
    private var madeByOthers: Set<Int> = []
    private let paths: JSONPaths
    /// Paths by the column whose values they lead into.
    private var pathsByColumn: [Int: [JSONPaths.Path]] = [:]
    /// Escapes let one key be spelled in endless ways: beyond this number, a new spelling is looked up each time.
    private let spellingLimit: Int

    private(set) var schema = Schema()

    init(settings: DecodeSettings) {
        mapper = ColumnMapper(settings: settings)
        paths = JSONPaths(settings.columns)
        firstOther = settings.columnLimit + 1
        spellingLimit = settings.columnLimit * 4
    }

    /// The spelling that followed `spelling` last, if it stands at `position`; 0 otherwise.
    @inline(__always)
    func successor(of spelling: Int, in bytes: JSONBytes, at position: Int) -> Int {
        let guess = Int(spellings[spelling].successor)
        return guess != 0 && matches(guess, bytes, position) ? guess : 0
    }

    @inline(__always)
    func column(of spelling: Int) -> Int { Int(spellings[spelling].column) }

    /// Its length in bytes, with both quotation marks.
    @inline(__always)
    func length(of spelling: Int) -> Int { Int(spellings[spelling].length) }

    mutating func follow(_ spelling: Int, with next: Int) { spellings[spelling].successor = Int32(next) }

    /// A word is read only if all before it were equal, so reads stay within the padding.
    @inline(__always)
    private func matches(_ spelling: Int, _ bytes: JSONBytes, _ position: Int) -> Bool {
        let candidate = spellings[spelling]
        var word = Int(candidate.start)
        var position = position
        var left = candidate.length
        while left > 8 {
            if words[word] != bytes.word(at: position) { return false }
            word += 1
            position += 8
            left -= 8
        }
        return (words[word] ^ bytes.word(at: position)) & candidate.lastMask == 0
    }

    /// The spelling of the bytes in `range`, quotation marks included; 0 if it is new.
    func find(_ range: Range<Int>, in bytes: JSONBytes) -> Int {
        var place = Self.hash(range, bytes) & (places.count - 1)
        while places[place] != 0 {
            let spelling = Int(places[place])
            if Int(spellings[spelling].length) == range.count, matches(spelling, bytes, range.lowerBound) {
                return spelling
            }
            place = (place + 1) & (places.count - 1)
        }
        return 0
    }

    /// The column of a name with a new spelling, added to the schema if the name itself is new; or a slot after the
    /// sink.
    ///
    /// - Throws: what `ColumnMapper` throws.
    mutating func column(ofNew name: String) throws(RefusedDrop) -> Int {
        let column: Int
        switch mapper.meaning(of: name) {
        case .own(let field): column = try self.column(of: field, named: name)
        case .other, .phone: column = place(ofOther: name)
        case nil: column = try attribute(try mapper.column(named: name))
        }
        if !paths.isEmpty, pathsByColumn[column] == nil, let found = paths.byHead[FoldedName(name)] {
            pathsByColumn[column] = found
        }
        return column
    }

    private mutating func column(of field: Field, named name: String) throws(RefusedDrop) -> Int {
        // Names are compared folded, so another spelling of the same name means the same column.
        if let known = schema.position(of: field) {
            if FoldedName(schema.columns[known].name) == FoldedName(name) { return known }
            // A column added for another name is now the field's.
            if madeByOthers.contains(known) { return known }
        }
        return try mapper.add(Column(name: name, field: field), to: &schema)
    }

    private mutating func attribute(_ column: Column) throws(RefusedDrop) -> Int {
        if let known = attributes[column.name] { return known }
        let added = try mapper.add(column, to: &schema)
        attributes[column.name] = added
        return added
    }

    // MARK: - Names beside a field's own

    /// The most such names there can be.
    static let mostOthers = ColumnMapper.otherNames

    var otherCount: Int { others.count }

    private mutating func place(ofOther name: String) -> Int {
        let folded = FoldedName(name)
        if let known = others.firstIndex(where: { $0.name == folded }) { return firstOther + known }
        guard let meaning = mapper.meaning(of: name) else { return firstOther }
        others.append((folded, meaning, name))
        sortOthers()
        return firstOther + others.count - 1
    }

    private mutating func sortOthers() {
        othersInOrder = others.indices.sorted { (others[$0].meaning.order, $0) < (others[$1].meaning.order, $1) }
            .map { ($0, -1) }
    }

    /// Frees the slots of a record's values under other names.
    @inline(__always)
    func clearOthers(_ fields: JSONFields) {
        for index in others.indices { fields.set(firstOther + index, .absent) }
    }

    /// Assigns columns to a whole record's values under other names. `copied` has the columns whose values are in the
    /// side buffer.
    mutating func placeOthers(_ fields: JSONFields, _ copied: inout [Int]) throws(RefusedDrop) {
        var given: UInt64 = 0
        for place in othersInOrder.indices {
            let (index, known) = othersInOrder[place]
            let slot = firstOther + index
            var span = fields[slot]
            // An empty value leaves the field to another name.
            var column = known
            if known >= 0, !fields.isTaken(known) {
                // Nothing branches here: of values that are often empty, every other branch would be mispredicted.
                fields.set(known, span.orAbsent)
            } else {
                if span.length == 0 { continue }
                if others[index].meaning == Self.msisdn, !span.isNested { span = span.of(.msisdn) }
                column = try self.column(ofOther: index, fields, &given)
                if isOnlyName(index, of: schema.columns[column].field) { othersInOrder[place].column = column }
                fields.set(column, span)
            }
            if copied.isEmpty { continue }
            for position in copied.indices where copied[position] == slot { copied[position] = column }
        }
    }

    /// Whether a name claims a field that none of the others claims.
    private func isOnlyName(_ index: Int, of field: Field?) -> Bool {
        guard let field, others[index].meaning == .other(field) else { return false }
        return !others.indices.contains { place in
            switch others[place].meaning {
            case .phone: field.isPhone
            case .own(let other), .other(let other): place != index && other == field
            }
        }
    }

    private static let msisdn = ColumnMapper.Meaning.phone(rank: ColumnMapper.msisdnRank)

    /// - Parameter given: the record's fields already given to such names, one bit each.
    private mutating func column(
        ofOther index: Int, _ fields: JSONFields, _ given: inout UInt64
    ) throws(RefusedDrop) -> Int {
        switch others[index].meaning {
        case .phone:
            for field in Field.phones {
                if let column = try freeColumn(of: field, for: index, fields) { return column }
            }
        case .own(let field), .other(let field):
            let bit: UInt64 = 1 << UInt64(field.rawValue)
            if let column = try freeColumn(of: field, for: index, fields) {
                given |= bit
                return column
            }
            // Two names of one field in one record, neither of them the field's own.
            if given & bit != 0, let first = schema.position(of: field) {
                throw ColumnMapper.twice(schema.columns[first].name, others[index].written, field, in: schema.columns)
            }
        }
        let columns = schema.columns.count
        let column = try attribute(mapper.leftOver(others[index].written))
        if column == columns { fields.set(column, .absent) }
        return column
    }

    /// The column of a field for which the current record has no value yet.
    private mutating func freeColumn(
        of field: Field, for index: Int, _ fields: JSONFields
    ) throws(RefusedDrop) -> Int? {
        if let known = schema.position(of: field) { return fields.isTaken(known) ? nil : known }
        let other = others[index]
        // Called by the field's own name, if the written name would claim more than is true of all its values.
        let isPlain = other.meaning != Self.msisdn && !schema.columns.contains { FoldedName($0.name) == other.name }
        let added = try mapper.add(Column(name: isPlain ? other.written : field.label, field: field), to: &schema)
        fields.set(added, .absent)
        madeByOthers.insert(added)
        return added
    }

    // MARK: - Values within values

    /// The paths that lead into the values of a column.
    @inline(__always)
    func paths(into column: Int) -> [JSONPaths.Path] { pathsByColumn.isEmpty ? [] : pathsByColumn[column] ?? [] }

    /// The column of the value that a path leads to.
    mutating func column(of path: JSONPaths.Path) throws(RefusedDrop) -> Int {
        guard let field = path.field else { return try attribute(Column(name: path.name, field: nil)) }
        return try column(of: field, named: path.name)
    }

    /// Whether a column, or a slot of another name, belongs to a field.
    func isField(_ column: Int) -> Bool {
        column >= firstOther || column < schema.columns.count && schema.columns[column].field != nil
    }

    // MARK: - Spellings

    /// Remembers a spelling for `find`; returns 0 if there are too many.
    mutating func remember(_ range: Range<Int>, in bytes: JSONBytes, column: Int) -> Int {
        guard spellings.count < spellingLimit else { return 0 }
        let start = words.count
        for offset in stride(from: 0, to: range.count, by: 8) {
            let taken = min(8, range.count - offset)
            let mask = ~0 as UInt64 >> UInt64(64 - 8 * taken)
            words.append(bytes.word(at: range.lowerBound + offset) & mask)
        }
        let inLast = (range.count - 1) & 7 + 1
        spellings.append(
            Spelling(
                length: Int32(range.count), start: Int32(start), lastMask: ~0 >> UInt64(64 - 8 * inLast),
                column: Int32(column), successor: 0))
        if spellings.count * 2 > places.count {
            places = Array(repeating: 0, count: places.count * 2)
            for spelling in 1..<spellings.count { enter(spelling) }
        } else {
            enter(spellings.count - 1)
        }
        return spellings.count - 1
    }

    /// A state of the tables that `forget` can restore.
    struct Mark {
        fileprivate let columns: Int
        fileprivate let spellings: Int
        fileprivate let others: Int
    }

    var mark: Mark { Mark(columns: schema.columns.count, spellings: spellings.count, others: others.count) }

    /// Undoes what a damaged record added: its keys cannot be trusted.
    mutating func forget(from mark: Mark) {
        guard spellings.count > mark.spellings || schema.columns.count > mark.columns else { return }
        if schema.columns.count > mark.columns {
            for column in schema.columns[mark.columns...] where column.field == nil { attributes[column.name] = nil }
            schema = Schema(Array(schema.columns[..<mark.columns]))
            madeByOthers = madeByOthers.filter { $0 < mark.columns }
            sortOthers()
            pathsByColumn = pathsByColumn.filter { $0.key < mark.columns || $0.key >= firstOther }
        }
        if others.count > mark.others {
            others.removeSubrange(mark.others...)
            pathsByColumn = pathsByColumn.filter { $0.key < firstOther + mark.others }
            sortOthers()
        }
        if spellings.count > mark.spellings {
            words.removeSubrange(Int(spellings[mark.spellings].start)...)
            spellings.removeSubrange(mark.spellings...)
            for spelling in spellings.indices where Int(spellings[spelling].successor) >= mark.spellings {
                spellings[spelling].successor = 0
            }
            places = Array(repeating: 0, count: places.count)
            for spelling in spellings.indices.dropFirst() { enter(spelling) }
        }
    }

    private mutating func enter(_ spelling: Int) {
        var place = hash(of: spelling) & (places.count - 1)
        while places[place] != 0 { place = (place + 1) & (places.count - 1) }
        places[place] = Int32(spelling)
    }

    private func hash(of spelling: Int) -> Int {
        let known = spellings[spelling]
        let first = Int(known.start)
        var hash: UInt64 = 0
        for word in first..<first + (Int(known.length) + 7) / 8 { hash = Self.mixed(hash, words[word]) }
        return Int(truncatingIfNeeded: hash >> 20)
    }

    private static func hash(_ range: Range<Int>, _ bytes: JSONBytes) -> Int {
        var hash: UInt64 = 0
        for offset in stride(from: 0, to: range.count, by: 8) {
            let taken = min(8, range.count - offset)
            hash = mixed(hash, bytes.word(at: range.lowerBound + offset) & ~0 >> UInt64(64 - 8 * taken))
        }
        return Int(truncatingIfNeeded: hash >> 20)
    }

    /// Multiplying by the golden ratio carries every bit upward; the slots use the upper bits.
    private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        (hash.byteSwapped ^ word) &* 0x9E37_79B9_7F4A_7C15
    }
}
