/// `subscribers` of a campaign, and `notify`, by which they get mail.
enum SubscriberTable {
    static let levels: [Setting<Subscribers>] =
        [
            Setting("failure", \Subscribers.failure, list), Setting("error", \.error, list),
            Setting("warning", \.warning, list),
            Setting("information", \.information, list),
        ].map(\.alwaysCounted) + [Setting("debug", \.debug, list)]

    static let notify: [Setting<NotifySettings>] = [
        Setting("transport", \.transport, .orNull(.mention(of: .transports))),
        Setting("from", \.from, .orNull(MailTable.mailbox)),
    ]

    private static let list = SettingForm.list(
        "a list of subscribers such as [\"desk@clinic.example\", \"https://example.com/hook\", \"file:alerts.txt\"]",
        of: subscriber)

    private static let subscriber = SettingForm<Subscriber>(
        read: { setting in
            let wanted = "an address of a mail, a web address, or file: and a path"
            guard let text = setting.text(wanted) else { return nil }
            guard let subscriber = Subscriber(text) else { return setting.wrong(text, wanted) }
            switch subscriber {
            case .mail: setting.noteMailSubscriber()
            case .web: if SettingForm<String>.webAddress.read(setting) == nil { return nil }
            case .file: break
            }
            return subscriber
        },
        tree: { .text($0.text) })
}
