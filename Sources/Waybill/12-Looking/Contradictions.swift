/// Finds parts of a configuration that contradict each other, or never have any effect: warnings for `config check`.
package struct Contradictions {
    private let configuration: Configuration
    private let file: String
    private let tree: JSON5Value?
    private let now: Timestamp
    private var problems: [ConfigurationProblem] = []

    /// - Parameter tree: the configuration's file, for positions.
    package static func problems(
        _ configuration: Configuration, file: String, tree: JSON5Value?, at now: Timestamp
    ) -> [ConfigurationProblem] {
        var found = Contradictions(configuration: configuration, file: file, tree: tree, now: now)
        found.lookForUnused()
        found.lookAtStrategies()
        found.lookAtPolicies()
        found.lookAtPatterns()
        return found.problems
    }

    private init(configuration: Configuration, file: String, tree: JSON5Value?, now: Timestamp) {
        self.configuration = configuration
        self.file = file
        self.tree = tree
        self.now = now
    }

    private mutating func warn(_ message: String, at keys: [String]) {
        let tree = tree
        let place = keys.indices.lazy.compactMap { tree?.position(of: Array(keys.dropLast($0))) }.first
        let path = keys.reduce("") { path, key in
            Int(key) != nil && !path.isEmpty
                ? ConfigurationPath.joined(path, position: Int(key) ?? 0) : ConfigurationPath.joined(path, key: key)
        }
        problems.append(
            ConfigurationProblem(
                file: file, line: place?.line ?? 1, column: place?.column ?? 1, path: path, message: message,
                severity: .warning))
    }

    // MARK: Unused settings

    private mutating func lookForUnused() {
        let policies = Set(configuration.campaigns.compactMap(\.policy))
        for name in configuration.policies.keys.sorted() where !policies.contains(name) {
            warn("no campaign names this policy: its hours and caps hold for nobody", at: ["policies", name])
        }
        let strategies = Set(configuration.campaigns.compactMap(\.strategy))
        for name in configuration.strategies.keys.sorted() where !strategies.contains(name) {
            warn("no campaign names this strategy", at: ["strategies", name])
        }
        for campaign in configuration.campaigns {
            let steps = campaign.strategy.flatMap { configuration.strategies[$0]?.steps } ?? []
            let used = Set(steps.compactMap(\.template))
            // What a campaign takes from `default` may be for other campaigns.
            let own = campaign.name == "default" ? nil : configuration.campaign(named: "default")?.templates
            for name in campaign.templates.keys.sorted() where !used.contains(name) && own?[name] == nil {
                if campaign.name == "default", configuration.campaigns.count > 1 { continue }
                warn(
                    "no step of this campaign's strategy sends this template",
                    at: ["campaigns", campaign.name, "templates", name])
            }
        }
    }

    // MARK: Strategies

    private mutating func lookAtStrategies() {
        for (name, strategy) in configuration.strategies.sorted(by: { $0.key < $1.key }) {
            var reached: Set<String> = [strategy.steps.first?.name ?? ""]
            var isGrowing = true
            while isGrowing {
                let before = reached.count
                for step in strategy.steps where reached.contains(step.name) {
                    for case .go(let to, _) in step.on.values { reached.insert(to) }
                }
                isGrowing = reached.count > before
            }
            for (place, step) in strategy.steps.enumerated() {
                let keys = ["strategies", name, "steps", "\(place)"]
                if !reached.contains(step.name) {
                    warn("no step leads to the step \(JSON5Reader.quoted(step.name)): it is never tried", at: keys)
                }
                for (event, outcome) in step.on.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                    if case .retry = outcome, step.attempts == 1 {
                        warn(
                            "a retry that never happens: the step has one attempt; give it attempts: 2 or more",
                            at: keys + ["on", event.rawValue])
                    }
                    if event == .expired, step.expires == nil, step.channel != .voice {
                        warn(
                            "this never happens: without expires the step waits for no answer",
                            at: keys + ["on", event.rawValue])
                    }
                }
            }
        }
    }

    // MARK: Policies

    private mutating func lookAtPolicies() {
        for (name, policy) in configuration.policies.sorted(by: { $0.key < $1.key }) {
            let keys = ["policies", name]
            if let end = policy.endBefore, end <= now {
                warn("this is past: nothing leaves under the policy any more", at: keys + ["endBefore"])
            }
            if let start = policy.startAfter, let end = policy.endBefore, start >= end {
                warn(
                    "endBefore is not after startAfter: nothing ever leaves under the policy", at: keys + ["endBefore"])
            }
            for (place, blackout) in policy.blackouts.enumerated() {
                if blackout.to <= now {
                    warn(
                        "this blackout is over; take it out, or write the next one",
                        at: keys + ["blackouts", "\(place)"])
                }
                for region in blackout.regions { check(region, at: keys + ["blackouts", "\(place)"]) }
            }
            for region in policy.regions.keys.sorted() { check(region, at: keys + ["region", region]) }
            for (region, days) in policy.holidays.sorted(by: { $0.key < $1.key }) {
                if region != "*" { check(region, at: keys + ["holidays", region]) }
                if let last = days.max(), last < now.localDay(offset: 0) {
                    warn(
                        "the last of these holidays was \(last): write those to come", at: keys + ["holidays", region])
                }
            }
        }
    }

    /// Checks a country, or a part of one whose parts are known.
    private mutating func check(_ region: String, at keys: [String]) {
        let parts = region.split(separator: "-", maxSplits: 1)
        guard let country = parts.first.flatMap({ RegionCode($0) }), country.isAssigned else {
            return warn("there is no country \(JSON5Reader.quoted(region)): this holds for nobody", at: keys)
        }
        guard parts.count == 2, !StateNames.isPart(String(parts[1]).uppercased(), of: country.description) else {
            return
        }
        warn("\(country) has no part \(JSON5Reader.quoted(String(parts[1]))): this holds for nobody", at: keys)
    }

    // MARK: Names of drops

    /// The first campaign in file order whose pattern matches takes a drop, `default` last.
    private mutating func lookAtPatterns() {
        let campaigns =
            configuration.campaigns.filter { $0.name != "default" }
            + configuration.campaigns.filter { $0.name == "default" }
        let patterns = DropPatterns(campaigns)
        for (place, campaign) in campaigns.enumerated() {
            for (index, drops) in campaign.drops.enumerated() {
                // Its own matches, too.
                guard let first = patterns.first(matching: Self.testNames(drops)), first.campaign < place
                else { continue }
                let other = campaigns[first.campaign]
                warn(
                    "\(JSON5Reader.quoted(other.drops[first.place])) of the campaign \(JSON5Reader.quoted(other.name)) takes "
                        + "all of these: the first in the file goes before the others",
                    at: ["campaigns", campaign.name, "drops", "\(index)"])
            }
        }
    }

    /// Names in which the wildcards stand for text that no pattern contains: a pattern that matches both takes, as far
    /// as they tell, all that this one does.
    private static func testNames(_ pattern: String) -> [DropPattern] {
        [1, 7].map { length in
            DropPattern(
                pattern.replacing("*", with: String(repeating: "\u{1}", count: length)).replacing("?", with: "\u{1}"))
        }
    }
}
