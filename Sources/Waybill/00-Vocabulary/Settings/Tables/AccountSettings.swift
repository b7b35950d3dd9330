enum AccountSettings {
    static let all = [
        .group("rate", \Account.rate, RateSettings.all),
        Setting("shared", \.shared, .orNull(.text("the path of a file"))),
    ]
}
