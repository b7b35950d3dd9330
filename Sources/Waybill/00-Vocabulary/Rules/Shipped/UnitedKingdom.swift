/// The rules of the United Kingdom, as `waybill rules --source gb` prints them.
extension ShippedRules {
    static let unitedKingdom = #"""
        // Dated data, and no legal advice. A copy of it as rules/gb.json5 in the workspace goes before it.
        {
          country: "GB",
          about: "Telephone calls in the United Kingdom.",
          checked: "2026-11-30",
          rules: [
            { id: "gb-registry", title: "Telephone Preference Service", kinds: ["live"], purposes: ["marketing"],
              listAge: "28d", exempt: ["who told this caller that he does not object"],
              source: "Privacy and Electronic Communications Regulations 2003; the age of the list is general knowledge",
              primary: false, confidence: "low" },
            { id: "gb-silent", title: "silent and abandoned calls", kinds: ["automated"],
              note: "Since 2017-03-01 no share of abandoned calls is allowed as such; silent calls are judged hardest. No hours are set by statute.",
              from: "2017-03-01", source: "Ofcom, statement of policy on persistent misuse of 2016", primary: true,
              confidence: "high" },
          ],
        }
        """#
}
