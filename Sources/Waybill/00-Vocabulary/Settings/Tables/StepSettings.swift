/// The settings of a strategy's step that stand by themselves; its name, its channel, where it goes and what follows it
/// are read together.
enum StepSettings {
    static let all = [
        Setting("template", \Strategy.Step.template, .orNull(.text("the name of a template"))),
        Setting("expires", \.expires, .orNull(.positive)),
        Setting("attempts", \.attempts, .integer(1...1_000)),
        Setting("resultWithin", \.resultWithin, .positive),
    ].map(\.alwaysCounted)
}
