import Waybill

extension StoreSuite {
    // MARK: - Claims

    static let claimChecks = [
        Check("what was due before the clock was set back is due after it, and no claim lasts for long") { store in
            let batch = try store.visibleBatch()
            let ids = try [40, 60, 90].map { try store.queue(batch, due: .after($0)) }
            try store.durably { try store.delay(ids[2], until: .after(90), reason: .noCampaign("shop")) }
            try expect(store.claimed(by: "a", at: .after(40), until: .after(99)), [ids[0]], "before")
            let effect = try store.durably {
                try store.followClock(backFrom: .after(50), to: .after(10), lease: .after(15))
            }
            try expect(
                [effect.due, effect.waiting], [2, 2], "the parcels that came due, and the contacts that wait longer")
            try expect(store.claimed(by: "b", at: .after(10)), [ids[2]], "what nobody has claimed")
            try expect(Set(store.claimed(by: "b", at: .after(15))), [ids[0], ids[2]], "when the claim is over")
        },
        Check("what is due is claimed by priority, then by how long it is due, then by number") { store in
            let batch = try store.visibleBatch()
            let ids = [
                try store.queue(batch, due: .after(20)), try store.queue(batch, due: .after(10)),
                try store.queue(batch, priority: 9, due: .after(30)), try store.queue(batch, due: .after(10)),
                try store.queue(batch, due: .after(31)),
            ]
            try expect(store.claimed(by: "a", limit: 3, at: .after(30)), [ids[2], ids[1], ids[3]], "the first three")
            try expect(
                store.claimed(by: "a", at: .after(30)), [ids[2], ids[1], ids[3], ids[0]], "all that is due")
            try expect(store.claimed(by: "a", at: .after(5)), [], "before anything is due")
            try expect(store.nextMoments().due, .after(10), "the next moment")
        },
        Check("every priority there is comes before those that are lower, however few are claimed at once") { store in
            let batch = try store.visibleBatch()
            let ids = try (0...9).map { try store.queue(batch, priority: $0, due: .after(Int64($0))) }
            let more = try store.queue(batch, priority: 4, due: .after(3))
            let order = Array(ids[5...].reversed()) + [more] + ids[...4].reversed()
            for limit in [1, 4, 5, 6, 11, 20] {
                try expect(
                    store.claimed(by: "a", limit: limit, at: .after(30)), Array(order.prefix(limit)),
                    "the first \(limit)")
            }
        },
        Check("it says which parcels have left") { store in
            try expect(store.departed(), nil, "without any")
            let batch = try store.visibleBatch()
            let ids = try (0..<3).map { _ in try store.queue(batch) }
            _ = try store.claimed(by: "a", limit: 2)
            try store.leave(ids[0], "a")
            try expect(
                store.departed(), DepartedParcels(last: ids[2], lastBatch: batch, waiting: [ids[1], ids[2]]),
                "when one has left")
        },
        Check("the parcels that have a record are found among those of its batch") { store in
            let batch = try store.visibleBatch()
            let ids = try (0..<3).map { _ in try store.queue(batch) }
            func seat(_ record: UInt32) -> ParcelContact {
                ParcelContact(record: record, attempt: 1, stepAttempt: 1)
            }
            try store.durably {
                for (id, records) in zip(ids, [[1, 70_000], [2, 256], [70_000]] as [[UInt32]]) {
                    try store.setContacts(records.map(seat), of: id)
                }
            }
            try expect(store.parcels(ofBatch: batch, with: 70_000).map(\.id), [ids[0], ids[2]], "of two")
            try expect(store.parcels(ofBatch: batch, with: 1).map(\.id), [ids[0]], "of the first")
            try expect(store.parcels(ofBatch: batch, with: 112).map(\.id), [], "of none")
        },
        Check("nothing is claimed for which there is no room") { store in
            let batch = try store.visibleBatch()
            let ids = try [
                store.queue(batch), store.queue(batch, channel: .voice), store.queue(batch, campaign: "other"),
            ]
            let full = Set([CampaignChannel(campaign: "shop", channel: .sms)])
            try expect(store.claimed(by: "a", except: full), [ids[1], ids[2]], "what is claimed")
            try expect(store.claimed(by: "b"), [ids[0]], "what was left")
            try expect(store.claimed(by: "a", behind: [ids[1]]), [ids[2]], "before one that comes behind")
            try expect(store.claimed(by: "a"), [ids[1], ids[2]], "with it")
        },
        Check("nobody gets what another has claimed, until its lease is over; who claimed it gets it again") { store in
            let batch = try store.visibleBatch()
            let parcel = try store.queue(batch)
            try expect(store.claimed(by: "a", at: .after(0), until: .after(100)), [parcel], "the first claim")
            try expect(store.claimed(by: "b", at: .after(99), until: .after(200)), [], "while the lease lasts")
            try expect(store.parcel(parcel)?.owner, "a", "whose it is")
            try expect(store.claimed(by: "a", at: .after(99), until: .after(150)), [parcel], "the same owner")
            try expect(store.claimed(by: "b", at: .after(149), until: .after(200)), [], "while the new lease lasts")
            try expect(store.claimed(by: "b", at: .after(150), until: .after(200)), [parcel], "when it is over")
            try expectClaimLost("a parcel that somebody else has claimed by now") { try store.leave(parcel, "a") }
            try store.leave(parcel, "b", at: .after(150))
            try expect(store.parcel(parcel)?.status, .leaving, "the status")
        },
        Check(withTwo: "two that claim in turn get each parcel once") { suite in
            let (one, other) = (try suite.open("two"), try suite.open("two"))
            let batch = try one.visibleBatch()
            let ids = try (0..<20).map { _ in try one.queue(batch) }
            var claimed: [ParcelID] = []
            for round in 0..<6 {
                let (store, owner) = round % 2 == 0 ? (one, "one") : (other, "other")
                for id in try store.claimed(by: owner, limit: 4) {
                    try store.leave(id, owner)
                    claimed.append(id)
                }
            }
            try expect(claimed.map(\.rawValue).sorted(), ids.map(\.rawValue).sorted(), "what was claimed")
        },
        Check("a parcel leaves only for who has claimed it, and once") { store in
            let batch = try store.visibleBatch()
            let parcel = try store.queue(batch)
            try expectClaimLost("a parcel that nobody claimed") { try store.leave(parcel, "a") }
            try expectClaimLost("a parcel that nobody claimed") { try store.leave(parcel, "") }
            try expectClaimLost("a parcel that is not there") { try store.leave(ParcelID(rawValue: 99), "a") }
            try expect(store.parcel(parcel)?.status, .waiting, "the status of one that did not leave")
            _ = try store.claimed(by: "a")
            try store.leave(parcel, "a", at: .after(5))
            let left = try store.parcel(parcel)
            try expect(left?.status, .leaving, "the status")
            try expect(left?.leftAt, .after(5), "when it left")
            try expect(left?.transport, "folder", "over what")
            try expect(left?.ticket, [1, 0, 2], "what finds it again")
            try expectClaimLost("a parcel that is leaving already") { try store.leave(parcel, "a") }
            try expect(store.claimed(by: "a"), [], "what is due")
        },
        Check("who puts a parcel off gives up its claim, and it comes due again") { store in
            let batch = try store.visibleBatch()
            let ids = try [store.queue(batch), store.queue(batch, channel: .voice), store.queue(batch)]
            _ = try store.claimed(by: "a")
            try store.transiently {
                try store.delay(ids[0], until: .after(10), reason: .noCampaign("shop"))
                try store.delayDue(
                    ofCampaign: "shop", channel: .voice, at: .after(0), until: .after(20), reason: .unknownZone)
            }
            try expectClaimLost("a parcel that was put off") { try store.leave(ids[0], "a") }
            try expect(store.claimed(by: "b", at: .after(9)), [], "before it is due")
            try expect(store.claimed(by: "b", at: .after(10)), [ids[0]], "when it is due")
            // A parcel put off together with others still belongs to the owner of its claim.
            try store.leave(ids[1], "a")
            try store.transiently {
                try store.delayDue(
                    ofCampaign: "shop", channel: nil, at: .after(20), until: .after(30), reason: .unknownZone)
            }
            try expect(store.claimed(by: "a", at: .after(29)), [], "when all are put off")
            try expect(store.claimed(by: "a", at: .after(30)), [ids[2]], "when all are due again")
        },
        Check("nothing of a paused campaign is claimed, and nothing undecided") { store in
            let batch = try store.visibleBatch()
            let (parcel, _) = (try store.queue(batch), try store.queue(batch, status: .undecided))
            for _ in 1...2 { try store.durably { try store.pause("shop", at: .after(0)) } }
            try expect(store.pausedCampaigns(), ["shop"], "what is paused")
            try expect(store.claimed(by: "a"), [], "what is claimed of it")
            try expect(store.nextMoments().due, nil, "when it is due")
            for _ in 1...2 { try store.durably { try store.resume("shop") } }
            try expect(store.claimed(by: "a"), [parcel], "what is claimed then")
        },
        Check("what was leaving when its owner stopped is found by the same owner at once, by others after the lease") {
            store in
            let batch = try store.visibleBatch()
            let parcel = try store.queue(batch)
            try store.durably {
                try store.setContacts(
                    [1, 2].map { (record: UInt32) in
                        var contact = ParcelContact(record: record, attempt: 1, stepAttempt: 1)
                        contact.fate = record == 1 ? .travels : .takenOut
                        return contact
                    }, of: parcel)
            }
            _ = try store.claimed(by: "a", until: .after(100))
            try expect(store.leavingParcels(owner: "a", now: .after(0)).isEmpty, true, "what leaves before")
            try store.leave(parcel, "a")
            func leaving(_ owner: String, _ now: Int64) throws -> [ParcelID] {
                try store.leavingParcels(owner: owner, now: .after(now)).readable.map(\.id)
            }
            try expect(leaving("a", 1), [parcel], "what leaves of its own")
            try expect(leaving("b", 99), [], "what leaves of somebody else's")
            try expect(leaving("b", 100), [parcel], "when the lease is over")
            try store.transiently { try store.delay(parcel, until: .after(9), reason: .unsettled("nobody knows")) }
            try expect(leaving("a", 1), [parcel], "what leaves when it was put off")
            try expect(leaving("b", 99), [], "what leaves of somebody else's then")
            try expect(store.leavingIDs(), [parcel], "all that leaves")
            try expect(store.holdings().map(\.reason), [.unsettled("nobody knows")], "why it waits")
            let fates = try store.leavingParcels(owner: "a", now: .after(1)).readable.first?.contacts.map(\.fate)
            try expect(fates, [.travels, .takenOut], "who travels in it")
        },
    ]

