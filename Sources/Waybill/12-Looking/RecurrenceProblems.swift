import SystemIO

/// Kept lists that cannot be repeated as the configuration has it: for `config check`.
package enum RecurrenceProblems {
    /// - Parameter tree: the configuration's file, for positions.
    package static func problems(
        _ configuration: Configuration, in workspace: Workspace, file: String, tree: JSON5Value?, at now: Timestamp
    ) -> [ConfigurationProblem] {
        configuration.campaigns.flatMap { campaign -> [ConfigurationProblem] in
            guard let recurrence = campaign.repeats,
                let clock = RecurrenceClock(recurrence, zone: CampaignSetup(campaign, in: configuration).zone)
            else { return [] }
            return problems(recurrence, clock, workspace, now).map { key, message in
                let keys = ["campaigns", campaign.name, "repeats", key]
                let place = tree?.position(of: keys)
                return ConfigurationProblem(
                    file: file, line: place?.line ?? 1, column: place?.column ?? 1, path: keys.joined(separator: "."),
                    message: message, severity: .warning)
            }
        }
    }

    private static func problems(
        _ recurrence: Recurrence, _ clock: RecurrenceClock, _ workspace: Workspace, _ now: Timestamp
    ) -> [(key: String, message: String)] {
        var found: [(String, String)] = []
        let status = try? FileStatus.of(workspace.template(recurrence.file), followLinks: true)
        if status?.kind != .regular {
            found.append(("file", "there is no such file: on its days nothing is sent, and somebody is told"))
        }
        let first = clock.next(after: Timestamp(day: clock.firstDay, secondsOfDay: -172_800))
        switch (first, clock.next(after: now)) {
        case (nil, _): found.append(("rule", "no day fits it within ten years of its start"))
        case (_, nil): found.append(("rule", "its last day is past: nothing is sent again"))
        case (.some(let first), .some):
            if clock.moment(on: clock.firstDay) == nil {
                found.append(
                    (
                        "start",
                        "the rule does not have this day; the first one is \(first.iso8601(offset: clock.offset(at: first)))"
                    ))
            }
        }
        return found
    }
}
