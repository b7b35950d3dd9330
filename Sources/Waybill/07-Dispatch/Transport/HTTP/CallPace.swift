/// When calls begin, so that a server that allows so many a second refuses none of them.
///
/// Each call has its moment, and may be prepared a little ahead of it: what comes in between (its line in the journal,
/// which is synced, and threads that wake late) takes now shorter and now longer, and the server would count that.
///
/// Servers count when calls arrive, and some arrive sooner after the one before than they began. So calls begin two per
/// cent slower than is allowed, and each refusal makes them slower by a tenth, down to half of what is allowed. The
/// pace comes back by half a per cent for each second's calls; until it has, nothing is caught up with.
struct CallPace {
    /// In microseconds.
    private let gap: Int64
    private let perSecond: Int
    /// How long before its moment a call may be prepared, in microseconds.
    private let lead: Int64
    /// The moment of the call that may begin, and how far it is from the next one.
    private(set) var start: Int64 = 0
    private(set) var spacing: Int64 = 0
    private var next: Int64 = 0
    /// Per mille of the gap that is waited.
    private var slowness = Self.least
    private var sinceRefusal = 0

    private static let least: Int64 = 1_020
    private static let most: Int64 = 2_000
    /// A thread that wakes so many microseconds late catches up: servers that allow hundreds of calls a second allow
    /// some at once.
    private static let late: Int64 = 10_000

    /// A stop, or a crash, comes too late for what is prepared: it is a few calls at the most.
    private static let leads = (time: Int64(60_000), calls: Int64(5))

    /// - Parameter isAhead: whether calls are prepared ahead of their moments.
    init(perSecond: Int, isAhead: Bool = false) {
        self.perSecond = perSecond
        gap = 1_000_000 / Int64(perSecond)
        lead = isAhead ? min(Self.leads.time, Self.leads.calls * gap) : 0
    }

    /// Nil if a call may be prepared now, which then counts and begins at `start`; else for how many microseconds none
    /// may.
    mutating func wait(at now: Int64) -> Int64? {
        if next > now + lead { return next - lead - now }
        spacing = gap * slowness / 1_000
        let isCaughtUp = next >= now || slowness == Self.least && now - next <= max(spacing, Self.late)
        start = isCaughtUp ? next : now
        next = start + spacing
        sinceRefusal += 1
        if sinceRefusal >= perSecond {
            slowness = max(Self.least, slowness - 5)
            sinceRefusal = 0
        }
        return nil
    }

    /// The server says that calls come too fast. Those that were in the air say it together.
    mutating func slowDown() {
        if sinceRefusal > 0 { slowness = min(Self.most, slowness + slowness / 10) }
        sinceRefusal = 0
    }
}
