package import SystemIO

/// Scans one inbox repeatedly, and remembers what it saw of the files not taken yet.
///
/// Events are only hints: every place, and every file that is not ready, is looked at again and again. A place that
/// cannot be listed counts as not looked at, never as empty. One unreadable file or folder does not affect the others.
/// A ready file is not looked at again: whoever claims it checks that it is unchanged. Lists, replies, receipts and
/// commands come first, all of them; of other files one scan looks at a limited number. Confined to one thread at a
/// time.
package final class InboxView {
    let inbox: Inbox
    private let list: @Sendable (String) throws -> Files.Listing
    private let watch: @Sendable (InboxScan.Place) -> Bool
    private(set) var places: [InboxScan.Place: InboxPlace] = [:]
    /// The places in order of path; nil after a place was added or removed.
    private var inOrder: [InboxPlace]?
    /// Those of the places that are not quiet, and maybe some that are: between two looks at everything no others have
    /// anything to tell. Among ten thousand folders there are few.
    private(set) var astir: [InboxScan.Place: InboxPlace] = [:]
    private var rules: ReadinessRules?
    /// Whether the next scan reports everything that is ready.
    private var owesAll = true
    /// The place whose files the next scan looks at first.
    private var turn = InboxScan.Place(folder: "")
    /// What an earlier run saw, by path relative to the inbox, in monotonic milliseconds; without what was seen again
    /// since.
    var sights: [String: FirstSight]
    /// Folders of words that are a file system of their own, or were when last seen.
    private var mounts: Set<String>
    /// Since when words cannot be looked at, by path: monotonic milliseconds.
    private var unseenSince: [String: Int64] = [:]

    /// How many files without words one scan looks at; that takes some 30 ms.
    private static let looksAtOnce = 2_000
    /// With this many places or names, a folder is checked for changes before it is listed.
    private static let many = 64

    /// - Parameters:
    ///   - sights: what an earlier run saw of files that were not ready.
    ///   - watch: starts watching a place; false where there are no events.
    ///   - list: the names in a folder.
    package init(
        _ inbox: Inbox, sights: [String: FirstSight] = [:],
        watch: @escaping @Sendable (InboxScan.Place) -> Bool = { _ in false },
        list: @escaping @Sendable (String) throws -> Files.Listing = { try Files.listing($0) }
    ) {
        self.inbox = inbox
        mounts = inbox.mounts
        self.sights = sights
        self.watch = watch
        self.list = list
    }

    /// A file that was renamed into place.
    package struct Arrival: Sendable {
        package let place: InboxScan.Place
        package let name: String

        package init(place: InboxScan.Place, name: String) {
            self.place = place
            self.name = name
        }
    }

    /// What a scan is asked to do.
    package struct Request: Sendable {
        package var rules: ReadinessRules
        package var arrivals: [Arrival] = []
        /// Files that were not as reported.
        package var changed: [Arrival] = []
        /// Folders that were a file system of their own, and somebody confirmed that nothing in them is missing.
        package var acceptedMounts: Set<String> = []
        /// Where something happened since the last scan; nil: anywhere.
        package var touched: Set<InboxScan.Place>?
        /// Whether to report everything that is ready, or only what became ready.
        package var wantsAll = true

        package init(_ rules: ReadinessRules) { self.rules = rules }
    }

    /// Looks at the whole inbox.
    package func scan(_ rules: ReadinessRules, arrivals: [Arrival], at now: Int64) throws -> InboxScan {
        var request = Request(rules)
        request.arrivals = arrivals
        return try scan(request, at: now)
    }

    /// Looks at what may have changed in the inbox.
    package func scan(_ request: Request, at now: Int64) throws -> InboxScan {
        owesAll = owesAll || request.wantsAll
        mounts.subtract(request.acceptedMounts)
        try inbox.checkPresence()
        if rules.map({ !$0.areSame(as: request.rules) }) ?? true {
            for place in places.values { place.forgetVerdicts() }
            astir = places
            rules = request.rules
        }
        let kind = try Files.fileSystem(inbox.path)
        var scan = Scan(rules: request.rules, kind: kind, now: now, room: Self.looksAtOnce)
        scan.touched = kind.isLocal && !places.isEmpty ? request.touched : nil
        for place in scan.touched ?? [] { stir(places[place]) }
        for arrival in request.arrivals { note(arrival, &scan) }
        for changed in request.changed {
            let place = places[changed.place]
            place?.disturb(changed.name)
            place?.files[changed.name]?.isTold = false
            stir(place)
        }
        let root = known(InboxScan.Place(folder: ""))
        root.isPresent = true
        root.beginRound()
        try visit(root, &scan)
        lookAtWords(in: root, &scan)
        try visitWords(&scan)
        try visitOthers(besides: root, &scan)
        return tell(scan)
    }

    /// One scan under way.
    struct Scan {
        let rules: ReadinessRules
        let kind: FileSystemKind
        let now: Int64
        /// How many more files there is time for.
        var room: Int
        var touched: Set<InboxScan.Place>?
        /// Places whose folders were seen for the first time.
        var found: [InboxPlace] = []
        var result = InboxScan()
    }

    func known(_ place: InboxScan.Place) -> InboxPlace {
        if let known = places[place] { return known }
        let made = InboxPlace(place)
        places[place] = made
        stir(made)
        inOrder = nil
        return made
    }

    /// Notes that a place may have something to tell, unless it was forgotten.
    private func stir(_ place: InboxPlace?) {
        if let place, places[place.place] === place { astir[place.place] = place }
    }

    func forget(_ place: InboxScan.Place) {
        guard places.removeValue(forKey: place) != nil else { return }
        astir[place] = nil
        inOrder = nil
        // The folder's name may now be a file's, so the parent place looks at it again.
        let above = place.isUrgent ? InboxScan.Place(folder: place.folder) : InboxScan.Place(folder: "")
        places[above]?.remove(place.isUrgent ? InboxScan.Place.urgentName : place.folder)
        if !place.isUrgent { forget(InboxScan.Place(folder: place.folder, isUrgent: true)) }
    }

    private func ordered() -> [InboxPlace] {
        if let inOrder { return inOrder }
        let sorted = inOrder(places.values)
        inOrder = sorted
        return sorted
    }

    private func inOrder(_ places: some Sequence<InboxPlace>) -> [InboxPlace] {
        places.sorted { $0.place.path < $1.place.path }
    }

    private func note(_ arrival: Arrival, _ scan: inout Scan) {
        guard !arrival.name.hasPrefix("."),
            let status = try? FileStatus.of(inbox.path + "/" + arrival.place.path(of: arrival.name))
        else { return }
        let place = known(arrival.place)
        let seen = place.arrival(arrival.name)
        stir(place)
        var file = seen.file ?? SettlingFile(status: status, at: scan.now)
        file.observe(status, at: scan.now)
        file.arrived()
        seen.file = file
        scan.touched?.insert(arrival.place)
    }

    // MARK: - Places

    /// Looks at what may be a folder of words before anything else in a place, however much that is.
    private func lookAtWords(in place: InboxPlace, _ scan: inout Scan) {
        place.putFirst { $0.hasPrefix("_") }
        while place.nextIs({ $0.hasPrefix("_") }), let name = place.next() { look(name, in: place, &scan) }
    }

    private func visitWords(_ scan: inout Scan) throws {
        // What was there is asked for, even if not the folder is left.
        for folder in mounts { known(InboxScan.Place(folder: folder)).isPresent = true }
        // None of them is ever quiet.
        for place in inOrder(astir.values.filter(\.holdsWords)) {
            place.beginRound()
            try visit(place, &scan)
            while let name = place.next() { look(name, in: place, &scan) }
        }
    }

    private func visitOthers(besides root: InboxPlace, _ scan: inout Scan) throws {
        var meant = (scan.touched == nil ? ordered() : inOrder(astir.values.filter { isMeant($0, scan) }))
            .filter { !$0.holdsWords && $0.isPresent }
        // Starts with the place whose turn it is, so none waits for ever behind one with many files.
        let first = meant.firstIndex { $0.place.path >= turn.path } ?? 0
        meant = Array(meant[first...] + meant[..<first])
        // The turns already include folders found before this.
        scan.found = []
        var next = 0
        while next < meant.count {
            let place = meant[next]
            next += 1
            if place !== root {
                place.beginRound()
                try visit(place, &scan)
                lookAtWords(in: place, &scan)
            }
            let hasTurn = scan.room > 0
            while scan.room > 0, let name = place.next() {
                scan.room -= 1
                look(name, in: place, &scan)
            }
            // Folders found just now are looked into at once.
            meant += scan.found.filter { !$0.holdsWords }
            scan.found = []
            place.endTurn()
            if !place.isQuiet { stir(place) }
            if !place.isIdle, scan.result.isWhole {
                scan.result.isWhole = false
                turn = hasTurn ? meant[next % meant.count].place : place.place
            }
        }
    }

    private func isMeant(_ place: InboxPlace, _ scan: Scan) -> Bool {
        // Whether the inbox itself is there is checked every time.
        guard let touched = scan.touched, !place.place.path.isEmpty else { return true }
        return touched.contains(place.place) || !place.isWatched || place.isUneasy
    }

    /// Lists a place, if it may have changed since the last listing.
    private func visit(_ place: InboxPlace, _ scan: inout Scan) throws {
        guard isMeant(place, scan) else { return }
        let start = MonotonicClock.nanoseconds()
        let path = inbox.path(of: place.place)
        do {
            try checkMount(of: place, &scan)
            let asks = scan.kind.isLocal && max(places.count, place.names.count) > Self.many
            let status = asks ? try FileStatus.of(path, followLinks: true) : nil
            let isTouched = scan.touched?.contains(place.place) ?? false
            guard place.needsListing(status, isTouched: isTouched, at: start) else {
                note(rest: place, at: start, &scan)
                return
            }
            // Watched before it is listed, so that no change falls in between.
            place.isWatched = scan.kind.tellsEvents && watch(place.place)
            let names = try names(in: place)
            place.take(names, from: start, to: MonotonicClock.nanoseconds())
            place.problem = nil
            forgetFolders(besides: place)
        } catch {
            // The inbox itself; any other folder was removed since its parent was listed, or we may not read it.
            if place.place.path.isEmpty { throw error }
            place.problem = error
            let code = (error as? SystemError)?.code
            if code == SystemError.noSuchFile { forget(place.place) }
        }
    }

    /// Throws where a folder of words is not on the inbox's own file system, or was not when last seen.
    private func checkMount(of place: InboxPlace, _ scan: inout Scan) throws {
        guard place.holdsWords else { return }
        let (folder, path) = (place.place.folder, inbox.path(of: place.place))
        if let own = try FileStatus.of(path, followLinks: true),
            try own.device != FileStatus.of(inbox.path, followLinks: true)?.device
                || Mounts.now.areApart(path, inbox.path)
        {
            mounts.insert(folder)
            scan.result.mounts.insert(folder)
            throw MountedFolder(path: path, isGone: false)
        }
        guard mounts.contains(folder) else { return }
        scan.result.goneMounts.insert(folder)
        throw MountedFolder(path: path, isGone: true)
    }

    /// Schedules a look at a resting place for when it may be listed again.
    private func note(rest place: InboxPlace, at moment: Int64, _ scan: inout Scan) {
        guard place.restsUntil > moment else { return }
        let next = scan.now + (place.restsUntil - moment) / 1_000_000 + 1
        scan.result.lookAgainAt = min(scan.result.lookAgainAt ?? next, next)
    }

    /// Forgets places whose folders are no longer in this one.
    private func forgetFolders(besides place: InboxPlace) {
        if place.place.isUrgent || place.holdsWords { return }
        if !place.place.path.isEmpty {
            if !place.names.contains(InboxScan.Place.urgentName) {
                forget(InboxScan.Place(folder: place.place.folder, isUrgent: true))
            }
            return
        }
        let gone = places.keys.filter { other in
            !other.path.isEmpty
                && !place.names.contains(other.folder.isEmpty ? InboxScan.Place.urgentName : other.folder)
        }
        for other in gone { forget(other) }
    }

    /// The names in a place; names that are not UTF-8 are first changed to readable ones.
    private func names(in place: InboxPlace) throws -> [String] {
        let folder = inbox.path(of: place.place)
        let listing = try list(folder)
        place.unnamed = [:]
        var names = listing.names
        for raw in listing.undecodable where raw.first != UInt8(ascii: ".") {
            do throws(SystemError) {
                names.append(try Files.renameReadably(raw, in: folder))
            } catch {
                // Gone, or renamed by another daemon on the share.
                if error.code != SystemError.noSuchFile {
                    place.unnamed[Files.readable(raw)] = FolderObstacle.words(of: error)
                }
            }
        }
        return names
    }

    // MARK: - Telling

    private func tell(_ scan: Scan) -> InboxScan {
        var result = scan.result
        result.hasEvents = places[InboxScan.Place(folder: "")]?.isWatched ?? false
        let isAll = owesAll
        result.tellsAll = isAll
        for place in isAll ? ordered() : inOrder(astir.values) where place.isPresent {
            for seen in isAll ? Array(place.files.values) : place.fresh {
                guard let candidate = seen.candidate, isAll || !seen.isTold else { continue }
                seen.isTold = true
                result.ready.append(candidate)
            }
            place.fresh = []
            result.hasReady = result.hasReady || place.readyCount > 0
            guard place.isUneasy else {
                if place.isQuiet { astir[place.place] = nil }
                continue
            }
            if let problem = place.problem {
                noteUnseen(place.place.path, in: place, FolderObstacle.words(of: problem), at: scan.now, &result)
            }
            for (name, problem) in place.unnamed.sorted(by: { $0.key < $1.key }) {
                noteUnseen(place.place.path(of: name), in: place, problem, at: scan.now, &result)
            }
            let told = place.holdsWords ? place.files.keys.sorted() : place.restless.sorted()
            for name in told {
                guard let seen = place.files[name] else { continue }
                if let unready = seen.unready { result.unready.append(unready) }
                if let word = seen.word { result.words.append(word) }
                if let problem = seen.problem {
                    noteUnseen(place.place.path(of: name), in: place, problem, at: scan.now, &result)
                }
                if let moment = seen.lookAgainAt { result.lookAgainAt = min(result.lookAgainAt ?? moment, moment) }
            }
        }
        if !result.isWhole { result.lookAgainAt = scan.now }
        owesAll = false
        if !unseenSince.isEmpty {
            let words = Set(result.words.map(\.path))
            unseenSince = unseenSince.filter { words.contains($0.key) }
        }
        return result
    }

    /// Notes that a word, or a folder of words, cannot be looked at, so what it says is unknown.
    private func noteUnseen(
        _ path: String, in place: InboxPlace, _ problem: String, at now: Int64, _ result: inout InboxScan
    ) {
        result.problems.append(problem)
        guard place.holdsWords else { return }
        let since = unseenSince[path] ?? now
        unseenSince[path] = since
        result.words.append(.init(path: path, reason: .unreadable(problem), firstSeen: since, campaign: nil, mark: ""))
    }
}
