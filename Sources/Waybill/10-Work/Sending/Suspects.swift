/// The messages whose answers were such that a transport would stop: each may be the cause of it, and the transport as
/// well.
///
/// The first of them stops nothing: it is put aside, and another one finds out at once. If that goes through, the fault
/// is the first one's, and what it is answered from then on stops nobody. Whoever is refused so again and again, and
/// others went through each time in between, is refused by that. If another one is answered likewise, the transport is
/// at fault and stops: nothing of what was counted before says anything, and nobody is blamed. From then on they are
/// tried behind all others.
struct Suspects: Codable, Equatable, Sendable {
    private struct Suspect: Codable, Equatable {
        /// When it was refused last: milliseconds.
        var at: Int64
        /// How often it was refused while others went through before and behind.
        var count = 0
        /// Whether others went through since.
        var isOvertaken = false
    }

    enum Verdict: Equatable {
        /// Nobody knows yet whose fault it is.
        case open
        /// Its own: so often by now.
        case own(Int)
    }

    private var all: [String: Suspect] = [:]
    /// More are those of an outage: then nobody has to be known.
    private static let most = 1_000

    var isEmpty: Bool { all.isEmpty }

    private static func key(_ batch: BatchID, _ record: UInt32) -> String { "\(batch) \(record)" }

    /// When a message was refused last; nil for one that is no suspect.
    func lastRefusal(_ batch: BatchID, _ record: UInt32) -> Int64? { all[Self.key(batch, record)]?.at }

    /// Whether others went through since it stopped the transport.
    func isAlone(_ batch: BatchID, _ record: UInt32) -> Bool {
        all[Self.key(batch, record)].map { $0.isOvertaken || $0.count > 0 } ?? false
    }

    /// Whether nobody knows yet if the fault is its own.
    func isOpen(_ batch: BatchID, _ record: UInt32) -> Bool {
        lastRefusal(batch, record) != nil && !isAlone(batch, record)
    }

    /// Whether somebody is known of whom nobody knows yet if the fault is their own.
    var areOpen: Bool { all.values.contains { !$0.isOvertaken && $0.count == 0 } }

    /// Others went through, which had left at this moment: behind those that were refused until then.
    mutating func overtake(leftAt moment: Timestamp) {
        for key in all.keys where all[key].map({ $0.at <= moment.milliseconds }) ?? false {
            all[key]?.isOvertaken = true
        }
    }

    /// A message was given an answer by which the transport would stop.
    ///
    /// - Parameter isFirst: it stops nothing yet.
    mutating func refuse(_ batch: BatchID, _ record: UInt32, at now: Timestamp, isFirst: Bool) -> Verdict {
        let key = Self.key(batch, record)
        if isAlone(batch, record), var known = all[key] {
            if known.isOvertaken { known.count += 1 }
            known.isOvertaken = false
            known.at = now.milliseconds
            all[key] = known
            return .own(known.count)
        }
        for key in all.keys where !isFirst {
            all[key]?.count = 0
            all[key]?.isOvertaken = false
        }
        all[key] = Suspect(at: now.milliseconds)
        if all.count > Self.most, let oldest = all.min(by: { ($0.value.at, $0.key) < ($1.value.at, $1.key) }) {
            all[oldest.key] = nil
        }
        return .open
    }

    /// It is known what became of a message.
    mutating func forget(_ batch: BatchID, _ record: UInt32) { all[Self.key(batch, record)] = nil }
}
