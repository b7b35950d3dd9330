/// The rules of Canada, as `waybill rules --source ca` prints them.
extension ShippedRules {
    static let canada = #"""
        // Dated data, and no legal advice. A copy of it as rules/ca.json5 in the workspace goes before it.
        {
          country: "CA",
          about: "Telephone calls in Canada; provinces may narrow them.",
          checked: "2026-11-30",
          rules: [
            { id: "ca-hours", title: "Unsolicited Telecommunications Rules, curfews",
              kinds: ["live", "automated", "prerecorded"], purposes: ["marketing", "charity", "political"],
              hours: [{ days: ["mon-fri"], from: "09:00", to: "21:30" }, { days: ["sat-sun"], from: "10:00", to: "18:00" }],
              note: "Surveys and the collection of debts are not telemarketing there.",
              source: "CRTC, key Unsolicited Telecommunications Rules; Telecom Decision 2007-48", primary: true,
              confidence: "high" },
            { id: "ca-registry", title: "National Do Not Call List", kinds: ["live", "automated"],
              purposes: ["marketing"], listAge: "31d", source: "CRTC, key Unsolicited Telecommunications Rules",
              primary: true, confidence: "high" },
            { id: "ca-abandoned", title: "abandoned calls of predictive diallers", kinds: ["automated"],
              purposes: ["marketing", "charity"], abandonment: { percent: 5, within: "31d" },
              note: "By calendar month; abandoned is what finds nobody within two seconds.",
              source: "Unsolicited Telecommunications Rules, Part III", primary: false, confidence: "low" },
          ],
        }
        """#
}
