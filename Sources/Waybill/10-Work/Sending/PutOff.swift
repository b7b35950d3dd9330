/// The messages that a transport wanted later, as far as nothing else has become of them. One that is put off again and
/// again while others go through says nothing of the transport.
struct PutOff {
    private struct Addressee: Hashable {
        let batch: BatchID
        let record: UInt32
    }

    /// Since then nothing has gone through.
    private var waiting: Set<Addressee> = []
    /// Since then others went through.
    private var alone: Set<Addressee> = []
    /// More are those of an outage.
    private static let most = 10_000

    /// Notes what became of a parcel; returns whether nothing of it went through, and what it put off is not known for
    /// that.
    mutating func note(_ outcome: ParcelOutcome, of parcel: Parcel) -> Bool {
        var later: Set<Addressee> = []
        var (hasSettled, isStopping) = (false, false)
        for member in parcel.contacts where member.fate == .travels {
            let message = Addressee(batch: parcel.batch, record: member.record)
            let fate = outcome.fate(of: member.record)
            if fate == .later { later.insert(message) } else { alone.remove(message) }
            hasSettled = hasSettled || fate.isSettled
            if case .stopping = fate { isStopping = true }
        }
        let isNews = !hasSettled && (isStopping || !later.isSubset(of: alone))
        waiting.formUnion(later)
        if hasSettled {
            alone.formUnion(waiting)
            waiting = []
        }
        if waiting.count > Self.most { waiting = [] }
        if alone.count > Self.most { alone = [] }
        return isNews
    }
}
