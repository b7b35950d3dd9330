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
            case link
            /// A position of −1 is a column that the drop lacks.
            case value(position: Int, name: String, default: [UInt8]?)
        }

        private let pieces: [Piece]

        init(_ template: MessageTemplate, _ schema: Schema, hasLinks: Bool = false) {
            pieces = template.pieces.map { piece in
                switch piece {
                case .text(let bytes): .text(bytes)
                case .column(let name, _) where hasLinks && FoldedName(name) == MessageRenderer.link: .link
                case .column(let name, let byDefault):
                    .value(
                        position: MessageTemplate.position(of: name, in: schema) ?? -1, name: name, default: byDefault)
                }
            }
        }

        /// When a value is missing, `bytes` is left as it was. What the template itself says is not escaped; in HTML
        /// its defaults are HTML too.
        ///
        /// - Parameters:
        ///   - more: values behind all columns.
        ///   - link: the message's own.
        func append(
            _ values: ContactValues, and more: [ArraySlice<UInt8>] = [], link: [UInt8] = [],
            as form: ValueForm = .plain, to bytes: inout [UInt8]
        ) throws(MissingValue) {
            let start = bytes.count
            for piece in pieces {
                switch piece {
                case .text(let text): bytes.append(contentsOf: text)
                case .link: form.append(link, to: &bytes)
                case .value(let position, let name, let byDefault):
                    let value =
                        position < values.count || position >= values.count + more.count
                        ? values.bytes[values.range(position)] : more[position - values.count]
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

        fileprivate init(_ texts: StepTemplate.Texts, _ schema: Schema, hasLinks: Bool) {
            subject = texts.subject.map { PlacedText($0, schema, hasLinks: hasLinks) }
            text = texts.text.map { PlacedText($0, schema, hasLinks: hasLinks) }
            html = texts.html.map { PlacedText($0, schema, hasLinks: hasLinks) }
        }
    }

    private let base: Version
    private let languages: [String: Version]
    private let links: LinkMaker?
    /// Of mails: the campaign's.
    private let sender: String
    /// By which one unsubscribes from mails; places {{reference}} and {{token}} stand behind all columns.
    private let unsubscribe: [PlacedText]
    private let messagePosition: Int
    private let languagePosition: Int
    private let subjectPosition: Int
    private let hasPlainMarks: Bool

    /// - Parameters:
    ///   - plainMarks: of text messages (`PlainMarks`).
    ///   - links: where the campaign has any.
    ///   - sender: of mails that a call carries, where the campaign names one.
    package init(
        template: StepTemplate?, schema: Schema, plainMarks: Bool = false, links: LinkMaker? = nil,
        sender: String? = nil
    ) {
        self.sender = sender ?? ""
        hasPlainMarks = plainMarks
        self.links = links
        base = Version(template?.base ?? StepTemplate.Texts(), schema, hasLinks: links != nil)
        languages = template?.languages.mapValues { Version($0, schema, hasLinks: links != nil) } ?? [:]
        var extended = schema
        extended.append(Column(name: "reference", field: nil))
        extended.append(Column(name: "token", field: nil))
        unsubscribe = template?.unsubscribe.map { PlacedText($0, extended) } ?? []
        messagePosition = schema.position(of: .message) ?? -1
        languagePosition = schema.position(of: .language) ?? -1
        subjectPosition = MessageTemplate.position(of: FoldedName("subject"), in: schema) ?? -1
    }

    package static let link = FoldedName("link")
    package static let token = FoldedName("token")

    /// What stands at `{{link}}` in a message, or in a look at what it would be.
    package func link(to reference: Reference?) -> [UInt8] { links?.link(to: reference) ?? [] }

    /// Appends a contact's message as text, or where the template has only HTML as that. When a value is missing,
    /// `bytes` is left as it was.
    ///
    /// - Parameter reference: nil where it is a look at what the message would be.
    package func append(
        _ values: ContactValues, for reference: Reference? = nil, to bytes: inout [UInt8]
    ) throws(MissingValue) {
        let start = bytes.count
        try appendAsWritten(values, reference, to: &bytes)
        guard hasPlainMarks, bytes[start...].contains(where: { $0 >= 0x80 || $0 == 0x60 || $0 == 0x09 }) else { return }
        let text = PlainMarks.text(String(decoding: bytes[start...], as: UTF8.self))
        bytes.replaceSubrange(start..., with: text.utf8)
    }

    private func appendAsWritten(
        _ values: ContactValues, _ reference: Reference?, to bytes: inout [UInt8]
    ) throws(MissingValue) {
        let own = ownMessage(in: values)
        guard own.isEmpty else { return bytes.append(contentsOf: own) }
        let version = version(for: values)
        if let text = version.text {
            try text.append(values, link: link(to: reference), to: &bytes)
        } else {
            try version.html?.append(values, link: link(to: reference), as: .html, to: &bytes)
        }
    }

    /// What a mail has beside its text where a call carries it (`HTTPSettings.mailPlaces`): the template's subject,
    /// else the contact's column `subject`; HTML, unless the contact has a message of its own; what stands in
    /// `List-Unsubscribe` and `List-Unsubscribe-Post`; and the campaign's sender.
    package func mailParts(
        _ places: Set<FoldedName>, _ values: ContactValues, for reference: Reference? = nil
    ) throws(MissingValue) -> [(place: FoldedName, text: [UInt8])] {
        let version = version(for: values)
        let link = link(to: reference)
        var (subject, html): ([UInt8], [UInt8]) = ([], [])
        try version.subject?.append(values, link: link, to: &subject)
        if subject.isEmpty { subject = Array(values.bytes[values.range(subjectPosition)]) }
        if ownMessage(in: values).isEmpty { try version.html?.append(values, link: link, as: .html, to: &html) }
        let links = try links(values, reference).map { "<\(String(decoding: $0, as: UTF8.self))>" }
        let isOneClick = links.contains { $0.lowercased().hasPrefix("<https:") }
        let parts: [(String, [UInt8])] = [
            ("subject", Array(MailHeader.line(subject).utf8)), ("html", html),
            ("listunsubscribe", Array(links.joined(separator: ", ").utf8)),
            ("oneclick", Array((isOneClick ? "List-Unsubscribe=One-Click" : "").utf8)), ("from", Array(sender.utf8)),
        ]
        return parts.map { (FoldedName($0), $1) }.filter { places.contains($0.0) }
    }

    /// Whether a contact's message is only HTML.
    package func isOnlyHTML(_ values: ContactValues) -> Bool {
        let version = version(for: values)
        return ownMessage(in: values).isEmpty && version.text == nil && version.html != nil
    }

    /// Checks whether a mail lacks a value, or would have no text at all.
    package func checkMail(_ values: ContactValues) throws(MissingValue) {
        var scratch: [UInt8] = []
        let version = version(for: values)
        try version.subject?.append(values, to: &scratch)
        _ = try links(values, nil)
        guard ownMessage(in: values).isEmpty else { return }
        if version.text == nil, version.html == nil { throw MissingValue(column: Field.message.label) }
        try version.text?.append(values, to: &scratch)
        try version.html?.append(values, to: &scratch)
    }

    /// Where somebody unsubscribes from a mail with this reference.
    package func links(_ values: ContactValues, _ reference: Reference?) throws(MissingValue) -> [[UInt8]] {
        if unsubscribe.isEmpty { return [] }
        var found: [[UInt8]] = []
        let name = reference?.description ?? "x"
        let token = links?.token(.unsubscribe, of: reference) ?? ""
        let more = [Array(name.utf8)[...], Array(token.utf8)[...]]
        for link in unsubscribe {
            var bytes: [UInt8] = []
            try link.append(values, and: more, as: .address, to: &bytes)
            found.append(bytes)
        }
        return found
    }

    /// The contact's own message, which replaces the template; empty if the template counts.
    package func ownMessage(in values: ContactValues) -> ArraySlice<UInt8> {
        values.bytes[values.range(messagePosition)]
    }

    package func version(for values: ContactValues) -> Version {
        if languages.isEmpty { return base }
        let wanted = String(decoding: values.bytes[values.range(languagePosition)], as: UTF8.self)
        var tag = TemplateFiles.tag(wanted) ?? ""
        while !tag.isEmpty {
            if let version = languages[tag] { return version }
            tag = tag.lastIndex(of: "-").map { String(tag[..<$0]) } ?? ""
        }
        return base
    }
}
