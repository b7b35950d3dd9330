/// The rules of France, as `waybill rules --source fr` prints them.
extension ShippedRules {
    static let france = #"""
        // Dated data, and no legal advice. A copy of it as rules/fr.json5 in the workspace goes before it.
        {
          country: "FR",
          about: "Telephone solicitation of consumers in France.",
          checked: "2026-11-30",
          holidays: {
            france: [
              { name: "jour de l'an", on: "01-01" },
              { name: "lundi de Pâques", easter: 1 },
              { name: "fête du travail", on: "05-01" },
              { name: "victoire 1945", on: "05-08" },
              { name: "Ascension", easter: 39 },
              { name: "lundi de Pentecôte", easter: 50 },
              { name: "fête nationale", on: "07-14" },
              { name: "Assomption", on: "08-15" },
              { name: "Toussaint", on: "11-01" },
              { name: "armistice", on: "11-11" },
              { name: "Noël", on: "12-25" },
            ],
          },
          rules: [
            { id: "fr-hours", title: "décret 2022-1313, hours and days",
              kinds: ["live", "automated", "prerecorded"], purposes: ["marketing"],
              hours: [{ days: ["mon-fri"], from: "10:00", to: "13:00" }, { days: ["mon-fri"], from: "14:00", to: "20:00" }],
              holidays: ["france"],
              exempt: ["who consented to another time; not counted here, since hours for calls by consent are not set yet"],
              from: "2023-03-01", source: "décret 2022-1313", primary: true, confidence: "high" },
            { id: "fr-count", title: "décret 2022-1313, four solicitations in 30 days", kinds: ["live", "automated", "prerecorded"],
              purposes: ["marketing"], counts: [{ limit: 4, within: "30d" }], refusalPause: "60d",
              note: "Who refuses in the call is left alone for 60 days: report the event declined.", from: "2023-03-01",
              source: "décret 2022-1313", primary: true, confidence: "high" },
            { id: "fr-consent", title: "loi 2025-594, no call without consent",
              kinds: ["live", "automated", "prerecorded"], purposes: ["marketing"], consent: true,
              exempt: ["calls about a contract under way: give the campaign the purpose service"],
              from: "2026-08-11", source: "loi 2025-594 of 2025-06-30", primary: true, confidence: "high" },
          ],
        }
        """#
}
