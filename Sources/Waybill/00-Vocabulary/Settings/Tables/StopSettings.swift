/// When a campaign stops by itself.
enum StopSettings {
    static let all =
        StopRule.outcomes.map { outcome in
            Setting<StopRule>(
                outcome.rawValue,
                read: { setting, rule in
                    if let limit = limit.read(setting) { rule.limits[outcome] = limit }
                },
                tree: { limit.tree($0.limits[outcome], false) })
        } + [
            Setting("within", \.within, .duration(TimeSpan.hours(1)...TimeSpan.hours(24 * 30))),
            Setting("least", \.least, .integer(1...1_000_000)), Setting("sameCause", \.sameCause, limit),
        ]

    private static let limit = SettingForm<Campaign.RejectLimit?>.orNull(CampaignSettings.rejectLimit)
}
