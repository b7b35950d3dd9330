import Glibc

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

    /// Makes what was written to files, by whatever descriptors, and the names in folders durable side by side.
    package static func sync(_ paths: [String], folders: [String] = []) throws(SystemError) {
        var opened: [Unsynced] = []
        defer { for case .file(let descriptor, _) in opened { SystemCalls.release(descriptor) } }
        for path in paths {
            opened.append(.file(try SystemCalls.open(path, O_RDONLY | O_NOFOLLOW, doing: "open"), path: path))
        }
        try sync(opened + folders.map { .folder($0) })
    }

    /// Whatever fails, none is under way on return; the first failure in their order is thrown.
    static func sync(_ all: [Unsynced]) throws(SystemError) {
        guard let first = all.first else { return }
        let others = started(all.dropFirst())
        for case let failure? in [first.sync()] + ended(others) { throw failure }
    }

    /// The same of files that are flushed, and why each of them, and then each folder, could not be synced. Until then
    /// `body` runs.
    package static func failures<Result>(
        syncing files: [AppendingFile], folders: [String], meanwhile body: () -> Result
    ) -> (files: [SystemError?], folders: [SystemError?], result: Result) {
        let workers = started((files.map(\.unsynced) + folders.map { .folder($0) })[...])
        let result = body()
        let all = ended(workers)
        return (Array(all.prefix(files.count)), Array(all.dropFirst(files.count)), result)
    }

    private static func started(_ all: ArraySlice<Unsynced>) -> [Worker<SystemError?>] {
        all.map { one in Worker.start(name: "sync") { one.sync() } }
    }

    /// The threads throw nothing.
    private static func ended(_ workers: [Worker<SystemError?>]) -> [SystemError?] {
        workers.map { (try? $0.join()) ?? nil }
    }
}
