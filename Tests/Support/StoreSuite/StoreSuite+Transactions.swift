import Waybill

extension StoreSuite {
    static let historyChecks = [
        Check("receipts come in the order in which they came, of a contact, or by record") { store in
            let batch = try store.visibleBatch()
            func receipt(_ record: UInt32, _ event: String) -> StoredReceipt {
                StoredReceipt(
                    record: record, step: "text", attempt: 1, event: event, at: .after(1), receivedAt: .after(2),
                    code: "c", detail: "d", isLate: record == 1)
            }
            let receipts = [receipt(2, "a"), receipt(1, "b"), receipt(2, "c")]
            try store.durably { for one in receipts { try store.insert(one, batch: batch, source: batch) } }
            try expect(store.receipts(ofBatch: batch, record: 2), [receipts[0], receipts[2]], "of a contact")
            try expect(store.receipts(ofBatch: batch), [receipts[1], receipts[0], receipts[2]], "of a batch")
            try expect(store.receipts(ofBatch: BatchID(rawValue: 1)), [], "of another batch")
        },
        Check("a parcel's contacts count once for caps, and no longer than caps look back") { store in
            var cap = Policy.Cap(limit: 5, within: .rolling(.hours(1)))
            cap.over = .campaign
            let keys: [UInt64] = [1, 1 << 63]
            try store.durably {
                for moment in [Int64(10), 20] {
                    try store.noteDeparture(
                        of: keys, parcel: ParcelID(rawValue: 1), channel: .sms, campaign: "shop", at: .after(moment))
                }
                try store.noteResponses(
                    of: [keys[0]], channel: .sms, campaign: "shop", counted: .responses, at: .after(30))
            }
            try expect(store.recentContacts(after: .after(0), caps: [cap], sorts: [:]).count, 2, "who was contacted")
            try expect(
                store.recentContacts(after: .after(10), caps: [cap], sorts: [:]).count, 0, "who was contacted since")
            try store.durably { try store.forgetDeparture(of: ParcelID(rawValue: 1)) }
            try expect(
                store.recentContacts(after: .after(0), caps: [cap], sorts: [:]).count, 0,
                "who was contacted, once forgotten")
            cap.counts = .responses
            try expect(store.recentContacts(after: .after(0), caps: [cap], sorts: [:]).count, 1, "who responded")
            try store.durably { try store.forgetContacts(before: .after(31)) }
            try expect(
                store.recentContacts(after: .after(0), caps: [cap], sorts: [:]).count, 0,
                "who responded, after that is forgotten")
        },
        Check("quotas are kept by campaign, day and stratum; the last word counts") { store in
            try store.durably {
                try store.setQuota(campaign: "shop", day: "2026-11-20", used: ["a": 1, "b": 2])
                try store.setQuota(campaign: "shop", day: "2026-11-20", used: ["b": 3])
                try store.setQuota(campaign: "shop", day: "2026-11-21", used: ["a": 9])
            }
            try expect(store.quotaUsed(campaign: "shop", day: "2026-11-20"), ["a": 1, "b": 3], "what a day has used")
            try expect(store.quotaUsed(campaign: "other", day: "2026-11-20"), [:], "what another campaign has used")
        },
        Check("days are closed once, and the latest is known") { store in
            let days = ["2026-11-19", "2026-11-20"].compactMap { CalendarDay($0) }
            try expect(store.lastClosedDay(of: "shop"), nil, "before any is closed")
            for day in [days[1], days[0], days[1]] {
                try store.durably { try store.close(day, of: "shop", at: .after(0)) }
            }
            try expect(store.lastClosedDay(of: "shop"), days[1], "the latest")
            try expect(store.lastClosedDay(of: "other"), nil, "of another campaign")
            try store.durably { try store.reopenDays(from: days[1], of: "other") }
            try expect(store.lastClosedDay(of: "shop"), days[1], "after another campaign's were opened again")
            try store.durably { try store.reopenDays(from: days[1], of: "shop") }
            try expect(store.lastClosedDay(of: "shop"), days[0], "after the latest was opened again")
            try store.durably { try store.close(days[1], of: "shop", at: .after(7)) }
            try expect(store.closing(of: days[1], of: "shop"), .after(7), "when it was closed at last")
            try expect(store.closing(of: days[0], of: "shop"), .after(0), "when it was closed first")
            try expect(store.closing(of: days[1], of: "other"), nil, "of a day that was not closed")
        },
        Check(withTwo: "a value is as it was set last, and a store has one name for everybody who opens it") { suite in
            let store = try suite.open("settings")
            for value in [[1, 2], []] as [[UInt8]] {
                try store.durably { try store.set(.addressKey, to: value) }
                try expect(suite.open("settings").setting(.addressKey), value, "a value")
            }
            for _ in 1...2 { try store.durably { try store.removeSetting(.addressKey) } }
            try expect(store.setting(.addressKey), nil, "a value that was removed")
            try expect(store.identity(), suite.open("settings").identity(), "the name of the store")
            try expect(store.identity() == suite.open("other").identity(), false, "the name of another store")
        },
    ]

