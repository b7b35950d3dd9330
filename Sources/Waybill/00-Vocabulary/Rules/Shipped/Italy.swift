/// The rules of Italy, as `waybill rules --source it` prints them.
extension ShippedRules {
    static let italy = #"""
        // Dated data, and no legal advice. A copy of it as rules/it.json5 in the workspace goes before it.
        {
          country: "IT",
          about: "Promotional calls in Italy.",
          checked: "2026-11-30",
          holidays: {
            italy: [
              { name: "Capodanno", on: "01-01" },
              { name: "Epifania", on: "01-06" },
              { name: "Pasquetta", easter: 1 },
              { name: "Liberazione", on: "04-25" },
              { name: "Festa del Lavoro", on: "05-01" },
              { name: "Repubblica", on: "06-02" },
              { name: "Ferragosto", on: "08-15" },
              { name: "San Francesco", on: "10-04" },
              { name: "Ognissanti", on: "11-01" },
              { name: "Immacolata", on: "12-08" },
              { name: "Natale", on: "12-25" },
              { name: "Santo Stefano", on: "12-26" },
            ],
            eves: [
              { on: "12-31" },
              { on: "01-05" },
              { on: "04-24" },
              { on: "04-30" },
              { on: "06-01" },
              { on: "08-14" },
              { on: "10-03" },
              { on: "10-31" },
              { on: "12-07" },
              { on: "12-24" },
            ],
          },
          rules: [
            { id: "it-hours", title: "code of conduct for telemarketing, hours",
              kinds: ["live", "automated", "prerecorded"], purposes: ["marketing"],
              hours: [{ days: ["mon-fri"], from: "09:00", to: "20:00" }, { days: ["sat"], from: "10:00", to: "19:00" }],
              holidays: ["italy"], note: "A code of conduct that binds who signed it.",
              source: "Garante per la protezione dei dati personali, codice di condotta; press of October 2024",
              primary: false, confidence: "medium" },
            { id: "it-eves", title: "code of conduct for telemarketing, days before holidays",
              kinds: ["live", "automated", "prerecorded"], purposes: ["marketing"], holidays: ["eves"],
              holidayHours: [{ from: "10:00", to: "19:00" }], source: "the same", primary: false,
              confidence: "medium" },
          ],
        }
        """#
}
