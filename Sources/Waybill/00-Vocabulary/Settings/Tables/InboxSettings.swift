/// `inbox`: a folder, an object that says how the folder's files become ready, or a list of these.
enum InboxSettings {
    private typealias Folder = (path: String, readiness: Configuration.InboxReadiness?)

    @Sendable static func read(_ setting: ConfigurationSetting, into configuration: inout Configuration) {
        guard let folders = folders(setting) else { return }
        configuration.inbox = folders.map(\.path)
        configuration.inboxReadiness = [:]
        for folder in folders { configuration.inboxReadiness[folder.path] = folder.readiness }
    }

    @Sendable static func tree(of configuration: Configuration) -> JSON5Tree {
        guard !configuration.inboxReadiness.isEmpty else { return .texts(configuration.inbox) }
        return .list(
            configuration.inbox.map { path in
                guard let own = configuration.inboxReadiness[path] else { return .text(path) }
                // Settings left out come from the campaigns.
                return .object([("path", .text(path))] + readiness.members(of: own, countedFrom: .init()))
            })
    }

    private static let readiness = [
        Setting("ready", \Configuration.InboxReadiness.ready, .orNull(.choice)),
        Setting("quiet", \.quiet, .orNull(.quietTime)),
        Setting("marker", \.marker, .orNull(.markerEnding)),
    ]

    private static func folders(_ setting: ConfigurationSetting) -> [Folder]? {
        switch setting.value.content {
        case .string, .object:
            return folder(setting).map { [$0] }
        case .null, .boolean, .number, .array:
            break
        }
        guard let folders = setting.list("a folder, or a list of folders", folder) else { return nil }
        guard !folders.isEmpty else { return setting.mismatch("at least one folder") }
        guard Set(folders.map(\.path)).count == folders.count else {
            setting.report("a folder stands twice in this list: remove it once")
            return nil
        }
        return folders
    }

    private static func folder(_ setting: ConfigurationSetting) -> Folder? {
        guard case .object = setting.value.content else { return setting.text("a folder").map { ($0, nil) } }
        guard var section = setting.section() else { return nil }
        var path = ""
        var own = Configuration.InboxReadiness()
        section.read("path", into: &path) { $0.text("a folder") }
        section.read(readiness, into: &own)
        section.finish()
        guard !path.isEmpty else {
            section.missing("path", in: setting, example: "{ path: \"/mnt/share\", ready: \"marker\" }")
            return nil
        }
        return (path, own)
    }
}

extension ConfigurationSetting {
    /// The suffix that makes a drop's name its marker's.
    func markerEnding() -> String? {
        guard let marker = text("an ending such as \".done\"") else { return nil }
        return marker.contains("/") ? wrong(marker, "an ending without /") : marker
    }
}
