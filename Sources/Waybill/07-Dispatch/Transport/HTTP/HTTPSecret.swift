import Foundation
import SystemIO

/// The key of a transport, read when it is needed: it stands in no configuration, ticket, log or report.
enum HTTPSecret {
    /// The header that carries the key; nil where there is none.
    static func header(
        _ settings: HTTPSettings, in folder: String, at now: Timestamp
    ) throws(TransportProblem) -> (name: String, value: String)? {
        guard let place = settings.key else { return nil }
        let secret = try read(place, in: folder)
        let way = settings.authorization
        var value = secret
        if let user = way.user { value = Data("\(user):\(secret)".utf8).base64EncodedString() }
        if let issuer = way.issuer { value = token(issuer, secret, at: now) }
        return (way.header, way.scheme.map { "\($0) \(value)" } ?? value)
    }

    private static func read(_ place: HTTPSettings.Secret, in folder: String) throws(TransportProblem) -> String {
        var text: String
        let name: String
        switch place {
        case .environment(let variable):
            name = "the variable \(variable)"
            text = ProcessInfo.processInfo.environment[variable] ?? ""
        case .file(let path):
            name = path
            do {
                let whole = path.hasPrefix("/") ? path : folder + "/" + path
                text = String(decoding: try Files.read(whole, limit: 65_536), as: UTF8.self)
            } catch {
                throw TransportProblem("the key's file \(path) cannot be read (\(error.reason))")
            }
        }
        while text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else { throw TransportProblem("\(name), which should hold the key, is empty or not set") }
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw TransportProblem("\(name) holds no key: it has line ends in it, or what is no ASCII")
        }
        return text
    }

    /// A signed token (RFC 7519): who says it, and when. Servers take it for half a minute or so.
    static func token(_ issuer: String, _ secret: String, at now: Timestamp) -> String {
        var claims = Array(#"{"iss":"#.utf8)
        JSONText.append(issuer, to: &claims)
        claims += Array(",\"iat\":\(now.seconds)}".utf8)
        let text = encoded(Array(#"{"typ":"JWT","alg":"HS256"}"#.utf8)) + "." + encoded(claims)
        return text + "." + encoded(authenticator(Array(text.utf8), Array(secret.utf8)))
    }

    private static func encoded(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }

    /// HMAC with SHA-256 (RFC 2104).
    static func authenticator(_ message: [UInt8], _ key: [UInt8]) -> [UInt8] {
        let block = 64
        var padded = key.count > block ? SHA256.hash(key) : key
        padded += [UInt8](repeating: 0, count: block - padded.count)
        let inner = SHA256.hash(padded.map { $0 ^ 0x36 } + message)
        return SHA256.hash(padded.map { $0 ^ 0x5C } + inner)
    }
}
