/// What a server's answer says about the messages of a call, by the transport's rules.
struct HTTPAnswers {
    let status: Int
    /// Nil where the answer is no JSON.
    private let json: JSON5Value?
    private let settings: HTTPSettings
    private let body: [UInt8]
    private let hidden: Set<String>

    /// - Parameter hidden: the key, in its forms: of what the server gives back of a call it is not told.
    init(_ settings: HTTPSettings, status: Int, body: [UInt8], hiding hidden: Set<String> = []) {
        self.settings = settings
        self.hidden = hidden
        self.status = status
        self.body = body
        json = try? JSON5Reader.read(body)
    }

    /// What it means as a whole: by the first rule that fits, else by the status alone.
    ///
    /// An answer that blames the transport and not a message (its key, its address) means `later`: no message fails for
    /// it.
    var meaning: HTTPSettings.Meaning {
        let rule = settings.answers.first { rule in
            rule.statuses.contains { $0.contains(status) } && Self.fits(rule, json)
        }
        if let rule { return rule.meaning }
        switch status {
        case 200..<300: return .accepted
        case 408, 409, 303: return .unknown
        case 300..<400, 401...407, 410, 411, 413...415, 421, 425, 426, 429, 431, 503: return .later
        case 400..<500: return .refused
        case _: return .unknown
        }
    }

    /// Whether a server says that it gets too many calls.
    var isTooFast: Bool { status == 429 }

    /// Whether a server that wants calls later is only busy.
    var isBusy: Bool { status == 429 || status == 503 }

    /// What became of each message if the answer as a whole is `accepted`; `unknown` if it does not say.
    ///
    /// - Parameter references: those of the call's messages, in order.
    func outcomes(of references: [Reference]) -> [MessageOutcome] {
        guard let rules = settings.perRecipient else { return references.map { _ in .accepted } }
        guard let json, case .array(let entries)? = Self.find(rules.list, in: json)?.content else {
            return references.map { _ in .unknown }
        }
        if let path = rules.reference {
            var found: [String: [JSON5Value]] = [:]
            for entry in entries {
                if let text = Self.text(path, in: entry) { found[text.lowercased(), default: []].append(entry) }
            }
            return references.map { reference in
                let entries = found[reference.description.lowercased()] ?? []
                let outcomes = Set(entries.map { outcome(rules, $0) })
                // Two that contradict each other count as none.
                return outcomes.count == 1 ? outcomes.first ?? .unknown : .unknown
            }
        }
        guard entries.count == references.count else { return references.map { _ in .unknown } }
        return entries.map { outcome(rules, $0) }
    }

    /// The answer as a refusal of each message of the call.
    var refusal: MessageOutcome {
        refusal(settings.code, settings.detail, json, otherwise: "HTTP \(status)")
    }

    /// The answer as one by which the transport stops, to each message of the call.
    var stopping: MessageOutcome {
        guard case .refused(let code, let detail) = refusal else { return .later }
        return .stopping(code: code, detail: detail, isLasting: status / 100 == 4)
    }

    /// Why calls are wanted later, for the status and the log, without anything the server echoes from a call.
    var words: String {
        switch status {
        case 401, 403: "it answers \(status): look at its key"
        case 300..<400: "it answers \(status) and leads elsewhere, which is not followed: correct its url"
        case 404, 405, 410: "it answers \(status): look at its url and resource"
        case _: "it answers \(status)" + (code.isEmpty ? "" : " (\(code))")
        }
    }

    /// Why nobody knows what became of messages of a call that was answered with yes. Of the answer it has the name of
    /// the page at the most, such as that of a login.
    var silence: String {
        let what = json == nil ? "what is no JSON" : "what says nothing of some messages"
        let name = title.map { ", a page named \"\($0)\"" } ?? ""
        return "it answers \(status) with \(what)\(name)"
    }

    private var title: String? {
        let text = String(decoding: body.prefix(4_096), as: UTF8.self)
        guard json == nil, let match = text.firstMatch(of: #/(?i)<title[^>]*>\s*([^<]{1,60})/#) else { return nil }
        // What has a digit or an address in it may be of the call.
        let words = CarrierWords.detail(String(match.output.1), hiding: hidden).split(separator: " ")
        return words.filter { !$0.contains { $0.isNumber || $0 == "@" } }.joined(separator: " ")
    }

    private var code: String {
        CarrierWords.code(settings.code.flatMap { Self.text($0, in: json) } ?? "", hiding: hidden)
    }

    private func outcome(_ rules: HTTPSettings.RecipientAnswers, _ entry: JSON5Value) -> MessageOutcome {
        let rule = rules.answers.first { Self.fits($0, entry) }
        switch rule?.meaning {
        case .accepted: return .accepted
        case .refused: return refusal(rules.code, rules.detail, entry, otherwise: "")
        case .later: return rule?.after.map { .postponed($0) } ?? .later
        case .unknown, nil: return .unknown
        }
    }

    private func refusal(
        _ code: String?, _ detail: String?, _ json: JSON5Value?, otherwise: String
    ) -> MessageOutcome {
        .refused(
            code: CarrierWords.code(code.flatMap { Self.text($0, in: json) } ?? "", hiding: hidden),
            detail: CarrierWords.detail(detail.flatMap { Self.text($0, in: json) } ?? otherwise, hiding: hidden))
    }

    private static func fits(_ rule: HTTPSettings.AnswerRule, _ json: JSON5Value?) -> Bool {
        guard let place = rule.place else { return true }
        guard let text = text(place, in: json) else { return false }
        return rule.words.isEmpty
            || rule.words.contains { word in
                word == text || word.contains("*") && DropPattern(word).matches(DropPattern(text))
            }
    }

    /// The text, number or word at a place; nil where there is none, or something larger.
    static func text(_ path: String, in json: JSON5Value?) -> String? {
        switch json.flatMap({ find(path, in: $0) })?.content {
        case .string(let text): text
        case .number(let number): number.text
        case .boolean(let flag): flag ? "true" : "false"
        case .null, .array, .object, nil: nil
        }
    }

    static func find(_ path: String, in json: JSON5Value) -> JSON5Value? {
        var value = json
        for part in path.split(separator: ".") {
            switch value.content {
            case .object(let members):
                guard let member = members.last(where: { $0.key == part }) else { return nil }
                value = member.value
            case .array(let values):
                guard let place = Int(part), values.indices.contains(place) else { return nil }
                value = values[place]
            case .null, .boolean, .number, .string: return nil
            }
        }
        return value
    }
}
