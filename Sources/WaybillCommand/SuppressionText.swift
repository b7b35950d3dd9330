import Waybill

/// Why a person must not be contacted, in words and for programs.
enum SuppressionText {
    static func sentence(_ suppression: Suppression) -> String {
        var text = suppression.state.label
        if !suppression.reason.isEmpty { text += ", reason: \(suppression.reason.plain)" }
        if suppression.state == .dncListed {
            text += ", for " + self.scope(suppression.scope)
            text += suppression.expires.map { " until \(time($0))" } ?? ""
        }
        return text + " (batch \(suppression.source))"
    }

    static func scope(_ scope: Listing.Scope) -> String {
        (scope.campaign.isEmpty ? "all campaigns" : "campaign \(scope.campaign.plain)")
            + (scope.channel.map { " over \($0.name.plain)" } ?? "")
    }

    static func time(_ moment: Timestamp) -> String { moment.iso8601(offset: 0) }

    static func json(_ suppression: Suppression, of address: String? = nil) -> [UInt8] {
        var json = ReportJSON(pretty: false)
        json.object { json in
            if let address { json.member("value", address) }
            json.member("suppressed", suppression.state.label)
            json.member("reason", suppression.reason)
            member("campaign", suppression.scope.campaign, &json)
            json.member("channel", suppression.scope.channel?.name)
            json.member("expires", suppression.expires.map(time))
            json.member("batch", suppression.source.description)
        }
        return json.line()
    }

    /// Null if it is for all.
    static func member(_ name: String, _ value: String, _ json: inout ReportJSON) {
        json.member(name, value.isEmpty ? nil : value)
    }
}
