import Foundation
import SystemIO

extension Secret {
    /// The secret itself: the variable's value or the file's text, without the line ends behind it. It is read each
    /// time, so that whatever renews a file need tell nobody.
    ///
    /// - Parameters:
    ///   - what: it is, for messages: `the key`.
    ///   - folder: where a relative path counts from.
    func read(_ what: String, in folder: String) throws(TransportProblem) -> String {
        var text: String
        let place: String
        switch self {
        case .environment(let variable):
            place = "the variable \(variable)"
            text = ProcessInfo.processInfo.environment[variable] ?? ""
        case .file(let path):
            place = path
            do {
                let whole = path.hasPrefix("/") ? path : folder + "/" + path
                text = String(decoding: try Files.read(whole, limit: 65_536), as: UTF8.self)
            } catch {
                throw TransportProblem("the file \(path), which should hold \(what), cannot be read (\(error.reason))")
            }
        }
        while text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else { throw TransportProblem("\(place), which should hold \(what), is empty or not set") }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw TransportProblem("\(place) does not hold \(what): it has several lines, or control characters")
        }
        return text
    }
}
