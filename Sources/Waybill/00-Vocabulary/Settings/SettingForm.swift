/// How a kind of value appears in the configuration: how to read it (nil after reporting a problem) and how to write
/// it.
struct SettingForm<Value>: Sendable {
    let read: @Sendable (ConfigurationSetting) -> Value?
    /// The value as it is written, or as a fingerprint counts it.
    let tree: @Sendable (_ value: Value, _ isCounted: Bool) -> JSON5Tree

    private init(
        read: @escaping @Sendable (ConfigurationSetting) -> Value?,
        writing tree: @escaping @Sendable (Value, Bool) -> JSON5Tree
    ) {
        self.read = read
        self.tree = tree
    }

    init(
        read: @escaping @Sendable (ConfigurationSetting) -> Value?, tree: @escaping @Sendable (Value) -> JSON5Tree
    ) {
        self.init(read: read, writing: { value, _ in tree(value) })
    }

    /// The form of an optional: `null` is nil.
    static func orNull<Inner>(_ form: SettingForm<Inner>) -> SettingForm where Value == Inner? {
        SettingForm(
            read: { setting in setting.value.isNull ? .some(nil) : form.read(setting).map(Optional.some) },
            writing: { value, isCounted in value.map { form.tree($0, isCounted) } ?? .null })
    }

    static func list<Inner>(_ wanted: String, of form: SettingForm<Inner>) -> SettingForm where Value == [Inner] {
        SettingForm(
            read: { $0.list(wanted, form.read) },
            writing: { values, isCounted in .list(values.map { form.tree($0, isCounted) }) })
    }

    /// An object of settings with some required keys, each with an example for the message.
    static func object(
        _ wanted: String, _ settings: [Setting<Value>], from start: Value,
        needing needed: [(key: String, example: String)] = []
    ) -> SettingForm where Value: Sendable {
        SettingForm(
            read: { setting in
                guard var section = setting.section(wanted) else { return nil }
                let missing = needed.filter { needed in !section.members.contains { $0.key == needed.key } }
                for (key, example) in missing { section.missing(key, in: setting, example: example) }
                var value = start
                section.read(settings, into: &value)
                section.finish()
                return missing.isEmpty ? value : nil
            },
            writing: { value, isCounted in
                .object(settings.members(of: value, countedFrom: isCounted ? start : nil))
            })
    }

    /// `auto`, or one of some words.
    static func auto<Word: RawRepresentable & Sendable>(
        _ words: [Word], ignoresCase: Bool = false
    ) -> SettingForm where Value == AutoOr<Word>, Word.RawValue == String {
        SettingForm(
            read: { $0.auto(words.map { ($0.rawValue, $0) }, ignoresCase: ignoresCase) },
            tree: { .text($0.value?.rawValue ?? "auto") })
    }
}

extension SettingForm where Value: CaseIterable & RawRepresentable & SendableMetatype, Value.RawValue == String {
    /// One of an enumeration's words.
    static var choice: SettingForm { SettingForm(read: { $0.choice() }, tree: { .text($0.rawValue) }) }
}

extension SettingForm<Bool> {
    static var flag: SettingForm { SettingForm(read: { $0.boolean() }, tree: { .boolean($0) }) }
}

extension SettingForm<Int> {
    static func integer(_ bounds: ClosedRange<Int>) -> SettingForm {
        SettingForm(read: { $0.integer(bounds) }, tree: { .number($0) })
    }

    static func size(_ bounds: ClosedRange<Int>) -> SettingForm {
        let form = SettingForm<Int64>.size(Int64(bounds.lowerBound)...Int64(bounds.upperBound))
        return SettingForm(read: { form.read($0).map(Int.init) }, writing: { form.tree(Int64($0), $1) })
    }
}

extension SettingForm<Int64> {
    static func size(_ bounds: ClosedRange<Int64>) -> SettingForm {
        SettingForm(read: { $0.size(bounds) }, tree: written)
    }

    @Sendable private static func written(_ bytes: Int64) -> JSON5Tree {
        for (factor, unit) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] as [(Int64, String)]
        where bytes > 0 && bytes % factor == 0 {
            return .text("\(bytes / factor) \(unit)")
        }
        return .raw(String(bytes))
    }
}

extension SettingForm<String> {
    fileprivate init(_ read: @escaping @Sendable (ConfigurationSetting) -> String?) {
        self.init(read: read, tree: { .text($0) })
    }

    static func text(_ wanted: String = "a text in quotes") -> SettingForm { SettingForm { $0.text(wanted) } }
    /// One of our columns, or the sender's own.
    static var anyColumn: SettingForm { SettingForm { $0.anyColumn() } }
    static var region: SettingForm { SettingForm { $0.region() } }
    /// Where data lies: a word of the user's, such as `eu`.
    static var place: SettingForm { SettingForm { $0.text("where data has to stay, such as \"eu\"") } }
    static var zone: SettingForm { SettingForm { $0.zone() } }
    static var markerEnding: SettingForm { SettingForm { $0.markerEnding() } }
    /// A name that another part of the configuration must define.
    static func mention(of table: ConfigurationReading.Table) -> SettingForm { SettingForm { $0.mention(of: table) } }
}

extension SettingForm<TimeSpan> {
    static func duration(_ bounds: ClosedRange<TimeSpan>) -> SettingForm {
        SettingForm(read: { $0.duration(bounds) }, tree: { .text($0.description) })
    }

    /// How long a file must stay unchanged.
    static var quietTime: SettingForm { duration(TimeSpan(milliseconds: 0)...TimeSpan.hours(24)) }
    /// A length of time, up to ten years.
    static var positive: SettingForm { duration(TimeSpan(milliseconds: 1)...ConfigurationSetting.longest) }
}

extension SettingForm<TimeOfDay> {
    static var clock: SettingForm { SettingForm(read: { $0.timeOfDay() }, tree: { .text($0.description) }) }
}

extension SettingForm<UInt8> {
    /// Days of the week, one bit each.
    static var weekdays: SettingForm {
        SettingForm(
            read: { $0.weekdays() },
            tree: { bits in
                .texts(
                    ConfigurationSetting.weekdays.enumerated().filter { bits & 1 << UInt8($0.offset) != 0 }
                        .map(\.element))
            })
    }
}

extension SettingForm<Timestamp> {
    static var moment: SettingForm { SettingForm(read: { $0.moment() }, tree: { .text($0.description) }) }
}

extension SettingForm<[String]> {
    /// Regions of ISO 3166.
    static var countries: SettingForm { .list("a list of countries such as [\"US\", \"CA\"]", of: .region) }

    /// A program and its arguments.
    static var command: SettingForm { SettingForm(read: { $0.command() }, tree: { .texts($0) }) }
}

extension SettingForm<[Channel]> {
    /// Channels, checked once everything that sends is known.
    static var channels: SettingForm {
        .list(
            "a list of channels such as [\"sms\", \"voice\"]",
            of: SettingForm<Channel>(read: { $0.channelMention() }, tree: { .text($0.name) }))
    }
}
