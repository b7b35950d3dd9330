/// The conditions under which a file is ready to be taken.
package struct ReadinessRule: Sendable {
    package var mode: Campaign.Readiness
    /// Milliseconds.
    package var quiet: Int64
    package var marker: String
    /// Whether the file system can tell who has a file open: shares answer for this machine only, if at all.
    package var asksForWriters = true

    package init(mode: Campaign.Readiness, quiet: Int64, marker: String) {
        self.mode = mode
        self.quiet = quiet
        self.marker = marker
    }
}

extension ReadinessRule {
    init(_ campaign: Campaign, mode: Campaign.Readiness) {
        self.init(mode: mode, quiet: campaign.quiet.milliseconds, marker: campaign.marker)
    }
}
