/// What `waybill` and `waybill-web` say to each other: frames, each a length in four bytes and so many bytes of
/// content. Numbers have the low byte first; texts and bodies have their length in front.
///
/// | direction | frames |
/// | --- | --- |
/// | from `waybill-web` | first a greeting, then outcomes, in any order |
/// | to `waybill-web` | calls |
///
/// Both sides check every length before they use it. What is damaged ends the conversation: there is no way to find the
/// next frame in it.
package enum WebFrame {
    package struct Damaged: Error {
        package init() {}
    }

    /// The most calls that are under way in one `waybill-web`.
    package static let mostCalls = 64
    /// The most bytes of a call with its headers, of the headers of an answer, and of a greeting.
    package static let most = (call: 64 << 20, headers: 256 << 10, greeting: 64)

    /// Both programs come from one build; another number means that one of them was replaced.
    private static let version: UInt32 = 1
    private static let name = "waybill-web"

    // MARK: - The greeting

    /// - Parameter calls: whether it is built to make calls.
    package static func greeting(calls: Bool) -> [UInt8] {
        var frame = FrameWriter()
        frame.put(name)
        frame.put(version)
        frame.put(calls ? 1 : 0)
        return frame.finished
    }

    /// Whether the program that greets so can make calls; nil if it is another version, or something else.
    package static func canCall(_ greeting: ArraySlice<UInt8>) -> Bool? {
        var frame = FrameReader(greeting)
        guard (try? frame.text()) == name, (try? frame.number()) == version, let calls = try? frame.number() else {
            return nil
        }
        return calls == 1
    }

    // MARK: - Calls

    /// - Parameter timeout: milliseconds from when it begins.
    package static func call(_ call: WebCall, number: UInt32, timeout: Int) -> [UInt8] {
        var frame = FrameWriter(capacity: call.body.count + 4_096)
        frame.put(number)
        frame.put(UInt32(clamping: timeout))
        frame.put(UInt32(clamping: call.most))
        frame.put(call.slot == nil ? 0 : 1)
        if let slot = call.slot {
            frame.put(slot.lane)
            // The clock is one for all processes.
            frame.put(UInt32(truncatingIfNeeded: slot.start))
            frame.put(UInt32(truncatingIfNeeded: slot.start >> 32))
            frame.put(UInt32(clamping: slot.gap))
        }
        frame.put(call.method)
        frame.put(call.address)
        frame.put(UInt32(call.headers.count))
        for header in call.headers {
            frame.put(header.name)
            frame.put(header.value)
        }
        frame.put(call.body)
        return frame.finished
    }

    package static func call(_ content: ArraySlice<UInt8>) throws(Damaged) -> (number: UInt32, call: WebCall) {
        var frame = FrameReader(content)
        let number = try frame.number()
        let timeout = Int(try frame.number())
        let most = Int(try frame.number())
        var slot: WebCall.Slot?
        if try frame.number() == 1 {
            slot = WebCall.Slot(
                lane: try frame.number(),
                start: Int64(try frame.number()) | Int64(try frame.number() & 0x7FFF_FFFF) << 32,
                gap: Int64(try frame.number()))
        }
        let method = try frame.text()
        guard let url = WebCall.address(try frame.text()) else { throw Damaged() }
        var headers: [(name: String, value: String)] = []
        for _ in 0..<(try frame.number()) { headers.append((try frame.text(), try frame.text())) }
        let body = try frame.bytes()
        guard frame.isAtEnd else { throw Damaged() }
        return (
            number,
            WebCall(
                url: url, method: method, headers: headers, body: Array(body), timeout: timeout, most: most,
                slot: slot)
        )
    }

    // MARK: - Outcomes

    private enum Kind: UInt32 {
        case answered = 1
        case notSent = 2
        case unknown = 3
    }

    package static func outcome(_ outcome: WebOutcome, number: UInt32) -> [UInt8] {
        var frame = FrameWriter()
        frame.put(number)
        switch outcome {
        case .answered(let status, let headers, let body):
            frame.put(Kind.answered.rawValue)
            frame.put(UInt32(clamping: status))
            frame.put(UInt32(headers.count))
            for (name, value) in headers {
                frame.put(name)
                frame.put(value)
            }
            frame.put(body)
        case .notSent(let words):
            frame.put(Kind.notSent.rawValue)
            frame.put(words)
        case .unknown(let words):
            frame.put(Kind.unknown.rawValue)
            frame.put(words)
        }
        return frame.finished
    }

    package static func outcome(
        _ content: ArraySlice<UInt8>
    ) throws(Damaged) -> (number: UInt32, outcome: WebOutcome) {
        var frame = FrameReader(content)
        let number = try frame.number()
        let outcome: WebOutcome
        switch Kind(rawValue: try frame.number()) {
        case .answered:
            let status = Int(try frame.number())
            var headers: [String: String] = [:]
            for _ in 0..<(try frame.number()) {
                let name = try frame.text()
                headers[name] = try frame.text()
            }
            outcome = .answered(status: status, headers: headers, body: Array(try frame.bytes()))
        case .notSent: outcome = .notSent(try frame.text())
        case .unknown: outcome = .unknown(try frame.text())
        case nil: throw Damaged()
        }
        guard frame.isAtEnd else { throw Damaged() }
        return (number, outcome)
    }
}

/// Takes frames out of bytes that come in pieces.
package struct FrameBuffer {
    private var bytes: [UInt8] = []
    /// What of them was taken already.
    private var start = 0

    package init() {}

    package mutating func append(_ piece: ArraySlice<UInt8>) {
        if start == bytes.count { (bytes, start) = ([], 0) }
        bytes += piece
    }

    /// The content of the next frame; nil where it is not whole yet. One longer than `most` is damaged.
    package mutating func next(most: Int) throws(WebFrame.Damaged) -> ArraySlice<UInt8>? {
        guard bytes.count - start >= 4 else { return nil }
        var head = FrameReader(bytes[start..<start + 4])
        let length = Int(try head.number())
        guard length <= most else { throw WebFrame.Damaged() }
        let end = start + 4 + length
        guard bytes.count >= end else {
            if start > 0 {
                bytes.removeSubrange(..<start)
                start = 0
            }
            return nil
        }
        defer { start = end }
        return bytes[start + 4..<end]
    }
}

private struct FrameWriter {
    private var bytes: [UInt8] = [0, 0, 0, 0]

    init(capacity: Int = 64) { bytes.reserveCapacity(capacity) }

    mutating func put(_ number: UInt32) {
        for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    mutating func put(_ text: String) {
        put(UInt32(text.utf8.count))
        bytes += text.utf8
    }

    mutating func put(_ content: [UInt8]) {
        put(UInt32(content.count))
        bytes += content
    }

    /// With its length in front.
    var finished: [UInt8] {
        var frame = bytes
        for place in 0..<4 { frame[place] = UInt8(truncatingIfNeeded: (bytes.count - 4) >> (8 * place)) }
        return frame
    }
}

private struct FrameReader {
    private var rest: ArraySlice<UInt8>

    init(_ content: ArraySlice<UInt8>) { rest = content }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number() throws(WebFrame.Damaged) -> UInt32 {
        guard rest.count >= 4 else { throw WebFrame.Damaged() }
        defer { rest = rest.dropFirst(4) }
        return rest.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func bytes() throws(WebFrame.Damaged) -> ArraySlice<UInt8> {
        let count = Int(try number())
        guard rest.count >= count else { throw WebFrame.Damaged() }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func text() throws(WebFrame.Damaged) -> String { String(decoding: try bytes(), as: UTF8.self) }
}
