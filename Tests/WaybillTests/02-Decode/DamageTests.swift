import Support
import XCTest

@testable import Waybill

/// One damaged record in a good file: the others come through as they were.
final class DamageTests: XCTestCase {
    /// Random tables with everything that quotes allow, one record of each damaged in one way at a random place.
    func testADamagedRecordNeverTakesItsNeighboursWithIt() {
        let seed: UInt64 = 9_001
        var ambiguous = 0
        for round in 0..<2_000 {
            var chance = SeededGenerator(seed: seed + UInt64(round))
            let columns = Int.random(in: 2...6, using: &chance)
            let table = (0..<Int.random(in: 3...9, using: &chance)).map { row in
                ["+4915123\(10_000 + row)"] + (1..<columns).map { _ in Self.value(&chance) }
            }
            let quotesAll = Bool.random(using: &chance)
            var lines = table.map { row in Self.line(row, quotesAll: quotesAll) }
            let victim = Int.random(in: lines.indices, using: &chance)
            let whole = lines[victim]
            let way = Self.damage(&lines[victim], &chance)
            let header = "phone1," + (1..<columns).map { "own\($0)" }.joined(separator: ",") + "\n"
            let bytes = Array(header.utf8) + lines.flatMap { $0 + [0x0A] }
            let context =
                "seed \(seed + UInt64(round)): \(way) in \(String(decoding: whole, as: UTF8.self)), now "
                + String(decoding: lines[victim], as: UTF8.self)
            for block in [7, 65_536] {
                let (drop, _) = ReadDrop.read(bytes, block: block)
                XCTAssertEqual(drop.refusals, [], context)
                var rest = drop.values[...]
                for (index, row) in table.enumerated() where index != victim {
                    guard let found = rest.firstIndex(of: row) else {
                        // By RFC 4180 the damaged record and what follows it can still be a good one.
                        if drop.values.contains(where: { $0.count == columns && !table.contains($0) }) {
                            ambiguous += 1
                            break
                        }
                        XCTFail("record \(index + 1) is lost with record \(victim + 1); \(context)")
                        return
                    }
                    rest = rest[(found + 1)...]
                }
            }
        }
        // Each round is read twice.
        XCTAssertLessThan(ambiguous, 2 * 2_000 / 100)
    }

    private static func value(_ chance: inout SeededGenerator) -> String {
        let letters = Array("ab,\"\n1")
        return String((0..<Int.random(in: 0...5, using: &chance)).map { _ in letters.randomElement(using: &chance)! })
    }

    private static func line(_ row: [String], quotesAll: Bool) -> [UInt8] {
        Array(
            row.map { value in
                quotesAll || value.contains { ",\"\n".contains($0) }
                    ? "\"\(value.replacing("\"", with: "\"\""))\"" : value
            }.joined(separator: ",").utf8)
    }

    private enum Way: CaseIterable {
        case quoteAdded, byteRemoved, delimiterAdded, byteChanged, cutShort, lineEndAdded, notText
    }

    private static func damage(_ line: inout [UInt8], _ chance: inout SeededGenerator) -> Way {
        let way = Way.allCases.randomElement(using: &chance)!
        let place = Int.random(in: line.indices, using: &chance)
        switch way {
        case .quoteAdded: line.insert(0x22, at: place)
        case .byteRemoved: line.remove(at: place)
        case .delimiterAdded: line.insert(0x2C, at: place)
        case .byteChanged: line[place] = [0x22, 0x2C, 0x61, 0x0A, 0x0D].randomElement(using: &chance)!
        case .cutShort: line.removeSubrange(place...)
        case .lineEndAdded: line.insert(0x0A, at: place)
        case .notText: line[place] = [0x00, 0xFF, 0xC3].randomElement(using: &chance)!
        }
        return way
    }
}
