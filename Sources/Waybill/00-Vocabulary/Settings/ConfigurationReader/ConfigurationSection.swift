/// One object of the configuration. It remembers which keys were asked for, and reports the unknown ones.
struct ConfigurationSection {
    let members: [JSON5Member]
    let path: String
    let reading: ConfigurationReading
    private var known: [String] = []

    init(members: [JSON5Member], path: String, reading: ConfigurationReading) {
        self.members = members
        self.path = path
        self.reading = reading
    }

    /// A key's value; nil if the key is absent. If a key occurs twice, the last.
    mutating func setting(_ key: String) -> ConfigurationSetting? {
        known.append(key)
        return members.last { $0.key == key }.map(setting)
    }

    func setting(_ member: JSON5Member) -> ConfigurationSetting {
        ConfigurationSetting(
            value: member.value, path: ConfigurationPath.joined(path, key: member.key), reading: reading)
    }

    /// Replaces a property by a key's value, if the key is there and valid.
    mutating func read<T>(_ key: String, into property: inout T, _ read: (ConfigurationSetting) -> T?) {
        guard let setting = setting(key), let value = read(setting) else { return }
        property = value
    }

    /// Reads the settings of a table into their owner.
    mutating func read<Owner>(_ settings: [Setting<Owner>], into owner: inout Owner) {
        for row in settings {
            if let setting = setting(row.key) { row.read(setting, &owner) }
        }
    }

    /// Reads an object whose keys are names the user chose.
    mutating func readNames(_ key: String, _ read: (String, ConfigurationSetting) -> Void) {
        guard let setting = setting(key), let section = setting.section() else { return }
        section.eachName(read)
    }

    /// The index of each name among the members; if a name occurs twice, the last.
    var places: [String: Int] {
        Dictionary(members.enumerated().map { ($0.element.key, $0.offset) }) { _, last in last }
    }

    /// Visits the members by name in file order; if a name occurs twice, the last. Reports an empty name.
    func eachName(_ read: (String, ConfigurationSetting) -> Void) {
        let last = places
        for (position, member) in members.enumerated() where last[member.key] == position {
            let isVisible = !member.key.unicodeScalars.contains { $0.properties.generalCategory == .control }
            guard !member.key.isEmpty, isVisible else {
                reading.report(
                    "a name has at least one character, and no control characters", at: member.position, path: path)
                continue
            }
            read(member.key, setting(member))
        }
    }

    /// Reports a missing key, at the place of its object, `owner`.
    func missing(_ key: String, in owner: ConfigurationSetting, example: String) {
        owner.report("the key \"\(key)\" is missing: write \(example)")
    }

    /// Reports every key that was not asked for. `elsewhere` explains keys that are valid in another context.
    func finish(elsewhere: [String: String] = [:]) {
        let isKnown = Set(known)
        for member in members where !isKnown.contains(member.key) {
            let message: String
            if let explanation = elsewhere[member.key] {
                message = "the key \"\(member.key)\" \(explanation)"
            } else if !reading.advises() {
                message = "unknown key \(JSON5Reader.quoted(member.key))"
            } else if let near = NearestName.of(member.key, in: known) {
                message = "unknown key \(JSON5Reader.quoted(member.key)), did you mean \"\(near)\"?"
            } else {
                let all = known.map { "\"\($0)\"" }.joined(separator: ", ")
                message = "unknown key \(JSON5Reader.quoted(member.key)); the keys here are \(all)"
            }
            reading.report(message, at: member.position, path: path)
        }
    }
}
