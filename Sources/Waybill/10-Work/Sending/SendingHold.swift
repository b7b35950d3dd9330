/// Something unread that may say who must not be contacted: until it is read, nothing leaves or times out.
package struct SendingHold: Hashable, Sendable {
    /// The file, folder or inbox, as the status and the log name it.
    package let place: String
    /// Why it is unread, and what somebody can do.
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
