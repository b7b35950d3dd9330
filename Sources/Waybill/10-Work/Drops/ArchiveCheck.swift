import Foundation
import SystemIO

/// Looks at what was put away for what its sender wrote after it had been read: whoever kept the file open, or was
/// slow, has sent more than was taken, and nobody else could tell.
///
/// Looked at when a drop is put away, and once more some nine minutes later, or by the first run after that.
package struct ArchiveCheck {
    private let context: WorkContext

    package init(_ context: WorkContext) { self.context = context }

    /// A drop that is not in the archive as it was read.
    package struct Changed: Codable, Hashable, Sendable {
        package let batch: BatchID
        /// Relative to the workspace.
        package let file: String
        package let bytesRead: Int64
        package let bytesThere: Int64
        /// Milliseconds since the epoch.
        package let foundAt: Int64

        package var words: String {
            "\(Code.dropChanged.rawValue): its sender wrote on after it was read (batch \(batch)): \(bytesRead) bytes were read, "
                + (bytesRead == bytesThere ? "as many are there and they are others" : "\(bytesThere) are there")
                + "; drop what is missing, with resend: true in a side-car where it is the whole file"
        }
    }

    private static let delay = TimeSpan.minutes(9)
    private static let atOnce = 1_000
    /// For how long it is told in the status.
    private static let toldFor = TimeSpan.hours(24)

    // MARK: - Looking

    /// Looks at a drop that was put away just now.
    func look(at batch: BatchRow, _ path: String) throws {
        guard batch.status == .visible, let status = try FileStatus.of(path), status.kind == .regular,
            try isChanged(batch, path, status)
        else { return }
        try tell(batch, path, status)
    }

    /// Looks at those that were put away long enough ago and not looked at since.
    package func run() throws {
        let now = context.now
        let position = try context.store.setting(.archiveChecked).flatMap {
            Int64(String(decoding: $0, as: UTF8.self))
        }
        // A store that never looked begins with yesterday.
        let yesterday = DayClock(zone: .utc, endOfDay: .midnight).day(of: now.adding(.hours(-24)))
        var last = position.map(BatchID.init(rawValue:)) ?? BatchID(day: yesterday, number: 0)
        let batches = try context.store.batches(
            after: last, claimedUntil: now.adding(TimeSpan(milliseconds: -Self.delay.milliseconds)),
            limit: Self.atOnce)
        guard !batches.isEmpty else { return }
        for batch in batches {
            // One that is still being read stops the walk, so that it is looked at later.
            guard batch.isPublished else { break }
            last = batch.id
            try look(at: batch, Publisher.archived(batch, in: context))
        }
        try context.store.transiently {
            try context.store.set(.archiveChecked, to: Array(String(last.rawValue).utf8))
        }
    }

    private func isChanged(_ batch: BatchRow, _ path: String, _ status: FileStatus) throws -> Bool {
        if status.size != batch.size { return true }
        // A copy, which a drop from another file system is, was written a moment after the commit.
        let wasTouched = status.modified / 1_000_000 > batch.visibleAt.adding(.minutes(1)).milliseconds
        return try wasTouched && batch.sha256.map { try SHA256.hash(file: path) != $0 } ?? false
    }

    private func tell(_ batch: BatchRow, _ path: String, _ status: FileStatus) throws {
        let found = Changed(
            batch: batch.id, file: context.workspace.relative(path), bytesRead: batch.size, bytesThere: status.size,
            foundAt: context.now.milliseconds)
        let known = try Self.found(in: context.store)
        guard !known.contains(where: { $0.batch == batch.id && $0.bytesThere == found.bytesThere }) else { return }
        context.log.error(
            Code.dropChanged.rawValue,
            [
                "batch": .text(batch.id.description), "drop": .text(batch.name), "campaign": .text(batch.campaign),
                "bytesRead": .number(Int(batch.size)), "bytesThere": .number(Int(status.size)),
                "file": .text(found.file),
            ])
        let oldest = context.now.adding(TimeSpan(milliseconds: -Self.toldFor.milliseconds)).milliseconds
        let kept = known.filter { $0.batch != batch.id && $0.foundAt >= oldest } + [found]
        try context.store.transiently {
            try context.store.set(.changedDrops, to: Array(try JSONEncoder().encode(kept)))
        }
    }

    /// What was found within a day.
    package static func found(in store: some Settings, since oldest: Timestamp? = nil) throws -> [Changed] {
        guard let kept = try store.setting(.changedDrops) else { return [] }
        let all = (try? JSONDecoder().decode([Changed].self, from: Data(kept))) ?? []
        return all.filter { $0.foundAt >= oldest?.milliseconds ?? .min }
    }
}