    // MARK: - The course of parcels

    static let parcelChecks = [
        Check("a parcel that left awaits its results, and is done once; again changes nothing") { store in
            let batch = try store.visibleBatch()
            let parcel = try store.queue(batch)
            _ = try store.claimed(by: "a")
            try store.leave(parcel, "a", at: .after(5))
            guard let contacts = try store.parcel(parcel)?.contacts else { return try expect(0, 1, "parcels") }
            for _ in 1...2 {
                try store.durably { try store.markLeft(parcel, contacts: contacts, resultsDue: .after(50)) }
                try expect(store.parcel(parcel)?.status, .awaiting, "the status")
            }
            try expect(store.nextMoments().result, .after(50), "when its results are due")
            try expect(
                store.overdueParcels(at: .after(49), limit: 9, except: []).isEmpty, true, "what is overdue before")
            try expect(
                store.overdueParcels(at: .after(50), limit: 9, except: ["d"]).readable.map(\.id), [parcel],
                "what is overdue")
            try store.durably { try store.close(parcel) }
            try store.durably { try store.markLeft(parcel, contacts: contacts, resultsDue: .after(50)) }
            try expect(store.parcel(parcel)?.status, .done, "the status of one that is done")
            try expect(store.overdueParcels(at: .after(50), limit: 9, except: []).isEmpty, true, "what is overdue then")
        },
        Check("departures are told with their moments, of a campaign or by a transport, those that are leaving too") {
            store in
            let batch = try store.visibleBatch()
            let ids = try (0..<3).map { _ in try store.queue(batch) } + [try store.queue(batch, campaign: "other")]
            _ = try store.claimed(by: "a")
            for (index, id) in ids.prefix(3).enumerated() {
                try store.leave(id, "a", at: .after(Int64(index) * 10 + 10))
            }
            try store.durably { try store.markLeft(ids[0], contacts: [], resultsDue: nil) }
            func departures(_ holder: DepartureHolder, _ after: Int64, _ until: Int64) throws -> [String] {
                try store.departures(of: holder, after: .after(after), until: .after(until))
                    .map { "\($0.at.milliseconds - Timestamp.after(0).milliseconds):\($0.count)" }.sorted()
            }
            try expect(departures(.campaign("shop"), 0, 30), ["10:0", "20:2", "30:2"], "of a campaign")
            try expect(departures(.transport("folder"), 10, 29), ["20:2"], "by a transport, behind the first moment")
            try expect(departures(.campaign("other"), 0, 99), [], "of another campaign")
            try expect(departures(.transport("mail"), 0, 99), [], "by another transport")
        },
        Check("what waits is told by campaign and reason, and open parcels are found by number") { store in
            let batch = try store.visibleBatch()
            let ids = try [store.queue(batch), store.queue(batch), store.queue(batch), store.queue(batch)]
            try store.durably { try store.apply([.pending: 2], to: batch, at: .after(0)) }
            _ = try store.claimed(by: "a", limit: 2)
            for id in ids.prefix(2) { try store.leave(id, "a") }
            try store.durably {
                try store.markLeft(ids[0], contacts: [], resultsDue: .after(9))
                try store.markLeft(ids[1], contacts: [], resultsDue: nil)
                try store.delay(ids[2], until: .after(7), reason: .noCampaign("shop"))
            }
            let waiting = try store.holdings().map { "\($0.campaign) \($0.kind) \($0.contacts)" }
            try expect(waiting.sorted(), ["shop campaign 2", "shop due 2"], "what waits")
            try store.durably { try store.apply([.pending: -3, .cancelled: 3], to: batch, at: .after(0)) }
            try expect(store.holdings().reduce(0) { $0 + $1.contacts }, 1, "what waits where three have ended")
            func open(_ batch: BatchID?, _ inFlight: Bool) throws -> [ParcelID] {
                try store.openParcels(ofCampaign: "shop", batch: batch, inFlight: inFlight)
            }
            try expect(open(nil, false), [ids[2], ids[3]], "what waits, by number")
            try expect(open(batch, true), [ids[0], ids[2], ids[3]], "with what left")
            try expect(open(BatchID(rawValue: 1), true), [], "of another batch")
            try expect(store.parcels(ofBatch: batch).map(\.id), ids, "all of a batch")
        },
        Check("contacts that wait for a program are told, and wait no longer once they are sorted") { store in
            let batch = try store.visibleBatch()
            let (parcel, _) = (try store.queue(batch, status: .undecided), try store.queue(batch))
            try expect(store.undecidedBatches(), [batch], "their batches")
            try expect(Array(store.undecidedRecords(of: batch)), [1, 2], "their records")
            try store.transiently { try store.setUndecidedReason(.noCampaign("shop"), of: batch) }
            try expect(store.parcel(parcel)?.reason, .noCampaign("shop"), "why")
            try store.durably { try store.closeUndecided(of: batch) }
            try expect(store.undecidedBatches(), [], "their batches then")
            try expect(Array(store.undecidedRecords(of: batch)), [], "their records then")
            try expect(store.parcel(parcel)?.status, .done, "the status")
        },
        Check("what waits for another configuration comes due under another one") { store in
            let batch = try store.visibleBatch()
            let ids = try [
                store.queue(batch, due: ContactPlanner.never, config: "old"),
                store.queue(batch, due: ContactPlanner.never, config: "new"),
                store.queue(batch, campaign: "other", due: ContactPlanner.never, config: "old"),
                store.queue(batch, due: .after(50), config: "old"),
            ]
            try expect(store.waitingCampaigns(after: .after(5)).sorted(), ["other", "shop"], "campaigns that wait")
            try store.transiently {
                try store.wakeHeld(ofCampaign: "shop", exceptUnder: "new", at: .after(5))
            }
            try expect(store.claimed(by: "a", at: .after(5)), [ids[0]], "what comes due")
        },
        Check("what could not be read holds a parcel until it can, or its moment comes") { store in
            let batch = try store.visibleBatch()
            let ids = try [store.queue(batch), store.queue(batch)]
            try store.transiently {
                try store.delay(ids[0], until: .after(60), reason: .unread(place: "a", problem: "b"))
                try store.delay(ids[1], until: .after(60), reason: .expired(LocalMoment(.after(60), offset: 0)))
                try store.wake(heldFor: .unread, at: .after(5))
            }
            try expect(store.claimed(by: "a", at: .after(4)), [], "what is due before")
            try expect(store.claimed(by: "a", at: .after(5)), [ids[0]], "what comes due")
        },
        Check("parcels are found by what holds them, but for those of a batch that cannot be seen") { store in
            let (batch, unseen) = try (store.visibleBatch(), store.claim("unseen"))
            let ids = try [store.queue(batch), store.queue(batch), store.queue(batch), store.queue(unseen)]
            try store.transiently {
                for id in [ids[0], ids[1], ids[3]] {
                    try store.delay(id, until: .after(60), reason: .consent(rule: "the policy"))
                }
                try store.delay(ids[2], until: .after(60), reason: .unread(place: "a", problem: "b"))
                try store.delay(ids[1], until: .after(5), reason: .consent(rule: "the policy"))
            }
            try expect(store.batches(heldFor: .consent, after: .after(5)), [batch], "batches with such")
            try expect(store.batches(heldFor: .list, after: .after(5)), [], "batches with others")
            try expect(
                store.parcels(ofBatch: batch, heldFor: .consent, after: .after(5)).map(\.id), [ids[0]], "parcels")
            try store.transiently { try store.wakeUnseen(heldFor: .consent, at: .after(6)) }
            try expect(store.claimed(by: "a", at: .after(6)), [ids[1]], "what comes due of those that can be seen")
            try expect(store.parcel(ids[3])?.due, .after(6), "when the one that cannot be seen is due")
        },
    ]
}
