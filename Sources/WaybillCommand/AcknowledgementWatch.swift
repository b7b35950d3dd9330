import SystemIO
import Waybill

/// Finds the acknowledgements of drops by the drops' names in the inbox.
///
/// Acknowledgements that existed before belong to earlier drops of the same name.
struct AcknowledgementWatch {
    /// An acknowledgement with its batch.
    struct Found {
        let batch: BatchID
        let path: String
    }

    private let folder: String
    /// When each day's folder last changed.
    private var days: [String: Int64] = [:]
    private var known: Set<String> = []
    private var found: [String: [Found]] = [:]
    /// Why they cannot be read, and what to do; nil if they can. Nothing that was asked for waits for that.
    private var obstacle: String?

    /// `folder` has a folder for each day.
    init(folder: String) {
        self.folder = folder
        look { _, _ in }
    }

    /// The acknowledgements found so far, by name, in order of claim.
    mutating func acknowledgements() -> [String: [Found]] {
        var new: [(String, Found)] = []
        look { name, found in new.append((name, found)) }
        for (name, acknowledgement) in new {
            found[name, default: []].append(acknowledgement)
            found[name]?.sort { $0.batch < $1.batch }
        }
        return found
    }

    /// That a drop, handed over at this path, was taken though no acknowledgement of it can be read; nil while it lies
    /// there, and where they can be.
    func wordsOfTaken(_ path: String) -> String? {
        guard let obstacle, (try? Files.exists(path)) == false else { return nil }
        return "was taken, and what came of it cannot be read: \(obstacle)"
    }

    /// Reads the folders of days that changed.
    private mutating func look(_ take: (String, Found) -> Void) {
        do {
            obstacle = nil
            try list(take)
        } catch {
            obstacle = FolderObstacle.cause(of: error).words
        }
    }

    private mutating func list(_ take: (String, Found) -> Void) throws(SystemError) {
        guard try Files.exists(folder) else { return }
        for day in try Files.list(folder) {
            guard let status = try FileStatus.of(folder + "/" + day), status.kind == .folder,
                days[day] != status.changed
            else { continue }
            days[day] = status.changed
            for file in try Files.list(folder + "/" + day) {
                let path = folder + "/" + day + "/" + file
                guard let (name, batch) = Self.parts(file), known.insert(path).inserted else { continue }
                take(name, Found(batch: batch, path: path))
            }
        }
    }

    /// The drop's name and the batch in `<drop name>.<batch>.ack.json`.
    private static func parts(_ file: String) -> (name: String, batch: BatchID)? {
        let suffix = ".ack.json"
        guard file.hasSuffix(suffix), !file.hasPrefix(".") else { return nil }
        let stem = file.dropLast(suffix.count)
        guard stem.count > 16, let batch = BatchID(stem.suffix(15)), stem.dropLast(15).last == "." else { return nil }
        return (String(stem.dropLast(16)), batch)
    }
}
