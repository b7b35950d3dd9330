/// The rules of India, as `waybill rules --source in` prints them.
extension ShippedRules {
    static let india = #"""
        // Dated data, and no legal advice. A copy of it as rules/in.json5 in the workspace goes before it.
        {
          country: "IN",
          about: "Commercial calls and texts in India.",
          checked: "2026-11-30",
          rules: [
            { id: "in-hours", title: "commercial communications, hours",
              kinds: ["live", "automated", "prerecorded", "text"], purposes: ["marketing"],
              hours: [{ from: "10:00", to: "21:00" }],
              note: "Promotional calls come from numbers that begin with 140, those about services from 1600.",
              source: "TCCCPR 2018 as amended on 2025-02-12; the hours are general knowledge", primary: false,
              confidence: "low" },
          ],
        }
        """#
}
