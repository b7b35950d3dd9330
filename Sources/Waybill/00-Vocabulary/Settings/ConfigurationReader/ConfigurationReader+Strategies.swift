extension ConfigurationReader {
    mutating func readStrategies(_ root: inout ConfigurationSection) {
        root.readNames("strategies") { name, setting in
            names[.strategies, default: []].append(name)
            guard var section = setting.section(), let steps = section.setting("steps") else {
                setting.report("a strategy has steps: write { steps: [{ name: \"text\", channel: \"sms\" }] }")
                return
            }
            let renamed = section.setting("renamed")
            section.finish()
            guard let steps = Self.steps(steps) else { return }
            configuration.strategies[name] = Strategy(steps: steps)
            if let renamed { configuration.strategies[name]?.renamed = Self.renamed(renamed, among: steps) }
        }
    }

    private static func steps(_ setting: ConfigurationSetting) -> [Strategy.Step]? {
        let wanted = "a list of steps such as [{ name: \"text\", channel: \"sms\" }]"
        guard case .array(let values) = setting.value.content, !values.isEmpty else { return setting.mismatch(wanted) }
        // Names first, since `on` may lead to a later step.
        let names = values.compactMap { value -> String? in
            guard case .object(let members) = value.content,
                case .string(let name)? = members.last(where: { $0.key == "name" })?.value.content
            else { return nil }
            return name
        }
        var earlier: Set<String> = []
        return setting.list(wanted) { step($0, names: names, earlier: &earlier) }
    }

    /// Earlier names of steps, each with its present name.
    private static func renamed(_ setting: ConfigurationSetting, among steps: [Strategy.Step]) -> [String: String] {
        guard let section = setting.section("earlier names of steps such as { call_back: \"call\" }") else {
            return [:]
        }
        let names = steps.map(\.name)
        var renamed: [String: String] = [:]
        section.eachName { name, setting in
            if names.contains(name) {
                setting.report(
                    "there is a step \"\(name)\" in this strategy: only a name that is gone leads to another")
            } else if !ConfigurationSetting.isStepName(name) {
                setting.report("\"\(name)\" never was a step's name: 1 to 32 letters, digits and _")
            } else if let target = target(setting, names: names) {
                renamed[name] = target
            }
        }
        return renamed
    }

    private static func step(
        _ setting: ConfigurationSetting, names: [String], earlier: inout Set<String>
    ) -> Strategy.Step? {
        guard var section = setting.section("a step such as { name: \"text\", channel: \"sms\" }") else { return nil }
        let name = setting.required("name", "name: \"text\"", in: &section) { stepName($0, earlier: &earlier) }
        let channel = setting.required("channel", "channel: \"sms\"", in: &section) {
            $0.text("the name of a channel").map($0.ownChannel)
        }
        // A step without a channel is never used; this stands in so that problems of the other steps are found too.
        let used = channel ?? Channel("")
        var step = Strategy.Step(name: name ?? "", channel: used, to: used.addressFields[0])
        section.read("to", into: &step.to) { address($0, used) }
        section.read(StepSettings.all, into: &step)
        if var events = section.setting("on")?.section() {
            for event in Event.allCases {
                events.read(event.rawValue, into: &step.on[event]) { outcome($0, names: names).map(Optional.some) }
            }
            events.finish()
        }
        section.finish()
        return name == nil || channel == nil ? nil : step
    }

    private static func stepName(_ setting: ConfigurationSetting, earlier: inout Set<String>) -> String? {
        guard let name = setting.text("a step's name") else { return nil }
        guard ConfigurationSetting.isStepName(name) else {
            return setting.wrong(name, "a step's name: 1 to 32 letters, digits and _")
        }
        guard name != "close" else {
            setting.report("\"close\" ends a contact and cannot be a step's name: write another name")
            return nil
        }
        // References are compared without case.
        guard earlier.insert(name.lowercased()).inserted else {
            setting.report("the step \"\(name)\" stands twice: write another name (case does not count)")
            return nil
        }
        return name
    }

    /// The column that holds a step's address: a phone for SMS and voice, the e-mail address for e-mail.
    private static func address(_ setting: ConfigurationSetting, _ channel: Channel) -> Field? {
        let choices = channel.addressFields
        return setting.choice(
            among: Dictionary(uniqueKeysWithValues: choices.map { ($0.label, $0) }), choices.map(\.label))
    }

    private static func outcome(_ setting: ConfigurationSetting, names: [String]) -> Strategy.Outcome? {
        let wanted = "\"close\", a step's name, { retry: \"5m\" } or { to: \"step\", after: \"1h\" }"
        switch setting.value.content {
        case .string("close"):
            return .close
        case .string:
            return target(setting, names: names).map { .go(to: $0, after: TimeSpan(milliseconds: 0)) }
        case .object:
            guard var section = setting.section() else { return nil }
            if let retry = section.setting("retry") {
                section.finish(elsewhere: [
                    "to": "cannot stand beside retry, which is the same step again",
                    "after": "cannot stand beside retry, whose own value is the delay",
                ])
                return retry.duration().map { .retry(after: $0) }
            }
            var delay = TimeSpan(milliseconds: 0)
            section.read("after", into: &delay) { $0.duration() }
            let target = section.setting("to")
            section.finish()
            guard let target else { return setting.mismatch(wanted) }
            if case .string("close") = target.value.content {
                target.report("\"close\" waits for nothing: write \"close\" in place of the whole object")
                return nil
            }
            return self.target(target, names: names).map { .go(to: $0, after: delay) }
        case .null, .boolean, .number, .array:
            return setting.mismatch(wanted)
        }
    }

    private static func target(_ setting: ConfigurationSetting, names: [String]) -> String? {
        guard let name = setting.text("a step's name") else { return nil }
        guard names.contains(name) else {
            let known = names.map { JSON5Reader.quoted($0) }.joined(separator: ", ")
            setting.report(
                "there is no step \(JSON5Reader.quoted(name)) in this strategy, "
                    + (NearestName.of(name, in: names + ["close"]).map { "did you mean \"\($0)\"?" }
                        ?? "it can be \"close\" or one of \(known)"))
            return nil
        }
        return name
    }
}
