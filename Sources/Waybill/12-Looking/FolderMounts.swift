package import SystemIO

/// On which file systems the folders of a workspace lie, and which of them should be mounted and are not: for
/// `config check` and `doctor`. No file system but the workspace's own is asked, so none is waited for.
package struct FolderMounts {
    package struct Folder {
        /// The setting that names it, as keys in the configuration's file.
        package let keys: [String]
        /// `inbox`, `outbox`, `transport far`.
        package let what: String
        package let path: String
        package let mount: Mounts.Mount
        /// What is wrong with that, and what to do.
        package var problem: String?
        /// What may go wrong one day.
        package var risk: String?

        /// `inbox /mnt/in is on nfs4 (server:/in, mounted at /mnt/in)`.
        package var words: String {
            "\(what) \(path) is on \(mount.kind.name) (\(mount.source), mounted at \(mount.point))"
        }
    }

    /// Those that are mounts or lie on one that is not the workspace's own, and those with a problem or a risk.
    package private(set) var folders: [Folder] = []
    private let mounts: Mounts
    private let own: Mounts.Mount?
    private let expected: [String]

    /// - Parameters:
    ///   - store: what was a mount when last seen; nil: nothing is known.
    ///   - table: the text of `/etc/fstab`: what should be mounted.
    package init(
        _ configuration: Configuration, in workspace: Workspace, _ store: (any Store)?, mounts: Mounts = .now,
        table: String
    ) {
        self.mounts = mounts
        own = mounts.mount(of: workspace.root)
        expected = Mounts.expected(table)
        func wasMount(_ path: String) -> Bool { (try? store?.isShare(path)) ?? false }
        for inbox in configuration.inbox {
            let path = workspace.path(inbox)
            note(path, "inbox", ["inbox"], wasMount: wasMount(path) && !isThere(path))
            for folder in DropPurpose.words.map({ path + "/" + $0.folder }) {
                if mounts.areApart(folder, path) {
                    note(folder, "folder", ["inbox"], because: "\(MountedFolder(path: folder, isGone: false))")
                } else if wasMount(folder) {
                    note(folder, "folder", ["inbox"], because: "\(MountedFolder(path: folder, isGone: true))")
                }
            }
        }
        let outbox = workspace.path(configuration.outbox)
        note(outbox, "outbox", ["outbox"], risk: mounts.share(of: outbox).map(Self.risk))
        let state = workspace.path(configuration.state)
        note(state, "state", ["state"], risk: mounts.share(of: state).map { _ in Self.riskOfState })
        for (name, transport) in configuration.transports.sorted(by: { $0.key < $1.key }) {
            guard transport.kind == .folder else { continue }
            let path = workspace.path(transport.path)
            let keys = ["transports", name, "path"]
            note(path, "transport \(name)", keys)
            for campaign in configuration.campaigns {
                let folder = FolderTransport.folder(of: campaign.name, in: path)
                guard mounts.areApart(folder, path) || wasMount(folder) else { continue }
                note(folder, "transport \(name)", keys, wasMount: wasMount(folder))
            }
        }
    }

    /// Whether an inbox on the workspace's own file system is the one that was seen: it counted as a share since the
    /// state lies elsewhere, and an empty mount point has no folder for claims.
    private func isThere(_ inbox: String) -> Bool {
        let folder = Inbox.claimsRoot(of: inbox)
        return mounts.mount(of: inbox)?.id == own?.id && (try? Files.exists(folder)) ?? false
    }

    private static let riskOfState =
        "the store needs a file system of this machine, which keeps its locks and what it synced: set state to a local folder"

    /// What an outbox on a share may do.
    private static func risk(_ share: Mounts.Mount) -> String {
        "while \(share.source) does not answer, nothing is taken and nothing is sent, since acknowledgements are written there: "
            + "set outbox to a folder of this machine, and let a transport write to the share"
    }

    private mutating func note(
        _ path: String, _ what: String, _ keys: [String], wasMount: Bool = false, because problem: String? = nil,
        risk: String? = nil
    ) {
        guard let mount = mounts.mount(of: path) else { return }
        var folder = Folder(keys: keys, what: what, path: path, mount: mount, problem: problem, risk: risk)
        if let point = expected.first(where: { (path + "/").hasPrefix($0 + "/") && !mounts.isMounted($0) }) {
            folder.problem = "/etc/fstab has a file system for \(point), and none is mounted there: mount it"
        } else if wasMount, mount.id == own?.id {
            folder.problem =
                "it was a file system of its own when last seen and is none now: mount it, or waybill inbox accept \(path)"
        }
        if mount.id != own?.id || folder.problem != nil || folder.risk != nil { folders.append(folder) }
    }

    /// - Parameter tree: the configuration's file, to say where.
    package func problems(file: String, tree: JSON5Value?) -> [ConfigurationProblem] {
        folders.compactMap { folder in
            (folder.problem ?? folder.risk).map { problem in
                let place = tree?.position(of: folder.keys) ?? JSON5Position()
                return ConfigurationProblem(
                    file: file, line: place.line, column: place.column, path: folder.keys.joined(separator: "."),
                    message: "\(folder.words): \(problem)", severity: .warning)
            }
        }
    }
}
