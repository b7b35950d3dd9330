/// Writes the calls of a transport: their address and their body.
///
/// A contact's value becomes a JSON string, or is percent-encoded: whatever it contains, it stays the single value that
/// the configuration has a place for.
struct HTTPBodyWriter {
    private let settings: HTTPSettings
    private let rows: HTTPRows
    /// Names of a contact's values that a call has once, not for each message.
    private let once: [FoldedName]
    /// And those of which it has once whether they have a value.
    private let conditions: [FoldedName]

    init(_ settings: HTTPSettings, _ rows: HTTPRows) {
        self.settings = settings
        self.rows = rows
        var (names, conditions): ([FoldedName], [FoldedName]) = ([], [])
        Self.collect(settings.body, &names, &conditions)
        self.conditions = conditions
        names += settings.resource?.names ?? []
        once = names.filter { HTTPRows.Validity.byName[$0] == nil }
    }

    /// The messages that travel together, by index: up to `batch` of them per call, all with the same values at the
    /// places that a call has once.
    func calls() -> [[Int]] {
        guard settings.batch > 1 else { return rows.rows.indices.map { [$0] } }
        var calls: [[Int]] = []
        var open: [[String]: Int] = [:]
        for place in rows.rows.indices {
            let key = rows.shared(once, place) + conditions.map { rows.hasValue($0, place) ? "1" : "" }
            if let call = open[key], calls[call].count < settings.batch {
                calls[call].append(place)
            } else {
                open[key] = calls.count
                calls.append([place])
            }
        }
        return calls
    }

    /// The resource, appended to the server's address.
    func resource(_ places: [Int], at now: Timestamp) -> String {
        guard let resource = settings.resource else { return "" }
        return Self.resource(resource) { rows.value($0, places, at: now) }
    }

    /// A resource with what stands at its places, which can become nothing but a value in it.
    static func resource(_ resource: PlaceText, _ value: (FoldedName) -> String?) -> String {
        var bytes: [UInt8] = []
        for piece in resource.pieces {
            switch piece {
            case .text(let text): bytes += Array(text.utf8)
            case .place(let name, let byDefault): appendEscaped(value(name) ?? byDefault ?? "", to: &bytes)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func body(_ places: [Int], at now: Timestamp) -> [UInt8] {
        var bytes: [UInt8] = []
        switch settings.form {
        case .json: _ = append(settings.body, places, now, to: &bytes)
        case .urlencoded: appendForm(places, now, to: &bytes)
        }
        return bytes
    }

    var contentType: String {
        switch settings.form {
        case .json: "application/json"
        case .urlencoded: "application/x-www-form-urlencoded"
        }
    }

    // MARK: - JSON

    /// False if nothing is written: a place without a value.
    private func append(_ body: HTTPBody, _ places: [Int], _ now: Timestamp, to bytes: inout [UInt8]) -> Bool {
        switch body {
        case .raw(let text): bytes += Array(text.utf8)
        case .literal(let text, let place):
            if let place, rows.value(place, places, at: now) == nil { return false }
            JSONText.append(text, to: &bytes)
        case .text(let text):
            guard let value = value(of: text, places, now) else { return false }
            let isNumber = text.place.flatMap { HTTPRows.Validity.byName[$0.name] }?.isNumber == true
            if isNumber { bytes += Array(value.utf8) } else { JSONText.append(value, to: &bytes) }
        // Written once for each message by the list that it stands in.
        case .each(let value): return append(value, places, now, to: &bytes)
        case .list(let values):
            bytes.append(UInt8(ascii: "["))
            let start = bytes.count
            for value in values {
                if case .each = value {
                    for place in places { appendMember(value, [place], now, from: start, to: &bytes) }
                } else {
                    appendMember(value, places, now, from: start, to: &bytes)
                }
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            let start = bytes.count
            for member in members {
                appendMember(member.value, key: member.key, places, now, from: start, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
        return true
    }

    /// A value with its comma and key; neither, where it is left out.
    private func appendMember(
        _ value: HTTPBody, key: String? = nil, _ places: [Int], _ now: Timestamp, from start: Int,
        to bytes: inout [UInt8]
    ) {
        let before = bytes.count
        if before > start { bytes.append(UInt8(ascii: ",")) }
        if let key {
            JSONText.append(key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
        }
        if !append(value, places, now, to: &bytes) { bytes.removeSubrange(before...) }
    }

    /// Nil where a text is nothing but a place that has no value.
    private func value(of text: PlaceText, _ places: [Int], _ now: Timestamp) -> String? {
        if let place = text.place { return rows.value(place.name, places, at: now) ?? place.default }
        return text.pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .place(let name, let byDefault): rows.value(name, places, at: now) ?? byDefault ?? ""
            }
        }.joined()
    }

    // MARK: - Forms

    private func appendForm(_ places: [Int], _ now: Timestamp, to bytes: inout [UInt8]) {
        guard case .object(let members) = settings.body else { return }
        for member in members {
            let value: String?
            switch member.value {
            case .raw(let text): value = text
            case .literal(let text, let place):
                value = place.map { rows.value($0, places, at: now) != nil } ?? true ? text : nil
            case .text(let text): value = self.value(of: text, places, now)
            case .each, .list, .object: value = nil
            }
            guard let value else { continue }
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
            Self.appendEscaped(member.key, to: &bytes)
            bytes.append(UInt8(ascii: "="))
            Self.appendEscaped(value, to: &bytes)
        }
    }

    /// Everything but the unreserved characters of RFC 3986.
    private static func appendEscaped(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            let isPlain =
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 && byte < 0x80
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-._~".utf8.contains(byte)
            if isPlain {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }

    // MARK: - Names

    private static func collect(_ body: HTTPBody, _ names: inout [FoldedName], _ conditions: inout [FoldedName]) {
        switch body {
        case .raw, .each: break
        case .literal(_, let place): if let place { conditions.append(place) }
        case .text(let text): names += text.names
        case .list(let values): for value in values { collect(value, &names, &conditions) }
        case .object(let members): for member in members { collect(member.value, &names, &conditions) }
        }
    }
}
