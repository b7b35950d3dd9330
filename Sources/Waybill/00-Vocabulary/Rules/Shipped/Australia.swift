/// The rules of Australia, as `waybill rules --source au` prints them.
extension ShippedRules {
    static let australia = #"""
        // Dated data, and no legal advice. A copy of it as rules/au.json5 in the workspace goes before it.
        {
          country: "AU",
          about: "Telemarketing and research calls in Australia. Holidays of states are not in the list.",
          checked: "2026-11-30",
          holidays: {
            national: [
              { name: "New Year's Day", on: "01-01", observed: "next-monday" },
              { name: "Australia Day", on: "01-26", observed: "next-monday" },
              { name: "Good Friday", easter: -2 },
              { name: "Easter Monday", easter: 1 },
              { name: "Anzac Day", on: "04-25" },
              { name: "Christmas Day", on: "12-25", observed: "next-monday" },
              { name: "Boxing Day", on: "12-26", observed: "next-monday" },
              { name: "after Christmas on a Saturday or Sunday", dates: ["2027-12-28", "2032-12-28", "2033-12-27"] },
            ],
          },
          rules: [
            { id: "au-hours", title: "Telemarketing and Research Calls Industry Standard, telemarketing",
              kinds: ["live", "automated", "prerecorded"], purposes: ["marketing", "charity"],
              hours: [{ days: ["mon-fri"], from: "09:00", to: "20:00" }, { days: ["sat"], from: "09:00", to: "17:00" }],
              holidays: ["national"], exempt: ["who consented to a call at that time"], from: "2017-04-01",
              source: "Telecommunications (Telemarketing and Research Calls) Industry Standard 2017; donotcall.gov.au",
              primary: true, confidence: "high" },
            { id: "au-research", title: "Telemarketing and Research Calls Industry Standard, research",
              kinds: ["live", "automated", "prerecorded"], purposes: ["survey"],
              hours: [{ days: ["mon-fri"], from: "09:00", to: "20:30" }, { days: ["sat-sun"], from: "09:00", to: "17:00" }],
              holidays: ["national"], from: "2017-04-01",
              source: "Telecommunications (Telemarketing and Research Calls) Industry Standard 2017; donotcall.gov.au",
              primary: true, confidence: "high" },
          ],
        }
        """#
}
