/// One object of the configuration; it remembers which keys were asked for, and reports those that nobody knows.
struct ConfigurationSection {
    let members: [JSON5Member]
    let path: String
    let problems: ConfigurationProblemList
    private var known: [String] = []

    init(members: [JSON5Member], path: String, problems: ConfigurationProblemList) {
        self.members = members
        self.path = path
        self.problems = problems
    }

    /// A key's value; nil when it is not there. Of a key that stands twice, the last.
    mutating func setting(_ key: String) -> ConfigurationSetting? {
        known.append(key)
        return members.last { $0.key == key }.map(setting)
    }

    func setting(_ member: JSON5Member) -> ConfigurationSetting {
        ConfigurationSetting(
            value: member.value, path: ConfigurationPath.joined(path, key: member.key), problems: problems)
    }

    /// Replaces a property by a key's value, if the key is there and well.
    mutating func read<T>(_ key: String, into property: inout T, _ read: (ConfigurationSetting) -> T?) {
        guard let setting = setting(key), let value = read(setting) else { return }
        property = value
    }

    /// The same for a property that `null` empties.
    mutating func readOptional<T>(_ key: String, into property: inout T?, _ read: (ConfigurationSetting) -> T?) {
        guard let setting = setting(key) else { return }
        if setting.value.isNull {
            property = nil
        } else if let value = read(setting) {
            property = value
        }
    }

    /// Reads an object within this one.
    mutating func readSection(_ key: String, _ read: (inout ConfigurationSection) -> Void) {
        guard let setting = setting(key), var section = setting.section() else { return }
        read(&section)
        section.finish()
    }

    /// Reads `rate`.
    mutating func readRate(into rate: inout Rate) {
        readSection("rate") { section in
            section.readOptional("perSecond", into: &rate.perSecond) { $0.integer(1...1_000_000) }
            section.readOptional("perHour", into: &rate.perHour) { $0.integer(1...1_000_000_000) }
            section.readOptional("perDay", into: &rate.perDay) { $0.integer(1...1_000_000_000) }
        }
    }

    /// Reads an object whose keys are names of the user's own.
    mutating func readNames(_ key: String, _ read: (String, ConfigurationSetting) -> Void) {
        guard let setting = setting(key), let section = setting.section() else { return }
        section.eachName(read)
    }

    /// The members by name, the last of those that stand twice, in file order; a name that is empty is reported.
    func eachName(_ read: (String, ConfigurationSetting) -> Void) {
        var last: [String: Int] = [:]
        for (position, member) in members.enumerated() { last[member.key] = position }
        for (position, member) in members.enumerated() where last[member.key] == position {
            let isVisible = !member.key.unicodeScalars.contains { $0.properties.generalCategory == .control }
            guard !member.key.isEmpty, isVisible else {
                problems.add(
                    "a name has at least one character, and no control characters", at: member.position, path: path)
                continue
            }
            read(member.key, setting(member))
        }
    }

    /// Reports a key that must be there and is not; the place is that of the object, given by `owner`.
    func missing(_ key: String, in owner: ConfigurationSetting, example: String) {
        owner.report("the key \"\(key)\" is missing: write \(example)")
    }

    /// Reports every key that was not asked for. `elsewhere` explains keys that are right in other company.
    func finish(elsewhere: [String: String] = [:]) {
        for member in members where !known.contains(member.key) {
            let message: String
            if let explanation = elsewhere[member.key] {
                message = "the key \"\(member.key)\" \(explanation)"
            } else if let near = NearestName.of(member.key, in: known) {
                message = "unknown key \(JSON5Reader.quoted(member.key)), did you mean \"\(near)\"?"
            } else {
                let all = known.map { "\"\($0)\"" }.joined(separator: ", ")
                message = "unknown key \(JSON5Reader.quoted(member.key)); the keys here are \(all)"
            }
            problems.add(message, at: member.position, path: path)
        }
    }
}
