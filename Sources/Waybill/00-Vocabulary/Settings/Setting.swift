/// One setting of an object of the configuration: a row of a table. Everything about the setting is in its row, except
/// its property (which has its default) and its use.
///
/// The rows determine how settings are read, what `config show` prints, which keys are known, and what a campaign's
/// fingerprint counts.
struct Setting<Owner>: Sendable {
    let key: String
    /// Reads a value into its owner, or reports what is wrong with it.
    let read: @Sendable (ConfigurationSetting, inout Owner) -> Void
    /// The value as it is written, nil if left out. For a fingerprint, `defaults` has the values to compare with.
    private let tree: @Sendable (_ owner: Owner, _ defaults: Owner?) -> JSON5Tree?
    /// Whether fingerprints count it even with its default value, as they first did with all settings: reports of
    /// earlier days name the digits.
    private var isAlwaysCounted = false
    /// Whether fingerprints count its default in any case: it changes nothing of what becomes of contacts.
    private var isCountedAsDefault = false
    /// Whether fingerprints leave it out, since it changes nothing of what becomes of contacts.
    private var isUncounted = false

    private init(
        _ key: String, read: @escaping @Sendable (ConfigurationSetting, inout Owner) -> Void,
        writing tree: @escaping @Sendable (Owner, Owner?) -> JSON5Tree?
    ) {
        self.key = key
        self.read = read
        self.tree = tree
    }

    /// A setting whose value depends on others.
    init(
        _ key: String, read: @escaping @Sendable (ConfigurationSetting, inout Owner) -> Void,
        tree: @escaping @Sendable (Owner) -> JSON5Tree
    ) {
        self.init(key, read: read, writing: { owner, _ in tree(owner) })
    }

    /// A setting of a given form, kept in a property.
    init<Value>(_ key: String, _ property: SettingPath<Owner, Value>, _ form: SettingForm<Value>) {
        self.init(
            key, read: { setting, owner in if let value = form.read(setting) { owner[keyPath: property] = value } },
            writing: { owner, defaults in form.tree(owner[keyPath: property], defaults != nil) })
    }

    /// An object of settings.
    static func group<Inner>(
        _ key: String, _ property: SettingPath<Owner, Inner>, _ settings: [Setting<Inner>]
    ) -> Setting {
        Setting(
            key,
            read: { setting, owner in
                guard var section = setting.section() else { return }
                section.read(settings, into: &owner[keyPath: property])
                section.finish()
            },
            writing: { owner, defaults in
                let members = settings.members(
                    of: owner[keyPath: property], countedFrom: defaults?[keyPath: property])
                return members.isEmpty && defaults == nil ? nil : .object(members)
            })
    }

    var alwaysCounted: Setting {
        var other = self
        other.isAlwaysCounted = true
        return other
    }

    var uncounted: Setting {
        var other = self
        other.isUncounted = true
        return other
    }

    var countedAsDefault: Setting {
        var other = self
        other.isCountedAsDefault = true
        return other
    }

    /// How it is written; nil where it is left out: one that has its default changes no fingerprint, so that a new one
    /// wakes nothing.
    fileprivate func member(of owner: Owner, countedFrom defaults: Owner?) -> (String, JSON5Tree)? {
        if defaults != nil, isUncounted { return nil }
        if let defaults, isCountedAsDefault { return tree(defaults, defaults).map { (key, $0) } }
        guard let own = tree(owner, defaults) else { return nil }
        if let defaults, !isAlwaysCounted, own.text == tree(defaults, defaults)?.text { return nil }
        return (key, own)
    }
}

/// The property that keeps a setting.
typealias SettingPath<Owner, Value> = any WritableKeyPath<Owner, Value> & Sendable

extension Array {
    /// The members of an object of settings: all of them, or those that a fingerprint counts.
    func members<Owner>(
        of owner: Owner, countedFrom defaults: Owner? = nil
    ) -> [(String, JSON5Tree)] where Element == Setting<Owner> {
        compactMap { $0.member(of: owner, countedFrom: defaults) }
    }
}
