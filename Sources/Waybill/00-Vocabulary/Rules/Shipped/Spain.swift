/// The rules of Spain, as `waybill rules --source es` prints them.
extension ShippedRules {
    static let spain = #"""
        // Dated data, and no legal advice. A copy of it as rules/es.json5 in the workspace goes before it.
        {
          country: "ES",
          about: "Commercial calls to consumers in Spain.",
          checked: "2026-11-30",
          holidays: {
            spain: [
              { name: "Año Nuevo", on: "01-01" },
              { name: "Epifanía", on: "01-06" },
              { name: "Viernes Santo", easter: -2 },
              { name: "Día del Trabajo", on: "05-01" },
              { name: "Asunción", on: "08-15" },
              { name: "Fiesta Nacional", on: "10-12" },
              { name: "Todos los Santos", on: "11-01" },
              { name: "Constitución", on: "12-06" },
              { name: "Inmaculada", on: "12-08" },
              { name: "Navidad", on: "12-25" },
            ],
          },
          rules: [
            { id: "es-hours", title: "LGDCU 96.2, hours and days", kinds: ["live", "automated", "prerecorded"],
              purposes: ["marketing"], hours: [{ days: ["mon-fri"], from: "09:00", to: "21:00" }],
              holidays: ["spain"],
              note: "The branch's code of conduct says 10:00–15:00 and 16:00–21:00. Holidays of regions and towns are not in the list.",
              source: "Ley General para la Defensa de los Consumidores y Usuarios, art. 96.2", primary: true,
              confidence: "high" },
            { id: "es-automated", title: "no automatic call without consent", kinds: ["automated", "prerecorded"],
              purposes: ["marketing"], consent: true, source: "LGDCU, art. 96", primary: false,
              confidence: "medium" },
          ],
        }
        """#
}
