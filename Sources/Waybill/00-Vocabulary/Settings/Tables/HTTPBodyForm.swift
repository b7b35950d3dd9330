extension SettingForm<HTTPBody> {
    /// JSON whose texts have places. `{ each: … }` in a list is repeated for each message; `{ literal: … }` is a text
    /// written as it is, with `with: "place"` only where that has a value.
    static var httpBody: SettingForm {
        SettingForm(
            read: { setting in
                switch setting.value.content {
                case .object, .array: setting.httpBody(inList: false)
                case .null, .boolean, .number, .string: setting.mismatch("an object or a list")
                }
            }, tree: tree)
    }

    @Sendable private static func tree(_ body: HTTPBody) -> JSON5Tree {
        switch body {
        case .text(let text): .text(text.text)
        case .literal(let text, let place):
            .object([("literal", .text(text))] + (place.map { [("with", .text($0.text))] } ?? []))
        case .raw(let text): .raw(text)
        case .list(let values): .list(values.map(tree))
        case .each(let value): .object([("each", tree(value))])
        case .object(let members): .object(members.map { ($0.key, tree($0.value)) })
        }
    }
}

extension ConfigurationSetting {
    /// Nil after a report.
    fileprivate func httpBody(inList: Bool) -> HTTPBody? {
        switch value.content {
        case .null: return .raw("null")
        case .boolean(let flag): return .raw(flag ? "true" : "false")
        case .number(let number):
            guard let integer = number.integer else { return mismatch("a whole number, or a text") }
            return .raw(String(integer))
        case .string(let text):
            // Unlike texts elsewhere, it may be empty or have several lines.
            do throws(PlaceText.Mistake) { return .text(try PlaceText(text)) } catch {
                report(error.message)
                return nil
            }
        case .array(let values):
            return list("a list") { $0.httpBody(inList: true) }.flatMap { read in
                read.count == values.count ? .list(read) : nil
            }
        case .object(let members):
            if let literal = members.first, literal.key == "literal", case .string(let text) = literal.value.content {
                if members.count == 1 { return .literal(text, with: nil) }
                if members.count == 2, members[1].key == "with", case .string(let place) = members[1].value.content,
                    !place.isEmpty
                {
                    return .literal(text, with: FoldedName(place))
                }
            }
            guard let section = section() else { return nil }
            if members.count == 1, members[0].key == "each" {
                guard inList else {
                    report("{ each: … } stands in a list: write [{ each: … }]")
                    return nil
                }
                return section.setting(members[0]).httpBody(inList: false).map { .each($0) }
            }
            var read: [HTTPMember] = []
            for member in members {
                guard let value = section.setting(member).httpBody(inList: false) else { return nil }
                read.append(HTTPMember(key: member.key, value: value))
            }
            return .object(read)
        }
    }
}
