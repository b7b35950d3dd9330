/// The first columns of many contacts, of a parcel or a segment, side by side, so a check of all of them passes through
/// memory once.
///
/// A class, so that closures hold one reference and not its arrays.
final class ParcelValues {
    let count: Int
    /// How many columns each contact has.
    private let width: Int
    private let bytes: [UInt8]
    /// The ranges of the values, `width` for each contact.
    private let ranges: [Range<UInt32>]

    init(_ contacts: [(segment: ContactSegment, index: Int)], width: Int) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(contacts.count * 32)
        var ranges = Array(repeating: 0..<0 as Range<UInt32>, count: contacts.count * width)
        var next = 0
        for place in contacts.indices {
            contacts[place].segment.append(
                columns: width, at: contacts[place].index, to: &bytes, &ranges, from: next)
            next += width
        }
        count = contacts.count
        (self.width, self.bytes, self.ranges) = (width, bytes, ranges)
    }

    /// The value of a column for the contact at `place`.
    @inline(__always)
    subscript(place: Int, column: Int) -> ArraySlice<UInt8> { bytes[range(place, column)] }

    /// The keys under which the values in these columns may be listed, those of the first contact first, with the
    /// contacts' indices. Omits empty values, and phones that are not in E.164.
    func keys(of columns: [(position: Int, field: Field)]) -> (keys: [UInt64], places: [Int32]) {
        let bytes = bytes
        let all = bytes.span
        var keys: [UInt64] = []
        var places: [Int32] = []
        keys.reserveCapacity(count * 2)
        places.reserveCapacity(count * 2)
        for place in 0..<count {
            for (position, field) in columns {
                let range = range(place, position)
                if range.isEmpty { continue }
                guard let key = RecipientKeys.key(of: all.extracting(range), field: field) else { continue }
                keys.append(key)
                places.append(Int32(truncatingIfNeeded: place))
                guard field == .id else { continue }
                keys.append(IDForm.listedKey(all.extracting(range)))
                places.append(Int32(truncatingIfNeeded: place))
            }
        }
        return (keys, places)
    }

    /// For each contact, the first of these columns that is not empty; -1 if all are empty.
    func firstColumns(of columns: [Int]) -> [Int] {
        var found = Array(repeating: -1, count: count)
        for place in 0..<count { found[place] = first(of: columns, place) ?? -1 }
        return found
    }

    /// The keys of the messages' addresses, from one column for each contact; `RecipientKey.none` for -1.
    func addressKeys(in columns: [Int]) -> [UInt64] {
        let bytes = bytes
        let all = bytes.span
        var keys = Array(repeating: RecipientKey.none, count: count)
        for place in 0..<count where columns[place] >= 0 {
            keys[place] = RecipientKeys.key(ofAddress: all.extracting(range(place, columns[place])))
        }
        return keys
    }

    /// For each contact, the E.164 number in the first of these columns that is not empty.
    func numbers(of columns: [Int], _ plan: NumberingPlan) -> [PhoneNumber?] {
        let bytes = bytes
        let all = bytes.span
        let parser = NumberParser(plan: plan)
        var numbers: [PhoneNumber?] = []
        numbers.reserveCapacity(count)
        for place in 0..<count {
            let column = first(of: columns, place)
            numbers.append(column.flatMap { try? parser.parse(all.extracting(range(place, $0)), region: nil) })
        }
        return numbers
    }

    /// The first of these columns that is not empty.
    @inline(__always)
    private func first(of columns: [Int], _ place: Int) -> Int? {
        for column in columns where !ranges[place * width + column].isEmpty { return column }
        return nil
    }

    @inline(__always)
    private func range(_ place: Int, _ column: Int) -> Range<Int> {
        let range = ranges[place * width + column]
        return Int(range.lowerBound)..<Int(range.upperBound)
    }
}
