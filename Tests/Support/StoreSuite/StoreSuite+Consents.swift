import Waybill

extension StoreSuite {
    private static let form = BatchID(rawValue: 20_261_120_000_009)
    private static let again = BatchID(rawValue: 20_261_120_000_010)

    private static func entry(
        _ action: ConsentEntry.Action, _ key: UInt64, at: Int64, _ scope: ConsentEntry.Scope = .all, proof: String = ""
    ) -> ConsentEntry {
        var entry = ConsentEntry(action, key: key, kind: .phone, at: .after(at))
        (entry.scope, entry.proof, entry.by, entry.record) = (scope, proof, "shop", 7)
        return entry
    }

    static let consentChecks = [
        Check("what was said once is in the ledger once, with its proof, in the order in which it came") { store in
            try expect(store.hasConsents(), false, "whether anything was said")
            var first = entry(
                .grant, 5, at: 20, .init(channel: .sms, purpose: .marketing, list: "news"), proof: "form \u{0} ü")
            first.expires = .after(90)
            let second = entry(.revoke, 5, at: 10)
            try store.durably { try expect(store.note([first, second], source: form, at: .after(30)), 2, "added") }
            try store.durably { try expect(store.note([second, first], source: again, at: .after(40)), 0, "again") }
            try expect(store.hasConsents(), true, "whether anything was said")
            let held = try store.consents(of: [4, 5])
            try expect(Array(held.keys), [5], "who said anything")
            try expect(Set((held[5] ?? []).map(\.source)), [form], "who wrote it down first")
            try expect(Set((held[5] ?? []).map(\.entry.at)), [.after(10), .after(20)], "when it was said")
            var found: [LedgerEntry] = []
            try store.forEachConsent { found.append($0) }
            try expect(found.map(\.entry), [first, second], "the ledger")
            try expect(found.map(\.notedAt), [.after(30), .after(30)], "when it was written down")
        },
        Check("what somebody took back suppresses them within its scope, until they agree or start again") { store in
            let key: UInt64 = 1 << 63 | 9
            func isLeftAlone(_ purpose: ContactPurpose?, _ list: String = "", at now: Int64 = 100) throws -> Bool {
                let sort = MessageSort(campaign: "a", channel: .sms, purpose: purpose, list: list)
                return try store.suppression(of: key, for: sort, at: .after(now)) != nil
            }
            _ = try store.durably {
                try store.note(
                    [
                        entry(.revoke, key, at: 10, .init(purpose: .marketing)),
                        entry(.revoke, key, at: 10, .init(list: "news")),
                    ], source: form, at: .after(20))
            }
            try expect(isLeftAlone(.marketing), true, "for the purpose")
            try expect(isLeftAlone(.service), false, "for another one")
            try expect(isLeftAlone(nil), true, "for any")
            try expect(isLeftAlone(.service, "news"), true, "for the list")
            try expect(
                store.suppressions(of: key, at: .after(100)).map(\.state), [.suppressed, .suppressed], "all of them")
            try expect(store.suppressionFilter().mayContain(key), true, "whether the filter knows of it")
            var grant = entry(.grant, key, at: 30, .init(purpose: .marketing))
            grant.expires = .after(50)
            _ = try store.durably { try store.note([grant], source: form, at: .after(40)) }
            try expect(isLeftAlone(.marketing, at: 49), false, "while the consent lasts")
            try expect(isLeftAlone(.marketing, at: 50), true, "after its end")
            try expect(isLeftAlone(.service, "news", at: 49), true, "for what it is not about")
            _ = try store.durably { try store.note([entry(.start, key, at: 60)], source: form, at: .after(70)) }
            try expect(isLeftAlone(.marketing), false, "after a start")
            try expect(isLeftAlone(.service, "news"), false, "after a start, for the list")
        },
        Check("a stop takes back all that was agreed to before, and what was undone was never said") { store in
            try? store.durably {
                try store.note([entry(.grant, 3, at: 1)], source: form, at: .after(2))
                try store.suppress(3, kind: .phone, reason: "STOP", source: form, record: 1, at: .after(2))
                throw Undone()
            }
            try expect(store.hasConsents(), false, "whether anything was said")
            try store.durably {
                try store.note([entry(.grant, 3, at: 1)], source: form, at: .after(2))
                try store.suppress(3, kind: .phone, reason: "STOP", source: form, record: 1, at: .after(5))
                try store.liftStop(of: 3, kind: .phone, source: form, record: 2, at: .after(9), saidBefore: .after(9))
            }
            let words = try store.consents(of: [3])[3] ?? []
            try expect(Set(words.map(\.entry.action)), [.grant, .revoke, .start], "what was said")
            let standing = ConsentStanding(
                words.map(\.entry), for: MessageSort(campaign: "a", channel: .sms), at: .after(10))
            try expect(standing.lack, .revoked, "the consent")
            try expect(standing.stop, nil, "the stop")
            var said: [String] = []
            try store.forEachConsent { said.append("\($0.origin.rawValue) \($0.entry.action.label)") }
            try expect(said, ["ledger grant", "word revoke", "word start"], "the ledger")
        },
        Check("on whose consent a parcel relied is written down, for the last time it left") { store in
            let parcel = ParcelID(rawValue: 7)
            let relied = [3, 1].map { record in
                ReliedConsent(
                    record: record, consent: HeldConsent(entry(.grant, 5, at: 10, .init(channel: .sms)), source: form))
            }
            try store.durably {
                try store.noteRelied(on: [relied[1]], parcel: parcel, at: .after(20))
                try store.noteRelied(on: relied, parcel: parcel, at: .after(30))
                try store.noteRelied(on: [], parcel: parcel, at: .after(40))
            }
            let found = try store.reliedConsents(of: parcel)
            try expect(found.map(\.record), [1, 3], "of which records")
            try expect(found.map(\.consent.source), [form, form], "from which drop")
            try expect(found.map(\.consent.entry.record), [7, 7], "from which of its records")
            try expect(found.map(\.consent.entry.scope.channel), [.sms, .sms], "for what")
            try expect(store.reliedConsents(of: ParcelID(rawValue: 8)).count, 0, "of another parcel")
        },
    ]
}
