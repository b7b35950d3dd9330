/// The zones of states and countries, from what the plan says about their numbers.
extension NumberingPlan {
    /// The list of all zones a country's numbers can be in, in `zoneLists`; an empty list for one without numbers.
    func zones(ofCountry country: RegionCode) -> Int { region(country).map { Int(regions[$0].zones) } ?? 0 }

    /// The names of all zones a state can have. Of a state whose numbers the plan does not tell from those of the rest
    /// of its country, all zones of the country.
    ///
    /// - Parameter state: ISO 3166-2, in capitals.
    func zoneNames(ofState state: String, where isKnown: (String) -> Bool) -> [String] {
        let told = Self.zoneListsByState[state] ?? []
        let country = RegionCode(String(state.prefix(2)))
        let lists = told.isEmpty ? [country.map { zones(ofCountry: $0) } ?? 0] : told
        var names: [String] = []
        for list in lists {
            for name in zoneNames(ofList: list, where: isKnown) where !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// By state of the United States and Canada: the lists of zones of the numbers with its area codes.
    private static let zoneListsByState = world.zoneListsOfStates()

    private func zoneListsOfStates() -> [String: [Int]] {
        let code = codes[Int(codeByValue[1])]
        // Area codes that are not in use yet have this answer, which says nothing about their state.
        let untold = zoneAnswers[label(from: code.zones, NumberDigits(), 0..<0)].corrected
        var found: [String: Set<Int>] = [:]
        for area in stateByArea.indices where stateByArea[area] != 0 {
            var edge = code.zones
            var read = 0
            for digit in [area / 100, area / 10 % 10, area % 10] where edge < 0x4000 {
                edge = nodes[Int(edge) * 11 + digit]
                read += 1
            }
            var lists: Set<Int> = []
            gatherZones(from: edge, digitsLeft: 10 - read, into: &lists)
            for state in states(at: stateByArea[area]) { found[state, default: []].formUnion(lists) }
        }
        return found.mapValues { $0.subtracting([0, Int(untold)]).sorted() }
    }

    /// Every list of zones that the walk comes to, whatever digits follow.
    private func gatherZones(from edge: UInt16, digitsLeft: Int, into lists: inout Set<Int>) {
        if edge >= 0x4000 {
            let label = edge >= 0x8000 ? Int(edge & 0x7FFF) : Int(leaves[Int(edge & 0x3FFF) * 18 + digitsLeft])
            lists.insert(Int(zoneAnswers[label].corrected))
        } else if digitsLeft > 0 {
            for digit in 0..<10 {
                gatherZones(from: nodes[Int(edge) * 11 + digit], digitsLeft: digitsLeft - 1, into: &lists)
            }
        }
    }
}
