package import SystemIO

/// Why no folder can be made at a path: what stands there, or above it, is none.
package enum FolderObstacle {
    /// Where the fault of a call lies that needed a folder, and what somebody has to do.
    package static func cause(of error: SystemError) -> (place: String, words: String) {
        let place = place(of: error)
        return (place, remedy(of: error, place) ?? "\(error)")
    }

    /// Why something failed, with what somebody has to do where a folder is at fault.
    package static func words(of error: any Error) -> String {
        (error as? SystemError).map { cause(of: $0).words } ?? "\(error)"
    }

    /// What somebody has to do about the folder; nil if it is not at fault.
    package static func remedy(of error: SystemError) -> String? { remedy(of: error, place(of: error)) }

    private static func remedy(of error: SystemError, _ place: String) -> String? {
        if error.isDenied {
            return "\(place): \(error.reason); let the user that waybill runs as read and write there"
        }
        if error.isFull { return "\(place): \(error.reason); make room there" }
        return found(by: error).map { $0.path + $0.words }
    }

    private static func place(of error: SystemError) -> String {
        if error.isFull, let mount = Mounts.now.mount(of: error.path) { return mount.point }
        return found(by: error)?.path ?? nearestFolder(of: error.path)
    }

    /// What stands where a folder is needed, if the call failed for that. Shares are not asked.
    private static func found(by error: SystemError) -> (path: String, words: String)? {
        guard error.isForWantOfFolder, Mounts.now.share(of: error.path) == nil else { return nil }
        return obstacle(at: error.path)
    }

    /// The folder itself, else the one that has it, or would have it: what cannot be looked at lies in one without
    /// rights.
    private static func nearestFolder(of path: String) -> String {
        var folder = path
        while folder != "/", folder != ".", (try? FileStatus.of(folder, followLinks: true))?.kind != .folder {
            folder = Files.folder(of: folder)
        }
        return folder
    }

    /// In words, with the path of what is in the way; nil where nothing is known to be. A share is waited for a while.
    package static func words(at path: String) -> String? {
        @Sendable func words() -> String? { obstacle(at: path).map { $0.path + $0.words } }
        guard Mounts.now.share(of: path) != nil else { return words() }
        guard let answer = Patience.result(within: patience, of: words) else { return silence(of: path) }
        return answer
    }

    /// That a path could not be looked at in time.
    package static func silence(of path: String) -> String {
        let share = Mounts.now.share(of: path)
        return "\(path) does not answer"
            + (share.map { ": see to \($0.source), mounted at \($0.point) (\($0.kind.name))" } ?? "")
    }

    private static let patience: Int64 = 5_000

    private static func obstacle(at path: String) -> (path: String, words: String)? {
        var path = path
        while true {
            if let status = try? FileStatus.of(path, followLinks: true) {
                return status.kind == .folder
                    ? nil : (path, " is a file, and a folder is needed there: move it away, or write another path")
            }
            if let status = try? FileStatus.of(path), status.kind == .link {
                return (path, " is a link to something that is not there: mount it, or remove the link")
            }
            let parent = Files.folder(of: path)
            if parent == path || parent == "." { return nil }
            path = parent
        }
    }
}
