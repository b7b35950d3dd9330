import Foundation

/// What a transport needs to identify a parcel again, kept on the parcel's row once it is leaving.
///
/// JSON: `{"content":{…},"kind":"folder","version":1}`. The content is the transport's own.
package struct Ticket: Hashable, Sendable {
    package let bytes: [UInt8]

    /// From the bytes in the store.
    package init(bytes: [UInt8]) { self.bytes = bytes }

    package init(_ kind: TransportSettings.Kind, version: Int, _ content: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        bytes = Array(try encoder.encode(Envelope(kind: kind.rawValue, version: version, content: content)))
    }

    /// The kind of transport that wrote it; nil if it cannot be read.
    package var kind: TransportSettings.Kind? {
        (try? JSONDecoder().decode(Head.self, from: Data(bytes))).flatMap { TransportSettings.Kind(rawValue: $0.kind) }
    }

    /// The transport's content. Throws for another kind or version.
    package func content<Content: Decodable>(
        _ kind: TransportSettings.Kind, version: Int, as _: Content.Type = Content.self
    ) throws(TransportProblem) -> Content {
        let decoder = JSONDecoder()
        guard let head = try? decoder.decode(Head.self, from: Data(bytes)) else {
            throw TransportProblem("the parcel's ticket is damaged")
        }
        guard head.kind == kind.rawValue, head.version == version,
            let envelope = try? decoder.decode(Read<Content>.self, from: Data(bytes))
        else {
            throw TransportProblem(
                "the parcel's ticket is of kind \(head.kind), version \(head.version), which this waybill "
                    + "does not read; start the one that wrote it")
        }
        return envelope.content
    }

    private struct Head: Decodable {
        let kind: String
        let version: Int
    }

    private struct Envelope<Content: Encodable>: Encodable {
        let kind: String
        let version: Int
        let content: Content
    }

    private struct Read<Content: Decodable>: Decodable {
        let content: Content
    }
}
