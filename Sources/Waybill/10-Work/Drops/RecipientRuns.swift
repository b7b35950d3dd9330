import SystemIO

/// Who is in a drop, in key order, in pieces as they are stored. Of a long drop they are put together on a thread of
/// its own: then nothing else is left to be done but to store them.
final class RecipientRuns {
    /// 4,096 entries of 12 bytes, three pages: a look-up reads little, and the table has few rows.
    private static let most = 4_096

    private var recipients: SortedRecipients
    private let ahead: BoundedQueue<Result<[RecipientEntry], any Error>>?

    init(_ recipients: SortedRecipients, isLong: Bool) {
        self.recipients = recipients
        guard isLong else {
            ahead = nil
            return
        }
        let queue = BoundedQueue<Result<[RecipientEntry], any Error>>(capacity: 16)
        ahead = queue
        _ = Worker.start(name: "recipients") {
            defer { queue.close() }
            var recipients = recipients
            while true {
                let run = Result { try Self.next(of: &recipients) }
                if case .success([]) = run { return }
                guard queue.push(run), case .success = run else { return }
            }
        }
    }

    deinit { ahead?.cancel() }

    /// The next run; empty behind the last.
    func next() throws -> [RecipientEntry] {
        guard let ahead else { return try Self.next(of: &recipients) }
        return try ahead.pop()?.get() ?? []
    }

    private static func next(of recipients: inout SortedRecipients) throws -> [RecipientEntry] {
        var run: [RecipientEntry] = []
        try recipients.next(most, into: &run)
        return run
    }
}
