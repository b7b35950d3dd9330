/// Renders a parcel's contacts as the file that the folder transport hands over (contract §9 and §11).
///
/// - `csv`: `reference,channel,address,id,message`, then the contact's other columns under their output names. Values
///   are never altered, not even those a spreadsheet would run.
/// - `jsonl`: the same as one object a line (RFC 8259); all values are strings, and empty ones are left out.
/// - `dialer`: the dialler's import layout. The account number is `id`, else the reference. For a contact without first
///   and last name, its `name` is split at the last space. The number to call swaps places with `phone1`, so it is
///   always in `Phone1`. `Dial Time` is `callbackat`.
/// - `dialer-reference`: the same, followed by the reference, which identifies results whatever number was called.
///
/// The column `action` does not leave. A sender's column whose name is taken already (compared without case) leaves as
/// `name_2`. Where a transport names its own columns (`OwnColumns`), `csv` and `jsonl` have those and no others.
package struct ParcelFile: Sendable {
    package let layout: TransportSettings.Layout
    /// The channel as a cell between commas, or as a member of an object.
    private let channel: [UInt8]
    private let schema: Schema
    /// The columns after `message`: position in the schema, and the name as a CSV cell or a JSON key with its colon.
    private let columns: [(position: Int, name: [UInt8])]
    /// Their positions, those that follow each other together.
    private let runs: [Range<Int>]
    private let own: OwnColumns?
    private let longest: TimeSpan?

    package init(layout: TransportSettings.Layout, schema: Schema, channel: Channel) {
        self.init(LineForm(layout), schema: schema, channel: channel)
    }

    /// - Parameters:
    ///   - channel: the parcel's.
    ///   - shared: what places mean that are the same for all of it.
    package init(
        _ form: LineForm, schema: Schema, channel: Channel, shared: [FoldedName: String] = [:]
    ) {
        let layout = form.layout
        self.layout = layout
        self.schema = schema
        longest = form.longest
        own =
            form.columns.isEmpty
            ? nil : OwnColumns(form.columns, schema, shared.merging([FoldedName("channel"): channel.name]) { $1 })
        self.channel = Self.rendered(channel.name, for: layout, csv: (",", ","), json: (#"","channel":"#, ""))
        var taken = Set(Self.leadingColumns)
        var columns: [(position: Int, name: [UInt8])] = []
        for (position, column) in schema.columns.enumerated() {
            // What a record asked of Waybill is nothing to whoever carries the message.
            guard !column.isIgnored, column.field != .id, column.field != .message, column.field != .action else {
                continue
            }
            // What a mail has beside its text is rendered, and no contact's value is markup.
            if channel == .email, form.mailPlaces.contains(FoldedName(column.outputName)) { continue }
            var name = column.outputName
            var number = 2
            while !taken.insert(name.lowercased()).inserted {
                name = "\(column.outputName)_\(number)"
                number += 1
            }
            columns.append((position, Self.rendered(name, for: layout, csv: ("", ""), json: (",", ":"))))
        }
        self.columns = columns
        runs = columns.reduce(into: []) { runs, column in
            if let last = runs.last, last.upperBound == column.position {
                runs[runs.count - 1] = last.lowerBound..<column.position + 1
            } else {
                runs.append(column.position..<column.position + 1)
            }
        }
    }

    /// A text as the layout writes it, with what stands around it.
    private static func rendered(
        _ text: String, for layout: TransportSettings.Layout, csv: (String, String), json: (String, String)
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        switch layout {
        case .csv:
            bytes.append(contentsOf: csv.0.utf8)
            CSVText.append(cell: Array(text.utf8).span, to: &bytes)
            bytes.append(contentsOf: csv.1.utf8)
        case .jsonLines:
            bytes.append(contentsOf: json.0.utf8)
            JSONText.append(text, to: &bytes)
            bytes.append(contentsOf: json.1.utf8)
        case .dialer, .dialerWithReference: break
        }
        return bytes
    }

    private static let dialerColumns = "Account Number,First Name,Last Name,Phone1,Phone2,Phone3,Dial Time"
    private static let leadingColumns = ["reference", "channel", "address", "id", "message"]

    /// What the file's name ends with.
    package var suffix: String { layout.suffix }

    /// The file's first line with its line end; empty for JSON Lines.
    package func header() -> [UInt8] {
        switch layout {
        case .csv:
            if let own { return own.header() }
            var bytes = Array(Self.leadingColumns.joined(separator: ",").utf8)
            for column in columns {
                bytes.append(Self.comma)
                bytes.append(contentsOf: column.name)
            }
            bytes.append(CSVText.lineEnd)
            return bytes
        case .jsonLines: return []
        case .dialer: return Array((Self.dialerColumns + "\n").utf8)
        case .dialerWithReference: return Array((Self.dialerColumns + ",Reference\n").utf8)
        }
    }

    /// Appends one contact's line.
    ///
    /// - Parameters:
    ///   - values: the contact's, one for each column of the schema; missing ones at the end are empty.
    ///   - until: until when the message may arrive, where the form says so.
    ///   - mail: what it has beside its text, by place.
    package func append(
        reference: Reference, address: ArraySlice<UInt8>, message: ArraySlice<UInt8>, values: ContactValues,
        until: Timestamp? = nil, at now: Timestamp? = nil, mail: [(place: FoldedName, text: [UInt8])] = [],
        to bytes: inout [UInt8]
    ) {
        let end = end(until, at: now)
        switch layout {
        case .csv where own != nil, .jsonLines where own != nil:
            own?.append(
                .init(reference: reference, address: address, message: message, values: values, until: end),
                isJSON: layout == .jsonLines, to: &bytes)
        case .csv: appendCSV(reference, address, message, values, to: &bytes)
        case .jsonLines: appendJSON(reference, address, message, values, until: end?.text ?? "", mail, to: &bytes)
        case .dialer: appendDialer(reference, address, values, to: &bytes)
        case .dialerWithReference:
            appendDialer(reference, address, values, to: &bytes)
            bytes.append(Self.comma)
            reference.append(to: &bytes)
        }
        bytes.append(CSVText.lineEnd)
    }

    /// Until when a message is valid, as its line says; nil where the lines do not.
    private func end(_ until: Timestamp?, at now: Timestamp?) -> (text: String, span: TimeSpan)? {
        guard let longest, let now, let end = [until, now.adding(longest)].compactMap(\.self).min() else { return nil }
        return (end.description, TimeSpan(milliseconds: end.milliseconds - now.milliseconds))
    }

    // MARK: - Layouts

    private func appendCSV(
        _ reference: Reference, _ address: ArraySlice<UInt8>, _ message: ArraySlice<UInt8>,
        _ values: ContactValues, to bytes: inout [UInt8]
    ) {
        reference.append(to: &bytes)
        bytes.append(contentsOf: channel)
        CSVText.append(cell: address.span, to: &bytes)
        bytes.append(Self.comma)
        let text = values.bytes.span
        CSVText.append(cell: text.extracting(place(of: .id, in: values)), to: &bytes)
        bytes.append(Self.comma)
        CSVText.append(cell: message.span, to: &bytes)
        for run in runs {
            let start = bytes.count
            if values.append(run, each: Self.comma, to: &bytes) {
                if CSVText.isPlain(bytes, from: start, commas: run.count) { continue }
                bytes.removeLast(bytes.count - start)
            }
            for column in run {
                bytes.append(Self.comma)
                CSVText.append(cell: text.extracting(values.range(column)), to: &bytes)
            }
        }
    }

    private func appendJSON(
        _ reference: Reference, _ address: ArraySlice<UInt8>, _ message: ArraySlice<UInt8>,
        _ values: ContactValues, until end: String, _ mail: [(place: FoldedName, text: [UInt8])],
        to bytes: inout [UInt8]
    ) {
        bytes.append(contentsOf: #"{"reference":""#.utf8)
        reference.append(to: &bytes)
        bytes.append(contentsOf: channel)
        Self.appendMember(#","address":"#, address.span, to: &bytes)
        let text = values.bytes.span
        Self.appendMember(#","id":"#, text.extracting(place(of: .id, in: values)), to: &bytes)
        Self.appendMember(#","message":"#, message.span, to: &bytes)
        if !end.isEmpty { Self.appendMember(#","validuntil":"#, Array(end.utf8).span, to: &bytes) }
        for part in mail where !part.text.isEmpty {
            bytes.append(UInt8(ascii: ","))
            JSONText.append(part.place.text, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            JSONText.append(string: part.text.span, to: &bytes)
        }
        for column in columns {
            let place = values.range(column.position)
            if place.isEmpty { continue }
            bytes.append(contentsOf: column.name)
            JSONText.append(string: text.extracting(place), to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private func appendDialer(
        _ reference: Reference, _ address: ArraySlice<UInt8>, _ values: ContactValues, to bytes: inout [UInt8]
    ) {
        let id = value(of: .id, in: values)
        if id.isEmpty { reference.append(to: &bytes) } else { CSVText.append(cell: id.span, to: &bytes) }
        let (first, last) = names(in: values)
        var phones = Field.phones.map { value(of: $0, in: values) }
        if let called = phones.firstIndex(of: address) { phones.swapAt(0, called) }
        for cell in [first, last, phones[0], phones[1], phones[2], value(of: .callbackat, in: values)] {
            bytes.append(Self.comma)
            CSVText.append(cell: cell.span, to: &bytes)
        }
    }

    private func names(in values: ContactValues) -> (first: ArraySlice<UInt8>, last: ArraySlice<UInt8>) {
        let first = value(of: .firstname, in: values)
        let last = value(of: .lastname, in: values)
        guard first.isEmpty, last.isEmpty else { return (first, last) }
        let name = value(of: .name, in: values)
        guard let space = name.lastIndex(of: Self.space) else { return ([], name) }
        let given = name[..<space]
        let end = given.lastIndex { $0 != Self.space }.map { $0 + 1 } ?? given.startIndex
        return (given[..<end], name[(space + 1)...])
    }

    private func value(of field: Field, in values: ContactValues) -> ArraySlice<UInt8> {
        values.bytes[place(of: field, in: values)]
    }

    @inline(__always)
    private func place(of field: Field, in values: ContactValues) -> Range<Int> {
        values.range(schema.position(of: field) ?? -1)
    }

    private static let comma = CSVText.comma
    private static let space = UInt8(ascii: " ")

    private static func appendMember(_ key: StaticString, _ value: borrowing Span<UInt8>, to bytes: inout [UInt8]) {
        guard !value.isEmpty else { return }
        // Safe: a static string lives for ever.
        key.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
        JSONText.append(string: value, to: &bytes)
    }
}
