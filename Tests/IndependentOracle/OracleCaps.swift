/// One cap of a campaign's policy, with its names turned into numbers.
struct PreparedCap {
    var cap: PolicyScenario.Cap
    /// The channels whose messages it counts, as bits.
    var channels: UInt64
    /// The campaign's zone: calendar days count by it.
    var zone: OracleClock.Zone
    var campaign: Int
    /// For a rule of law: the messages it counts, as campaign × 64 + channel; nil: those of all campaigns.
    var pairs: Set<Int>?

    func concerns(channel: Int) -> Bool { channels & (1 << UInt64(channel)) != 0 }

    /// A text for people.
    var text: String {
        let span: String
        switch cap.span {
        case .rolling(let seconds): span = "\(seconds) s"
        case .day: span = "a day (\(zone.name))"
        }
        let over = cap.channels.isEmpty ? "" : " over \(cap.channels.joined(separator: ", "))"
        return "cap \(cap.limit) in \(span) by \(cap.by.rawValue)\(over)\(cap.isOwn ? ", own" : "")"
    }
}

/// The sends that caps count, by address, contact id and the contact's param1, in the order of leaving.
struct SendLedger {
    private(set) var moments: [Int] = []
    private var channels: [UInt8] = []
    private var campaigns: [UInt8] = []
    private var members: [[Int32]] = []
    private var groups: [PolicyScenario.Cap.Subject: [String: Int]] = [.address: [:], .id: [:], .param1: [:]]

    mutating func reserve(_ count: Int) {
        moments.reserveCapacity(count)
        channels.reserveCapacity(count)
        campaigns.reserveCapacity(count)
    }

    /// Adds a send. Only the values that some cap counts by are needed.
    mutating func add(at moment: Int, channel: Int, campaign: Int, values: [(PolicyScenario.Cap.Subject, String)]) {
        let place = Int32(moments.count)
        moments.append(moment)
        channels.append(UInt8(channel))
        campaigns.append(UInt8(campaign))
        for (subject, value) in values where !value.isEmpty {
            if let group = groups[subject]?[value] {
                members[group].append(place)
            } else {
                groups[subject]?[value] = members.count
                members.append([place])
            }
        }
    }

    /// The sends that share a value; nil: none.
    func group(_ subject: PolicyScenario.Cap.Subject, _ value: String) -> Int? {
        value.isEmpty ? nil : groups[subject]?[value]
    }

    /// Counts a group's sends for a cap: those that left in (after, until] and come before a place in the list. Stops
    /// at the cap's limit.
    func count(
        _ cap: PreparedCap, group: Int, after: Int, until: Int, before place: Int = Int.max, day: Int? = nil
    ) -> Int {
        let list = members[group]
        var index = firstIndex(in: list, after: until)
        var count = 0
        while index > 0 {
            index -= 1
            let send = Int(list[index])
            if moments[send] <= after { break }
            if send >= place || !counts(send, for: cap) { continue }
            if let day, cap.zone.wall(atSecond: OracleClock.quotient(moments[send], 1_000)).day != day { continue }
            count += 1
            if count >= cap.cap.limit { break }
        }
        return count
    }

    /// The moments in (after, until] at which a message left that counts for a cap.
    func moments(_ cap: PreparedCap, group: Int, after: Int, until: Int) -> [Int] {
        var result: [Int] = []
        let list = members[group]
        var index = firstIndex(in: list, after: until)
        while index > 0 {
            index -= 1
            let send = Int(list[index])
            if moments[send] <= after { break }
            if counts(send, for: cap) { result.append(moments[send]) }
        }
        return result
    }

    /// Whether a send at this moment and place in the list would exceed the cap.
    func isFull(_ cap: PreparedCap, group: Int, at moment: Int, before place: Int = Int.max) -> Bool {
        switch cap.cap.span {
        case .rolling(let seconds):
            let after = moment - seconds * 1_000
            return count(cap, group: group, after: after, until: moment, before: place) >= cap.cap.limit
        case .day:
            let day = cap.zone.wall(atSecond: OracleClock.quotient(moment, 1_000)).day
            return count(cap, group: group, after: moment - 180_000_000, until: moment, before: place, day: day)
                >= cap.cap.limit
        }
    }

    /// Whether the cap is certainly full, or certainly free, all the time from a moment on.
    func state(_ cap: PreparedCap, group: Int, from moment: Int, lasting: Int) -> (isFull: Bool, isFree: Bool) {
        let later = moment + lasting
        switch cap.cap.span {
        case .rolling(let seconds):
            let span = seconds * 1_000
            let most = count(cap, group: group, after: moment - span, until: later)
            if most < cap.cap.limit { return (false, true) }
            return (count(cap, group: group, after: later - span, until: moment) >= cap.cap.limit, false)
        case .day:
            let day = cap.zone.wall(atSecond: OracleClock.quotient(moment, 1_000)).day
            guard cap.zone.wall(atSecond: OracleClock.quotient(later, 1_000)).day == day else { return (false, false) }
            let after = moment - 180_000_000
            if count(cap, group: group, after: after, until: later, day: day) < cap.cap.limit { return (false, true) }
            return (count(cap, group: group, after: after, until: moment, day: day) >= cap.cap.limit, false)
        }
    }

    /// Whether the sends up to `known` alone fill a cap at a later moment.
    func isFull(_ cap: PreparedCap, group: Int, at moment: Int, knowing known: Int) -> Bool {
        switch cap.cap.span {
        case .rolling(let seconds):
            return count(cap, group: group, after: moment - seconds * 1_000, until: min(moment, known)) >= cap.cap.limit
        case .day:
            let day = cap.zone.wall(atSecond: OracleClock.quotient(moment, 1_000)).day
            return count(cap, group: group, after: moment - 180_000_000, until: min(moment, known), day: day)
                >= cap.cap.limit
        }
    }

    private func counts(_ send: Int, for cap: PreparedCap) -> Bool {
        if let pairs = cap.pairs { return pairs.contains(Int(campaigns[send]) * 64 + Int(channels[send])) }
        return cap.concerns(channel: Int(channels[send])) && (!cap.cap.isOwn || Int(campaigns[send]) == cap.campaign)
    }

    /// The first place in a group whose send left after a moment.
    private func firstIndex(in list: [Int32], after moment: Int) -> Int {
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if moments[Int(list[middle])] <= moment { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
