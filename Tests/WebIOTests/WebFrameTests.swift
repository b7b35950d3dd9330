import Support
import WebIO
import XCTest

/// What `waybill` and `waybill-web` say to each other.
final class WebFrameTests: XCTestCase {
    private func content(_ frame: [UInt8]) throws -> ArraySlice<UInt8> {
        var buffer = FrameBuffer()
        buffer.append(frame[...])
        return try XCTUnwrap(buffer.next(most: frame.count))
    }

    private func call(_ body: [UInt8]) throws -> WebCall {
        WebCall(
            url: try XCTUnwrap(WebCall.address("https://a.example/b?c=%20d")), method: "POST",
            headers: [("A", "é"), ("A", "")], body: body, timeout: 5_000, most: 77,
            slot: WebCall.Slot(lane: 3, start: 1 << 40, gap: 20_000))
    }

    func testACallArrivesAsItWasGiven() throws {
        let body = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let (number, read) = try WebFrame.call(content(WebFrame.call(call(body), number: 9, timeout: 4_000)))
        XCTAssertEqual(number, 9)
        XCTAssertEqual(read.url.absoluteString, "https://a.example/b?c=%20d")
        XCTAssertEqual(read.headers.map(\.name), ["A", "A"])
        XCTAssertEqual(read.headers.map(\.value), ["é", ""])
        XCTAssertEqual([read.timeout, read.most], [4_000, 77])
        XCTAssertEqual(read.slot, WebCall.Slot(lane: 3, start: 1 << 40, gap: 20_000))
        XCTAssertTrue(read.body == body)
    }

    func testAnOutcomeArrivesAsItWasGiven() throws {
        let outcomes: [WebOutcome] = [
            .answered(status: 429, headers: ["retry-after": "3"], body: [0, 1]), .notSent("a"), .unknown(""),
        ]
        for outcome in outcomes {
            let (number, read) = try WebFrame.outcome(content(WebFrame.outcome(outcome, number: 3)))
            XCTAssertEqual(number, 3)
            XCTAssertEqual("\(read)", "\(outcome)")
        }
        XCTAssertEqual(try WebFrame.canCall(content(WebFrame.greeting(calls: true))), true)
        XCTAssertEqual(try WebFrame.canCall(content(WebFrame.greeting(calls: false))), false)
    }

    func testFramesComeOutWholeHoweverTheyArrive() throws {
        let frames = try (0..<5).map { try WebFrame.call(call(Array(repeating: 7, count: $0)), number: 1, timeout: 1) }
        for size in [1, 3, 64, 10_000] {
            var buffer = FrameBuffer()
            var found: [[UInt8]] = []
            let all = Array(frames.joined())
            for start in stride(from: 0, to: all.count, by: size) {
                buffer.append(all[start..<min(all.count, start + size)])
                while let content = try buffer.next(most: 1_000) { found.append(Array(content)) }
            }
            XCTAssertEqual(found, frames.map { Array($0.dropFirst(4)) }, "\(size) bytes at once")
        }
    }

    func testWhatIsLongerThanAllowedIsDamagedBeforeItIsRead() {
        var buffer = FrameBuffer()
        buffer.append([255, 255, 255, 255])
        XCTAssertThrowsError(try buffer.next(most: WebFrame.most.call))
    }

    func testWhateverIsDamagedIsFoundOrReadButEndsNothing() throws {
        let call = try WebFrame.call(call([1, 2, 3]), number: 1, timeout: 1)
        let outcome = WebFrame.outcome(.answered(status: 200, headers: ["a": "b"], body: [9]), number: 1)
        for count in 4..<call.count { XCTAssertThrowsError(try WebFrame.call(call[4..<count]), "\(count)") }
        for count in 4..<outcome.count { XCTAssertThrowsError(try WebFrame.outcome(outcome[4..<count]), "\(count)") }
        var random = SeededGenerator(seed: TestSeed.next())
        func read(_ bytes: [UInt8]) {
            _ = try? WebFrame.call(bytes[...])
            _ = try? WebFrame.outcome(bytes[...])
            _ = WebFrame.canCall(bytes[...])
        }
        for frame in [call, outcome, WebFrame.greeting(calls: true)].map({ Array($0.dropFirst(4)) }) {
            for _ in 0..<2_000 {
                var bytes = frame
                for _ in 0...Int.random(in: 0..<3, using: &random) {
                    bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
                }
                read(bytes)
            }
        }
    }
}
