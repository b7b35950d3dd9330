/// Something that is to survive a loss of power: an open file, or the names in a folder.
enum Unsynced: Sendable {
    case file(Int32, path: String)
    case folder(String)

    /// Why it could not be synced; nil once it is.
    fileprivate func sync() -> SystemError? {
        do throws(SystemError) {
            switch self {
            case .file(let descriptor, let path): try SystemCalls.sync(descriptor, path: path)
            case .folder(let path): try Files.syncFolder(path)
            }
            return nil
        } catch {
            return error
        }
    }
}

extension Files {
    /// Makes files that are being written, and the names in folders, durable side by side: a journal commits together
    /// what several wait for, so all of them take hardly longer than one.
    package static func sync(_ files: [AppendingFile], folders: [String] = []) throws(SystemError) {
        for file in files { try file.flush() }
        try sync(files.map(\.unsynced) + folders.map { .folder($0) })
    }

    /// Whatever fails, none is under way on return; the first failure in their order is thrown.
    static func sync(_ all: [Unsynced]) throws(SystemError) {
        guard let first = all.first else { return }
        let others = all.dropFirst().map { one in Worker.start(name: "sync") { one.sync() } }
        var failures = [first.sync()]
        // The threads throw nothing.
        for other in others { failures.append((try? other.join()) ?? nil) }
        for case let failure? in failures { throw failure }
    }
}
