import Foundation
import SystemIO

/// A relay and how it is spoken to, as a ticket keeps it; no secret is in it.
struct SMTPRelay: Hashable, Codable, Sendable {
    let transport: String
    let host: String
    let port: Int
    let hello: String
    let perConnection: Int
    /// Milliseconds.
    let timeout: Int64
    let user: String?
    let secret: RelaySettings.Secret?
    let method: RelaySettings.Method?

    init(_ name: String, _ settings: TransportSettings) {
        transport = name
        host = settings.relay.host
        port = settings.relay.port
        hello = settings.relay.hello
        perConnection = settings.relay.perConnection
        timeout = settings.timeout.milliseconds
        user = settings.relay.login?.user
        secret = settings.relay.login?.secret
        method = settings.relay.login?.method
    }
}

extension RelaySettings.Secret {
    /// The secret itself: the variable's value, or the file's first line. The file is read each time, so a program that
    /// refreshes a token only has to write the file.
    ///
    /// - Parameter folder: where a relative path counts from.
    func read(in folder: String) throws(TransportProblem) -> String {
        switch self {
        case .environment(let name):
            guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
                throw TransportProblem("the environment has no variable \(name), which the relay's secret is in")
            }
            return value
        case .file(let path):
            let place = path.hasPrefix("/") ? path : folder + "/" + path
            do {
                let line = try Files.read(place, limit: 1 << 16).prefix { $0 != 0x0A && $0 != 0x0D }
                guard !line.isEmpty else { throw TransportProblem("\(path), which the relay's secret is in, is empty") }
                return String(decoding: line, as: UTF8.self)
            } catch let problem as TransportProblem {
                throw problem
            } catch {
                throw TransportProblem("the file of the relay's secret cannot be read: \(error)")
            }
        }
    }
}
