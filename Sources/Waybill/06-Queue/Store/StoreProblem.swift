package import SystemIO

/// Why a store cannot be used, apart from errors of its engine.
package enum StoreProblem: Error, CustomStringConvertible {
    case otherVersion(path: String, found: Int, reads: Int)
    /// Its file is there, and nothing was ever written into it: whoever makes it waits for room, or was cut off.
    case unmade(path: String)
    /// Stored data cannot be read; `what` names the batch, segment or parcel. Nothing is sent because of it.
    case damaged(what: String)
    /// A file beside the database is missing, or something keeps it from being read.
    case segmentsMissing(batch: BatchID, path: String, because: SystemError?)
    /// SQLite's library is too old; 3_040_001 stands for 3.40.1.
    case oldLibrary(version: Int)

    /// What keeps the data from being read, where nothing says that they are not as they were: whoever needs them
    /// waits.
    package var obstacle: SystemError? {
        if case .segmentsMissing(_, _, let error) = self { error } else { nil }
    }

    /// What is damaged or missing, without the remedy.
    package var what: String {
        switch self {
        case .damaged(let what): what
        case .segmentsMissing(let batch, let path, let error):
            "\(path): the file with the contacts of batch \(batch) "
                + (error.map { "cannot be read: \($0.reason)" } ?? "is missing")
        case .otherVersion, .unmade, .oldLibrary: description
        }
    }

    package var description: String {
        switch self {
        case .otherVersion(let path, let found, let reads) where (1..<reads).contains(found):
            "\(path): the store has version \(found), this waybill reads version \(reads); "
                + "run \"waybill run --until-idle\" once, which brings it up to date"
        case .otherVersion(let path, let found, let reads):
            "\(path): the store has version \(found), this waybill reads version \(reads); "
                + "run the waybill that wrote it, or start with another state folder"
        case .unmade(let path): "\(path): nothing was written into the store yet; \"waybill run\" makes it"
        case .damaged(let what):
            "the store is damaged: \(what); restore a backup, or run `sqlite3 waybill.db 'PRAGMA integrity_check'`"
        case .segmentsMissing(_, _, nil): "\(what); put it back from the backup that the database beside it is from"
        case .segmentsMissing: "\(what); put that right"
        case .oldLibrary(let version):
            "this machine's SQLite is \(version / 1_000_000).\(version / 1_000 % 1_000).\(version % 1_000), "
                + "and waybill needs 3.35.0 or later: install a newer libsqlite3"
        }
    }
}
