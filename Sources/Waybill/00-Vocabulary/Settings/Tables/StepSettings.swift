/// The settings of a strategy's step that can be read one by one. Its name, channel, address and outcomes are read
/// together elsewhere.
enum StepSettings {
    static let all = [
        Setting("template", \Strategy.Step.template, .orNull(.text("the name of a template"))),
        Setting("expires", \.expires, .orNull(.positive)),
        Setting("attempts", \.attempts, .integer(1...1_000)),
        Setting("resultWithin", \.resultWithin, .positive),
    ].map(\.alwaysCounted)
}
