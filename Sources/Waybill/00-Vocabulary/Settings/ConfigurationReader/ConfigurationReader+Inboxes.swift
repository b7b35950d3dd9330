extension ConfigurationReader {
    /// Reads `inbox`: a folder, an object that says how its files become ready, or a list of such.
    static func inbox(
        _ setting: ConfigurationSetting, _ readiness: inout [String: Configuration.InboxReadiness]
    ) -> [String]? {
        switch setting.value.content {
        case .string, .object:
            return folder(setting, &readiness).map { [$0] }
        case .null, .boolean, .number, .array:
            break
        }
        var own = readiness
        let wanted = "a folder, or a list of folders"
        guard let folders = setting.list(wanted, { folder($0, &own) }) else { return nil }
        guard !folders.isEmpty else { return setting.mismatch("at least one folder") }
        guard Set(folders).count == folders.count else {
            setting.report("a folder stands twice in this list: remove it once")
            return nil
        }
        readiness = own
        return folders
    }

    private static func folder(
        _ setting: ConfigurationSetting, _ readiness: inout [String: Configuration.InboxReadiness]
    ) -> String? {
        guard case .object = setting.value.content else { return setting.text("a folder") }
        guard var section = setting.section() else { return nil }
        var path = ""
        var own = Configuration.InboxReadiness()
        section.read("path", into: &path) { $0.text("a folder") }
        section.readOptional("ready", into: &own.ready) { $0.choice() }
        section.readOptional("quiet", into: &own.quiet) { $0.quietTime() }
        section.readOptional("marker", into: &own.marker) { $0.markerEnding() }
        section.finish()
        guard !path.isEmpty else {
            section.missing("path", in: setting, example: "{ path: \"/mnt/share\", ready: \"marker\" }")
            return nil
        }
        readiness[path] = own
        return path
    }
}

extension ConfigurationSetting {
    /// How long a file must rest.
    func quietTime() -> TimeSpan? { duration(TimeSpan(milliseconds: 0)...TimeSpan.hours(24)) }

    /// What is appended to a drop's name to make its marker.
    func markerEnding() -> String? {
        guard let marker = text("an ending such as \".done\"") else { return nil }
        return marker.contains("/") ? wrong(marker, "an ending without /") : marker
    }
}
