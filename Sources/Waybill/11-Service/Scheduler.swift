/// Decides what goes next, by comparing descriptions: it opens nothing and reads no clock.
///
/// - Files and claims that could be taken are ordered (`Candidate`): the first goes first.
/// - In the middle of a long drop, the first candidate that may overtake is taken (`mayTake`): one that would have been
///   taken first anyway, or a short one.
/// - Of the drops being read, the one that started last continues first: it overtook the others.
/// - While drops are read, due parcels are sent half of the time (`sendingTime`).
enum Scheduler {
    /// A file that is ready, or a claim that was left behind.
    struct Candidate: Comparable {
        let purpose: DropPurpose
        /// Nil if it is not known before the drop is opened: a side-car, its content or its name may name any.
        let campaign: String?
        /// 0–9, 9 first.
        let priority: Int
        let size: Int64
        /// When it got its name: nanoseconds since 1970.
        let arrived: Int64
        /// A claim's token, which begins with the time of the claim.
        let name: String
        /// Whether it was claimed before, and left.
        let isClaimed: Bool

        /// Commands first, then lists, replies and receipts, in order of arrival, since the later word counts; then
        /// contacts, urgent ones first, small files before large ones. A claim goes before files of its kind, as it
        /// once did.
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
        /// Whether no other drop of its campaign may be read beside it.
        let isAlone: Bool
        /// Whether it may say of contacts that wait that they must not be sent.
        var mayForbid = false
        /// When it got its name, and whether it waits for drops of its campaign that had theirs before.
        var arrived: Int64 = 0
        var waitsForEarlier = false
        /// Whether it has taken longer than a second.
        let isSlow: Bool
        /// Whether its last step found nothing to do.
        let isWaiting: Bool

        /// A short drop ends before it would be worth letting others in between, unless its share hangs.
        var isLong: Bool { size > DropProgress.short || isSlow }
    }

    /// The most contact drops read at once, each in the middle of another: hanging shares could otherwise occupy them
    /// all.
    private static let mostContacts = 4

    /// The index of the candidate to take now; candidates are in order, the first one last. Nil: none, so the readings
    /// continue.
    static func next(
        of candidates: some RandomAccessCollection<Candidate>, amid readings: [Reading], isOneCampaign: Bool
    ) -> Int? {
        let next =
            if let newest = readings.last, newest.waitsForEarlier {
                // The oldest one waits for nobody.
                candidates.indices.filter { isEarlier(candidates[$0], than: newest, isOneCampaign: isOneCampaign) }
                    .min { candidates[$0].arrived < candidates[$1].arrived }
            } else {
                candidates.lastIndex { mayTake($0, amid: readings, isOneCampaign: isOneCampaign) }
            }
        return next.map { candidates.distance(from: candidates.startIndex, to: $0) }
    }

    /// Whether a file has contacts that one that is being read may mean: it was there before, and may be of its
    /// campaign.
    static func isEarlier(_ candidate: Candidate, than reading: Reading, isOneCampaign: Bool) -> Bool {
        candidate.purpose == .contacts && candidate.arrived < reading.arrived
            && mayShareCampaign(candidate, reading, isOneCampaign: isOneCampaign)
    }

    private static func mayShareCampaign(_ candidate: Candidate, _ reading: Reading, isOneCampaign: Bool) -> Bool {
        isOneCampaign
            || candidate.campaign.map(FoldedFileName.init) ?? FoldedFileName(reading.campaign)
                == FoldedFileName(reading.campaign)
    }

    /// Whether a candidate may be taken while drops are being read, which are in the order in which they started.
    ///
    /// - Parameter isOneCampaign: whether there is only one campaign, to which all drops belong, whatever their
    ///   folders.
    static func mayTake(_ candidate: Candidate, amid readings: [Reading], isOneCampaign: Bool) -> Bool {
        guard let newest = readings.last else { return true }
        guard newest.isLong else { return false }
        guard candidate.purpose == .contacts else {
            // Results keep their order, and wait for nothing else; ranks fall, so this ends.
            return readings.allSatisfy { candidate.purpose.rank < $0.purpose.rank }
        }
        guard readings.count < mostContacts else { return false }
        let isKeptOut = readings.contains {
            $0.isAlone && mayShareCampaign(candidate, $0, isOneCampaign: isOneCampaign)
        }
        guard !isKeptOut else { return false }
        if candidate.size <= DropProgress.short, candidate.size <= newest.size / 4 || newest.isSlow { return true }
        // Memory is planned for one long drop and one that overtakes it.
        return candidate.priority > newest.priority && readings.count == 1
    }

    /// The indices of the readings in the order in which they are asked for a step, until one takes it: a drop that
    /// waits, for example for a share, delays nobody.
    static func turns(of readings: [Reading]) -> [(place: Int, patience: Int64)] {
        let isOneReady = readings.contains { !$0.isWaiting }
        return readings.indices.reversed().map { place in
            (place, readings[place].isWaiting && isOneReady ? 0 : DropReading.patience)
        }
    }

    // MARK: - Sending

    /// Milliseconds between two looks at the inboxes even if nothing happens: events are hints, and some file systems
    /// give none. While a long drop is read, due parcels are also sent this often.
    static let round: Int64 = 1_000

    /// What has arrived, as far as sending is concerned.
    enum Arrivals: Int, Comparable {
        case none, contacts
        /// Lists, results, commands, or nobody knows: they may forbid what is due.
        case words

        static func < (one: Arrivals, other: Arrivals) -> Bool { one.rawValue < other.rawValue }
    }

    /// Milliseconds for which due parcels are at least sent before arrivals may interrupt.
    private static let sendingShare: Int64 = 10

    /// Milliseconds for which due parcels are sent before contacts that arrive may interrupt, when so many were spent
    /// on short drops since the last sending: as long, so that neither falls behind when the other never ends. Without
    /// this, drops that came faster than a slow disk could take them left sending a twentieth of the time, and half a
    /// minute behind. (Amid a long drop parcels have their time, so nobody waits for them behind it.)
    static func sendingShare(after intake: Int64) -> Int64 { min(max(intake, sendingShare), round / 2) }

    /// Milliseconds between two interludes while short drops are taken one after the other.
    static let pause: Int64 = 200

    /// For how many milliseconds to send due parcels between two steps of a long drop, or between short ones. Nil: not
    /// now, or a short drop was just started.
    ///
    /// Nothing is sent while results, lists, commands or contacts that cancel others are read, which may forbid it, nor
    /// when a scan is about to report arrivals.
    static func sendingTime(
        amid readings: [Reading], at now: Int64, lastAt: Int64, isScanNearlyDone: Bool
    ) -> Int64? {
        guard readings.last?.isLong ?? true, now - lastAt >= round,
            maySend(amid: readings, isScanNearlyDone: isScanNearlyDone)
        else { return nil }
        return round / 2
    }

    static func maySend(amid readings: [Reading], isScanNearlyDone: Bool) -> Bool {
        readings.allSatisfy { $0.purpose == .contacts && !$0.mayForbid } && !isScanNearlyDone
    }

    /// Whether sending has used its time, `elapsed` milliseconds after it began.
    static func isSendingOver(after elapsed: Int64, limit: Int64, share: Int64, _ arrivals: Arrivals) -> Bool {
        switch arrivals {
        case .none: elapsed >= limit
        case .contacts: elapsed >= min(share, limit)
        case .words: elapsed >= limit || mayBeInterrupted(after: elapsed)
        }
    }

    /// Whether to look for arrivals from now on.
    static func mayBeInterrupted(after elapsed: Int64) -> Bool { elapsed >= sendingShare }
}
