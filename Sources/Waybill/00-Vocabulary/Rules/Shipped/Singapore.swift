/// The rules of Singapore, as `waybill rules --source sg` prints them.
extension ShippedRules {
    static let singapore = #"""
        // Dated data, and no legal advice. A copy of it as rules/sg.json5 in the workspace goes before it.
        {
          country: "SG",
          about: "Telemarketing calls and texts in Singapore.",
          checked: "2026-11-30",
          rules: [
            { id: "sg-registry", title: "Do Not Call Registry",
              kinds: ["live", "automated", "prerecorded", "text"], purposes: ["marketing"], listAge: "21d",
              source: "Personal Data Protection Act 2012, Part 9; from general knowledge", primary: false,
              confidence: "low" },
          ],
        }
        """#
}
