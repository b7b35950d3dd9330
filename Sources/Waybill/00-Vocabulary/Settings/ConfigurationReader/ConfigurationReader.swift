import SystemIO

/// Reads `waybill.json5` into a `Configuration`, and reports everything that is wrong with it at once.
///
/// A setting that is wrong keeps its default in the result, which must not be used when a problem is an error. The file's
/// form is JSON5; of a text that is not, the first place is the only problem.
package struct ConfigurationReader {
    let problems: ConfigurationProblemList
    /// Reads a file that the configuration names, by its path there.
    let readFile: (String) throws -> [UInt8]
    var configuration = Configuration()
    /// Names of policies, strategies and transports where they are used, to be looked up once all are read.
    var mentions: [Mention] = []
    /// Channels where they are named, likewise.
    var channelMentions: [(channel: Channel, setting: ConfigurationSetting)] = []
    /// Campaigns that name their strategy themselves: where, and the campaign as it stands when all are read.
    var strategyUses: [(strategy: String, campaign: String, setting: ConfigurationSetting)] = []
    /// Every name of a policy, strategy or transport, also of those that are wrong inside.
    var names: [Mention.Table: [String]] = [
        .policies: [], .strategies: [], .transports: ["folder"], .accounts: [],
    ]

    struct Mention {
        let table: Table
        let name: String
        let setting: ConfigurationSetting

        enum Table: String { case policies, strategies, transports, accounts }
    }

    /// Reads the bytes of a configuration file; `file` is its name in the problems, `reading` reads files that it names.
    package static func read(
        _ bytes: [UInt8], file: String = "waybill.json5",
        reading readFile: @escaping (String) throws -> [UInt8] = { try Files.read($0, limit: mostFileBytes) }
    ) -> (configuration: Configuration, problems: [ConfigurationProblem]) {
        let problems = ConfigurationProblemList(file: file)
        var reader = ConfigurationReader(problems: problems, readFile: readFile)
        do throws(JSON5Error) {
            let root = try JSON5Reader.read(bytes)
            reportDoubleKeys(root, path: "", to: problems)
            UnfinishedSettings.report(root, to: problems)
            reader.readRoot(ConfigurationSetting(value: root, path: "", problems: problems))
        } catch {
            problems.add(error.message, at: error.position, path: "")
        }
        return (reader.configuration, problems.inFileOrder)
    }

    /// Of a file that the configuration names: years of holidays take some kilobytes.
    package static let mostFileBytes = 4 << 20

    private init(problems: ConfigurationProblemList, readFile: @escaping (String) throws -> [UInt8]) {
        self.problems = problems
        self.readFile = readFile
    }

    private mutating func readRoot(_ setting: ConfigurationSetting) {
        guard var root = setting.section() else { return }
        var readiness: [String: Configuration.InboxReadiness] = [:]
        root.read("inbox", into: &configuration.inbox) { Self.inbox($0, &readiness) }
        configuration.inboxReadiness = readiness
        root.read("outbox", into: &configuration.outbox) { $0.text("a folder") }
        root.read("state", into: &configuration.state) { $0.text("a folder") }
        root.read("region", into: &configuration.region) { $0.region() }
        root.read("timezone", into: &configuration.timezone) { $0.zone() }
        root.read("endOfDay", into: &configuration.endOfDay) { setting in
            guard let time = setting.timeOfDay() else { return nil }
            guard time.minutes > 0 else {
                setting.report("a day cannot end when it begins: write \"24:00\" for midnight")
                return nil
            }
            return time
        }
        readKeeping(&root)
        // Transports, policies and strategies are named by campaigns, and policies need the campaigns' time zones.
        readTransports(&root)
        readAccounts(&root)
        readStrategies(&root)
        readCampaigns(&root)
        readPolicies(&root)
        root.finish()
        checkMentions()
        checkStrategyUses()
        checkChannels()
    }

    private mutating func readKeeping(_ root: inout ConfigurationSection) {
        root.readSection("keepDays") { section in
            section.read("archive", into: &configuration.keepDays.archive) { $0.integer(0...36_500) }
            section.read("notices", into: &configuration.keepDays.notices) { $0.integer(0...36_500) }
            section.read("reports", into: &configuration.keepDays.reports) { $0.integer(0...36_500) }
            section.read("contacts", into: &configuration.keepDays.contacts) { $0.integer(0...36_500) }
        }
        root.readSection("archive") { section in
            section.read("compress", into: &configuration.archiveCompress) { $0.boolean() }
        }
        root.readSection("limits") { section in
            section.read("dropBytes", into: &configuration.limits.dropBytes) { $0.size(1...Int64.max) }
            // Fields and records are addressed with 28 and 32 bits; 16 MiB leaves room for many records in a chunk.
            section.read("recordBytes", into: &configuration.limits.recordBytes) { $0.size(1...16 << 20).map(Int.init) }
            section.read("columns", into: &configuration.limits.columns) { $0.integer(1...4_096) }
            section.read("gzipRatio", into: &configuration.limits.gzipRatio) { $0.integer(1...1_000_000) }
        }
        root.readSection("reports") { section in
            section.read("addresses", into: &configuration.reports.addresses) { $0.choice() }
            section.readOptional("splitBy", into: &configuration.reports.splitBy) { $0.anyColumn() }
        }
        root.readSection("log") { section in
            section.read("format", into: &configuration.log.format) { $0.choice() }
            section.read("level", into: &configuration.log.level) { $0.choice() }
        }
    }

    /// A key that stands twice is an error wherever it is: which of the two somebody meant cannot be told.
    private static func reportDoubleKeys(_ value: JSON5Value, path: String, to problems: ConfigurationProblemList) {
        switch value.content {
        case .object(let members):
            var first: [String: JSON5Position] = [:]
            for member in members {
                if let earlier = first[member.key] {
                    problems.add(
                        "the key \(JSON5Reader.quoted(member.key)) stands twice, first in line \(earlier.line): "
                            + "remove one of them", at: member.position, path: path)
                } else {
                    first[member.key] = member.position
                }
                reportDoubleKeys(member.value, path: ConfigurationPath.joined(path, key: member.key), to: problems)
            }
        case .array(let values):
            for (position, element) in values.enumerated() {
                reportDoubleKeys(element, path: ConfigurationPath.joined(path, position: position), to: problems)
            }
        case .null, .boolean, .number, .string:
            break
        }
    }
}
