/// The rules of Germany, as `waybill rules --source de` prints them.
extension ShippedRules {
    static let germany = #"""
        // Dated data, and no legal advice. A copy of it as rules/de.json5 in the workspace goes before it.
        {
          country: "DE",
          about: "Advertising by telephone and message in Germany.",
          checked: "2026-11-30",
          rules: [
            { id: "de-consent", title: "UWG § 7, no advertising without consent",
              kinds: ["live", "automated", "prerecorded", "text", "email"], purposes: ["marketing"], consent: true,
              note: "No hours are known to be set by statute.",
              source: "Gesetz gegen den unlauteren Wettbewerb, § 7; from general knowledge", primary: false,
              confidence: "low" },
          ],
        }
        """#
}
