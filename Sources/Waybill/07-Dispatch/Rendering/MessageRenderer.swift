/// Writes the messages of one step: a template with its columns looked up in a batch's schema.
///
/// A contact's own `message` comes before the template; without either the message is empty (contract §3 and §8).
package struct MessageRenderer: Sendable {
    /// A value that a contact lacks and the template has no default for.
    package struct MissingValue: Error, Hashable, Sendable {
        /// The contact's code in the reports.
        package static let code = Code.templateMissingValue
        /// As the template writes it.
        package let column: String

        package var message: String {
            "The template needs \"\(column)\", and the contact has no value there; fill the column, or give the "
                + "template a default as in {{\(column)|default}}."
        }
    }

    private enum Piece: Sendable {
        case text([UInt8])
        /// A position of −1 is a column that the drop lacks.
        case value(position: Int, name: String, default: [UInt8]?)
    }

    private let pieces: [Piece]
    private let messagePosition: Int

    package init(template: MessageTemplate?, schema: Schema) {
        pieces = (template?.pieces ?? []).map { piece in
            switch piece {
            case .text(let bytes): .text(bytes)
            case .column(let name, let byDefault):
                .value(
                    position: MessageTemplate.position(of: name, in: schema) ?? -1, name: name, default: byDefault)
            }
        }
        messagePosition = schema.position(of: .message) ?? -1
    }

    /// Appends a contact's message. When a value is missing, `bytes` is left as it was.
    package func append(_ values: [ArraySlice<UInt8>], to bytes: inout [UInt8]) throws(MissingValue) {
        let own = Self.value(at: messagePosition, in: values)
        guard own.isEmpty else { return bytes.append(contentsOf: own) }
        let start = bytes.count
        for piece in pieces {
            switch piece {
            case .text(let text): bytes.append(contentsOf: text)
            case .value(let position, let name, let byDefault):
                let value = Self.value(at: position, in: values)
                if !value.isEmpty {
                    bytes.append(contentsOf: value)
                } else if let byDefault {
                    bytes.append(contentsOf: byDefault)
                } else {
                    bytes.removeSubrange(start...)
                    throw MissingValue(column: name)
                }
            }
        }
    }

    private static func value(at position: Int, in values: [ArraySlice<UInt8>]) -> ArraySlice<UInt8> {
        position >= 0 && position < values.count ? values[position] : []
    }
}
