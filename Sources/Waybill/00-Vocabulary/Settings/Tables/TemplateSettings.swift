/// A template: the name of its file, or an object with subject, text, HTML and languages.
enum TemplateSettings {
    static let form = SettingForm<TemplateFiles>(read: read) { files in
        let base = files.base
        if base.subject == nil, base.html == nil, files.languages.isEmpty { return .text(base.text) }
        let languages = JSON5Tree.sorted(files.languages) { .object(texts.members(of: $0)) }
        return .object(texts.members(of: base) + [("languages", languages)])
    }

    private static let texts = [
        Setting("subject", \TemplateFiles.Texts.subject, .orNull(.text("a subject"))),
        Setting("text", \.text, .orNull(.text("the name of a file in templates/"))),
        Setting("html", \.html, .orNull(.text("the name of a file in templates/"))),
    ]

    @Sendable private static func read(_ setting: ConfigurationSetting) -> TemplateFiles? {
        if case .string = setting.value.content {
            return setting.text("the name of a file in templates/").map { TemplateFiles(text: $0) }
        }
        let example = "{ subject: \"Your invoice\", text: \"templates/invoice.txt\" }"
        guard var section = setting.section("the name of a file in templates/, or an object such as \(example)") else {
            return nil
        }
        var files = TemplateFiles()
        section.read(texts, into: &files.base)
        if let languages = section.setting("languages") {
            languages.section()?.eachName { name, setting in
                guard let tag = TemplateFiles.tag(name) else {
                    return setting.report("\(JSON5Reader.quoted(name)) is no language: write it as \"de\" or \"pt-BR\"")
                }
                guard var section = setting.section() else { return }
                var own = TemplateFiles.Texts()
                section.read(texts, into: &own)
                section.finish()
                for (key, isThere, isNeeded) in own.compared(with: files.base) where isThere != isNeeded {
                    setting.report(
                        isNeeded
                            ? "the \(key) is missing in this language: write it, as the template has one"
                            : "the template has no \(key) but in this language: write one there too")
                }
                files.languages[tag] = own
            }
        }
        section.finish()
        guard files.base != TemplateFiles.Texts() else {
            setting.report("this template has neither a subject nor a text: write \(example)")
            return nil
        }
        return files
    }
}

extension TemplateFiles.Texts {
    fileprivate func compared(with base: Self) -> [(key: String, isThere: Bool, isNeeded: Bool)] {
        [
            ("subject", subject != nil, base.subject != nil), ("text", text != nil, base.text != nil),
            ("html", html != nil, base.html != nil),
        ]
    }
}
