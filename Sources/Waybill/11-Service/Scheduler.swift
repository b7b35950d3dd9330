/// Decides what goes next, by comparing descriptions: it opens nothing and reads no clock.
///
/// - Files and claims that could be taken are ordered (`Candidate`): the first goes first.
/// - In the middle of a long drop the first that may overtake is taken (`mayTake`): what would have been taken first
///   anyway, and what is short.
/// - Of the drops that are being read the one that was begun last goes on first: it overtook the others.
/// - While drops are read, what is due is sent for half of the time (`sendingTime`).
enum Scheduler {
    /// A file that is ready, or a claim that was left.
    struct Candidate: Comparable {
        let purpose: DropPurpose
        /// Nil where it is not known before the drop is opened: a side-car, its content or its name may say any.
        let campaign: String?
        /// 0–9, 9 first.
        let priority: Int
        let size: Int64
        /// When it got its name: nanoseconds since 1970.
        let arrived: Int64
        /// A claim's token, which begins with when it was claimed.
        let name: String
        /// It was claimed before, and left.
        let isClaimed: Bool

        /// Commands, then lists, replies and receipts, in the order in which they came, since the later word counts;
        /// then contacts, the urgent first, small files before large ones. A claim goes before files of its kind, as it
        /// did once.
        static func < (one: Candidate, other: Candidate) -> Bool { one.order < other.order }

        private var order: (Int, Int, Int, Int64, String) {
            if isClaimed { return (purpose.rank, 0, 0, 0, name) }
            return (purpose.rank, 1, -priority, purpose == .contacts ? size : arrived, name)
        }
    }

    /// A drop that is being read.
    struct Reading {
        let purpose: DropPurpose
        let campaign: String
        let priority: Int
        let size: Int64
        /// No other drop of its campaign may be read beside it.
        let isAlone: Bool
        /// It has taken longer than a second.
        let isSlow: Bool
        /// Its last step found nothing to do.
        let isWaiting: Bool

        /// A short one is done before it is worth the trouble to let others go between, unless its share hangs.
        var isLong: Bool { size > DropProgress.short || isSlow }
    }

    /// How many drops of contacts may be read at once, each in the middle of another: shares that hang would have them
    /// all.
    private static let mostContacts = 4

    /// The place of the one to take now among candidates in order, the first one last; nil: none, the readings go on.
    static func next(
        of candidates: some RandomAccessCollection<Candidate>, amid readings: [Reading], isOneCampaign: Bool
    ) -> Int? {
        candidates.lastIndex { mayTake($0, amid: readings, isOneCampaign: isOneCampaign) }
            .map { candidates.distance(from: candidates.startIndex, to: $0) }
    }

    /// Whether a candidate may be taken while drops are being read, which stand in the order in which they were begun.
    ///
    /// - Parameter isOneCampaign: all drops are of the one campaign that there is, whatever their folders.
    static func mayTake(_ candidate: Candidate, amid readings: [Reading], isOneCampaign: Bool) -> Bool {
        guard let newest = readings.last else { return true }
        guard newest.isLong else { return false }
        guard candidate.purpose == .contacts else {
            // Results stay in their order, and wait for nothing else; the ranks fall, so that there is an end.
            return readings.allSatisfy { candidate.purpose.rank < $0.purpose.rank }
        }
        guard readings.count < mostContacts else { return false }
        let isKeptOut = readings.contains {
            $0.isAlone
                && (isOneCampaign
                    || candidate.campaign.map(FoldedFileName.init) ?? FoldedFileName($0.campaign)
                        == FoldedFileName($0.campaign))
        }
        guard !isKeptOut else { return false }
        if candidate.size <= DropProgress.short, candidate.size <= newest.size / 4 || newest.isSlow { return true }
        // Memory is for one long drop and one that overtakes it.
        return candidate.priority > newest.priority && readings.count == 1
    }

    /// The places of the readings in the order in which they are asked for a step, until one takes it: one that waits,
    /// as for a share, keeps nobody waiting.
    static func turns(of readings: [Reading]) -> [(place: Int, patience: Int64)] {
        let isOneReady = readings.contains { !$0.isWaiting }
        return readings.indices.reversed().map { place in
            (place, readings[place].isWaiting && isOneReady ? 0 : DropReading.patience)
        }
    }

    // MARK: - Sending

    /// Milliseconds between two looks at the inboxes even when nothing happens: events are hints, and some file systems
    /// give none. So often what is due is sent while a long drop is read, too.
    static let round: Int64 = 1_000

    /// Milliseconds for which what is due is sent before arrivals may interrupt it: both go on when neither ends.
    private static let sendingShare: Int64 = 10

    /// Milliseconds between two interludes while short drops are taken one after the other.
    static let pause: Int64 = 200

    /// For how many milliseconds what is due is sent between two steps of a long drop, or between short ones; nil: not
    /// now, or a short one was begun just now.
    ///
    /// Nothing is sent while results, lists or commands are read, which may say otherwise, nor when a scan is about to
    /// say what has arrived.
    static func sendingTime(
        amid readings: [Reading], at now: Int64, lastAt: Int64, isScanNearlyDone: Bool
    ) -> Int64? {
        guard readings.last?.isLong ?? true, now - lastAt >= round,
            maySend(amid: readings, isScanNearlyDone: isScanNearlyDone)
        else { return nil }
        return round / 2
    }

    static func maySend(amid readings: [Reading], isScanNearlyDone: Bool) -> Bool {
        readings.allSatisfy { $0.purpose == .contacts } && !isScanNearlyDone
    }

    /// Whether sending has had its time, that long after it began.
    static func isSendingOver(after elapsed: Int64, limit: Int64, hasArrivals: Bool) -> Bool {
        elapsed >= limit || hasArrivals && mayBeInterrupted(after: elapsed)
    }

    /// From then on arrivals are looked for.
    static func mayBeInterrupted(after elapsed: Int64) -> Bool { elapsed >= sendingShare }
}
