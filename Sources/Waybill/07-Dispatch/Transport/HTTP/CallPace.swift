/// When calls may begin, so that a server that allows so many a second refuses none of them.
///
/// Servers count when calls arrive, and some arrive sooner after the one before than they began. So calls begin two per
/// cent slower than is allowed, and each refusal makes them slower by a tenth, down to half of what is allowed. The
/// pace comes back by half a per cent for each second's calls; until it has, nothing is caught up with.
struct CallPace {
    /// In microseconds.
    private let gap: Int64
    private let perSecond: Int
    private var next: Int64 = 0
    /// Per mille of the gap that is waited.
    private var slowness = Self.least
    private var sinceRefusal = 0

    private static let least: Int64 = 1_020
    private static let most: Int64 = 2_000
    /// A thread that wakes so many microseconds late catches up: servers that allow hundreds of calls a second allow
    /// some at once.
    private static let late: Int64 = 10_000

    init(perSecond: Int) {
        self.perSecond = perSecond
        gap = 1_000_000 / Int64(perSecond)
    }

    /// Nil if a call may begin now, which then counts; else for how many microseconds none may.
    mutating func wait(at now: Int64) -> Int64? {
        if next > now { return next - now }
        let gap = gap * slowness / 1_000
        let isCaughtUp = slowness == Self.least && now - next <= max(gap, Self.late)
        next = (isCaughtUp ? next : now) + gap
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
