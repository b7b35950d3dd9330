import Waybill

extension StoreSuite {
    static let ledgerChecks = [
        Check("batches are numbered by the day, in the order of their claims") { store in
            let ids = try ["a", "b"].map { try store.claim($0) }
            try expect(ids.map(\.description), ["20261120-000001", "20261120-000002"], "ids")
            let next = try store.recordClaim(
                token: "c", purpose: .receipts, name: "c", folder: "_receipts", size: 7,
                at: .after(86_400_000))
            try expect(next.description, "20261121-000001", "the id of the next day")
            try expect(store.batch(token: "owner~b")?.id, ids[1], "the batch of a token")
            try expect(store.batch(next)?.purpose, .receipts, "the purpose")
            try expect(store.batch(next)?.status, .claimed, "the status")
            try expect(store.batch(BatchID(rawValue: 7))?.id, nil, "a batch that is not there")
        },
        Check("batches behind an id are those that were claimed until a moment, oldest first") { store in
            let ids = try ["a", "b", "c"].map { try store.claim($0) }
            let late = try store.recordClaim(
                token: "d", purpose: .receipts, name: "d", folder: "_receipts", size: 7, at: .after(9_000))
            func found(_ id: BatchID, _ until: Int64, _ limit: Int) throws -> [BatchID] {
                try store.batches(after: id, claimedUntil: .after(until), limit: limit).map(\.id)
            }
            try expect(found(ids[0], 8_999, 9), [ids[1], ids[2]], "those behind the first")
            try expect(found(ids[0], 9_000, 1), [ids[1]], "one of them")
            try expect(found(ids[2], 9_000, 9), [late], "of another purpose")
        },
        Check("the latest refused batches are found by when they were refused, latest first") { store in
            func refuse(_ token: String, _ at: Int64) throws -> BatchID {
                let id = try store.claim(token)
                try store.show(id, states: [:], segments: 0, rejected: 3, at: .after(at), status: .refused)
                return id
            }
            let ids = [try refuse("a", 1), try refuse("b", 2_000), try refuse("c", 3_000)]
            _ = try store.claim("d")
            func found(_ since: Int64, _ limit: Int) throws -> [BatchID] {
                try store.refusedBatches(since: .after(since), limit: limit).map(\.id)
            }
            try expect(found(0, 9), [ids[2], ids[1], ids[0]], "all of them")
            try expect(found(2_000, 9), [ids[2], ids[1]], "those since a moment")
            try expect(found(0, 1), [ids[2]], "the latest")
        },
        Check("a claim that is forgotten leaves nothing, and its id may come again") { store in
            let batch = try store.claim("a")
            try store.transiently { try store.store([["Ann"]], in: batch) }
            _ = try store.queue(batch)
            try store.forget(batch)
            try expect(store.batch(batch)?.id, nil, "the row")
            try expect(store.segment(SegmentID(batch: batch, number: 0))?.id, nil, "its segment")
            try expect(store.parcels(ofBatch: batch).count, 0, "its parcels")
            try expect(store.claim("b"), batch, "the id of the next claim")
        },
        Check("what a batch that is being read has stored is seen by nobody, and with its last commit by everybody") {
            store in
            let batch = try store.claim("a")
            let key: UInt64 = 1 << 63 | 7
            try store.transiently {
                try store.store([["Ann", "Bob"]], in: batch)
                try store.insertRecipients([RecipientEntry(key: key, record: 1)], batch: batch, part: 0)
            }
            let parcel = try store.queue(batch)
            func seen() throws -> [Int] {
                [
                    try store.segment(of: 1, batch: batch) == nil ? 0 : 1,
                    try store.records(ofRecipient: key).count, try store.claimed(by: "a").count,
                    try store.holdings().count, try store.nextMoments().due == nil ? 0 : 1,
                    try store.openParcels(ofCampaign: "shop", batch: nil, inFlight: true).count,
                    try store.batches(ofCampaign: "shop").count, try store.campaignTotals().count,
                ]
            }
            try expect(seen(), [0, 0, 0, 0, 0, 0, 0, 0], "what is seen of it")
            try expect(
                store.segment(SegmentID(batch: batch, number: 0))?.contacts.count, 2, "its own segment, by its key")
            try store.show(batch)
            try expect(seen(), [1, 1, 1, 1, 1, 1, 1, 1], "what is seen of it then")
            try expect(store.parcel(parcel)?.contacts.count, 2, "its parcel")
        },
        Check("an interrupted reading is thrown away, and the next one stores the same places anew") { store in
            let batch = try store.claim("a")
            for names in [["Ann", "Bob"], ["Cy"]] {
                try store.transiently { try store.discardHiddenRows(of: batch) }
                try store.transiently {
                    try store.store(Array(repeating: names, count: 7), in: batch)
                    try store.insertRefusals(
                        [RefusedRecord(record: 9, isDuplicate: false, id: [], address: [], code: names[0], reason: "")],
                        as: SegmentID(batch: batch, number: 0))
                }
            }
            try store.show(batch, segments: 7)
            var found: [String] = []
            try store.forEachSegment(of: batch) { segment in
                for index in 0..<segment.contacts.count {
                    found.append(String(decoding: segment.contacts.value(at: index, column: 0), as: UTF8.self))
                }
            }
            try expect(found, Array(repeating: "Cy", count: 7), "the contacts")
            var codes: [String] = []
            try store.forEachRefusal(of: batch) { codes.append($0.code) }
            try expect(codes, ["Cy"], "the refusals")
        },
        Check("a batch is finished once: again changes nothing") { store in
            let batch = try store.claim("a")
            try store.show(batch, states: [.pending: 2, .sampledOut: 1])
            try store.show(batch, campaign: "other", states: [.pending: 9])
            try expect(store.states(of: batch), [.pending: 2, .sampledOut: 1], "the totals")
            try expect(store.batch(batch)?.campaign, "shop", "the campaign")
            try expect(store.batch(batch)?.open, 2, "the open contacts")
        },
        Check("totals follow what is applied to them") { store in
            let batch = try store.visibleBatch()
            try store.durably { try store.apply([.pending: -2, .failed: 1, .smsSent: 1], to: batch, at: .after(9)) }
            try expect(store.states(of: batch), [.failed: 1, .smsSent: 1], "the totals")
            try expect(store.batch(batch)?.open, 1, "the open contacts")
            try expect(store.batch(batch)?.changedAt, .after(9), "when they changed")
            try expect(store.openBatches(limit: 9).map(\.id), [batch], "the open batches")
            let totals = try store.campaignTotals()
            try expect(totals.map(\.received), [2], "what the campaign received")
            try expect(totals.first?.states[.failed], 1, "what failed of it")
        },
        Check("corrections are found by what they correct, oldest first, once they can be seen") { store in
            let root = try store.visibleBatch("root")
            let others = try (0..<3).map { try store.claim("mended\($0)") }
            for id in [others[1], others[0]] { try store.show(id, corrects: root) }
            try store.show(others[2], corrects: others[0])
            let hidden = try store.claim("hidden")
            guard let row = try store.batch(root) else { return try expect(false, true, "the root is there") }
            try expect(store.corrections(of: row, limit: 9).map(\.id), [others[0], others[1]], "corrections")
            try expect(store.corrections(of: row, limit: 1).map(\.id), [others[0]], "the oldest one")
            try expect(store.batch(others[2])?.acknowledgement?.corrects, others[0], "what a batch corrects")
            try store.show(hidden, corrects: root, status: .refused)
            try expect(store.corrections(of: row, limit: 9).count, 2, "corrections without the refused one")
        },
        Check("rejected records that came back are counted up to those there are") { store in
            let batch = try store.claim("a")
            try store.show(batch, rejected: 3)
            try expect(store.mendableBatches(ofCampaign: "shop", limit: 9).map(\.id), [batch], "mendable batches")
            try expect(store.mendableBatches(ofCampaign: nil, limit: 9).map(\.id), [batch], "those of any campaign")
            for _ in 1...2 { try store.durably { try store.addMended(2, to: batch, at: .after(5)) } }
            try expect(store.batch(batch)?.mended, 3, "what came back")
            try expect(store.mendableBatches(ofCampaign: "shop", limit: 9).map(\.id), [], "mendable batches then")
        },
        Check("the same content is known by its digest, its purpose and its size") { store in
            let first = try store.claim("a", size: 50)
            let second = try store.claim("b", size: 60)
            try expect(store.hasSeen(size: 50, except: second), false, "the size of one that is being read")
            try store.show(first)
            let digest = try store.batch(first)?.sha256 ?? []
            try expect(store.hasSeen(size: 50, except: second), true, "a size")
            try expect(store.hasSeen(size: 50, except: first), false, "its own size")
            try expect(store.firstBatch(sha256: digest, purpose: .contacts, except: second), first, "a digest")
            try expect(store.firstBatch(sha256: digest, purpose: .contacts, except: first), nil, "its own digest")
            try expect(store.firstBatch(sha256: digest, purpose: .replies, except: second), nil, "another purpose")
        },
        Check("a batch is of a day when it came in, changed or was open on it") { store in
            let ids = try ["a", "b", "c"].map { try store.claim($0) }
            try store.show(ids[0], states: [.failed: 1], at: .after(10))
            try store.show(ids[1], at: .after(20))
            try store.show(ids[2], at: .after(30))
            func batches(_ start: Int64, _ end: Int64) throws -> [BatchID] {
                try store.batches(ofCampaign: "shop", from: .after(start), to: .after(end)).map(\.id)
            }
            try expect(batches(0, 10), [], "before the first")
            try expect(batches(10, 11), [ids[0]], "with the first")
            try expect(batches(11, 30), [ids[1]], "the first is done, the last not there yet")
            try expect(batches(40, 50), [ids[1], ids[2]], "those that are open")
            try store.durably { try store.apply([.pending: -2, .failed: 2], to: ids[1], at: .after(45)) }
            try expect(batches(40, 50), [ids[1], ids[2]], "one that changed, and one that is open")
            try expect(batches(46, 50), [ids[2]], "what is open")
            try expect(store.campaignsWithBatches().map(\.since), [.after(10)], "since when")
        },
        Check("what a transaction takes back counts in no campaign's totals, and what others add does") { store in
            let first = try store.visibleBatch("a")
            try expect(store.campaignTotals().map(\.received), [2], "at first")
            let second = try store.claim("b")
            do {
                try store.durably {
                    try store.apply([.pending: -1, .failed: 1], to: first, at: .after(2))
                    throw Undone()
                }
            } catch is Undone {}
            try expect(store.campaignTotals().map { $0.states[.pending] }, [2], "after what was taken back")
            try store.show(second, states: [.pending: 3, .failed: 1], rejected: 2)
            try store.durably { try store.apply([.pending: -1, .failed: 1], to: second, at: .after(3)) }
            let totals = try store.campaignTotals()
            try expect(totals.map { [$0.received, $0.rejected] }, [[8, 2]], "after another")
            try expect(totals.map { $0.states.filter { $0.value != 0 } }, [[.pending: 4, .failed: 2]], "states")
        },
        Check("what is out is marked so, and again") { store in
            let ids = try ["a", "b"].map { try store.claim($0) }
            try store.show(ids[0])
            try expect(store.unpublishedBatches().map(\.id), ids, "what is not out")
            for _ in 1...2 { try store.durably { try store.markPublished(ids[0]) } }
            try store.transiently { try store.setProgress(7, of: ids[1]) }
            try expect(store.unpublishedBatches().map(\.id), [ids[1]], "what is not out then")
            try expect(store.batch(ids[1])?.progress, 7, "how many rows are applied")
        },
        Check("contacts are removed, and their totals and the numbers of their parcels stay") { store in
            let batch = try store.visibleBatch()
            let parcel = try store.queue(batch)
            try expect(store.removableBatches(before: .after(99)), [], "what has contacts that are open")
            try store.durably {
                try store.apply([.pending: -2, .failed: 2], to: batch, at: .after(50))
                try store.setBounds(ContactBounds(notBefore: .after(1), expiresAt: nil), of: batch)
            }
            try expect(store.removableBatches(before: .after(50)), [], "what changed at that moment")
            try expect(store.removableBatches(before: .after(51)), [batch], "what changed before")
            try store.removeContacts(of: batch)
            try store.removeLeftovers()
            try expect(store.removableBatches(before: .after(51)), [], "what is removed already")
            try expect(store.segment(of: 1, batch: batch)?.id, nil, "a contact")
            try expect(store.states(of: batch), [.failed: 2], "the totals")
            try expect(store.bounds(of: batch), ContactBounds(), "the bounds")
            let next = try store.queue(batch)
            try expect(next.rawValue > parcel.rawValue, true, "the number of the next parcel")
        },
    ]
}
