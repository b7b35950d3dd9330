import Foundation

/// The settings of transports of kind `http`.
enum HTTPTable {
    static let all: [Setting<TransportSettings>] =
        [
            Setting("url", \TransportSettings.http.url, .webAddress),
            Setting("resource", \.http.resource, .orNull(.places)),
            Setting("method", \.http.method, .choice),
            Setting("headers", \.http.headers, .headers),
            Setting("form", \.http.form, .choice),
            Setting("body", \.http.body, .httpBody),
            Setting("values", \.http.values, .texts),
            Setting("key", \.http.key, .orNull(.secret)),
            .group("authorization", \.http.authorization, authorization),
            Setting("batch", \.http.batch, .integer(1...2_000)),
        ] + pace + [
            Setting("idempotencyHeader", \.http.idempotencyHeader, .orNull(.headerName)),
            Setting("idempotencyKeeps", \.http.idempotencyKeeps, .duration(.minutes(10)...TimeSpan.hours(24 * 30))),
            Setting("events", \.http.events, .orNull(events)),
            Setting("resendAfterSilence", \.http.resendsAfterSilence, .flag),
            TransportTable.validity,
            Setting("answers", \.http.answers, .list("a list of answers", of: answer(isWhole: true))),
            Setting("perRecipient", \.http.perRecipient, .orNull(recipients)),
            Setting("code", \.http.code, .orNull(.text("a place in the answer, such as \"errors.0.code\""))),
            Setting("detail", \.http.detail, .orNull(.text("a place in the answer, such as \"errors.0.message\""))),
        ]

    private static let pace: [Setting<TransportSettings>] = [
        Setting("callsPerSecond", \TransportSettings.http.callsPerSecond, .orNull(.integer(1...10_000))),
        Setting("concurrency", \.concurrency, .integer(1...64)),
        Setting("timeout", \.timeout, .duration(TimeSpan(milliseconds: 100)...TimeSpan.minutes(10))),
    ]

    static let authorization = [
        Setting("header", \HTTPSettings.Authorization.header, .headerName),
        Setting("scheme", \.scheme, .orNull(.text("a scheme such as \"Bearer\""))),
        Setting("user", \.user, .orNull(.text("a user's name"))),
        Setting("issuer", \.issuer, .orNull(.text("who signs"))),
    ]

    private static let events = SettingForm<HTTPSettings.Events>.object(
        "an object such as { resource: \"/events?parcel={{parcel}}\", list: \"results\", reference: \"reference\" }",
        [
            Setting("resource", \HTTPSettings.Events.resource, .orNull(.places)),
            Setting("list", \.list, .anyText),
            Setting("reference", \.reference, .text("a place in an entry")),
            Setting("next", \.next, .orNull(.text("a place in the answer"))),
            Setting("after", \.after, .duration(.minutes(1)...TimeSpan.hours(24))),
            Setting("keeps", \.keeps, .duration(.hours(1)...TimeSpan.hours(24 * 60))),
        ], from: HTTPSettings.Events(), needing: [("resource", "resource: \"/events?parcel={{parcel}}\"")])

    private static func answer(isWhole: Bool) -> SettingForm<HTTPSettings.AnswerRule> {
        .object(
            "an answer such as { status: \"429\", outcome: \"later\" }",
            (isWhole ? [Setting("status", \HTTPSettings.AnswerRule.statuses, .statuses)] : []) + [
                Setting("at", \.place, .orNull(.text("a place in the answer"))),
                Setting("is", \.words, .list("a list of texts", of: .text())),
                Setting("outcome", \.meaning, .choice),
            ] + (isWhole ? [] : [Setting("after", \.after, .orNull(.duration(.minutes(1)...TimeSpan.hours(24))))]),
            from: HTTPSettings.AnswerRule(), needing: [("outcome", "outcome: \"accepted\"")])
    }

    private static let recipients = SettingForm<HTTPSettings.RecipientAnswers>.object(
        "an object such as { list: \"messages\", reference: \"messageId\", answers: […] }",
        [
            Setting("list", \HTTPSettings.RecipientAnswers.list, .anyText),
            Setting("reference", \.reference, .orNull(.text("a place in an entry"))),
            Setting("answers", \.answers, .list("a list of answers", of: answer(isWhole: false))),
            Setting("code", \.code, .orNull(.text("a place in an entry"))),
            Setting("detail", \.detail, .orNull(.text("a place in an entry"))),
        ], from: HTTPSettings.RecipientAnswers(), needing: [("answers", "answers: [{ at: \"status\", … }]")])

