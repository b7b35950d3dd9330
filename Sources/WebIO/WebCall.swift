package import Foundation

/// One call to a server.
package struct WebCall: Sendable {
    package let url: URL
    package let method: String
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]
    /// Milliseconds from the start until the answer must be complete.
    package let timeout: Int
    /// The most bytes of an answer to read.
    package let most: Int
    /// Its place in the pace of its server's calls; nil: it begins at once.
    package let slot: Slot?

    package struct Slot: Sendable, Equatable {
        /// Whose pace it is.
        package let lane: UInt32
        /// Monotonic microseconds: it does not begin before.
        package let start: Int64
        /// Microseconds between two calls.
        package let gap: Int64

        package init(lane: UInt32, start: Int64, gap: Int64) {
            (self.lane, self.start, self.gap) = (lane, start, gap)
        }
    }

    var address: String { url.absoluteString }

    /// Scheme, host and port: who is called.
    var server: String {
        let port = url.port.map { ":\($0)" } ?? ""
        return "\(url.scheme?.lowercased() ?? "")://\(url.host?.lowercased() ?? "")\(port)"
    }

    /// A web address; nil if the text is not one.
    package static func address(_ text: String) -> URL? {
        guard let url = URL(string: text), url.host != nil else { return nil }
        return url
    }

    package init(
        url: URL, method: String, headers: [(name: String, value: String)], body: [UInt8], timeout: Int, most: Int,
        slot: Slot? = nil
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.most = most
        self.slot = slot
    }
}

/// The outcome of a call.
package enum WebOutcome: Sendable {
    /// Header names are in lower case. A redirect is an answer: it is not followed.
    case answered(status: Int, headers: [String: String], body: [UInt8])
    /// No byte of the body was sent, so the server cannot have acted on it.
    case notSent(String)
    /// The call may have reached the server, but no complete answer came back.
    case unknown(String)
}
