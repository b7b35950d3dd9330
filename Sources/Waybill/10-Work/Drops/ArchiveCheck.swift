import Foundation
import SystemIO

/// Checks archived drops for bytes that the sender wrote after the drop was read: a sender who kept the file open, or
/// was slow, sent more than was taken, and nobody else could tell.
///
/// Each drop is checked when it is archived, and once more some nine minutes later, or by the first run after that.
package struct ArchiveCheck {
    private let context: WorkContext

    package init(_ context: WorkContext) { self.context = context }

    /// A drop whose archived file differs from what was read.
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
    /// How long it is shown in the status.
    private static let toldFor = TimeSpan.hours(24)

    // MARK: - Checking

    /// Checks a drop that was just archived.
    func look(at batch: BatchRow, _ path: String) throws {
        guard batch.status == .visible, let status = try FileStatus.of(path), status.kind == .regular,
            try isChanged(batch, path, status)
        else { return }
        try tell(batch, path, status)
    }

    /// Checks those that were archived long enough ago and not checked since.
    package func run() throws {
        let now = context.now
        let position = try context.store.setting(.archiveChecked).flatMap {
            Int64(String(decoding: $0, as: UTF8.self))
        }
        // A store that never checked begins with yesterday.
        let yesterday = DayClock(zone: .utc, endOfDay: .midnight).day(of: now.adding(.hours(-24)))
        var last = position.map(BatchID.init(rawValue:)) ?? BatchID(day: yesterday, number: 0)
        let batches = try context.store.batches(
            after: last, claimedUntil: now.adding(TimeSpan(milliseconds: -Self.delay.milliseconds)),
            limit: Self.atOnce)
        guard !batches.isEmpty else { return }
        for batch in batches {
            // A batch that is still being read ends the walk, so it is checked later.
            guard batch.isPublished else { break }
            do {
                try look(at: batch, Publisher.archived(batch, in: context))
            } catch is SystemError {
                // Where the archive cannot be looked at, this one is next once it can.
                break
            }
            last = batch.id
        }
        try context.store.transiently {
            try context.store.set(.archiveChecked, to: Array(String(last.rawValue).utf8))
        }
    }

    private func isChanged(_ batch: BatchRow, _ path: String, _ status: FileStatus) throws -> Bool {
        if status.size != batch.size { return true }
        // A drop from another file system was copied, and so written a moment after the commit.
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
