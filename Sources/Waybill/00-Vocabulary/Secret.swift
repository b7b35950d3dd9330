/// Where a secret is: it stands in no configuration, ticket, log or report, and is read when it is needed.
package enum Secret: Hashable, Codable, Sendable {
    case environment(String)
    case file(String)
}

extension SettingForm<Secret> {
    static var secret: SettingForm {
        SettingForm(
            read: { setting in
                let wanted = "{ env: \"NAME\" } or { file: \"/path\" }: a secret stands in no configuration"
                guard let section = setting.section(wanted) else { return nil }
                guard section.members.count == 1, let member = section.members.first,
                    ["env", "file"].contains(member.key)
                else {
                    setting.report("expected \(wanted)")
                    return nil
                }
                guard let place = section.setting(member).text() else { return nil }
                return member.key == "env" ? .environment(place) : .file(place)
            },
            tree: { secret in
                switch secret {
                case .environment(let name): .object([("env", .text(name))])
                case .file(let path): .object([("file", .text(path))])
                }
            })
    }
}
