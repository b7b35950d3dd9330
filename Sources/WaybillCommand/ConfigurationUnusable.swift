import Waybill

/// The configuration has errors, so it is not used.
struct ConfigurationUnusable: Error, CustomStringConvertible {
    let problems: [ConfigurationProblem]

    var description: String { problems.map(\.description).joined(separator: "\n") }
}
