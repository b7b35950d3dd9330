import SystemIO

/// The other workspaces that take files from an inbox.
///
///     <inbox>/.waybill/.workspaces/<store>    host and folder of the workspace; touched as it runs
///
/// Each file of a shared inbox goes to one of them. That is meant of contacts. A list, reply, receipt or command would
/// count in one and not in the others, so it is nobody's: it stays where it is and holds them all, unless its name says
/// whose it is.
package struct InboxNeighbours {
    package struct Neighbour: Hashable, Sendable {
        let store: String
        /// Its folder and host.
        package let words: String
    }

    private let inbox: Inbox
    private let workspace: String

    /// Workspaces that have given no sign for a day are gone. Those that cron starts give one with each run.
    private static let absence: Int64 = 86_400_000_000_000

    /// - Parameter workspace: the folder of our own.
    package init(_ inbox: Inbox, workspace: String) {
        self.inbox = inbox
        self.workspace = workspace
    }

    private var folder: String { inbox.claimsRoot + "/.workspaces" }
    private var mark: String { folder + "/" + inbox.store }
    private var words: [UInt8] { Array((ProcessIdentity.current.host + "\n" + workspace + "\n").utf8) }

    /// Shows the others that we take files here. Where nobody may write, nobody can take any either.
    package func sign() {
        let words = words
        do {
            try inbox.checkPresence()
            try inbox.makeClaimsRoot()
            try inbox.makeCommon(folder)
            if try read(inbox.store) == words { return try Files.touch(mark) }
            try Files.writeAtomically(words, to: mark, mode: 0o644)
        } catch {}
    }

    /// Takes away the signs of this workspace from when it had other stores: somebody says that the one it has now
    /// takes their place.
    package func replaceOwn() {
        let own = words
        for name in (try? Files.list(folder)) ?? [] where name != inbox.store && (try? read(name)) == own {
            try? Files.remove(folder + "/" + name)
        }
    }

    /// Those that have given a sign within a day.
    ///
    /// - Parameter time: nanoseconds since 1970 by the file system's own clock; nil: that of our last sign.
    package func others(at time: Int64? = nil) -> [Neighbour] {
        guard let names = try? Files.list(folder) else { return [] }
        let now = time ?? (try? FileStatus.of(mark))?.changed
        return names.sorted().compactMap { name in
            guard !name.hasPrefix("."), name != inbox.store, let status = try? FileStatus.of(folder + "/" + name),
                status.changed > (now ?? status.changed) - Self.absence, let bytes = try? read(name)
            else { return nil }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
            guard lines.count == 2 else { return nil }
            // One of this machine that was removed is gone at once.
            if lines[0] == ProcessIdentity.current.host, (try? Files.exists(lines[1])) == false { return nil }
            return Neighbour(store: name, words: "\(lines[1]) on \(lines[0])")
        }
    }

    /// Nil where there is no such mark.
    private func read(_ store: String) throws -> [UInt8]? {
        let path = folder + "/" + store
        return try Files.exists(path) ? Files.read(path, limit: 8_192, followLinks: false) : nil
    }

    /// The name of a file for one workspace alone.
    package static func name(_ stem: String, for store: String, ending: String) -> String {
        "\(stem).\(store).\(ending)"
    }

    /// Whether a file is for the workspace with this store alone.
    package static func isAddressed(_ name: String, to store: String) -> Bool { name.contains(".\(store).") }
}
