import SystemIO

/// Reads `waybill.json5` into a `Configuration`, and reports everything that is wrong with it at once.
///
/// A wrong setting keeps its default in the result; the result must not be used if a problem is an error. The file is
/// JSON5; if its text is not, the first fault is the only problem reported.
package struct ConfigurationReader {
    let reading: ConfigurationReading
    var configuration = Configuration()
    /// Campaigns that name their strategy themselves, with the place, for checks once everything is read.
    /// Transports whose calls say who sends, and whose `values` do not.
    var senderless: [(transport: String, setting: ConfigurationSetting)] = []
    var strategyUses: [(strategy: String, campaign: String, setting: ConfigurationSetting)] = []
    /// Where `residency` is written, by campaign; the workspace's under no name.
    var residencies: [String: ConfigurationSetting] = [:]
    /// Every name of a policy, strategy or transport, including those with wrong settings.
    var names: [ConfigurationReading.Table: [String]] = [
        .policies: [], .strategies: [], .transports: ["folder"], .accounts: [],
    ]

    /// Reads the bytes of a configuration file. `file` is its name in the problems; `readFile` reads files it names;
    /// `listing` gives the names in the workspace's folder `rules`.
    package static func read(
        _ bytes: [UInt8], file: String = "waybill.json5",
        reading readFile: @escaping (String) throws -> [UInt8] = { try Files.read($0, limit: mostFileBytes) },
        listing: @escaping () throws -> [String] = { [] }
    ) -> (configuration: Configuration, problems: [ConfigurationProblem]) {
        let rules = RuleShelf(read: readFile, listing: listing)
        let reading = ConfigurationReading(file: file, rules: rules, readFile: readFile)
        var reader = ConfigurationReader(reading: reading)
        do throws(JSON5Error) {
            let root = try JSON5Reader.read(bytes)
            reportDoubleKeys(root, path: "", to: reading)
            reader.readRoot(ConfigurationSetting(value: root, path: "", reading: reading))
        } catch {
            reading.report(error.message, at: error.position, path: "")
        }
        return (reader.configuration, reading.problemsInFileOrder + rules.problems)
    }

    /// The largest file the configuration may name. Years of holidays take a few kilobytes.
    package static let mostFileBytes = 4 << 20

    private init(reading: ConfigurationReading) {
        self.reading = reading
    }

    private mutating func readRoot(_ setting: ConfigurationSetting) {
        guard var root = setting.section() else { return }
        root.read(WorkspaceSettings.all, into: &configuration)
        residencies[""] = root.setting("residency")
        names[.lists] = configuration.lists.named.keys.sorted()
        // Campaigns name transports, policies and strategies; policies need the campaigns' time zones.
        readTransports(&root)
        readAccounts(&root)
        readStrategies(&root)
        readCampaigns(&root)
        names[.campaigns] = configuration.campaigns.map(\.name)
        readPolicies(&root)
        readRules()
        root.finish()
        checkMentions()
        checkStrategyUses()
        checkResidency()
        checkMails()
        checkSubscribers()
        checkChannelNames()
        checkChannels()
    }

    /// A key that occurs twice is an error anywhere: nobody can tell which of the two was meant.
    static func reportDoubleKeys(_ value: JSON5Value, path: String, to reading: ConfigurationReading) {
        switch value.content {
        case .object(let members):
            var first: [String: JSON5Position] = [:]
            for member in members {
                if let earlier = first[member.key] {
                    reading.report(
                        "the key \(JSON5Reader.quoted(member.key)) stands twice, first in line \(earlier.line): "
                            + "remove one of them", at: member.position, path: path)
                } else {
                    first[member.key] = member.position
                }
                reportDoubleKeys(member.value, path: ConfigurationPath.joined(path, key: member.key), to: reading)
            }
        case .array(let values):
            for (position, element) in values.enumerated() {
                reportDoubleKeys(element, path: ConfigurationPath.joined(path, position: position), to: reading)
            }
        case .null, .boolean, .number, .string:
            break
        }
    }
}
