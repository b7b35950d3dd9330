import SystemIO

/// Where rules come from: the files in the workspace's folder `rules`, else those that come with the program.
///
/// A file that is there but unreadable or wrong is a problem, and never means that there are no rules.
package final class RuleShelf {
    /// The names of the files in the folder `rules`; empty if there is no such folder.
    private let listing: () throws -> [String]
    /// Reads a file by its path in the workspace.
    private let read: (String) throws -> [UInt8]
    private var files: [String: String]?
    private var books: [String: RuleBook] = [:]
    private(set) package var problems: [ConfigurationProblem] = []

    package init(read: @escaping (String) throws -> [UInt8], listing: @escaping () throws -> [String] = { [] }) {
        self.listing = listing
        self.read = read
    }

    /// The countries that have rules, as policies name them, in order.
    package var names: [String] { Set(ShippedRules.texts.keys).union(ownFiles.keys).sorted() }

    /// The rules of a country by the name that policies use; nil if it has none.
    package func book(_ name: String) -> RuleBook? {
        if let known = books[name] { return known }
        let file = ownFiles[name]
        guard let text = file.map(bytes) ?? ShippedRules.texts[name].map({ Array($0.utf8) }) else { return nil }
        var (book, problems) = RuleBookReader.read(
            text, file: file ?? "the rules that come with Waybill for \(name)", country: name.uppercased())
        // A file that could not be read is already reported.
        if text.isEmpty, file != nil { problems = [] }
        book.file = file
        self.problems += problems
        books[name] = book
        return book
    }

    /// The text of a country's rules, to be copied and changed; nil if it has none.
    package func source(_ name: String) -> [UInt8]? {
        ownFiles[name].map(bytes) ?? ShippedRules.texts[name].map { Array($0.utf8) }
    }

    private func bytes(_ file: String) -> [UInt8] {
        do {
            let bytes = try read(file)
            if bytes.isEmpty { report(file, "the file is empty: remove it to go by the rules that come with Waybill") }
            return bytes
        } catch {
            report(file, "it cannot be read: \((error as? SystemError)?.reason ?? "\(error)")")
            return []
        }
    }

    /// Paths in the workspace by country.
    private var ownFiles: [String: String] {
        if let files { return files }
        var found: [String: String] = [:]
        do {
            for name in try listing() where !name.hasPrefix(".") {
                let parts = name.lowercased().split(separator: ".")
                guard let ending = parts.last, parts.count > 1, ["json5", "json"].contains(ending) else { continue }
                let country = String(name.prefix(2))
                if name == country + ".json5", country == country.lowercased(),
                    ConfigurationSetting.isRegion(country.uppercased())
                {
                    found[country] = "rules/" + name
                } else {
                    report(
                        "rules/" + name,
                        "the name is not that of a country's rules, so that they would never hold: write two small letters "
                            + "and .json5, as in us.json5")
                }
            }
        } catch {
            report("rules", "the folder cannot be read: \((error as? SystemError)?.reason ?? "\(error)")")
        }
        files = found
        return found
    }

    private func report(_ file: String, _ message: String) {
        let problem = ConfigurationProblem(
            file: file, line: 1, column: 1, path: "", message: message, severity: .error)
        if !problems.contains(problem) { problems.append(problem) }
    }
}

/// The rules that come with the program: one text per country, in the form of a workspace's own file.
package enum ShippedRules {
    package static let texts = [
        "us": unitedStates, "ca": canada, "gb": unitedKingdom, "fr": france, "es": spain, "de": germany,
        "at": austria, "it": italy, "au": australia, "in": india, "br": brazil, "sg": singapore,
    ].mapValues { $0 + "\n" }
}