    static let transactionChecks = [
        Check("what a transaction wrote is undone with it, and what it would have been named is free") { store in
            let batch = try store.visibleBatch()
            var lost: NameID?
            for way in 0..<2 {
                do {
                    let body = {
                        lost = try store.name("lost\(way)")
                        try store.set(.addressKey, to: [1])
                        try store.pause("shop", at: .after(0))
                        throw Undone()
                    }
                    if way == 0 { try store.durably(body) } else { try store.transiently(body) }
                } catch is Undone {}
                try expect(store.setting(.addressKey), nil, "a value")
                try expect(store.pausedCampaigns(), [], "what is paused")
                try expect(store.knownName("lost\(way)"), .none, "the name that was undone")
                let kept = try store.transiently { try store.name("kept\(way)") }
                try expect(store.text(kept), "kept\(way)", "the text of the name that came after it")
                let again = try store.transiently { try store.name("lost\(way)") }
                try expect(again == kept, false, "the number of the name that was undone, when it comes again")
                try expect(store.text(again), "lost\(way)", "its text")
                try expect(store.openReader().text(kept), "kept\(way)", "the text that another sees")
            }
            try expect(lost == nil, false, "a name")
            try expect(store.batch(batch)?.id, batch, "what was committed before")
        },
        Check("a name stays the text's, and another writer's names are known by their numbers") { store in
            let names = try store.transiently { try ["a", "b", "a", ""].map { try store.name($0) } }
            try expect(names[0], names[2], "the same text")
            try expect(names[0] == names[1], false, "another text")
            try expect(names[3], .none, "the empty text")
            try expect(store.text(.none), "", "the text of none")
            try expectDamage("a number that no text has") { _ = try store.text(NameID(rawValue: 999)) }
        },
        Check(withTwo: "others see what was committed, and a name that came after they had opened the store") { suite in
            let (store, other) = (try suite.open("others"), try suite.open("others"))
            let reader = try store.openReader()
            let name = try store.transiently {
                try store.set(.addressKey, to: [1])
                try expect(store.setting(.addressKey), [1], "what the transaction wrote itself")
                try expect(reader.setting(.addressKey), nil, "what others see before the commit")
                return try store.name("later")
            }
            for one in [reader, other] {
                try expect(one.setting(.addressKey), [1], "what others see after it")
                try expect(one.text(name), "later", "a name")
            }
        },
        Check(withTwo: "a snapshot is of one moment, whatever others write") { suite in
            let (store, writer) = (try suite.open("snapshot"), try suite.open("snapshot"))
            try writer.durably { try writer.set(.addressKey, to: [1]) }
            try store.snapshot {
                try expect(store.setting(.addressKey), [1], "the value")
                try writer.durably { try writer.set(.addressKey, to: [2]) }
                try expect(store.setting(.addressKey), [1], "the value, though it was changed")
            }
            try expect(store.setting(.addressKey), [2], "the value after the snapshot")
        },
        Check("between transactions a store can be relieved, shrunk and settled, and goes on") { store in
            let batch = try store.visibleBatch()
            store.beginWriting()
            try expect(store.relieve(), true, "whether there is room")
            try store.shrink()
            try store.settle()
            try expect(store.states(of: batch), [.pending: 2], "the totals")
            try store.durably { try store.set(.addressKey, to: [1]) }
            try expect(store.setting(.addressKey), [1], "a value")
        },
    ]
}
