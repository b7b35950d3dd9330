import SystemIO

/// The owners of claims in one inbox: this process as others see it, and the owners that left claims behind.
///
/// The claims of a living owner are never taken. On its own host, its process and the lock on its `.store` tell whether
/// it lives. On another host only the signs of life in its folder do: after ten minutes without one, by our own clock,
/// it counts as ended. Confined to one thread at a time.
package final class ClaimOwners {
    private let inbox: Inbox
    private var lock: FileLock?
    /// For owners on other hosts: their last sign of life, and when we first saw it (monotonic milliseconds).
    private var signs: [String: (sign: Int64, since: Int64)] = [:]
    /// Folders of claims that were done, and could not be removed yet.
    private var remains: Set<String> = []
    /// Owners of other workspaces that ended, and since when we know.
    private var ended: [String: Int64] = [:]

    /// Milliseconds without a sign of life after which an owner on another host counts as ended: sixty times the
    /// interval between its signs.
    static let silence: Int64 = 600_000
    /// Milliseconds a workspace has to restart and resume the drops it was reading.
    static let returning: Int64 = 60_000
    private static let storeName = ".store"

    package init(_ inbox: Inbox) {
        self.inbox = inbox
    }

    /// Makes this process known as an owner, before its first claim.
    package func enter() throws {
        guard lock == nil else { return }
        try inbox.makeClaimsRoot()
        try Files.createFolder(inbox.claims, mode: 0o700, durably: false)
        let path = inbox.claims + "/" + Self.storeName
        let file = try AppendingFile(path: path)
        try file.write(Array(inbox.store.utf8))
        try file.close()
        // Locked after the file is closed: closing a file gives up its locks on NFS. Some network file systems have no
        // locks; then only the signs of life count.
        let lock = try FileLock(path: path)
        _ = try? lock.tryLock()
        self.lock = lock
    }

    /// Gives a sign of life; due every ten seconds while there are claims.
    package func beat() {
        if lock != nil { try? Files.touch(inbox.claims + "/" + Self.storeName) }
    }

    /// Removes this process's folder if it has no claim; the next claim makes it again.
    package func leave() {
        removeRemains()
        guard lock != nil, let left = try? Files.list(inbox.claims), left.allSatisfy({ $0.hasPrefix(".") }) else {
            return
        }
        // Closed first: NFS and SMB keep a file that is open, and so its folder.
        lock = nil
        try? Files.removeTree(inbox.claims)
    }

    /// What an owner that ended left behind.
    package struct Remains: Sendable {
        /// Claims that are ours now, oldest first.
        package var claims: [Inbox.Claim] = []
        /// Paths of claims that only their own workspace can finish.
        package var others: [String] = []
    }

    /// Takes over what ended owners left behind.
    package func recover(_ rules: ReadinessRules, at now: Int64) throws -> Remains {
        var remains = Remains()
        guard try Files.exists(inbox.claimsRoot) else { return remains }
        for name in try Files.list(inbox.claimsRoot) {
            guard let other = ProcessIdentity(name), other != inbox.owner, try hasEnded(other, at: now) else {
                continue
            }
            try takeOver(name, &remains, rules, at: now)
        }
        return remains
    }

    /// Gives up a claim whose file was archived. Where its folder cannot be removed yet it goes later: FUSE and NFS
    /// keep a file that was just closed for a moment, under a name of their own.
    package func release(_ claim: Inbox.Claim) { remove(claim.place) }

    /// Tries again to remove what could not be removed.
    package func removeRemains() { for place in remains { remove(place) } }

    private func remove(_ place: String) {
        remains.insert(place)
        if (try? Files.removeTree(place)) != nil { remains.remove(place) }
    }

    /// Our own claims that nobody works on, as when the share went away, and those that could not be looked into.
    package func ownClaims(
        _ rules: ReadinessRules, except tokens: Set<String>
    ) throws -> (claims: [Inbox.Claim], failed: [(claim: Inbox.Claim, error: any Error)]) {
        var claims: [Inbox.Claim] = []
        var failed: [(claim: Inbox.Claim, error: any Error)] = []
        guard try Files.exists(inbox.claims) else { return (claims, failed) }
        for token in try Files.list(inbox.claims) where !token.hasPrefix(".") && !tokens.contains(token) {
            let place = inbox.claims + "/" + token
            if remains.contains(place) { continue }
            do {
                if let claim = try inbox.claim(in: place, token: token, rules) {
                    claims.append(claim)
                } else {
                    remove(place)
                }
            } catch {
                let claim = Inbox.Claim(
                    token: token, inbox: inbox.path, name: "", place: place, size: 0, isOnShare: inbox.isShare)
                failed.append((claim, error))
            }
        }
        return (claims, failed)
    }

    private func takeOver(
        _ name: String, _ remains: inout Remains, _ rules: ReadinessRules, at now: Int64
    ) throws {
        let folder = inbox.claimsRoot + "/" + name
        let tokens = try Files.list(folder).filter { !$0.hasPrefix(".") }
        // Without the name of its store, the claim is from a version that knew of no other stores.
        let store = (try? Files.read(folder + "/" + Self.storeName, limit: 256, followLinks: false)) ?? []
        let isOurs = tokens.isEmpty || store.isEmpty || store == Array(inbox.store.utf8)
        let since = ended[name] ?? now
        ended[name] = since
        if !isOurs, now - since < Self.returning { return }
        var isEmpty = true
        for token in tokens {
            let found = folder + "/" + token
            if !isOurs, try !mayTake(found, token) {
                remains.others.append(found)
                isEmpty = false
                continue
            }
            try enter()
            let place = inbox.claims + "/" + token
            guard try Inbox.move(found, to: place) else { continue }
            if let claim = try inbox.claim(in: place, token: token, rules) {
                remains.claims.append(claim)
            } else {
                remove(place)
            }
        }
        if isEmpty {
            try Files.removeTree(folder)
            ended[name] = nil
        }
    }

    /// Whether a claim of another workspace may be taken over: contacts whose outcome is not in its store yet (no
    /// `.kept`). Results and commands always stay with that workspace.
    private func mayTake(_ path: String, _ token: String) throws -> Bool {
        let claim = Inbox.Claim(
            token: token, inbox: inbox.path, name: "", place: path, size: 0, isOnShare: inbox.isShare)
        return try DropPurpose(folder: claim.folder) == .contacts && !Files.exists(path + "/" + Inbox.Claim.keptName)
    }

    private func hasEnded(_ other: ProcessIdentity, at now: Int64) throws -> Bool {
        let path = inbox.claimsRoot + "/" + other.text + "/" + Self.storeName
        switch other.isAlive() {
        case true: return false
        // A container numbers its own processes, so the number means nothing here; the lock decides.
        case false: return try !isLocked(path)
        case nil:
            let sign = max(
                try FileStatus.of(path)?.changed ?? 0, try FileStatus.of(Files.folder(of: path))?.changed ?? 0)
            if let known = signs[other.text], known.sign == sign {
                return try now - known.since >= Self.silence && !isLocked(path)
            }
            signs[other.text] = (sign, now)
            return false
        }
    }

    /// Whether somebody holds the lock; false where the file system has no locks.
    private func isLocked(_ path: String) throws -> Bool {
        guard try Files.exists(path) else { return false }
        guard let lock = try? FileLock(path: path), let isFree = try? lock.tryLock() else { return false }
        return !isFree
    }
}
