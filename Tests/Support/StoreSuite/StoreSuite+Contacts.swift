import Waybill

extension StoreSuite {
    static let contactChecks = [
        Check(withTwo: "segments are found by record and by key, in record order, over every connection") { suite in
            let store = try suite.open("segments")
            let batch = try store.claim("a")
            // Enough segments that an engine may store some elsewhere.
            let people = (0..<9).map { ["Ann\($0)", "Bob\($0)"] }
            for half in [0..<5, 5..<9] {
                try store.transiently {
                    for number in half {
                        var builder = ContactSegment.Builder()
                        for (index, name) in people[number].enumerated() {
                            builder.append(Array(name.utf8).span)
                            builder.finish(record: UInt32(number * 100 + index + 1))
                        }
                        try store.insert(builder.build(), as: SegmentID(batch: batch, number: number))
                    }
                }
            }
            try store.show(batch, segments: 9)
            let records: [UInt32] = (0..<9).flatMap { (number: UInt32) in [number * 100 + 1, number * 100 + 2] }
            for reader in [store, try suite.open("segments"), try store.openReader()] {
                var found: [UInt32] = []
                try reader.forEachSegment(of: batch) { segment in
                    found += (0..<segment.contacts.count).map { segment.contacts.record(at: $0) }
                }
                try expect(found, records, "the records")
                for number in [0, 4, 8] {
                    let segment = try reader.segment(of: UInt32(number * 100 + 2), batch: batch)
                    try expect(segment?.id.number, number, "the segment of a record")
                    let value = segment?.contacts.value(at: 1, column: 0) ?? []
                    try expect(String(decoding: value, as: UTF8.self), "Bob\(number)", "a value")
                }
                try expect(reader.segment(of: 3, batch: batch)?.id, nil, "a record between two segments")
                try expect(reader.segment(of: 1, batch: BatchID(rawValue: 1))?.id, nil, "a record of no batch")
                try expect(reader.segment(SegmentID(batch: batch, number: 9))?.id, nil, "a segment that is not there")
            }
        },
        Check("segments of batches that are read at the same time do not mix") { store in
            let ids = try ["a", "b"].map { try store.claim($0) }
            for number in 0..<8 {
                for (place, batch) in ids.enumerated() {
                    try store.transiently {
                        var builder = ContactSegment.Builder()
                        builder.append(Array("\(place)-\(number)".utf8).span)
                        builder.finish(record: UInt32(number + 1))
                        try store.insert(builder.build(), as: SegmentID(batch: batch, number: number))
                    }
                }
            }
            for (place, batch) in ids.enumerated() {
                try store.show(batch, segments: 8)
                var found: [String] = []
                try store.forEachSegment(of: batch) {
                    found.append(String(decoding: $0.contacts.value(at: 0, column: 0), as: UTF8.self))
                }
                try expect(found, (0..<8).map { "\(place)-\($0)" }, "the contacts of a batch")
            }
        },
        Check("where contacts stand is as it was put last; before that there is nothing") { store in
            let batch = try store.visibleBatch()
            let id = SegmentID(batch: batch, number: 0)
            try expect(store.standings(of: id) == nil, true, "nothing is kept of contacts as they came")
            for state in [ContactState.smsSent, .failed] {
                var standings = Standings(count: 2)
                try store.transiently {
                    var standing = Standing()
                    standing.state = state
                    standing.reason = try store.name("because")
                    standings[1] = standing
                    try store.put(standings, of: id)
                }
                let found = try store.standings(of: id)
                try expect(found.map(Array.init), Array(standings), "where they stand")
                try expect(found.map { try store.text($0[1].reason) }, "because", "why")
            }
        },
        Check("refusals come in the order of their parts, and stop when nothing more is wanted") { store in
            let batch = try store.claim("a")
            try store.transiently {
                for number in [1, 0] {
                    let refusals = (0..<2).map { index in
                        RefusedRecord(
                            record: UInt32(number * 10 + index), isDuplicate: index == 1,
                            id: Array("id\(number)".utf8), address: [], code: "code", reason: "",
                            fingerprint: RecordFingerprint(sum: UInt64(number), leftOut: []))
                    }
                    try store.insertRefusals(refusals, as: SegmentID(batch: batch, number: number))
                }
            }
            var records: [UInt32] = []
            try store.forEachRefusal(of: batch) { records.append($0.record) }
            try expect(records, [0, 1, 10, 11], "all of them")
            var ids: [String] = []
            for most in [1, 9] {
                ids = []
                try store.forEachRejected(of: batch) { id, fingerprint in
                    ids.append(String(decoding: id, as: UTF8.self) + ":\(fingerprint?.sum ?? 9)")
                    return ids.count < most
                }
                try expect(ids, Array(["id0:0", "id1:1"].prefix(most)), "those that are no duplicates")
            }
        },
        Check("the segment of a record is known without those before it, while its batch can be seen") { store in
            let batch = try store.claim("a")
            try store.transiently { try store.store([["Ann", "Bob"], ["Cyd"], ["Dan"]], in: batch, from: 5) }
            try expect(store.segmentID(of: 5, batch: batch), nil, "while it is being read")
            try store.show(batch, segments: 3)
            let segments = try [4, 5, 6, 7, 104, 105, 106, 205, 206].map { record in
                try store.segmentID(of: record, batch: batch)?.number
            }
            try expect(segments, [nil, 0, 0, nil, nil, 1, nil, 2, nil], "by record")
            let records = try store.records(of: SegmentID(batch: batch, number: 0))
            try expect([4, 5, 6, 7].map { records?.index(of: $0) }, [nil, 0, 1, nil], "places in a segment")
            try expect(store.records(of: SegmentID(batch: batch, number: 9))?.count, nil, "no segment")
            try store.removeContacts(of: batch)
            try expect(store.segmentID(of: 5, batch: batch), nil, "once its contacts are removed")
        },
        Check("recipients are found in every batch that can be seen, with all their records") { store in
            // Keys compare as unsigned numbers, whatever the engine uses.
            let keys: [UInt64] = [3, 1 << 62, 1 << 63, .max - 1]
            let ids = try ["a", "b", "hidden"].map { try store.claim($0) }
            for (place, batch) in ids.enumerated() {
                try store.transiently {
                    // The last recipient of a run continues in the next run.
                    try store.insertRecipients(
                        [RecipientEntry(key: keys[0], record: 1), RecipientEntry(key: keys[1], record: 2)],
                        batch: batch, part: 0)
                    try store.insertRecipients(
                        [
                            RecipientEntry(key: keys[1], record: 3), RecipientEntry(key: keys[2], record: 4),
                            RecipientEntry(key: keys[3], record: 5),
                        ], batch: batch, part: 1)
                }
                if place < 2 { try store.show(batch) }
            }
            for (key, records) in zip(keys, [[1], [2, 3], [4], [5]] as [[UInt32]]) {
                let found = try store.records(ofRecipient: key).map { "\($0.batch) \($0.record)" }
                try expect(
                    found.sorted(), ids.prefix(2).flatMap { id in records.map { "\(id) \($0)" } }, "records of \(key)")
            }
            try expect(store.records(ofRecipient: 4).count, 0, "records of nobody")
            let together = try store.records(ofRecipients: Set(keys + [4, 0])).mapValues(\.count)
            try expect(together, [keys[0]: 2, keys[1]: 4, keys[2]: 2, keys[3]: 2], "records of all of them together")
            try expect(store.records(ofRecipients: []).count, 0, "records of none")
            var found: [String] = []
            try store.forEachRecord(ofRecipients: [2, keys[1], keys[1] + 1, keys[3]], batch: ids[0]) { place, record in
                found.append("\(place):\(record)")
            }
            try expect(found.sorted(), ["1:2", "1:3", "3:5"], "records of several")
        },
    ]
}
