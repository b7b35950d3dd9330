/// What a campaign's mails contain besides their texts, and how to reach a relay.
enum MailTable {
    static let all = [
        Setting("replyTo", \MailSettings.replyTo, .orNull(mailbox)),
        Setting("returnPath", \.returnPath, .orNull(returnPath)),
        Setting("listId", \.listID, .orNull(listID)),
        Setting(
            "unsubscribe", \.unsubscribe, .list("a list of links such as [\"mailto:stop@clinic.example\"]", of: link)),
    ]

    static let relay = [
        Setting("host", \TransportSettings.relay.host, host),
        Setting("port", \.relay.port, .integer(1...65_535)),
        Setting("hello", \.relay.hello, host),
        Setting("connections", \.concurrency, .integer(1...64)),
        Setting("perConnection", \.relay.perConnection, .integer(1...100_000)),
        Setting("timeout", \.timeout, .duration(TimeSpan(milliseconds: 100)...TimeSpan.minutes(10))),
        TransportTable.validity,
        Setting(
            "auth", \.relay.login,
            .orNull(
                .object(
                    "who logs in, such as { user: \"waybill\", password: { env: \"RELAY_PASSWORD\" } }",
                    [
                        Setting("user", \RelaySettings.Login.user, .text("a user's name")),
                        Setting("password", \.secret, .secret), Setting("method", \.method, .orNull(.choice)),
                    ], from: RelaySettings.Login(),
                    needing: [
                        ("user", "user: \"waybill\""),
                        ("password", "password: { file: \"/etc/waybill/relay.password\" }"),
                    ]))),
    ]

    static let mailbox = SettingForm<Mailbox>(
        read: { setting in
            let wanted = "a mailbox such as \"Clinic <desk@clinic.example>\""
            guard let text = setting.text(wanted) else { return nil }
            return Mailbox(text) ?? setting.wrong(text, wanted)
        },
        tree: { .text($0.text) })

    /// Short enough to leave room for a message's token.
    private static let returnPath = SettingForm<Mailbox>(
        read: { setting in
            guard let path = mailbox.read(setting) else { return nil }
            let local = path.address.bytes.prefix { $0 != UInt8(ascii: "@") }
            guard path.name.isEmpty, local.count <= 26 else {
                return setting.wrong(path.text, "a bare address with at most 26 characters before the @")
            }
            return path
        },
        tree: { .text($0.text) })

    private static let listID = SettingForm<String>(
        read: { setting in
            let wanted = "a name such as \"news.clinic.example\""
            guard let text = setting.text(wanted) else { return nil }
            let isName = text.contains(".") && DomainName.ascii(Array(text.utf8)) == Array(text.lowercased().utf8)
            return isName ? text : setting.wrong(text, wanted)
        },
        tree: { .text($0) })

    private static let link = SettingForm<String>(
        read: { setting in
            let wanted = "a link that begins with https: or mailto:, in ASCII and without spaces"
            guard let text = setting.text(wanted) else { return nil }
            let isLink = ["https://", "mailto:"].contains { text.lowercased().hasPrefix($0) }
            let bare = text.replacing(/\{\{[^{}|]*[^{}| ][^{}|]*(\|[^{}]*)?\}\}/, with: "")
            let isASCII = bare.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>,{}".utf8.contains($0) }
            return isLink && isASCII ? text : setting.wrong(text, wanted)
        },
        tree: { .text($0) })

    private static let host = SettingForm<String>(
        read: { setting in
            let wanted = "the name or number of a host, or the path of a socket"
            guard let text = setting.text(wanted) else { return nil }
            let isName = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            return isName && text.utf8.count < 108 ? text : setting.wrong(text, wanted)
        },
        tree: { .text($0) })
}
