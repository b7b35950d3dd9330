import SystemIO

/// Which inboxes other workspaces take files from, too, and what is left there because of that.
struct SharedInboxes {
    private let context: WorkContext
    private let store: String
    /// Whether this workspace's store takes the place of those that it had.
    private let isReplacing: Bool
    private var found: [String: [InboxNeighbours.Neighbour]] = [:]
    /// By inbox, in monotonic milliseconds.
    private var nextLook: [String: Int64] = [:]

    private static let pause: Int64 = 10_000

    init(_ context: WorkContext, isReplacing: Bool) throws {
        self.context = context
        self.isReplacing = isReplacing
        store = try context.store.identity()
    }

    /// Looks for others in an inbox that has just answered; now and then.
    mutating func look(at scanner: InboxScanner) {
        let path = scanner.inbox.path
        let moment = context.monotonic()
        guard !context.isRehearsal, moment >= nextLook[path] ?? .min else { return }
        let isFirst = nextLook[path] == nil
        nextLook[path] = moment + Self.pause
        let neighbours = InboxNeighbours(scanner.inbox, workspace: context.workspace.root)
        if isReplacing, isFirst { neighbours.replaceOwn() }
        neighbours.sign()
        let others = neighbours.others()
        guard others != found[path] ?? [] else { return }
        found[path] = others
        context.log.warning(
            "inbox.shared",
            [
                "inbox": .text(context.workspace.relative(path)),
                "with": .text(others.isEmpty ? "nobody any more" : others.map(\.words).joined(separator: ", ")),
            ])
    }

    /// Whether a list, reply, receipt or command is another workspace's.
    func isOthers(_ name: String, in scanner: InboxScanner) -> Bool {
        (found[scanner.inbox.path] ?? []).contains { InboxNeighbours.isAddressed(name, to: $0.store) }
    }

    /// Why such a file is not taken, in words; nil where it may be.
    func obstacle(_ name: String, in scanner: InboxScanner) -> String? {
        guard let others = found[scanner.inbox.path], !others.isEmpty,
            !InboxNeighbours.isAddressed(name, to: store)
        else { return nil }
        return
            "the workspace \(others.map(\.words).joined(separator: ", ")) takes files from this inbox, too, and the file would "
            + "count in one of them only: give each an inbox of its own, and put the file into every one"
    }
}
