import Support
import Waybill
import XCTest

final class JSONLinesTests: XCTestCase {
    private func read(_ drop: String, recordBytes: Int = 65_536) throws -> JSONReading {
        let readings = try blockSizes.map {
            try JSONReading(drop, .jsonLines, block: $0, recordBytes: recordBytes)
        }
        XCTAssertEqual(readings[0], readings[2], "blocks of 1 and of 65536")
        XCTAssertEqual(readings[1], readings[2], "blocks of 7 and of 65536")
        return readings[2]
    }

    func testEachLineIsARecord() throws {
        let reading = try read("{\"a\":\"1\"}\n{ \"a\" : \"2\" , \"b\" : 3 } \n\n  \n\t{\"b\":4}")
        XCTAssertEqual(
            reading.records,
            [
                .init(number: 1, line: 1, raw: "{\"a\":\"1\"}", values: ["a": "text:1"]),
                .init(
                    number: 2, line: 2, raw: "{ \"a\" : \"2\" , \"b\" : 3 } ", values: ["a": "text:2", "b": "number:3"]),
                .init(number: 3, line: 5, raw: "\t{\"b\":4}", values: ["b": "number:4"]),
            ])
        XCTAssertEqual(reading.columns, ["a", "b"])
        XCTAssertEqual(reading.leading + reading.trailing, "")
    }

    func testLinesEndWithLineFeedCarriageReturnOrBoth() throws {
        for end in ["\n", "\r\n", "\r"] {
            let reading = try read("{\"a\":1}" + end + "bad" + end + end + "{\"a\":2}" + end)
            XCTAssertEqual(reading.records.map(\.raw), ["{\"a\":1}", "bad", "{\"a\":2}"])
            XCTAssertEqual(reading.problems, [nil, .invalidJSON, nil])
            XCTAssertEqual(reading.records.map(\.line), end == "\r" ? [1, 1, 1] : [1, 2, 4])
        }
    }

    func testEmptyObjectsAreRecordsWithoutValues() throws {
        XCTAssertEqual(try read("{}\n{ }\n{\"a\":null}\n").good, [[:], [:], [:]])
    }

    func testOtherValuesAreNoObjects() throws {
        let lines = ["1", "-2.5e3", "\"x\"", "true", "null", "[]", " [{\"a\":1}] ", "[1, 2]"]
        let reading = try read(lines.joined(separator: "\n"))
        XCTAssertEqual(reading.problems, Array(repeating: .notAnObject, count: lines.count))
        XCTAssertEqual(reading.records.map(\.raw), lines)
    }

