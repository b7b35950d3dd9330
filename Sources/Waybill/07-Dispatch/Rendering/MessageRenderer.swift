/// Writes the messages of one step: a template with its columns resolved in a batch's schema, in the language of the
/// contact's column `language`, or the language it is a variety of (`de` for `de-AT`).
///
/// A contact's own `message` replaces the template; without either the message is empty (contract §3 and §8).
package struct MessageRenderer: Sendable {
    /// A value that a contact lacks and the template has no default for.
    package struct MissingValue: Error, Hashable, Sendable {
        /// The contact's code in the reports.
        package static let code = Code.templateMissingValue
        /// The column's name as the template writes it.
        package let column: String

        package var message: String {
            "The template needs \"\(column)\", and the contact has no value there; fill the column, or give the "
                + "template a default as in {{\(column)|default}}."
        }
    }

    /// A template whose columns are looked up.
    package struct PlacedText: Sendable {
        private enum Piece: Sendable {
            case text([UInt8])
            /// A position of −1 is a column that the drop lacks.
            case value(position: Int, name: String, default: [UInt8]?)
        }

        private let pieces: [Piece]

        init(_ template: MessageTemplate, _ schema: Schema) {
            pieces = template.pieces.map { piece in
                switch piece {
                case .text(let bytes): .text(bytes)
                case .column(let name, let byDefault):
                    .value(
                        position: MessageTemplate.position(of: name, in: schema) ?? -1, name: name, default: byDefault)
                }
            }
        }

        /// If a value is missing, `bytes` is left unchanged. The template's own text is not escaped; in HTML, its
        /// defaults are HTML too.
        func append(
            _ values: [ArraySlice<UInt8>], as form: ValueForm = .plain, to bytes: inout [UInt8]
        ) throws(MissingValue) {
            let start = bytes.count
            for piece in pieces {
                switch piece {
                case .text(let text): bytes.append(contentsOf: text)
                case .value(let position, let name, let byDefault):
                    let value = MessageRenderer.value(at: position, in: values)
                    if !value.isEmpty {
                        form.append(value, to: &bytes)
                    } else if let byDefault {
                        bytes.append(contentsOf: byDefault)
                    } else {
                        bytes.removeSubrange(start...)
                        throw MissingValue(column: name)
                    }
                }
            }
        }
    }

    /// The texts of a message in one language.
    package struct Version: Sendable {
        package let subject: PlacedText?
        package let text: PlacedText?
        package let html: PlacedText?

        fileprivate init(_ texts: StepTemplate.Texts, _ schema: Schema) {
            subject = texts.subject.map { PlacedText($0, schema) }
            text = texts.text.map { PlacedText($0, schema) }
            html = texts.html.map { PlacedText($0, schema) }
        }
    }

    private let base: Version
    private let languages: [String: Version]
    /// The links for unsubscribing from mails; the place {{reference}} has the position after all columns.
    private let unsubscribe: [PlacedText]
    private let messagePosition: Int
    private let languagePosition: Int

    package init(template: StepTemplate?, schema: Schema) {
        base = Version(template?.base ?? StepTemplate.Texts(), schema)
        languages = template?.languages.mapValues { Version($0, schema) } ?? [:]
        var extended = schema
        extended.append(Column(name: "reference", field: nil))
        unsubscribe = template?.unsubscribe.map { PlacedText($0, extended) } ?? []
        messagePosition = schema.position(of: .message) ?? -1
        languagePosition = schema.position(of: .language) ?? -1
    }

    /// Appends a contact's message as text, or as HTML if the template has only that. If a value is missing, `bytes` is
    /// left unchanged.
    package func append(_ values: [ArraySlice<UInt8>], to bytes: inout [UInt8]) throws(MissingValue) {
        let own = ownMessage(in: values)
        guard own.isEmpty else { return bytes.append(contentsOf: own) }
        let version = version(for: values)
        if let text = version.text {
            try text.append(values, to: &bytes)
        } else {
            try version.html?.append(values, as: .html, to: &bytes)
        }
    }

    /// Checks whether a mail lacks a value, or would have no text at all.
    package func checkMail(_ values: [ArraySlice<UInt8>]) throws(MissingValue) {
        var scratch: [UInt8] = []
        let version = version(for: values)
        try version.subject?.append(values, to: &scratch)
        _ = try links(values, [0x78])
        guard ownMessage(in: values).isEmpty else { return }
        if version.text == nil, version.html == nil { throw MissingValue(column: Field.message.label) }
        try version.text?.append(values, to: &scratch)
        try version.html?.append(values, to: &scratch)
    }

    /// Where somebody unsubscribes from a mail with this reference.
    package func links(_ values: [ArraySlice<UInt8>], _ reference: [UInt8]) throws(MissingValue) -> [[UInt8]] {
        if unsubscribe.isEmpty { return [] }
        var links: [[UInt8]] = []
        let extended = values + [reference[...]]
        for link in unsubscribe {
            var bytes: [UInt8] = []
            try link.append(extended, as: .address, to: &bytes)
            links.append(bytes)
        }
        return links
    }

    /// The contact's own message, which replaces the template; empty if the template counts.
    package func ownMessage(in values: [ArraySlice<UInt8>]) -> ArraySlice<UInt8> {
        Self.value(at: messagePosition, in: values)
    }

    package func version(for values: [ArraySlice<UInt8>]) -> Version {
        if languages.isEmpty { return base }
        let wanted = String(decoding: Self.value(at: languagePosition, in: values), as: UTF8.self)
        var tag = TemplateFiles.tag(wanted) ?? ""
        while !tag.isEmpty {
            if let version = languages[tag] { return version }
            tag = tag.lastIndex(of: "-").map { String(tag[..<$0]) } ?? ""
        }
        return base
    }

    private static func value(at position: Int, in values: [ArraySlice<UInt8>]) -> ArraySlice<UInt8> {
        position >= 0 && position < values.count ? values[position] : []
    }
}
