import SystemIO
import Waybill
import XCTest

/// Arrays, alone and wrapped.
final class JSONDocumentTests: XCTestCase {
    private func read(_ drop: String, _ kind: DropKind = .jsonArray, recordBytes: Int = 65_536) throws -> JSONReading {
        let readings = try blockSizes.map { try JSONReading(drop, kind, block: $0, recordBytes: recordBytes) }
        XCTAssertEqual(readings[0], readings[2], "blocks of 1 and of 65536")
        XCTAssertEqual(readings[1], readings[2], "blocks of 7 and of 65536")
        return readings[2]
    }

    func testElementsAreRecords() throws {
        let reading = try read(" [\n {\"a\":\"1\"} ,\n{\"a\":\n\"2\"}\n ]\n")
        XCTAssertEqual(
            reading.records,
            [
                .init(number: 1, line: 2, raw: "{\"a\":\"1\"}", values: ["a": "text:1"]),
                .init(number: 2, line: 3, raw: "{\"a\":\n\"2\"}", values: ["a": "text:2"]),
            ])
        XCTAssertEqual(reading.leading, " [\n ")
        XCTAssertEqual(reading.trailing, "\n ]\n")
    }

    func testAnEmptyArrayHasNoRecords() throws {
        for drop in ["[]", " [ ] ", "[\n]\n"] {
            XCTAssertEqual(try read(drop).records, [])
        }
        XCTAssertEqual(try read("").records, [])
    }

    func testAnElementOfAnotherKindIsNoObject() throws {
        let reading = try read("[1,\"a,]\", null,[{\"a\":1}],{\"a\":2} , true]")
        XCTAssertEqual(
            reading.problems, [.notAnObject, .notAnObject, .notAnObject, .notAnObject, nil, .notAnObject])
        XCTAssertEqual(reading.records.map(\.raw), ["1", "\"a,]\"", "null", "[{\"a\":1}]", "{\"a\":2}", "true"])
        XCTAssertEqual(reading.trailing, "]")
    }

    func testDamageInsideAnElementLeavesItsNeighboursAlone() throws {
        let bad = [
            #"{"a":1,"a":2}"#, #"{"a":01}"#, "{\"a\":\"\u{1}\"}", "{\"a\":\"x\ny\"}", #"{"a":"\q"}"#,
            #"{"a":"\uD800"}"#, #"{"a":tru}"#,
            #"{"a":1,}"#, #"{a:1}"#, #"{"a":[1,]}"#, #"{"a" "b"}"#, #"{"a":{"b":}}"#, "tru", "x y", #"'a'"#,
            #"{"a":[{]}}"#,
        ]
        for element in bad.dropLast() {
            let reading = try read("[{\"a\":\"1\"}," + element + ",{\"a\":\"3\"}]")
            XCTAssertEqual(reading.problems, [nil, .invalidJSON, nil], element)
            XCTAssertEqual(reading.records[1].raw, element)
            XCTAssertEqual(reading.good, [["a": "text:1"], ["a": "text:3"]], element)
        }
        // Where brackets do not match, the next line that begins with an object is the next record.
        for element in bad + [
            #"{"a":"x}"#, #"{"a":"x"#, #"{"a":1"#, #"{"a":1}}"#, #"{"a":x""}"#, #"{a":1}"#, #"{"a":"b"c"}"#,
        ] {
            let reading = try read("[\n{\"a\":\"1\"},\n" + element + ",\n{\"a\":\"3\"},\n{\"a\":\"4\"}\n]\n")
            XCTAssertEqual(reading.problems, [nil, .invalidJSON, nil, nil], element)
            XCTAssertEqual(reading.records[1].raw, element)
            XCTAssertEqual(reading.trailing, "\n]\n", element)
        }
    }

    func testDamageOfAnElementOverSeveralLinesEndsWhereTheNextBegins() throws {
        let drop = """
            [
              {
                "a": "1"
              },
              {
                "a": "2,
                "list": [
                  {
                    "phone1": "no record"
                  }
                ]
              },
              {
                "a": "3"
              }
            ]

            """
        let reading = try read(drop)
        XCTAssertEqual(reading.problems, [nil, .invalidJSON, nil])
        XCTAssertEqual(reading.good, [["a": "text:1"], ["a": "text:3"]])
        XCTAssertEqual(reading.records.map(\.line), [2, 5, 13])
        XCTAssertEqual(reading.records[1].lastLine, 12)
        XCTAssertTrue(reading.records[1].raw.hasSuffix("  }"))
        XCTAssertEqual(try read(drop.replacing("},\n  {", with: "}, {")).problems, [nil, .invalidJSON, nil])
    }

