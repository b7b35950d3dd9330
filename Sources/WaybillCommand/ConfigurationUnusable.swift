import Waybill

/// The configuration has errors, so nothing is done with it.
struct ConfigurationUnusable: Error, CustomStringConvertible {
    let problems: [ConfigurationProblem]

    var description: String { problems.map(\.description).joined(separator: "\n") }
}