    func testDamageSaysWhereItShowed() throws {
        let cases: [(String, Int)] = [
            (#"{"a":01}"#, 6), (#"{"a":1,}"#, 7), (#"{"a":1"#, 6), (#"{"a":"x"#, 7), (#"{"a" 1}"#, 5), ("{", 1),
            ("x", 0),
            (#"{"a":1} x"#, 8), (#"{"a":1},{"a":2}"#, 7), (#"{"a":1},"#, 7), ("{\"a\":\"\t\"}", 6),
            (#"{"a":1,"a":2}"#, 7),
            (#"{"a":1]"#, 6), ("1 2", 2), ("tru", 3), (#"{"a":"\q"}"#, 7),
        ]
        for (line, position) in cases {
            let reading = try read("{}\n" + line + "\n{}\n")
            XCTAssertEqual(reading.problems, [nil, .invalidJSON, nil], line)
            XCTAssertEqual(reading.records[1].position, UInt64(3 + position), line)
            XCTAssertEqual(reading.records[1].line, 2, line)
            XCTAssertEqual(reading.records[1].lastLine, 2, line)
            XCTAssertEqual(reading.records[1].raw, line)
        }
    }

    // MARK: - One behind the other

    func testObjectsMayStandOneBehindTheOtherOnALine() throws {
        let reading = try read("{\"a\":1}{\"a\":2} {\"b\":3}\n\n \t{\"a\":4}\t\t{\"a\":5}")
        XCTAssertEqual(reading.good.map(\.values.first), ["number:1", "number:2", "number:3", "number:4", "number:5"])
        XCTAssertEqual(reading.records.map(\.line), [1, 1, 1, 3, 3])
        XCTAssertEqual(reading.records[1].raw, "{\"a\":2} ")
    }

    func testObjectsMayStandOverSeveralLines() throws {
        for end in ["\n", "\r\n"] {
            let object = ["{", "  \"a\": 1,", "  \"b\": {", "", "    \"c\": [ 2 ]", "  }", "}"].joined(separator: end)
            let reading = try read(object + end + object + object + end + end + "{\"a\":3}{" + end + "\"a\":4}")
            XCTAssertEqual(
                reading.good,
                Array(repeating: ["a": "number:1", "b": "nested:{\"c\":[2]}"], count: 3) + [
                    ["a": "number:3"], ["a": "number:4"],
                ])
            XCTAssertEqual(reading.records.map(\.line), [1, 8, 14, 22, 22])
            XCTAssertEqual(reading.records[0].raw, object)
        }
    }

    func testDamageOfAnObjectEndsWhereTheNextBegins() throws {
        let whole = "{\n  \"a\": 1\n}\n"
        for damaged in [
            "{\n  \"a\": +1,\n  \"b\": {\n    \"a\": 2\n  }\n}\n", "{\n  \"a\": 1,\n  \"b\": \"x\n}\n",
            "{\n  \"a\": 1\n",
            "{\n  \"a\":\n", "{\n  \"a\": 1 \"b\": 2\n}", "{\n  \"a\": [{\"a\": 1} {\"a\": 2}]\n}\n",
        ] {
            let reading = try read(whole + damaged + whole)
            XCTAssertEqual(reading.problems, [nil, .invalidJSON, nil], damaged)
            XCTAssertEqual(reading.records[1].line, 4, damaged)
            XCTAssertEqual(
                reading.records[2].line, reading.records[1].lastLine! + (damaged.last == "\n" ? 1 : 0), damaged)
            XCTAssertEqual(try read(whole + damaged).problems, [nil, .invalidJSON], damaged)
        }
    }

    func testDamageOnALineEndsWhereTheNextObjectBegins() throws {
        for damaged in [#"{"a":+1}"#, #"{"a":"x}"#, #"{"a":1,"b":[{"a":3} {"a":4}]}"#, #"{"b":1]}"#] {
            let reading = try read(#"{"a":1}"# + damaged + #"{"a":2}{"a":5}"#)
            XCTAssertEqual(reading.problems, [nil, .invalidJSON, nil, nil], damaged)
            XCTAssertEqual(reading.records[1].raw, damaged)
        }
    }

    func testATruncatedLineSwallowsNoOther() throws {
        for cut in [#"{"a":1,"b":"#, #"{"a":1,"#, #"{"a":"#, "{", #"{"a":[1,"#, #"{"a":"x"#, #"{"a":1"#] {
            let reading = try read(cut + "\n{\"a\":2}\n{\"a\":3}\n")
            XCTAssertEqual(reading.problems, [.invalidJSON, nil, nil], cut)
            XCTAssertEqual(reading.records[0].raw, cut)
            XCTAssertEqual(try read(cut + "\n{\"a\":2}\n").problems, [.invalidJSON, nil], cut)
        }
    }

    func testAnObjectOverTheLimitIsSkippedUpToTheNext() throws {
        let large = "{\n" + (0..<40).map { "  \"k\($0)\": \($0)" }.joined(separator: ",\n") + "\n}"
        let reading = try read("{\"a\":1}\n" + large + "\n{\"a\":2}\n", recordBytes: 64)
        XCTAssertEqual(reading.problems, [nil, .tooLarge, nil])
        XCTAssertEqual(reading.records[2].line, 44)
        let long = "{\"a\":\"" + String(repeating: "x", count: 200) + "\"}"
        let behind = try read("{\"a\":1}" + long + "{\"a\":2}\n{\"a\":3}", recordBytes: 64)
        XCTAssertEqual(behind.problems, [nil, .tooLarge, nil, nil])
    }

    func testTheLastLineMayBeCutOff() throws {
        let reading = try read("{\"a\":1}\n{\"a\":2")
        XCTAssertEqual(reading.problems, [nil, .invalidJSON])
        XCTAssertEqual(reading.records[1].position, 14)
    }

    func testALineOverTheLimitIsSkipped() throws {
        let long = "{\"a\":\"" + String(repeating: "x", count: 200) + "\"}"
        for drop in [
            long, "\"" + String(repeating: "y", count: 200) + "\"", String(repeating: " ", count: 300), "x" + long,
        ] {
            let reading = try read("{\"a\":1}\n" + drop + "\n{\"a\":2}\n", recordBytes: 64)
            XCTAssertEqual(reading.problems, [nil, .tooLarge, nil])
            XCTAssertEqual(reading.records[1].raw, String(drop.prefix(64)))
            XCTAssertEqual(reading.records[1].position, 8 + 64)
            XCTAssertEqual(reading.records[2].line, 3)
        }
        XCTAssertEqual(try read(long, recordBytes: 64).problems, [.tooLarge])
    }

    func testALineOverTheLimitIsNotCutWithinACharacter() throws {
        for (character, kept) in [("é", 64), ("€", 63), ("😀", 62)] {
            let line = "{\"a\":\"" + String(repeating: character, count: 60) + "\"}"
            let reading = try read(line, recordBytes: 64)
            XCTAssertEqual(reading.problems, [.tooLarge])
            XCTAssertTrue(line.hasPrefix(reading.records[0].raw))
            XCTAssertEqual(reading.records[0].raw.utf8.count, kept, character)
        }
    }

    func testALineOfExactlyTheLimitIsKept() throws {
        let line = "{\"a\":\"" + String(repeating: "x", count: 56) + "\"}"
        XCTAssertEqual(try read(line + "\n" + line, recordBytes: 64).problems, [nil, nil])
        XCTAssertEqual(try read(line + "\r\n" + line, recordBytes: 64).problems, [nil, nil])
        XCTAssertEqual(try read(line + "\n" + line, recordBytes: 63).problems, [.tooLarge, .tooLarge])
    }

    func testADoubleKeyDamagesTheRecord() throws {
        let reading = try read(
            """
            {"phone1":"1","x":"2","phone1":"3"}
            {"x":1,"\\u0078":2}
            {"x":null,"x":null}
            {"x":{"x":1,"x":2}}
            """)
        XCTAssertEqual(reading.problems, [.invalidJSON, .invalidJSON, .invalidJSON, nil])
        XCTAssertEqual(reading.columns, ["x"])
    }

    func testTheSchemaGrowsWithNewKeys() throws {
        let reading = try read(
            """
            {"b":1,"a":2}
            {"c":3,"a":4}
            {"a":5,"b":6,"c":7,"d":8}
            {"d":9}
            """)
        XCTAssertEqual(reading.columns, ["b", "a", "c", "d"])
        XCTAssertEqual(
            reading.good,
            [
                ["b": "number:1", "a": "number:2"], ["c": "number:3", "a": "number:4"],
                ["a": "number:5", "b": "number:6", "c": "number:7", "d": "number:8"], ["d": "number:9"],
            ])
    }

    func testARecordHasAFieldForEachColumnKnownThen() throws {
        var scanner = JSONRecordScanner(
            kind: .jsonLines, settings: DecodeSettings(campaign: Campaign(name: "t"), limits: Configuration.Limits()))
        var carry: [UInt8] = []
        let chunk = try scanner.scan(
            Array("{\"a\":1}\n{\"b\":1}\n{\"bad\"}\n{}\n".utf8), byteOffset: 0, isLast: true, carry: &carry)
        XCTAssertEqual(chunk.records.map(\.fieldCount), [1, 2, 0, 2])
        XCTAssertEqual(chunk.schema.columns.map(\.name), ["a", "b"])
    }

    func testADamagedRecordAddsNoColumn() throws {
        let reading = try read("{\"junk\":1,}\n{\"a\":1,\"b\":\"\\n\"}\n{\"worse\":1,\"a\":2,\"b\n{\"b\":3,\"c\":1}")
        XCTAssertEqual(reading.columns, ["a", "b", "c"])
        XCTAssertEqual(reading.good, [["a": "number:1", "b": "text:\n"], ["b": "number:3", "c": "number:1"]])
    }

    func testKeysAreMappedAsHeadersAre() throws {
        var campaign = Campaign(name: "t")
        campaign.columns = [.init(sender: "Rufnummer", column: "phone1")]
        let drop =
            "{\"Rufnummer\":\"1\",\"E-Mail\":\"x\",\"colour\":\"red\"}\n{\"RUF_nummer\":\"2\",\"\\u0063olour\":\"blue\"}\n"
        let reading = try JSONReading(drop, .jsonLines, campaign: campaign)
        XCTAssertEqual(reading.columns, ["Rufnummer", "E-Mail", "colour"])
        XCTAssertEqual(reading.good[1], ["Rufnummer": "text:2", "colour": "text:blue"])
    }

    func testTwoKeysOfOneFieldRefuseTheDrop() {
        for drop in ["{\"uuid\":1,\"contactid\":2}\n", "{\"uuid\":1}\n{\"contactid\":2,\"uuid\":1}\n"] {
            for block in blockSizes {
                XCTAssertThrowsError(try JSONReading(drop, .jsonLines, block: block)) {
                    XCTAssertEqual(($0 as? RefusedDrop)?.code, .duplicateHeader)
                }
            }
        }
    }

    func testADamagedRecordRefusesNoDrop() throws {
        XCTAssertEqual(try read("{\"phone\":1}\n{\"mobile\":2\n").problems, [nil, .invalidJSON])
    }

    func testUnknownKeysRefuseTheDropWhereTheCampaignSaysSo() {
        var campaign = Campaign(name: "t")
        campaign.unknownColumns = .reject
        XCTAssertThrowsError(try JSONReading("{\"phone\":1,\"colour\":2}\n", .jsonLines, campaign: campaign)) {
            XCTAssertEqual(($0 as? RefusedDrop)?.code, .unknownHeader)
        }
    }

    func testKeysInAnyOrderAndOfAnyLengthAreTold() throws {
        let names = [
            "a", "ab", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijklmno", "abcdefghijklmnop", "abcdefghijklmnopq",
            "",
        ]
        var random = SeededGenerator(seed: 11)
        var drop = ""
        var expected: [[String: String]] = []
        for row in 0..<200 {
            let chosen = names.shuffled(using: &random).prefix(Int.random(in: 0...names.count, using: &random))
            drop += "{" + chosen.map { "\"\($0)\":\"\($0)\(row)\"" }.joined(separator: ",") + "}\n"
            expected.append(Dictionary(uniqueKeysWithValues: chosen.map { ($0, "text:\($0)\(row)") }))
        }
        XCTAssertEqual(try read(drop).good, expected)
    }
}