    /// Checks that need more than one setting.
    static func check(_ transport: TransportSettings, _ setting: ConfigurationSetting) {
        let http = transport.http
        let hasURL = setting.section()?.members.contains { $0.key == "url" } == true
        if http.url.isEmpty, !hasURL { setting.report("the key \"url\" is missing: write url: \"https://…\"") }
        checkAddress(http, setting)
        let isFound = http.perRecipient?.reference != nil || http.events != nil
        if isFound, !http.givesReference {
            setting.report(
                "what became of a message is found by its reference, which no call gives the server: write {{reference}} into "
                    + "the body")
        }
        if http.perRecipient?.answers.contains(where: { $0.after != nil && $0.meaning != .later }) == true {
            setting.report(
                "\"after\" says when a message is wanted that is wanted later: write it beside outcome: \"later\"")
        }
        for name in http.events?.resource?.names ?? []
        where !HTTPSettings.Events.places.map(FoldedName.init).contains(name) {
            setting.report(
                "\"events\" asks once for a parcel, with {{batch}}, {{parcel}}, {{campaign}} and {{since}} only: remove other "
                    + "places from its resource")
        }
        if http.resendsAfterSilence, http.events == nil {
            setting.report(
                "\"resendAfterSilence\" is about what \"events\" do not tell of, and there are none: write events")
        }
        let each = http.body.eachCount
        if each > 1 { setting.report("\"each\" stands in the body more than once: a message has one place there") }
        if http.batch > 1, each == 0 {
            setting.report(
                "\"batch\" is \(http.batch), and the body has no place for several messages: write one as { each: … } in "
                    + "a list, or batch: 1")
        }
        if http.form == .urlencoded {
            let isFlat: Bool
            if case .object(let members) = http.body {
                isFlat = members.allSatisfy { member in
                    switch member.value {
                    case .text, .literal, .raw: true
                    case .list, .each, .object: false
                    }
                }
            } else {
                isFlat = false
            }
            if !isFlat { setting.report("a body of form \"urlencoded\" is an object of texts and numbers") }
        }
        if http.key == nil, http.authorization != HTTPSettings.Authorization() {
            setting.report("\"authorization\" says how a key travels, and there is none: write key: { env: \"…\" }")
        }
    }
}

extension HTTPTable {
    /// What is appended to the url must leave its host and its query as they are.
    private static func checkAddress(_ http: HTTPSettings, _ setting: ConfigurationSetting) {
        guard let url = URLComponents(string: http.url), url.host != nil else { return }
        let appended = [http.resource, http.events?.resource].compactMap { $0?.text }
        if url.percentEncodedQuery != nil, !appended.isEmpty {
            return setting.report(
                "\"resource\" is appended to the url, behind its query: write the query into resource")
        }
        guard url.percentEncodedPath.isEmpty, let text = appended.first(where: { !"/?".contains($0.prefix(1)) }) else {
            return
        }
        setting.report(
            "\"resource\" is appended to the url as it stands, which makes another host of it: write "
                + JSON5Reader.quoted("/" + text))
    }
}

extension SettingForm<PlaceText> {
    /// A text with places for values.
    static var places: SettingForm {
        SettingForm(read: { $0.text().flatMap($0.places) }, tree: { .text($0.text) })
    }
}

extension ConfigurationSetting {
    /// A text that everybody gets as it stands: a place for a value would be sent with its braces.
    ///
    /// - Parameter what: what it is, as in `the header`.
    func fixedText(_ what: String) -> String? {
        guard let text = self.text() else { return nil }
        guard let opening = text.range(of: "{{") else { return text }
        let place = text[opening.lowerBound...]
        let shown = place.range(of: "}}").map { place[..<$0.upperBound] } ?? place.prefix(2)
        report("\(what) is sent as it stands and has no places for values: remove \(shown)")
        return nil
    }

    fileprivate func places(_ text: String) -> PlaceText? {
        do throws(PlaceText.Mistake) { return try PlaceText(text) } catch {
            report(error.message)
            return nil
        }
    }
}

