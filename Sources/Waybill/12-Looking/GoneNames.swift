/// Entries of do-not-contact lists for campaigns and channels that are gone from the configuration: for `config check`.
package enum GoneNames {
    package static func problems(
        _ configuration: Configuration, _ store: any Store, file: String, at now: Timestamp
    ) throws -> [ConfigurationProblem] {
        let names = NamesInForce(configuration)
        var gone: [String: Int] = [:]
        for total in try store.listingTotals(at: now) {
            guard let scope = total.scope else { continue }
            let wide = names.widened(scope)
            if wide.campaign != scope.campaign { gone["the campaign \"\(scope.campaign)\"", default: 0] += total.count }
            if wide.channel != scope.channel, let channel = scope.channel {
                gone["the channel \"\(channel)\"", default: 0] += total.count
            }
        }
        return gone.sorted { $0.key < $1.key }.map { what, count in
            ConfigurationProblem(
                file: file, line: 1, column: 1, path: "",
                message: (count == 1
                    ? "1 entry of do-not-contact lists is" : "\(count) entries of do-not-contact lists are")
                    + " for \(what), which is not here any more: nobody in it is contacted at all",
                severity: .warning)
        }
    }
}
