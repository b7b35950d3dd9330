/// Decides whether anything may leave: only after everything was applied that may say whom not to contact, or what
/// became of a message (contract §2).
///
///     closed ──(all that lay in the inboxes is applied)──▶ open
///       └─────(a file was waited for for 60 s, an inbox for 10 s)──▶ holding what they may concern, by name
///
/// Contacts hold nothing. A file that comes while Waybill runs holds until it was taken: a list, a consent or a command
/// from when its writer has closed it, or a folder that is new was seen; replies and receipts once they are ready.
struct Clearance {
    /// Something in an inbox, or possibly there, that was not applied yet.
    struct Unheard: Hashable {
        let hold: SendingHold
        /// Monotonic milliseconds.
        let since: Int64
        /// For how many milliseconds everything waits for it; after that, only what it may concern.
        let patience: Int64
        /// Distinguishes a file from others of its name; empty if it is not a file.
        var mark = ""
    }

    enum Verdict: Equatable {
        case open
        /// Nothing leaves yet.
        case closed
        /// What these may concern does not leave; the rest does.
        case holding([SendingHold])
    }

    /// Milliseconds.
    static let filePatience: Int64 = 60_000
    /// After this time, users are told what Waybill waits for. It is longer than files rest anyway.
    private static let patienceOfPeople: Int64 = 4_000

    private let context: WorkContext
    /// Files that were reported before, perhaps by an earlier run, and are not waited for again. By path, with their
    /// marks.
    private var told: [String: String]
    /// The places reported in the log.
    private var said: Set<String> = []
    private(set) var verdict = Verdict.closed

    init(_ context: WorkContext) throws {
        self.context = context
        told = try context.store.toldWords()
    }

    /// Decides anew, for a moment of the monotonic clock.
    mutating func decide(_ unheard: [Unheard], at now: Int64) throws {
        let before = verdict
        verdict = Self.verdict(of: unheard, told: told, at: now)
        switch verdict {
        case .open:
            if before == .open { return }
            try remember([])
            try context.store.transiently { try context.store.wake(heldFor: .unread, at: context.now) }
        case .closed:
            for one in unheard where now - one.since >= Self.patienceOfPeople {
                guard said.insert(one.hold.place).inserted else { continue }
                context.log.info(
                    "sending.waits",
                    ["for": .text(one.hold.place), "reason": .text(one.hold.problem), "seconds": .number(60)])
            }
        case .holding(let holds):
            if before == .closed { said = [] }
            try remember(unheard)
            for hold in holds where said.insert(hold.place).inserted {
                context.log.error(
                    "sending.held",
                    [
                        "by": .text(hold.place), "campaign": .text(hold.campaign ?? "all"),
                        "reason": .text(hold.problem),
                    ])
            }
            said.formIntersection(holds.map(\.place))
        }
    }

    static func verdict(of unheard: [Unheard], told: [String: String], at now: Int64) -> Verdict {
        if unheard.isEmpty { return .open }
        let isAwaited = unheard.contains { one in
            now - one.since < one.patience && (one.mark.isEmpty || told[one.hold.place] != one.mark)
        }
        return isAwaited ? .closed : .holding(unheard.map(\.hold).sorted { $0.place < $1.place })
    }

    private mutating func remember(_ unheard: [Unheard]) throws {
        let files = unheard.filter { !$0.mark.isEmpty }.map { ($0.hold.place, $0.mark) }
        let now = Dictionary(files) { first, _ in first }
        if unheard.isEmpty { said = [] }
        guard now != told else { return }
        told = now
        try context.store.transiently { try context.store.setToldWords(now) }
    }
}
