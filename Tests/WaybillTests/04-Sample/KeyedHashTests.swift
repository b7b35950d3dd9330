import XCTest

@testable import Waybill

final class KeyedHashTests: XCTestCase {
    private func value(_ bytes: [UInt8], _ key: KeyedHash, foldingCase: Bool = false) -> UInt64 {
        key.value(of: bytes.span, foldingCase: foldingCase)
    }

    func testPublishedVectorsOfSipHash24Hold() {
        let key = KeyedHash(first: 0x0706_0504_0302_0100, second: 0x0F0E_0D0C_0B0A_0908)
        let vectors: [(Int, UInt64)] = [
            (0, 0x726F_DB47_DD0E_0E31), (1, 0x74F8_39C5_93DC_67FD), (7, 0xAB02_00F5_8B01_D137),
            (8, 0x93F5_F579_9A93_2462), (9, 0x9E00_82DF_0BA9_E4B0), (10, 0x7A5D_BBC5_94DD_B9F3),
            (12, 0x751E_8FBC_860E_E5FB), (14, 0xF723_CA90_8E7A_F2EE), (15, 0xA129_CA61_49BE_45E5),
            (16, 0x3F2A_CC7F_57C2_9BDB), (17, 0x699A_E9F5_2CBE_4794), (23, 0xA80C_038C_CD5C_CEC8),
        ]
        for (length, expected) in vectors {
            XCTAssertEqual(value((0..<UInt8(length)).map { $0 }, key), expected, "\(length) bytes")
        }
    }

    func testValuesUnderASeedStayWhatTheyWere() {
        let key = KeyedHash(seed: "waybill", purpose: "percent 0")
        XCTAssertEqual(value(Array("+14155550123".utf8), key), 3_705_736_785_030_895_322)
        XCTAssertEqual(key.value(of: 7), 15_023_891_628_083_109_048)
        XCTAssertEqual(
            KeyedHash(seed: "waybill", purpose: "random 0", salt: [1, 2]).value(of: 7), 16_854_528_575_344_872_973)
    }

    func testANumberHashesAsItsEightBytes() {
        let key = KeyedHash(seed: "s", purpose: "p")
        XCTAssertEqual(key.value(of: 0x0102_0304), value([4, 3, 2, 1, 0, 0, 0, 0], key))
    }

    func testASliceHashesAsItsOwnBytesOnly() {
        let key = KeyedHash(seed: "s", purpose: "p")
        let bytes = Array("xx+4930123456yy".utf8)
        let part = key.value(of: bytes.span.extracting(2..<13))
        XCTAssertEqual(part, value(Array("+4930123456".utf8), key))
    }

    func testSeedPurposeAndSaltEachChangeTheHash() {
        let keys = [
            KeyedHash(seed: "a", purpose: "b"), KeyedHash(seed: "a", purpose: "c"), KeyedHash(seed: "d", purpose: "b"),
            KeyedHash(seed: "ab", purpose: ""), KeyedHash(seed: "a", purpose: "b", salt: [1]),
        ]
        XCTAssertEqual(Set(keys.map { $0.value(of: 1) }).count, keys.count)
    }

    func testFoldingIsThatOfEachByteWhereverItStands() {
        let key = KeyedHash(first: 1, second: 2)
        for byte in UInt8.min...UInt8.max {
            let isCapital = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            for place in 0..<11 {
                var text = Array("mail@x.test".utf8)
                text[place] = byte
                var folded = text
                if isCapital { folded[place] |= 0x20 }
                XCTAssertEqual(
                    value(text, key, foldingCase: true), value(folded, key), "\(byte) at \(place)")
            }
        }
    }

    func testFoldingMakesOnlyCapitalsSmall() {
        let key = KeyedHash(seed: "s", purpose: "p")
        XCTAssertEqual(
            value(Array("Jo@Example.ORG[".utf8), key, foldingCase: true),
            value(Array("jo@example.org[".utf8), key))
        XCTAssertNotEqual(value(Array("A".utf8), key), value(Array("a".utf8), key))
    }

    func testConsecutiveIdsSpreadEvenlyOverTheRange() {
        let key = KeyedHash(seed: "waybill", purpose: "percent 0")
        var counts = Array(repeating: 0, count: 64)
        for id in 0..<64_000 { counts[Int(value(Array("\(id)".utf8), key) >> 58)] += 1 }
        let chiSquare = counts.reduce(0.0) { $0 + pow(Double($1 - 1_000), 2) / 1_000 }
        // 63 degrees of freedom: beyond 120 once in 60,000 tries, below 25 as seldom.
        XCTAssertLessThan(chiSquare, 120)
        XCTAssertGreaterThan(chiSquare, 25)
    }
}
