import Waybill

extension StoreSuite {
    private static let list = BatchID(rawValue: 20_261_120_000_007)
    private static let reply = BatchID(rawValue: 20_261_120_000_008)

    private static func listing(
        _ kind: Listing.Kind = .phone, campaign: String = "", channel: Channel? = nil, reason: String = "asked",
        expires: Timestamp? = nil
    ) -> Listing {
        Listing(
            key: RecipientKey.none, kind: kind, scope: Listing.Scope(campaign: campaign, channel: channel),
            reason: reason, expires: expires)
    }

    static let suppressionChecks = [
        Check("what people say goes before lists, and lists for all channels before those for one") { store in
            let key: UInt64 = 1 << 63 | 5
            try store.durably {
                try store.carryOut(
                    listing(channel: .sms, reason: "sms"), isRemoval: false, for: [key], source: list, at: .after(0))
                try store.carryOut(
                    listing(campaign: "shop", reason: "shop"), isRemoval: false, for: [key], source: list, at: .after(0)
                )
            }
            func reason(_ campaign: String, _ channel: Channel?) throws -> String? {
                let found = try store.suppression(of: key, campaign: campaign, channel: channel, at: .after(0))
                return found?.reason
            }
            try expect(reason("shop", .sms), "shop", "of a campaign, over a channel that is listed")
            try expect(reason("other", .sms), "sms", "of another campaign")
            try expect(reason("other", .voice), nil, "over another channel")
            try expect(reason("other", nil), nil, "without a channel")
            try store.durably {
                _ = try store.suppress(key, kind: .phone, reason: "STOP", source: reply, record: 1, at: .after(1))
            }
            try expect(reason("other", .voice), "STOP", "after the person said stop")
            let all = try store.suppressions(of: key, at: .after(1))
            try expect(all.map(\.reason), ["STOP", "shop", "sms"], "all of them, in order")
            try expect(all.map(\.state), [.suppressed, .dncListed, .dncListed], "what they become")
            try expect(all.map(\.source), [reply, list, list], "who said so")
        },
        Check("START lifts what the person said and no list, and a list lifts nothing that the person said") { store in
            let key: UInt64 = 7
            try store.durably {
                try store.suppress(key, kind: .phone, reason: "STOP", source: reply, record: 1, at: .after(0))
                try store.suppress(key, kind: .phone, reason: "again", source: list, record: 1, at: .after(1))
                try store.carryOut(listing(), isRemoval: false, for: [key], source: list, at: .after(2))
            }
            try expect(store.hasStopped(key), true, "whether the person said stop")
            try expect(store.suppressions(of: key, at: .after(2)).first?.reason, "STOP", "the first reason stays")
            try store.durably {
                try store.carryOut(listing(), isRemoval: true, for: [key], source: list, at: .after(3))
            }
            try expect(store.suppressions(of: key, at: .after(3)).map(\.reason), ["STOP"], "off the list")
            try store.durably {
                try store.carryOut(listing(), isRemoval: false, for: [key], source: list, at: .after(4))
                for _ in 1...2 {
                    try store.liftStop(
                        of: key, kind: .phone, source: reply, record: 1, at: .after(5), saidBefore: .after(5))
                }
            }
            try expect(store.hasStopped(key), false, "after START")
            try expect(store.suppressions(of: key, at: .after(5)).map(\.reason), ["asked"], "what stays")
            let trail = try store.suppressionChanges(of: [key])
            try expect(
                trail.map(\.change), [.stopped, .listed, .takenOff, .listed, .lifted],
                "the trail, without what changed nothing")
            try expect(trail.map(\.at), [0, 2, 3, 4, 5].map { .after($0) }, "when")
            try expect(store.suppressionChanges(of: [8]).count, 0, "the trail of somebody else")
        },
        Check("a list never shortens what another one asked for, and none holds longer than it says") { store in
            let keys: [UInt64] = [1, 2, 3]
            func put(_ expires: Timestamp?, _ keys: ArraySlice<UInt64>) throws {
                try store.durably {
                    try store.carryOut(
                        listing(expires: expires), isRemoval: false, for: keys, source: list, at: .after(0))
                }
            }
            try put(.after(50), keys[...])
            try put(.after(40), keys[..<1])
            try put(.after(60), keys[1..<2])
            try put(nil, keys[2...])
            func held(_ now: Int64) throws -> [UInt64] {
                try keys.filter { try store.suppression(of: $0, campaign: "a", channel: .sms, at: .after(now)) != nil }
            }
            try expect(held(49), [1, 2, 3], "before any is over")
            try expect(held(50), [2, 3], "when the first is over")
            try expect(held(60), [3], "when the longer one is over")
            try store.durably { try store.removeExpiredListings(at: .after(55)) }
            try expect(held(0), [2, 3], "after those that are over were forgotten")
            try put(.after(99), keys[2...])
            try expect(held(100), [3], "one without an end keeps it")
        },
        Check("who is taken off is so within the scope that is given, and what is narrower") { store in
            let key: UInt64 = 9
            let scopes: [(String, Channel?)] = [("", nil), ("", .sms), ("shop", nil), ("shop", .sms), ("other", .sms)]
            func left(after campaign: String, _ channel: Channel?) throws -> Int {
                try store.durably {
                    for scope in scopes {
                        try store.carryOut(
                            listing(campaign: scope.0, channel: scope.1), isRemoval: false, for: [key], source: list,
                            at: .after(0))
                    }
                    try store.carryOut(
                        listing(campaign: campaign, channel: channel), isRemoval: true, for: [key], source: list,
                        at: .after(1))
                }
                let found = try store.suppressions(of: key, at: .after(1))
                return found.count
            }
            try expect(left(after: "shop", .sms), 4, "after one scope was taken off")
            try expect(left(after: "shop", nil), 3, "after a campaign")
            try expect(left(after: "", .sms), 2, "after a channel")
            try expect(left(after: "", nil), 0, "after all")
        },
        Check("who stands on a named list by earlier drops alone is counted, and nobody of another list") { store in
            func add(_ keys: [UInt64], to name: String, by drop: BatchID) throws {
                var head = listing()
                head.list = name
                try store.durably {
                    try store.carryOut(head, isRemoval: false, for: keys[...], source: drop, at: .after(0))
                }
            }
            try add([1, 2, 3], to: "dnc", by: list)
            try add([1, 9], to: "house", by: list)
            let next = BatchID(rawValue: list.rawValue + 1)
            try add([3, 4], to: "dnc", by: next)
            let count = try store.countListed(on: "dnc", before: next)
            try expect(count.all, 4, "all of the list")
            try expect(count.earlier, 2, "by the earlier drop alone")
            try expect(store.countListed(on: "none", before: next).all, 0, "of no list")
        },
        Check("a stop that was said before a start does not count, whichever comes first") { store in
            let key: UInt64 = 9
            func stop(at second: Int64) throws -> Bool {
                try store.durably {
                    try store.suppress(key, kind: .phone, reason: "STOP", source: reply, record: 1, at: .after(second))
                }
            }
            try store.durably {
                try store.liftStop(
                    of: key, kind: .phone, source: reply, record: 1, at: .after(9), saidBefore: .after(5))
            }
            try expect(stop(at: 4), false, "a stop from before")
            try expect(store.hasStopped(key), false, "after a stop from before")
            try expect(store.suppressionChanges(of: [key]).count, 0, "the trail")
            try store.durably {
                try store.liftStop(
                    of: key, kind: .phone, source: reply, record: 1, at: .after(9), saidBefore: .after(3))
            }
            try expect(stop(at: 4), false, "a stop from before the later of two starts")
            try expect(stop(at: 5), true, "a stop of the same moment")
            try expect(store.hasStopped(key), true, "after a stop of the same moment")
        },
        Check("a start of no known time lifts the stop that is known, and none that comes later") { store in
            func lift(_ key: UInt64) throws {
                try store.durably {
                    try store.liftStop(of: key, kind: .phone, source: reply, record: 1, at: .after(9), saidBefore: nil)
                }
            }
            func stop(_ key: UInt64, at second: Int64) throws -> Bool {
                try store.durably {
                    try store.suppress(key, kind: .phone, reason: "STOP", source: reply, record: 1, at: .after(second))
                }
            }
            try lift(9)
            try expect(stop(9, at: 4), true, "a stop that comes behind a start")
            try lift(9)
            try expect(store.hasStopped(9), false, "after a start behind it")
            try expect(stop(9, at: 4), false, "the same stop again")
            try expect(stop(9, at: 5), true, "a later one")
        },
        Check(withTwo: "the filter finds everybody who is suppressed, and those who come to it") { suite in
            let store = try suite.open("filter")
            let keys: [UInt64] = [1, 1 << 63, .max - 3]
            try expect(store.suppressionFilter().isEmpty, true, "the filter of nobody")
            try store.durably {
                try store.suppress(keys[0], kind: .phone, reason: "STOP", source: reply, record: 1, at: .after(0))
                try store.carryOut(listing(), isRemoval: false, for: [keys[1]], source: list, at: .after(0))
                try store.carryOut(listing(.email), isRemoval: false, for: [keys[2]], source: list, at: .after(0))
            }
            for reader in [store, try suite.open("filter")] {
                let filter = try reader.suppressionFilter()
                try expect(keys.filter(filter.mayContain), keys, "who is found")
            }
        },
        Check("listings of domains and beginnings are told apart from those of people, and hold as long") { store in
            let key: UInt64 = 77
            try store.durably {
                try store.carryOut(
                    listing(.domain, expires: .after(10)), isRemoval: false, for: [key], source: list, at: .after(0))
                try store.carryOut(listing(), isRemoval: false, for: [1, 2], source: list, at: .after(0))
                try store.suppress(3, kind: .email, reason: "STOP", source: reply, record: 1, at: .after(0))
            }
            try expect(store.wideListings(at: .after(9)).isEmpty, false, "while it holds")
            try expect(store.wideListings(at: .after(10)).isEmpty, true, "when it is over")
            let totals = try store.listingTotals(at: .after(9)).map { "\($0.kind) \($0.reason) \($0.count)" }
            try expect(totals.sorted(), ["domain asked 1", "email STOP 1", "phone asked 2"], "the totals")
        },
    ]
}
