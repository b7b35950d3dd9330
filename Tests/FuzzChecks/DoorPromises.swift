import Waybill

/// What the doors promise through which people say that they want to be left alone, whatever befalls a file on its way:
/// whoever stands on a line that was not touched is left alone, or the file is refused whole, or holds. And nobody
/// agrees to more than the clean file says.
///
///     input = [ door ][ mutation ] … [ mutation ]          a mutation has four bytes: kind, line, place, value
package enum DoorPromises {
    /// How many people were looked for, and how many on touched lines were not found: without any the check is blind.
    package struct Findings: Sendable {
        package fileprivate(set) var untouched = 0
        package fileprivate(set) var lost = 0
    }

    @discardableResult
    package static func check(_ input: [UInt8]) throws(BrokenPromise) -> Findings {
        var findings = Findings()
        guard let choice = input.first else { return findings }
        let door = Door.all[Int(choice) % Door.all.count]
        var drop = Drop(door)
        guard let clean = door.held(drop.bytes),
            door.people.allSatisfy({ Door.keys(of: $0).allSatisfy(clean.contains) })
        else {
            throw BrokenPromise("\(door.name): a clean file does not say stop for all in it")
        }
        let agreed = door.agreements(drop.bytes)
        var rest = input.dropFirst().prefix(4 * 3)
        while rest.count >= 4 {
            drop.mutate(Array(rest.prefix(4)))
            rest = rest.dropFirst(4)
        }
        try checkAgreements(door, drop, agreed)
        guard let held = door.held(drop.bytes) else { return findings }
        for (person, line) in zip(door.people, drop.linesOfPeople) {
            let isHeld = Door.keys(of: person).allSatisfy(held.contains)
            if drop.isTouched(line) {
                findings.lost += isHeld ? 0 : 1
                continue
            }
            findings.untouched += 1
            try BrokenPromise.unless(
                isHeld, "\(door.name): \(person) is not left alone in \(String(decoding: drop.bytes, as: UTF8.self))")
        }
        return findings
    }

    private static func checkAgreements(_ door: Door, _ drop: Drop, _ clean: [ConsentEntry]) throws(BrokenPromise) {
        let known = Set((door.people + Door.agreeing).flatMap { Door.keys(of: $0) })
        for entry in door.agreements(drop.bytes) where known.contains(entry.key) {
            let isSaid = clean.contains { said in
                said.key == entry.key && [nil, entry.scope.channel].contains(said.scope.channel)
                    && [nil, entry.scope.purpose].contains(said.scope.purpose)
                    && ["", entry.scope.list].contains(said.scope.list)
                    && (said.expires.map { end in entry.expires.map { $0 <= end } ?? false } ?? true)
            }
            try BrokenPromise.unless(
                isSaid, "\(door.name): \(entry) is agreed to in \(String(decoding: drop.bytes, as: UTF8.self))")
        }
    }

    // MARK: - The doors

    private struct Door {
        enum Kind { case list, replies, receipts, consents }

        let name: String
        let kind: Kind
        /// Empty where there is none.
        let header: String
        /// The line of a person; `#` stands for the number and `%` for the person's place.
        let lines: [String]
        /// The line of somebody who agrees.
        var agreements: [String] = []
        var people = Door.somebody

        /// Numbers of which no few changed digits make another.
        static let somebody = [212, 305, 415, 503, 617, 702, 808, 919].enumerated().map {
            "+1\($1)55501\(10 + 11 * $0)"
        }

        /// The same of those who agree.
        static let agreeing = ["+12065550199", "+13135550198", "+16145550191"]

        static func keys(of person: String) -> [UInt64] {
            AddressReading.all(of: Array(person.utf8), AddressRules(regions: ["US"], takesAnyDigits: false)).map(\.key)
        }

        static let all = [
            Door(
                name: "list", kind: .list, header: "value,kind,action,reason",
                lines: ["#,phone,add,asked", "\"#\",,add,\"said \"\"no\"\", twice\"", "#,phone,,"]),
            Door(
                name: "numbers", kind: .list, header: "",
                lines: ["#", "\"#\"", " # "]),
            Door(
                name: "list of lines of JSON", kind: .list, header: "",
                lines: [
                    "{\"value\":\"#\",\"reason\":\"asked\"}",
                    "{\"value\": \"#\", \"kind\": \"phone\", \"x\": {\"y\": [1]}}",
                ]),
            Door(
                name: "replies", kind: .replies, header: "from,to,text,at",
                lines: [
                    "#,+14155550100,STOP,2026-11-20T10:00:00Z", "\"#\",,\"Stop, please\",", "#,1,\"\"\"STOP\"\"\",",
                ]),
            Door(
                name: "receipts", kind: .receipts, header: "address,event,at,detail",
                lines: [
                    "#,unsubscribed,2026-11-20T10:00:00Z,", "\"#\",complained,,\"spam, he says\"", "#,unsubscribed,,",
                ]),
            Door(
                name: "consents", kind: .consents, header: "value,channel,purpose,action,at,expires,proof",
                lines: [
                    "#,,,revoke,2026-11-20T10:00:00Z,,", "\"#\",sms,marketing,revoke,2026-11-20,,\"a letter, signed\"",
                    "#,,marketing,no,,,",
                ],
                agreements: [
                    "#,sms,marketing,grant,2026-11-02T10:00:00Z,2027-11-02,web",
                    "#,email,survey,yes,2026-11-02,,\"by \"\"phone\"\"\"",
                    "\"#\",sms,service,grant,2026-11-02T10:00:00+01:00,2027-01-01,",
                ]),
            Door(
                name: "replies in other scripts", kind: .replies, header: "from,to,text,at",
                lines: [
                    "#,,СТОП,2026-11-20T10:00:00Z", "\"#\",,停止,", "#,1,\"STOPnow, please\",", "#,,إلغاء الاشتراك,",
                ]),
            Door(
                name: "failures for a stop", kind: .receipts, header: "address,event,at,detail,error code",
                lines: [
                    "#,failed,2026-11-20T10:00:00Z,Unsubscribed recipient,", "\"#\",undelivered,,\"no, thanks\",21610",
                    "#,rejected,,Recipient has opted out,",
                ]),
            Door(
                name: "numbers of old plans", kind: .list, header: "value,reason",
                lines: ["#,asked", "\"#\",\"asked, twice\""], people: oldForms),
        ]

        /// As they were before their plans changed; of which no few changed digits make another.
        private static let oldForms = [
            "+55 11 9123-4567", "+55 21 8765-4321", "+52 1 55 1234 5678", "+52 1 33 8765 4321", "+229 97 12 34 56",
            "+57 1 2345678", "+241 06 03 12 34", "+54 351 15 555 1234",
        ]

        /// Whom the file says to leave alone; nil where all of it is refused or holds.
        func held(_ bytes: [UInt8]) -> Set<UInt64>? {
            do {
                return
                    switch kind
                {
                case .list: try listed(bytes)
                case .replies, .receipts: try stopped(bytes)
                case .consents: try revoked(bytes)
                }
            } catch {
                return nil
            }
        }

        private func listed(_ bytes: [UInt8]) throws -> Set<UInt64>? {
            let rules = ListingRules(Configuration(), at: Timestamp(milliseconds: 1_764_000_000_000))
            var decoder = DropDecoder(settings: ListColumns.settings(Configuration.Limits()))
            var held: Set<UInt64> = []
            var (received, lost) = (0, 0)
            for chunk in try decoder.push(bytes, isLast: true) {
                guard let format = decoder.format else { continue }
                let columns = try ListColumns(chunk.schema, format)
                for record in chunk.records {
                    guard let reading = rules.read(record, in: chunk, columns) else { continue }
                    received += 1
                    if reading.isLost { lost += 1 }
                    for listing in reading.listings {
                        if reading.isRemoval { held.remove(listing.key) } else { held.insert(listing.key) }
                    }
                }
            }
            return lost > 5 || lost == received ? nil : held
        }

        /// What the file says that people agree to; nothing where it is refused.
        func agreements(_ bytes: [UInt8]) -> [ConsentEntry] {
            guard kind == .consents else { return [] }
            return ((try? consents(bytes)) ?? []).flatMap(\.entries).filter { $0.action == .grant }
        }

        private func revoked(_ bytes: [UInt8]) throws -> Set<UInt64>? {
            let readings = try consents(bytes)
            let lost = readings.count(where: \.isLost)
            if lost > 5 || lost == readings.count { return nil }
            return Set(readings.flatMap(\.entries).filter { $0.action == .revoke }.map(\.key))
        }

        private func consents(_ bytes: [UInt8]) throws -> [ConsentRules.Reading] {
            let rules = ConsentRules(Configuration(), at: Timestamp(milliseconds: 1_796_000_000_000))
            var decoder = DropDecoder(settings: Self.results)
            var readings: [ConsentRules.Reading] = []
            for chunk in try decoder.push(bytes, isLast: true) {
                let columns = try ConsentColumns(names: chunk.schema.columns.map(\.name))
                readings += chunk.records.indices.map { rules.read($0, in: chunk, columns, decoder.format) }
            }
            return readings
        }

        private static let results: DecodeSettings = {
            var campaign = Campaign(name: "results")
            campaign.header = .set(true)
            campaign.require = []
            campaign.quotes = .lenient
            return DecodeSettings(campaign: campaign, limits: Configuration.Limits())
        }()

        private func stopped(_ bytes: [UInt8]) throws -> Set<UInt64> {
            var decoder = DropDecoder(settings: Self.results)
            var held: Set<UInt64> = []
            for chunk in try decoder.push(bytes, isLast: true) {
                let names = chunk.schema.columns.map(\.name)
                for record in chunk.records where record.damage == nil {
                    let first = Int(record.firstField)
                    let values = chunk.fields[first..<first + Int(record.fieldCount)].map { chunk.value($0) }
                    guard let address = try stopping(values, names) else { continue }
                    held.formUnion(
                        AddressReading.all(of: address, AddressRules(regions: ["US"], takesAnyDigits: false)).map(\.key)
                    )
                }
            }
            return held
        }

        /// The address of a row that says stop.
        private func stopping(_ values: [ArraySlice<UInt8>], _ names: [String]) throws -> [UInt8]? {
            if kind == .replies {
                guard let row = try ReplyColumns(names: names).read(values).row,
                    ReplyKeywords().meaning(of: row.text) == .stop
                else { return nil }
                return row.from
            }
            guard let row = try ReceiptColumns(names: names).read(values).row, row.event.isRefusal else { return nil }
            return row.address
        }
    }

    // MARK: - What befalls them

    private struct Drop {
        private var lines: [[UInt8]] = []
        /// By the numbers that lines had at first; lines that were put in have none.
        private var numbers: [Int?] = []
        private var touched: Set<Int> = []
        private var lineEnd: [UInt8] = [0x0A]
        private var encoding: Encoding = .plain
        private(set) var linesOfPeople: [Int] = []

        private enum Encoding { case plain, marked, utf16, utf16Unmarked }

        init(_ door: Door) {
            if !door.header.isEmpty { lines.append(Array(door.header.utf8)) }
            for (place, person) in door.people.enumerated() {
                linesOfPeople.append(lines.count)
                let line = door.lines[place % door.lines.count]
                lines.append(line.utf8.flatMap { $0 == UInt8(ascii: "#") ? Array(person.utf8) : [$0] })
            }
            for (person, line) in zip(Door.agreeing, door.agreements) {
                lines.append(line.utf8.flatMap { $0 == UInt8(ascii: "#") ? Array(person.utf8) : [$0] })
            }
            numbers = lines.indices.map { $0 }
            hasHeader = !door.header.isEmpty
        }

        private let hasHeader: Bool

        func isTouched(_ line: Int) -> Bool { touched.contains(line) }

        var bytes: [UInt8] {
            let text = lines.flatMap { $0 + lineEnd }
            switch encoding {
            case .plain: return text
            case .marked: return [0xEF, 0xBB, 0xBF] + text
            case .utf16: return [0xFF, 0xFE] + Self.units(of: text)
            case .utf16Unmarked: return Self.units(of: text)
            }
        }

        private static func units(of text: [UInt8]) -> [UInt8] {
            String(decoding: text, as: UTF8.self).utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        }

        private static let marks = Array("\"',;|\t{}[]:\\= \r@+".utf8)

        mutating func mutate(_ bytes: [UInt8]) {
            guard !lines.isEmpty else { return }
            // A header that says otherwise touches all that stands below it.
            let first = hasHeader ? 1 : 0
            guard lines.count > first else { return }
            let line = first + Int(bytes[1]) % (lines.count - first)
            let place = Int(bytes[2]) % (lines[line].count + 1)
            let isInside = place < lines[line].count
            switch bytes[0] % 12 {
            case 0 where isInside, 1 where isInside: lines[line][place] ^= 1 << (bytes[3] & 7)
            case 2: lines[line].removeSubrange(place...)
            case 3: lines[line].removeSubrange(..<place)
            case 4, 5, 6: lines[line].insert(Self.marks[Int(bytes[3]) % Self.marks.count], at: place)
            case 7 where isInside: lines[line][place] = [0, 0x80, 0xFF, 0x1A, 0xC3][Int(bytes[3]) % 5]
            case 8 where line + 1 < lines.count:
                // The line end between two is lost.
                touch(line + 1)
                lines[line] += lines.remove(at: line + 1)
                numbers.remove(at: line + 1)
            case 9:
                lines.insert(Array(repeating: Self.marks[place % Self.marks.count], count: Int(bytes[3]) % 9), at: line)
                numbers.insert(nil, at: line)
                return
            case 10:
                encoding = [.marked, .utf16, .utf16Unmarked, .plain][Int(bytes[3]) % 4]
                return
            case 11:
                lineEnd = [[0x0D, 0x0A], [0x0D], [0x0A, 0x0A], [0x0A]][Int(bytes[3]) % 4]
                return
            default: return
            }
            touch(line)
        }

        private mutating func touch(_ line: Int) {
            if let number = numbers[line] { touched.insert(number) }
        }
    }
}
