import SystemIO

/// Templates are read from their files each time, so a corrected one counts at once.
extension Workspace {
    /// Why a text of a template is unusable.
    struct UnusableText: Error, CustomStringConvertible {
        /// The keys that lead to it from the template's setting.
        let keys: [String]
        let description: String
    }

    /// The template of a step; nil if it has none.
    func template(of step: Strategy.Step, _ setup: CampaignSetup) throws -> StepTemplate? {
        guard let name = step.template, let files = setup.campaign.templates[name] else { return nil }
        let (template, problems) = template(of: files)
        if let problem = problems.first { throw problem }
        var whole = template
        whole.unsubscribe = try setup.campaign.mail.unsubscribe.map { try MessageTemplate($0) }
        return whole
    }

    /// The usable part of a template, and the problems of the rest.
    func template(of files: TemplateFiles) -> (template: StepTemplate, problems: [UnusableText]) {
        var problems: [UnusableText] = []
        func compiled(_ keys: [String], _ read: () throws -> MessageTemplate?) -> MessageTemplate? {
            do {
                return try read()
            } catch {
                problems.append(UnusableText(keys: keys, description: "\(error)"))
                return nil
            }
        }
        func texts(_ own: TemplateFiles.Texts, below keys: [String]) -> StepTemplate.Texts {
            var texts = StepTemplate.Texts()
            texts.subject = compiled(keys + ["subject"]) { try own.subject.map { try MessageTemplate($0) } }
            texts.text = compiled(keys + ["text"]) { try own.text.map(template(in:)) }
            texts.html = compiled(keys + ["html"]) { try own.html.map(template(in:)) }
            return texts
        }
        var template = StepTemplate()
        template.base = texts(files.base, below: [])
        for (language, own) in files.languages.sorted(by: { $0.key < $1.key }) {
            template.languages[language] = texts(own, below: ["languages", language])
        }
        return (template, problems)
    }

    private struct BadFile: Error, CustomStringConvertible {
        let description: String
    }

    /// The text of a file, without a byte order mark and without its last line end, which editors add.
    private func template(in file: String) throws -> MessageTemplate {
        var bytes = try Files.read(template(file), limit: 1 << 20)[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        func bad(_ place: Int, _ words: String) -> BadFile {
            BadFile(description: "\(file), line \(bytes.prefix(place).count { $0 == 0x0A } + 1): \(words)")
        }
        if let place = TextForm.firstInvalidByte(in: bytes.span) {
            throw bad(place, "from there on it is not UTF-8; save it in that encoding")
        }
        if let place = TextForm.firstControl(in: bytes.span) { throw bad(place, "a control character; remove it") }
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        if bytes.isEmpty { throw BadFile(description: "\(file) is empty; write the message") }
        do {
            return try MessageTemplate(String(decoding: bytes, as: UTF8.self))
        } catch {
            throw BadFile(description: "\(file), \(error)")
        }
    }
}

extension WorkContext {
    /// The template of a step; nil if it has none.
    func template(of step: Strategy.Step, _ setup: CampaignSetup) throws -> StepTemplate? {
        try workspace.template(of: step, setup)
    }
}
