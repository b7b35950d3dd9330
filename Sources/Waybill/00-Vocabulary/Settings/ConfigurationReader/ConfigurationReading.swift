/// What accumulates while a configuration file is read: its problems, and its references to other parts of itself.
final class ConfigurationReading {
    private let file: String
    /// Reads a file that the configuration names, by its path there.
    let readFile: (String) throws -> [UInt8]
    private var problems: [(offset: Int, problem: ConfigurationProblem)] = []
    /// Uses of names, looked up once all parts are read.
    private(set) var mentions: [Mention] = []
    /// Uses of channels, likewise.
    private(set) var channelMentions: [(channel: Channel, setting: ConfigurationSetting)] = []
    /// Wherever a channel is written.
    private(set) var channelNames: [(channel: Channel, setting: ConfigurationSetting)] = []
    /// Senders where they are named, likewise.
    private(set) var senders: [(channel: Channel, setting: ConfigurationSetting)] = []
    /// Subscribers that want mail, likewise.
    private(set) var mailSubscribers: [ConfigurationSetting] = []
    /// The time zones in which a moment without an offset is read.
    var zones: Set<String> = []
    /// The source of the rules of law.
    let rules: RuleShelf
    private var advice = 0
    /// With more problems than this nobody reads suggestions, and computing each one compares all names.
    private static let mostAdvice = 1_000

    /// A part of the configuration whose entries are referred to by name.
    enum Table: String {
        case policies, strategies, transports, accounts, campaigns
        case lists = "lists.named"
    }

    struct Mention {
        let table: Table
        let name: String
        let setting: ConfigurationSetting
    }

    init(
        file: String, rules: RuleShelf? = nil, readFile: @escaping (String) throws -> [UInt8]
    ) {
        self.file = file
        self.readFile = readFile
        self.rules = rules ?? RuleShelf(read: readFile)
    }

    /// Whether to suggest a name for this problem.
    func advises() -> Bool {
        advice += 1
        return advice <= Self.mostAdvice
    }

    func report(
        _ message: String, at position: JSON5Position, path: String,
        severity: ConfigurationProblem.Severity = .error
    ) {
        problems.append(
            (
                position.offset,
                ConfigurationProblem(
                    file: file, line: position.line, column: position.column, path: path, message: message,
                    severity: severity)
            ))
    }

    /// In file order; problems at the same place keep the order in which they were found.
    var problemsInFileOrder: [ConfigurationProblem] {
        problems.enumerated()
            .sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }
            .map(\.element.problem)
    }

    fileprivate func note(_ mention: Mention) { mentions.append(mention) }

    fileprivate func note(sender channel: Channel, _ setting: ConfigurationSetting) {
        senders.append((channel, setting))
        channelNames.append((channel, setting))
    }

    fileprivate func note(mailSubscriber setting: ConfigurationSetting) { mailSubscribers.append(setting) }

    fileprivate func note(channel: Channel, _ setting: ConfigurationSetting) {
        channelMentions.append((channel, setting))
        channelNames.append((channel, setting))
    }

    fileprivate func note(ownChannel channel: Channel, _ setting: ConfigurationSetting) {
        channelNames.append((channel, setting))
    }
}

extension ConfigurationSetting {
    /// Reads a name that a part of the configuration must define.
    func mention(of table: ConfigurationReading.Table) -> String? {
        guard let name = text("a name in \(table.rawValue)") else { return nil }
        reading.note(ConfigurationReading.Mention(table: table, name: name, setting: self))
        return name
    }

    /// Notes the channel that is the key of this setting.
    func channel(named name: String) -> Channel {
        reading.note(channel: Channel(name), self)
        return Channel(name)
    }

    /// A channel that something is sent over.
    func ownChannel(_ name: String) -> Channel {
        reading.note(ownChannel: Channel(name), self)
        return Channel(name)
    }

    /// The channel whose sender this is.
    func sender(over name: String) -> Channel {
        reading.note(sender: Channel(name), self)
        return Channel(name)
    }

    func noteMailSubscriber() { reading.note(mailSubscriber: self) }

    /// A channel that something should be sent over.
    func channelMention() -> Channel? {
        guard let channel = text("the name of a channel").map(Channel.init(_:)) else { return nil }
        reading.note(channel: channel, self)
        return channel
    }
}
