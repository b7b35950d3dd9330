/// Do-not-contact lists that come again and again, and that campaigns need.
extension ScenarioDraft {
    /// Of longer ones a whole list that lost many would have to be accepted.
    private static let mostOnList = 90

    mutating func drawNamedLists(contacts: Int) {
        guard random.chance(45), !used.isEmpty else { return }
        let list = PolicyScenario.NamedList(
            name: "dnc", maxAge: random.chance(75) ? random.one(of: [14, 31, 45, 60], or: 31) * 86_400 : nil,
            isRequired: random.chance(50))
        scenario.named = [list]
        for place in scenario.campaigns.indices where !list.isRequired && random.chance(60) {
            scenario.campaigns[place].lists = [list.name]
        }
        var listed: Set<String> = []
        var moment = scenario.start + random.number(60...6 * 3_600)
        while moment < scenario.end {
            let isWhole = random.chance(70)
            var numbers: Set<String> = []
            for number in isWhole ? listed.sorted() : [] where random.chance(75) { numbers.insert(number) }
            let room = Self.mostOnList - (isWhole ? numbers.count : listed.count)
            for _ in 0..<random.number(1...max(1, min(Self.mostOnList / 3, contacts / 40))) where numbers.count < room {
                numbers.insert(random.one(of: used, or: used[0]).number)
            }
            if numbers.isEmpty { numbers.insert(used[0].number) }
            listed = isWhole ? numbers : listed.union(numbers)
            scenario.orders.append((moment, .named(list: list.name, numbers: numbers.sorted(), isWhole: isWhole)))
            // Mostly in time, now and then some hours late, by the strictest law too.
            let age = min(list.maxAge ?? 60 * 86_400, 21 * 86_400)
            moment += random.chance(75) ? age * random.number(20...95) / 100 : age + random.number(600...86_400)
        }
    }
}
