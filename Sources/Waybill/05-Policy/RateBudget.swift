/// How fast messages may leave: the rates of a policy, campaign, transport or account, and what has left (contract §7).
///
/// No period of a second, an hour or a day exceeds the rate. Each waiting parcel gets a moment of its own, one after
/// the other, so they leave evenly and none is looked at in vain.
package struct RateBudget: Sendable {
    /// When a parcel may leave, and which limit makes it wait.
    package struct Slot: Hashable, Sendable {
        package let at: Timestamp
        package let limit: RateLimit
    }

    /// How many milliseconds after its moment a parcel may leave.
    private static let jitter: Int64 = 100

    private let limits: [RateLimit]
    /// What has left: moments, rising, and how many messages had left before each.
    private var moments: [Int64] = []
    private var before: [Int] = []
    private var total = 0
    /// The last moment given to a waiting parcel.
    private var lastSlot = Int64.min

    /// The last moment given to a parcel whose own had just passed; only one parcel gets it.
    private var lastMended = Int64.min

    /// - Parameter holder: whose rate it is, for the reasons.
    package init(_ rate: Rate, of holder: RateHolder = .policy("")) {
        limits = RateLimit.Span.allCases.compactMap { span in
            rate.most(per: span).map { RateLimit(most: $0, span: span, holder: holder) }
        }
    }

    /// How far it looks back; nil without a rate.
    package var horizon: TimeSpan? { limits.map { TimeSpan(milliseconds: $0.span.milliseconds) }.max() }

    /// Notes that `count` messages left.
    package mutating func note(_ count: Int, at moment: Timestamp) {
        guard count > 0 else { return }
        if let horizon, moments.count > 4_096, moments[moments.count / 2] < moment.milliseconds - horizon.milliseconds {
            moments.removeFirst(moments.count / 2)
            before.removeFirst(before.count / 2)
        }
        follow(moment.milliseconds)
        moments.append(max(moment.milliseconds, moments.last ?? .min))
        before.append(total)
        total += count
    }

    /// Takes back `count` of those last noted: they did not leave.
    package mutating func takeBack(_ count: Int) { total -= min(count, total - (before.last ?? total)) }

    /// Nobody comes to some of the moments given in advance: the next one is given behind what has left.
    package mutating func giveTurnsBack() { lastSlot = .min }

    /// How many may leave now.
    package func room(at now: Timestamp) -> Int {
        limits.reduce(Int.max) { room, limit in
            let index = first(after: now.milliseconds - limit.span.milliseconds)
            let left = index < moments.count ? total - before[index] : 0
            return min(room, max(0, limit.most - left))
        }
    }

    /// How long a parcel waits to leave whole; if it would take longer, a part of it leaves earlier.
    ///
    /// A sixtieth of the period, up to a minute: so what leaves in parts leaves together again in the next period, and
    /// the parts do not become ever smaller.
    package static func patience(_ limit: RateLimit) -> Int64 { min(60_000, max(jitter, limit.span.milliseconds / 60)) }

    /// The furthest moment given in advance. Beyond that, parcels wait together without turns.
    private static let farAhead: Int64 = 300_000

    /// Whether a moment is too far ahead to be a parcel's own.
    package static func isFar(_ slot: Slot, from now: Timestamp) -> Bool {
        slot.at.milliseconds - now.milliseconds > farAhead
    }

    /// If the clock was set back, messages noted at later moments count as leaving now, and reserved turns are dropped.
    private mutating func follow(_ now: Int64) {
        guard let last = moments.last, last > now else { return }
        for index in first(after: now)..<moments.count { moments[index] = now }
        (lastSlot, lastMended) = (.min, .min)
    }

    /// Nil if `count` may leave now, else when they may. More than a limit allows may leave if nothing left within its
    /// period.
    ///
    /// - Parameter reason: why the parcel waited until now.
    package mutating func slot(for count: Int, at now: Timestamp, after reason: HoldReason = .due) -> Slot? {
        follow(now.milliseconds)
        var earliest = now.milliseconds
        var binding: RateLimit?
        for limit in limits {
            var index = first(after: earliest - limit.span.milliseconds)
            while index < moments.count, total - before[index] + count > limit.most {
                earliest = max(earliest, moments[index] + limit.span.milliseconds)
                binding = limit
                index += 1
            }
        }
        guard let binding else { return nil }
        // A message that left slightly late delays the next one by as much; that one keeps its turn.
        if reason == .rate(binding), earliest - now.milliseconds <= Self.jitter, earliest != lastMended {
            lastMended = earliest
            lastSlot = max(lastSlot, earliest)
            return Slot(at: Timestamp(milliseconds: earliest), limit: binding)
        }
        let spacing = (Int64(count) * binding.span.milliseconds + Int64(binding.most) - 1) / Int64(binding.most)
        let turn = max(earliest, lastSlot > now.milliseconds ? lastSlot + spacing : .min)
        let slot = Slot(at: Timestamp(milliseconds: turn), limit: binding)
        // Beyond that, everything due comes back then, and would take a turn each time.
        if !Self.isFar(slot, from: now) { lastSlot = turn }
        return slot
    }

    /// The index of the first moment after `moment`.
    private func first(after moment: Int64) -> Int {
        var low = 0
        var high = moments.count
        while low < high {
            let middle = (low + high) / 2
            if moments[middle] > moment { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
