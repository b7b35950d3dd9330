/// Something that nothing leaves past, and nothing times out past: what it says of whom is not known.
package struct SendingHold: Hashable, Sendable {
    /// The file, folder or inbox, as the status and the log name it.
    package let place: String
    /// Why it is not known, and what somebody can do.
    package let problem: String
    /// The campaign that it concerns; nil for all.
    package let campaign: String?

    package init(place: String, problem: String, campaign: String? = nil) {
        self.place = place
        self.problem = problem
        self.campaign = campaign
    }

    func concerns(_ name: String) -> Bool {
        campaign.map { FoldedFileName($0) == FoldedFileName(name) } ?? true
    }
}
