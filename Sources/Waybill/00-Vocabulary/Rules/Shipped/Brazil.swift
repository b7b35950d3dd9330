/// The rules of Brazil, as `waybill rules --source br` prints them.
extension ShippedRules {
    static let brazil = #"""
        // Dated data, and no legal advice. A copy of it as rules/br.json5 in the workspace goes before it.
        {
          country: "BR",
          about: "Telemarketing calls in Brazil.",
          checked: "2026-11-30",
          holidays: {
            national: [
              { name: "Confraternização Universal", on: "01-01" },
              { name: "Sexta-feira Santa", easter: -2 },
              { name: "Tiradentes", on: "04-21" },
              { name: "Dia do Trabalho", on: "05-01" },
              { name: "Independência", on: "09-07" },
              { name: "Nossa Senhora Aparecida", on: "10-12" },
              { name: "Finados", on: "11-02" },
              { name: "Proclamação da República", on: "11-15" },
              { name: "Consciência Negra", on: "11-20" },
              { name: "Natal", on: "12-25" },
            ],
          },
          rules: [
            { id: "br-hours", title: "code of conduct for telemarketing, hours",
              kinds: ["live", "automated", "prerecorded"], purposes: ["marketing"],
              hours: [{ days: ["mon-fri"], from: "09:00", to: "21:00" }, { days: ["sat"], from: "10:00", to: "16:00" }],
              holidays: ["national"],
              note: "The code of the telephone companies; states have laws of their own. Telemarketing calls come from numbers that begin with 0303.",
              from: "2019-09-25", source: "Código de Conduta de Telemarketing of 2019, as reported by Teletime",
              primary: false, confidence: "low" },
          ],
        }
        """#
}
