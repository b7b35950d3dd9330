import Foundation
import SystemIO

/// What `outbox/events` holds, for whoever looks back: the lines of `events.jsonl` and of what was put away by day.
package struct EventHistory {
    private let folder: String

    /// - Parameter folder: `outbox/events`.
    package init(folder: String) { self.folder = folder }

    /// The file to which lines are added.
    package var current: String { folder + "/" + EventLine.fileName }

    /// Calls `body` with the lines of one file after the other, the latest file first, until it returns false.
    ///
    /// - Parameters:
    ///   - day: files of earlier days (UTC) are left out.
    ///   - size: what was added to the current file later is left out.
    package func forEachFile(
        since day: CalendarDay?, upTo size: Int64?, _ body: ([ArraySlice<UInt8>]) throws -> Bool
    ) throws {
        let bytes = try Files.exists(current) ? Files.read(current, limit: 1 << 30) : []
        let latest = Self.lines(of: size.map { Array(bytes.prefix(Int($0))) } ?? bytes)
        guard try body(latest) else { return }
        // It stays for a while after it was put away.
        let known = latest.first.flatMap { Entry($0)?.number }
        for file in try putAway(since: day) where known == nil || file.number < known ?? 0 {
            do {
                guard try body(Self.lines(of: Self.unpacked(file.path))) else { return }
            } catch let error as SystemError where error.code == SystemError.noSuchFile {
                // It was removed for its age.
            }
        }
    }

    /// Files that were put away, the latest first.
    private func putAway(since day: CalendarDay?) throws -> [(number: Int64, path: String)] {
        guard try Files.exists(folder) else { return [] }
        var files: [(number: Int64, path: String)] = []
        for name in try Files.list(folder) {
            guard let own = CalendarDay(name), day.map({ own >= $0 }) ?? true else { continue }
            for file in try Files.list(folder + "/" + name) where file.hasSuffix(Self.suffix) {
                guard let number = Int64(file.dropLast(Self.suffix.count)) else { continue }
                files.append((number, "\(folder)/\(name)/\(file)"))
            }
        }
        return files.sorted { $0.number > $1.number }
    }

    private static let suffix = ".jsonl.gz"

    private static func unpacked(_ path: String) throws -> [UInt8] {
        let packed = try Files.read(path, limit: 1 << 30)
        let reader = GzipReader()
        var bytes: [UInt8] = []
        var rest = packed[...]
        while true {
            let before = bytes.count
            rest = rest.dropFirst(try reader.decompress(rest, into: &bytes, limit: 1 << 20))
            if rest.isEmpty, bytes.count == before { return bytes }
        }
    }

    /// The lines that are whole: the last one may be under way.
    package static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        guard let end = bytes.lastIndex(of: 0x0A) else { return [] }
        return bytes[..<end].split(separator: 0x0A)
    }

    /// A line as people read it.
    package struct Entry: Decodable, Sendable {
        private struct Particulars: Decodable {
            let text: String?
        }

        private let id: String
        private let type: String
        private let data: Particulars?
        package let time: String
        package let severity: OutgoingEvent.Level
        package let campaign: String?
        package let subject: String?

        /// Nil for a line that nobody of us wrote.
        package init?(_ line: ArraySlice<UInt8>) {
            guard let entry = try? JSONDecoder().decode(Entry.self, from: Data(line)) else { return nil }
            self = entry
        }

        package var at: Timestamp? { Timestamp(iso8601: ArraySlice(time.utf8)) }
        package var text: String { data?.text ?? "" }
        /// `batch.partial`.
        package var kind: String {
            type.hasPrefix(EventLine.typePrefix) ? String(type.dropFirst(EventLine.typePrefix.count)) : type
        }
        /// Of the row that it came with.
        fileprivate var number: Int64? { id.split(separator: "-").dropFirst().first.flatMap { Int64($0) } }
    }
}
