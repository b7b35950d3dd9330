/// Where the texts of a template are: one file, or for mails a subject and the files of a text and an HTML part; and
/// the same in other languages.
package struct TemplateFiles: Hashable, Sendable {
    /// For contacts whose language is not listed.
    package var base = Texts()
    /// By language tag in lower case: every version has all that `base` has.
    package var languages: [String: Texts] = [:]

    package init(text: String? = nil) { base.text = text }

    package struct Texts: Hashable, Sendable {
        /// The subject itself, not a file.
        package var subject: String?
        package var text: String?
        package var html: String?
        package init() {}
    }

    /// A language tag in the form for comparison: `de_AT` is `de-at`. Nil for what is no tag (RFC 5646, without its
    /// registry).
    package static func tag(_ language: some StringProtocol) -> String? {
        let tag = language.lowercased().replacing("_", with: "-")
        let parts = tag.utf8.split(separator: 0x2D, omittingEmptySubsequences: false)
        let isTag = parts.allSatisfy { part in
            (1...8).contains(part.count) && part.allSatisfy { $0 &- 0x61 < 26 || $0 &- 0x30 < 10 }
        }
        guard isTag, let first = parts.first, first.count > 1, first.allSatisfy({ $0 >= 0x61 }) else { return nil }
        return tag
    }

    /// Its files, each with the keys that lead to it from the template's setting.
    package var files: [(keys: [String], path: String)] {
        var files = base.files.map { ([$0.key], $0.path) }
        for (language, texts) in languages.sorted(by: { $0.key < $1.key }) {
            files += texts.files.map { (["languages", language, $0.key], $0.path) }
        }
        return files
    }
}

extension TemplateFiles.Texts {
    fileprivate var files: [(key: String, path: String)] {
        [("text", text), ("html", html)].compactMap { key, path in path.map { (key, $0) } }
    }
}
