package import Foundation

/// One call of a server.
package struct WebCall: Sendable {
    package let url: URL
    package let method: String
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]
    /// Milliseconds from the beginning until the answer is whole.
    package let timeout: Int
    /// More bytes of an answer are not read.
    package let most: Int

    /// A web address; nil for a text that is none.
    package static func address(_ text: String) -> URL? {
        guard let url = URL(string: text), url.host != nil else { return nil }
        return url
    }

    package init(
        url: URL, method: String, headers: [(name: String, value: String)], body: [UInt8], timeout: Int, most: Int
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.most = most
    }
}

/// What came of a call.
package enum WebOutcome: Sendable {
    /// Header names are in lower case. A redirect is an answer: it is not followed.
    case answered(status: Int, headers: [String: String], body: [UInt8])
    /// Not a byte of the body has left: the server cannot have acted on it.
    case notSent(String)
    /// It may have reached the server, and what came back is no whole answer.
    case unknown(String)
}
