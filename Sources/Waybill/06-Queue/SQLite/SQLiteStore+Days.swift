import SystemIO

/// What sampling quotas have used, closed days, and values kept under a name.
extension SQLiteStore {
    package func quotaUsed(campaign: String, day: String) throws -> [String: Int] {
        let select = try database.statement(DaySQL.quotaUsed)
        defer { select.reset() }
        try select.bind(":campaign", campaign)
        try select.bind(":day", day)
        var used: [String: Int] = [:]
        while try select.step() { used[select.text(0)] = select.int(1) }
        return used
    }

    package func setQuota(campaign: String, day: String, used: [String: Int]) throws {
        for (stratum, count) in used {
            let put = try database.statement(DaySQL.setQuota)
            try put.bind(":campaign", campaign)
            try put.bind(":day", day)
            try put.bind(":stratum", stratum)
            try put.bind(":used", count)
            try put.run()
        }
    }

    package func reopenDays(from day: CalendarDay, of campaign: String) throws {
        let delete = try database.statement(DaySQL.reopenDays)
        try delete.bind(":campaign", campaign)
        try delete.bind(":day", day.description)
        try delete.run()
    }

    package func lastClosedDay(of campaign: String) throws -> CalendarDay? {
        let select = try database.statement(DaySQL.lastClosedDay)
        defer { select.reset() }
        try select.bind(":campaign", campaign)
        guard try select.step(), !select.isNull(0) else { return nil }
        guard let day = CalendarDay(select.text(0)) else {
            throw StoreProblem.damaged(what: "the closed days of campaign \(campaign)")
        }
        return day
    }

    package func closing(of day: CalendarDay, of campaign: String) throws -> Timestamp? {
        let select = try database.statement(DaySQL.closingOfDay)
        try select.bind(":campaign", campaign)
        try select.bind(":day", day.description)
        return try select.first { Timestamp(milliseconds: $0.int64(0)) }
    }

    package func close(_ day: CalendarDay, of campaign: String, at now: Timestamp) throws {
        let insert = try database.statement(DaySQL.closeDay)
        try insert.bind(":campaign", campaign)
        try insert.bind(":day", day.description)
        try insert.bind(":at", now.milliseconds)
        try insert.run()
    }

    // MARK: Settings

    package func setting(_ key: SettingKey) throws -> [UInt8]? {
        let get = try database.statement(DaySQL.getSetting)
        try get.bind(":key", key.name)
        return try get.first {
            if $0.int(1) == 0 { throw StoreProblem.damaged(what: "what is kept as \"\(key.name)\", by its checksum") }
            return $0.blob(0)
        }
    }

    package func set(_ key: SettingKey, to value: [UInt8]) throws {
        let put = try database.statement(DaySQL.putSetting)
        try put.bind(":key", key.name)
        try put.bind(":value", value)
        try put.run()
    }

    /// Inside the transaction of the outcome or the departure.
    func countStep() throws { try setSteps(steps() + 1) }

    package func removeSetting(_ key: SettingKey) throws {
        let remove = try database.statement(DaySQL.removeSetting)
        try remove.bind(":key", key.name)
        try remove.run()
    }

    package func namedLists() throws -> [String] {
        let select = try database.statement(DaySQL.settingsFrom)
        defer { select.reset() }
        let beginning = SettingKey.namedList("").name
        try select.bind(":from", beginning)
        var names: [String] = []
        while try select.step(), select.text(0).hasPrefix(beginning) {
            names.append(String(select.text(0).dropFirst(beginning.count)))
        }
        return names
    }
}
