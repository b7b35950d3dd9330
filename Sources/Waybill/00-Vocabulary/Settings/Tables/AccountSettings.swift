/// The settings of an account.
enum AccountSettings {
    static let all = [
        .group("rate", \Account.rate, RateSettings.all),
        Setting("shared", \.shared, .orNull(.text("the path of a file"))),
    ]
}

enum TransportRows {
    /// What every kind of transport has.
    static let shared = [
        .group("rate", \TransportSettings.rate, RateSettings.all),
        Setting("account", \.account, .orNull(.mention(of: .accounts))),
    ]
}