    func testDamageInAnArrayOnOneLineEndsWhereTheNextRecordBegins() throws {
        for damaged in [
            #"{"id":2,"x":"no end}"#, #"{"id":2,"x":"5" pipe"}"#, #"{"id":2"#, #""id":2}"#, #"{"id":2}}"#,
            #"{"id":2,"x":[1,2}"#, #"{"id":2,"x":[{"y":1},{"y":2}}"#,
            #"{"id":2,"x":"# + String(repeating: "[", count: 600) + String(repeating: "]", count: 600) + "}",
        ] {
            for (comma, block) in [(",", 65_536), (", ", 7), (" , ", 1)] {
                let drop = "[" + [#"{"id":1}"#, damaged, #"{"id":3}"#, #"{ "id":4}"#].joined(separator: comma) + "]"
                let reading = try JSONReading(drop, .jsonArray, block: block)
                XCTAssertEqual(reading.problems, [nil, .invalidJSON, nil, nil], damaged)
                XCTAssertEqual(reading.records.last?.values, ["id": "number:4"], damaged)
                XCTAssertEqual(reading.records.dropFirst().first?.raw, damaged)
            }
        }
    }

    func testWhatStandsInAnArrayOfADamagedRecordIsNotTakenForTheNextOne() throws {
        let inner = #""members":[{"id":"5","n":"]"},{"id":"6"}],"x":1}"#
        for damaged in [#"{"id":2,"name":"Bob,"# + inner, #"{"id":2,"name":"a]b",x,"# + inner, #"{"id":2,,"# + inner] {
            let drop = #"[{"id":1},"# + damaged + #",{"id":3},{"id":4}]"#
            let reading = try JSONReading(drop, .jsonArray, block: 65_536)
            XCTAssertFalse(reading.records.contains { $0.values["id"] == #"string:6"# }, damaged)
            XCTAssertEqual(reading.problems.prefix(2), [nil, .invalidJSON], damaged)
        }
        let plain = #"[{"id":1},{"id":2,,"members":[{"id":"5"},{"id":"6"}],"x":1},{"id":3},{"id":4}]"#
        XCTAssertEqual(try read(plain).problems, [nil, .invalidJSON, nil, nil])
    }

    func testBracketsWithoutEndAreReadInATimeThatGrowsWithThem() throws {
        /// The least processor time of several readings: what others do on the machine does not count.
        func work(_ count: Int) throws -> Double {
            let brackets = String(repeating: "[", count: count) + String(repeating: "}", count: count)
            let drop = #"[{"phone1":"a"},{"phone1":"a"}}"# + brackets + "]"
            return try (0..<5).map { _ in
                let start = ResourceUse.cpuSeconds()
                XCTAssertEqual(try JSONReading(drop, .jsonArray, block: 65_536).problems, [nil, .invalidJSON])
                return ResourceUse.cpuSeconds() - start
            }.min() ?? 0
        }
        // Eight times as many take eight times as long; each with a look at all that follow, 64 times.
        XCTAssertLessThan(try work(31_000), try work(31_000 / 8) * 30)
    }

    func testDamageAtTheEndLeavesTheArraysEndAlone() throws {
        let reading = try read("[\n{\"a\":\"1\"},\n{\"a\":\"2}\n]\n")
        XCTAssertEqual(reading.problems, [nil, .invalidJSON])
        XCTAssertEqual(reading.records[1].raw, "{\"a\":\"2}")
        XCTAssertEqual(reading.trailing, "\n]\n")
        XCTAssertEqual(reading.leading, "[\n")
    }

    func testAMissingOrDoubleCommaIsDamage() throws {
        XCTAssertEqual(try read("[{\"a\":1} {\"a\":2},{\"a\":3}]").problems, [.invalidJSON, nil, nil])
        XCTAssertEqual(try read("[{\"a\":1}\n{\"a\":2}\n]").problems, [.invalidJSON, nil])
        XCTAssertEqual(try read("[{\"a\":1},,{\"a\":2}]").problems, [nil, .invalidJSON, nil])
        XCTAssertEqual(try read("[{\"a\":1},]").problems, [nil, .invalidJSON])
        XCTAssertEqual(try read("[,{\"a\":1}]").problems, [.invalidJSON, nil])
    }

    func testWhatFollowsTheArrayIsOneDamagedRecord() throws {
        for rest in ["x", "]", "{}", "[{\"a\":2}]", ",\n{\"a\":2}"] {
            let reading = try read("[{\"a\":1}] " + rest)
            XCTAssertEqual(reading.problems, [nil, .invalidJSON], rest)
            XCTAssertEqual(reading.records[1].position, 10, rest)
        }
    }

    func testAnElementOverTheLimitIsSkipped() throws {
        let text = String(repeating: "x]},{[", count: 50)
        let large = [
            "{\"a\":\"" + text + "\"}", "\"" + text + "\"",
            "{\"a\":[" + String(repeating: "\n{\"b\":1},", count: 40) + "1]}",
            "{\"a\":1}" + String(repeating: " ", count: 400), "{\"a\":\"" + String(repeating: "x", count: 80) + "\",}",
        ]
        for element in large {
            let reading = try read("[{\"a\":\"1\"},\n" + element + ",\n{\"a\":\"3\"}]", recordBytes: 64)
            XCTAssertEqual(reading.problems, [nil, .tooLarge, nil], element)
            XCTAssertEqual(reading.good, [["a": "text:1"], ["a": "text:3"]])
            XCTAssertEqual(reading.records[1].raw, String(element.prefix(64)))
            XCTAssertEqual(reading.records[2].line, 3 + UInt64(element.filter { $0 == "\n" }.count))
            XCTAssertEqual(reading.trailing, "]")
        }
        XCTAssertEqual(try read("[" + large[0], recordBytes: 64).problems, [.tooLarge])
    }

    func testDamageThatDoesNotEndWithinTheLimitEndsAtALaterLine() throws {
        let rest = String(repeating: "more text\n", count: 30)
        let reading = try read("[\n{\"a\":\"x\n" + rest + "{\"a\":\"2\"},\n{\"a\":\"3\"}\n]", recordBytes: 64)
        XCTAssertEqual(reading.problems, [.invalidJSON, nil, nil])
        XCTAssertEqual(reading.records[0].raw.utf8.count, 64)
        XCTAssertEqual(reading.records[1].line, 33)
        XCTAssertEqual(reading.trailing, "\n]")
    }

    func testACutArrayLosesItsLastElementOnlyAndSaysSo() throws {
        let elements = [
            "{\"a\":\"1\",\"b\":[1,{\"c\":\"]}\"}]}", "{\"a\":\"é\\n\\u00e9\"}", "{\"a\":-1.5e3,\"b\":null}", "{}",
        ]
        let whole: [(DropKind, String)] = [
            (.jsonArray, "[\n" + elements.joined(separator: " ,\n") + "\n]"),
            (.jsonArray, "[" + elements.joined(separator: ",") + "]"),
            (.jsonContacts, "{\"campaign\":\"c\",\"contacts\":[" + elements.joined(separator: ",\n") + "],\"x\":[1]}"),
        ]
        for (kind, drop) in whole {
            let all = try JSONReading(drop, kind)
            XCTAssertEqual(all.problems, [nil, nil, nil, nil])
            let bytes = Array(drop.utf8)
            let start = try XCTUnwrap(drop.utf8.firstIndex(of: UInt8(ascii: "["))).utf16Offset(in: drop) + 1
            for length in start..<bytes.count {
                for block in [7, 65_536] {
                    let reading = try JSONReading(Array(bytes[..<length]), kind, block: block)
                    let (last, before) = (try XCTUnwrap(reading.records.last), reading.records.dropLast())
                    XCTAssertEqual(last.problem, .invalidJSON, "cut at \(length)")
                    XCTAssertEqual(Array(before), Array(all.records.prefix(before.count)), "cut at \(length)")
                    // An element is there once its follower is, and only then.
                    let followed = all.records.filter { record in
                        guard let range = drop.range(of: record.raw) else { return false }
                        let end = drop.utf8.distance(from: drop.utf8.startIndex, to: range.upperBound)
                        let follower = bytes[end...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "]") }!
                        return follower < length
                    }
                    XCTAssertEqual(before.count, followed.count, "cut at \(length)")
                }
            }
        }
    }

    // MARK: - Contacts

    func testContactsMayStandAnywhereInTheirObject() throws {
        let list = "[{\"a\":\"1\"},{\"a\":\"2\"}]"
        for (before, after) in [
            ("{\"campaign\":\"c\",\"contacts\":", "}"), ("{\"contacts\":", ",\"campaign\":\"c\"}"),
            ("{\"meta\":{\"contacts\":[1]},\"campaign\":\"\\u0063\",\"contacts\" : ", " , \"n\":12 }\n"),
        ] {
            let reading = try read(before + list + after, .jsonContacts)
            XCTAssertEqual(reading.good, [["a": "text:1"], ["a": "text:2"]])
            XCTAssertEqual(reading.campaign, "c")
            XCTAssertEqual(reading.leading, before + "[")
            XCTAssertEqual(reading.trailing, "]" + after)
        }
    }

    func testAnObjectWithoutContactsIsRefused() {
        for drop in [
            "{\"campaign\":\"c\"}", "{}", "{\"contacts\":{}}", "{campaign:1}", "[]", "{\"a\":1 \"contacts\":[]}",
        ] {
            XCTAssertThrowsError(try JSONReading(drop, .jsonContacts), drop) {
                XCTAssertEqual(($0 as? RefusedDrop)?.code, .unknownFormat, drop)
            }
        }
    }

    func testWhatIsLookedAtOfAnArrayOfDamageIsInProportionToItsSize() throws {
        var limits = Configuration.Limits()
        limits.recordBytes = 65_536
        func looked(_ line: String, size: Int) throws -> Int {
            var scanner = JSONRecordScanner(
                kind: .jsonArray, settings: DecodeSettings(campaign: Campaign(name: "test"), limits: limits))
            let drop = Array("[\n".utf8) + Array(repeating: Array(line.utf8), count: size / line.utf8.count).joined()
            var carry: [UInt8] = []
            var place = 0
            while place < drop.count {
                let next = min(place + 262_144, drop.count)
                let text = carry + drop[place..<next]
                let start = place - carry.count
                place = next
                _ = try scanner.scan(text, byteOffset: UInt64(start), isLast: place == drop.count, carry: &carry)
            }
            return scanner.looked
        }
        for line in ["{\"a\":[{\n", "{\"a\":\n", "{\n"] {
            // Without a bound it would be more than ten times as much.
            XCTAssertLessThan(try looked(line, size: 32_000), 2 << 20 + 256 * 32_000, line)
        }
    }

    func testDamageBehindTheContactsIsOneDamagedRecord() throws {
        for rest in ["", ",", ",\"x\"", ",\"x\":01}", "x}", ",\"contacts\":[{\"a\":2}]}", "} }"] {
            let reading = try read("{\"contacts\":[{\"a\":1}]" + rest, .jsonContacts)
            XCTAssertEqual(reading.problems, [nil, .invalidJSON], rest)
        }
    }

    func testAWrapperLargerThanARecordIsRefused() {
        let large = "\"meta\":\"" + String(repeating: "x", count: 200) + "\""
        let many = (0..<50).map { "\"\($0)\":\($0)" }.joined(separator: ",")
        for drop in ["{\(large),\"contacts\":[]}", "{\(many),\"contacts\":[]}", "{\"contacts\":[{}],\(many)}"] {
            for block in blockSizes {
                XCTAssertThrowsError(try JSONReading(drop, .jsonContacts, block: block, recordBytes: 64), drop) {
                    XCTAssertEqual(($0 as? RefusedDrop)?.code, .tooLarge)
                }
            }
        }
    }

    func testMuchWhiteSpaceAroundTheRecordsIsNoHarm() throws {
        let space = String(repeating: "\n", count: 500)
        let reading = try read(space + "[" + space + "{\"a\":1}" + space + "]" + space, recordBytes: 64)
        XCTAssertEqual(reading.problems, [.tooLarge])
        let sparse = try read(space + "[" + space + "{\"a\":1}," + space + "{\"a\":2}]" + space, recordBytes: 64)
        XCTAssertEqual(sparse.problems, [nil, nil])
        XCTAssertEqual(sparse.records[1].line, 1_501)
        XCTAssertEqual(sparse.leading.filter { $0 != "\n" }, "[")
        XCTAssertEqual(sparse.trailing.filter { $0 != "\n" }, "]")
    }

    // MARK: - Dispatch requests

    func testAnswersOfADispatchRequestAreRecords() throws {
        let reading = try read(
            """
            [{"DispatchID":"d1","PreFill":[
              [{"QuestionId":"phone1","Input":"+1"},{"QuestionId":"x","Input":5}],
              [{"Input":"A\\nB","QuestionId":"x","Type":[1]},{"QuestionId":"phone1","Input":null}],
              []
            ]}]
            """, .dispatchRequest)
        XCTAssertEqual(
            reading.good, [["phone1": "text:+1", "x": "number:5"], ["x": "text:A\nB"], [:]])
        XCTAssertEqual(reading.records.map(\.line), [2, 3, 4])
        XCTAssertEqual(reading.campaign, "d1")
        XCTAssertEqual(reading.columns, ["phone1", "x"])
        XCTAssertEqual(reading.leading, "[{\"DispatchID\":\"d1\",\"PreFill\":[\n  ")
        XCTAssertEqual(reading.trailing, "\n]}]")
    }

    func testRequestsWithTheSameDispatchIDAreOneBatch() throws {
        func request(_ id: String, _ value: Int) -> String {
            "{\"DispatchID\":\"\(id)\",\"PreFill\":[[{\"QuestionId\":\"a\",\"Input\":\(value)}]],\"n\":\(value)}"
        }
        let reading = try read(
            "[" + request("d", 1) + " , " + request("d", 2) + ",\n" + request("d", 3) + " ]", .dispatchRequest)
        XCTAssertEqual(reading.good, [["a": "number:1"], ["a": "number:2"], ["a": "number:3"]])
        XCTAssertEqual(reading.leading, "[{\"DispatchID\":\"d\",\"PreFill\":[")
        XCTAssertEqual(reading.trailing, "],\"n\":1} ]")
        for block in blockSizes {
            XCTAssertThrowsError(
                try JSONReading("[" + request("d", 1) + "," + request("e", 2) + "]", .dispatchRequest, block: block)
            ) {
                XCTAssertEqual(($0 as? RefusedDrop)?.code, .noCampaign)
            }
        }
    }

    func testBadAnswersDamageTheirRecordOnly() throws {
        let good = "[{\"QuestionId\":\"a\",\"Input\":1}]"
        for (bad, problem) in [
            ("[{\"QuestionId\":\"a\",\"Input\":1},{\"QuestionId\":\"a\",\"Input\":2}]", .invalidJSON),
            ("[{\"Input\":1}]", .invalidJSON), ("[{\"QuestionId\":true,\"Input\":1}]", .invalidJSON),
            ("[1]", .invalidJSON),
            ("[{\"QuestionId\":\"a\",\"Input\":01}]", .invalidJSON), ("[{}]", .invalidJSON),
            ("[{\"QuestionId\":\"a\",\"Input\":1,\"Input\":2}]", .invalidJSON),
            ("{\"QuestionId\":\"a\"}", .notAnObject),
            ("5", .notAnObject),
        ] as [(String, Problem)] {
            let drop = "[{\"PreFill\":[" + good + "," + bad + "," + good + "]}]"
            let reading = try read(drop, .dispatchRequest)
            XCTAssertEqual(reading.problems, [nil, problem, nil], bad)
            XCTAssertEqual(reading.records[1].raw, bad)
        }
    }

    func testNumbersMayNameQuestions() throws {
        let reading = try read(
            "[{\"PreFill\":[[{\"QuestionId\":12,\"Input\":\"x\"},{\"QuestionId\":123,\"Input\":\"y\"}],"
                + "[{\"QuestionId\":12,\"Input\":\"z\"},{\"QuestionId\":1,\"Input\":\"w\"}]]}]", .dispatchRequest)
        XCTAssertEqual(reading.good, [["12": "text:x", "123": "text:y"], ["12": "text:z", "1": "text:w"]])
    }

    // MARK: - Rejected records go back

    func testRejectedElementsInTheirWrapperReadBackTheSame() throws {
        let drop = "{\"campaign\":\"c\",\"contacts\":[\n {\"a\":1},{\"a\":2,},\n{\"a\":01}\n],\"x\":null}\n"
        let first = try read(drop, .jsonContacts)
        let rejected = first.records.filter { $0.problem != nil }
        let again = first.leading + rejected.map(\.raw).joined(separator: ",\n") + first.trailing
        let second = try read(again, .jsonContacts)
        XCTAssertEqual(second.records.map(\.raw), ["{\"a\":2,}", "{\"a\":01}"])
        XCTAssertEqual(second.problems, [.invalidJSON, .invalidJSON])
        XCTAssertEqual(second.campaign, "c")
    }
}