extension SettingForm<String> {
    /// A text that may be empty.
    fileprivate static var anyText: SettingForm {
        SettingForm(
            read: { setting in
                if case .string("") = setting.value.content { return "" }
                return setting.text()
            }, tree: { .text($0) })
    }

    fileprivate static var headerName: SettingForm {
        SettingForm(
            read: { setting in
                guard let name = setting.text("the name of a header") else { return nil }
                return isHeaderName(name) ? name : setting.wrong(name, "the name of a header")
            }, tree: { .text($0) })
    }

    /// RFC 9110 §5.6.2.
    fileprivate static func isHeaderName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }

    /// `https://host…`; without TLS only to this machine, since a key goes with each call.
    static var webAddress: SettingForm {
        SettingForm(
            read: { setting in
                let wanted = "a web address such as \"https://api.example.com\""
                guard let text = setting.text(wanted) else { return nil }
                func refuse() -> String? {
                    // What stands in front of it may be a password, which is never shown.
                    if !text.contains("@") { return setting.wrong(text, wanted) }
                    setting.report(
                        "expected \(wanted), without a user or password in it: a secret comes from the environment or a "
                            + "file, as key: { env: \"…\" }")
                    return nil
                }
                guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty,
                    parts.user == nil, parts.password == nil, parts.fragment == nil, parts.url != nil
                else { return refuse() }
                guard parts.rangeOfPort == nil || parts.port.map((1...65_535).contains) == true else {
                    return setting.wrong(text, wanted + ": ports are 1 to 65535")
                }
                switch parts.scheme?.lowercased() {
                case "https": return text
                case "http":
                    if ["localhost", "127.0.0.1", "[::1]", "::1"].contains(host.lowercased()) { return text }
                    setting.report("without TLS only this machine is called: write https://")
                    return nil
                case .some, nil: return refuse()
                }
            }, tree: { .text($0) })
    }
}

extension SettingForm<[String: String]> {
    /// Texts by names.
    fileprivate static var texts: SettingForm {
        named { section, texts in section.eachName { name, setting in texts[name] = setting.text() } }
    }

    static var headers: SettingForm {
        named { section, headers in
            section.eachName { name, setting in
                guard SettingForm<String>.isHeaderName(name) else {
                    return setting.report("\(JSON5Reader.quoted(name)) cannot be the name of a header")
                }
                let lower = name.lowercased()
                if ["authorization", "cookie", "proxy-authorization", "x-api-key"].contains(lower) {
                    return setting.report(
                        "a secret does not stand in the configuration: write key: { env: \"…\" }, and "
                            + "authorization: { header: \"\(name)\" } where it is another header than Authorization")
                }
                if ["content-length", "host", "transfer-encoding", "connection"].contains(lower) {
                    return setting.report("this header belongs to the connection: remove it")
                }
                headers[name] = setting.fixedText("the header")
            }
        }
    }

    private static func named(
        _ read: @escaping @Sendable (ConfigurationSection, inout [String: String]) -> Void
    ) -> SettingForm {
        SettingForm(
            read: { setting in
                guard let section = setting.section() else { return nil }
                var texts: [String: String] = [:]
                read(section, &texts)
                return texts
            }, tree: { .sorted($0) { .text($0) } })
    }
}

extension SettingForm<[ClosedRange<Int>]> {
    /// `2xx`, `429`, `500-504`, several joined by commas.
    fileprivate static var statuses: SettingForm {
        SettingForm(
            read: { setting in
                let wanted = "statuses such as \"200\", \"2xx\", \"500-504\" or \"429, 503\""
                guard let text = setting.text(wanted) else { return nil }
                var statuses: [ClosedRange<Int>] = []
                for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                    guard let range = range(part.filter { $0 != " " }) else { return setting.wrong(text, wanted) }
                    statuses.append(range)
                }
                return statuses
            },
            tree: { statuses in
                .text(
                    statuses.map { range in
                        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
                    }.joined(separator: ", "))
            })
    }

    private static func range(_ text: String) -> ClosedRange<Int>? {
        if text.count == 3, text.hasSuffix("xx"), let hundreds = Int(text.prefix(1)), (1...5).contains(hundreds) {
            return hundreds * 100...hundreds * 100 + 99
        }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard let first = ends.first, let last = ends.last, ends.count <= 2, first <= last, (100...599).contains(first),
            (100...599).contains(last)
        else { return nil }
        return first...last
    }
}
