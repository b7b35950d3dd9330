/// Spreads contacts evenly over the hours in which they may leave, by how much capacity each of those has.
struct ContactSpread {
    private let setup: CampaignSetup
    /// How many were spread over the hours of a lane.
    private var counts: [ParcelLane: Int] = [:]
    /// Made once for all contacts of the same hours.
    private var known: [Span: Hours] = [:]

    /// Slots of so many milliseconds, at most `mostSlots`, part the hours.
    private static let slot: Int64 = 300_000
    private static let mostSlots = 288
    private static let longest = TimeSpan.hours(24)

    private struct Span: Hashable {
        let start: Timestamp
        let milliseconds: Int64
        var slots: Int { min(ContactSpread.mostSlots, Int(milliseconds / ContactSpread.slot)) }

        func moment(of place: Int) -> Timestamp {
            start.adding(TimeSpan(milliseconds: milliseconds * Int64(place) / Int64(slots)))
        }
    }

    private struct Hours {
        /// How much all slots up to each have; as many as one each without a capacity.
        let sums: [Int]

        init(_ span: Span, _ setup: CampaignSetup) {
            var sum = 0
            sums = (0..<span.slots).map { place in
                sum += min(Self.most, setup.perHour(at: span.moment(of: place)) ?? 1)
                return sum
            }
        }

        /// More than leave in an hour; sums of it stay small.
        private static let most = 1_000_000

        /// The slot of the n-th contact; nil where none has room for any.
        func place(of number: Int) -> Int? {
            guard let total = sums.last, total > 0 else { return nil }
            let wanted = Pace.place(of: number, among: total)
            var range = 0..<sums.count
            while range.count > 1 {
                let middle = range.lowerBound + range.count / 2
                range = sums[middle - 1] > wanted ? range.lowerBound..<middle : middle..<range.upperBound
            }
            return range.lowerBound
        }
    }

    init(_ setup: CampaignSetup) { self.setup = setup }

    /// The lane of the next contact of one that may leave until `end`; nil where those hours have no capacity.
    mutating func next(of lane: ParcelLane, until end: Timestamp?) -> ParcelLane? {
        let longest = Self.longest.milliseconds
        let open = end.map { min($0.milliseconds - lane.due.milliseconds, longest) } ?? longest
        let span = Span(start: lane.due, milliseconds: open)
        guard span.slots > 1 else { return setup.perHour(at: lane.due) == 0 ? nil : lane }
        let hours = known[span] ?? Hours(span, setup)
        known[span] = hours
        let number = counts[lane, default: 0]
        guard let place = hours.place(of: number) else { return nil }
        counts[lane] = number + 1
        guard place > 0 else { return lane }
        let due = span.moment(of: place)
        return ParcelLane(
            step: lane.step, channel: lane.channel, zone: lane.zone, due: due, priority: lane.priority,
            reason: .pace(.spread, until: LocalMoment(due, offset: setup.zone.offset(at: due))))
    }
}
