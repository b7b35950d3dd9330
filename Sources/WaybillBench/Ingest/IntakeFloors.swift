import SystemIO
import Waybill

/// What single parts of the intake cost on the same file: no intake can be faster than these.
struct IntakeFloors {
    let path: String
    let size: Int64

    init(path: String) throws {
        self.path = path
        size = try FileStatus.of(path)?.size ?? 0
    }

    /// Reads every byte into memory, as `cat` does.
    func read() throws -> Double {
        try seconds {
            let file = try OpenFile(reading: path)
            var buffer: [UInt8] = []
            buffer.reserveCapacity(1 << 20)
            repeat { buffer.removeAll(keepingCapacity: true) } while try file.read(into: &buffer, atMost: 1 << 20) > 0
        }
    }

    /// The digest of the file.
    func digest() throws -> Double { try seconds { _ = try SHA256.hash(file: path) } }

    /// Finds records and fields, judges nothing; in one thread, like the intake's reader.
    func scan() throws -> Double {
        try seconds {
            var decoder = DropDecoder(
                settings: DecodeSettings(campaign: Campaign(name: "bench"), limits: Configuration.Limits()))
            let file = try OpenFile(reading: path)
            var taken: Int64 = 0
            while true {
                var block: [UInt8] = []
                block.reserveCapacity(DropReading.blockSize)
                taken += Int64(try file.read(into: &block, atMost: DropReading.blockSize))
                let isLast = taken == size
                _ = try decoder.push(block, isLast: isLast)
                if isLast { return }
            }
        }
    }

    /// Everything except the store and the files: read, digest, scan, judge; with the threads of the intake.
    func judge(spillFolder: String) throws -> Double {
        try seconds {
            let reading = DropReading(
                try DropFile(path: path), campaign: Campaign(name: "bench"), configuration: Configuration(),
                spillFolder: spillFolder)
            _ = try reading.run { _ in }
        }
    }

    /// Writes as many bytes as the intake stored, in as many blobs and commits, with the store's settings; the last
    /// commit is FULL.
    func store(blobs: Int, bytes: Int64, in folder: String) throws -> Double {
        let path = folder + "/floor.db"
        defer { for ending in ["", "-wal", "-shm"] { try? Files.remove(path + ending) } }
        let database = try Database(path: path)
        try database.execute("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA cache_size = -16384")
        try database.execute("CREATE TABLE floor (id INTEGER PRIMARY KEY, data BLOB NOT NULL)")
        try database.moveLogInBackground(everyBytes: 64 << 20, most: 512 << 20)
        var random = RandomStream(seed: 1)
        let blob = (0..<max(1, Int(bytes) / max(1, blobs))).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        return try seconds {
            for index in 1...max(1, blobs) {
                try database.synchronous(index == blobs ? .full : .normal)
                try database.transaction {
                    let statement = try database.statement("INSERT INTO floor (id, data) VALUES (:id, :data)")
                    try statement.bind(":id", index)
                    try statement.run(withBlob: blob, at: ":data")
                }
            }
        }
    }
}
