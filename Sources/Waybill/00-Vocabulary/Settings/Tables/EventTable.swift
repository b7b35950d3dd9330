/// `events`: what systems that follow are told, and which of them listen.
enum EventTable {
    static let all: [Setting<EventSettings>] = [
        Setting("contacts", \.contacts, .flag),
        Setting("most", \.most, .size(1 << 20...Int64.max)),
        Setting("webhooks", read: readWebhooks) { .sorted($0.webhooks) { .object(webhook.members(of: $0)) } },
    ]

    private static let webhook: [Setting<EventSettings.Webhook>] = [
        Setting("url", \.http.url, .webAddress),
        Setting("headers", \.http.headers, .headers),
        Setting("key", \.http.key, .orNull(.secret)),
        .group("authorization", \.http.authorization, HTTPTable.authorization),
        Setting("timeout", \.timeout, .duration(TimeSpan(milliseconds: 100)...TimeSpan.minutes(2))),
        Setting("campaigns", \.campaigns, .list("a list of campaigns", of: .mention(of: .campaigns))),
        Setting("kinds", \.kinds, .list("a list of kinds such as [\"batch.rejected\"]", of: .choice)),
    ]

    @Sendable private static func readWebhooks(_ setting: ConfigurationSetting, into events: inout EventSettings) {
        setting.section()?.eachName { name, setting in
            var hook = EventSettings.Webhook()
            if var section = setting.section("a webhook such as { url: \"https://example.com/waybill\" }") {
                section.read(webhook, into: &hook)
                section.finish()
                if !section.members.contains(where: { $0.key == "url" }) {
                    section.missing("url", in: setting, example: "url: \"https://example.com/waybill\"")
                }
            }
            events.webhooks[name] = hook
        }
    }
}
