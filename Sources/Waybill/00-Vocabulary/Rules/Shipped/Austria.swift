/// The rules of Austria, as `waybill rules --source at` prints them.
extension ShippedRules {
    static let austria = #"""
        // Dated data, and no legal advice. A copy of it as rules/at.json5 in the workspace goes before it.
        {
          country: "AT",
          about: "Advertising calls in Austria.",
          checked: "2026-11-30",
          rules: [
            { id: "at-consent", title: "no call without consent", kinds: ["live", "automated", "prerecorded"],
              purposes: ["marketing"], consent: true, note: "Nor may anybody be called to ask for it.",
              source: "FEDMA, legal fact pack", primary: false, confidence: "medium" },
          ],
        }
        """#
}
