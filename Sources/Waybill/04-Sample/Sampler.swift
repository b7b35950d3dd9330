/// Decides which contacts of one batch are kept, by the campaign's sampling rules (contract §6).
///
/// The rules apply in order, each to what the earlier rules kept; the first rule that drops a contact decides. A
/// `random` rule can only answer after the whole batch, so the batch is processed in passes, always in record order, by
/// one thread:
///
///     1. `decide` for every contact: kept, dropped, or undecided when it has reached a `random` rule;
///     2. `finishPass`: while it answers true, `decide` again for every contact that was undecided.
///
/// Without a `random` rule one pass is enough; each such rule adds one. Contacts that reach a `command` rule stay
/// undecided (`waitsForProgram`) until its program answers; then another sampler, which starts after that rule, decides
/// about those the program kept. The choice depends on the rules, the seed and the drop's content, and on nothing else:
/// not on the batch's id, the machine or the time.
package struct Sampler: Sendable {
    /// The columns that the rules read, by their names in the configuration; `decide` asks for values by index here.
    package let fields: [String]

    private let steps: [Step]
    private let fallback: Fallback
    /// For each rule the place in its group that the next contact has; only `every` counts.
    private var seen: [Int]
    /// For each rule, how much each of its strata has used; the key owns its bytes.
    private var used: [[ArraySlice<UInt8>: Int]]
    /// The rule this pass starts with.
    private var resume = 0
    /// The `random` or `command` rule at which this pass stops, and whether any contact reached it.
    private var border: Int?
    private var isReached = false
    private var draw = SmallestHashes(limit: 0)
    /// The records the last draw chose, rising; nil in the first pass.
    private var drawn: [UInt32]?

    /// - Parameters:
    ///   - drop: the SHA-256 of the drop's content: a new drop is drawn anew, the same drop gives the same draw.
    ///   - start: the first rule to apply; earlier rules have decided.
    ///   - quotaUsed: what the campaign's daily quotas have used so far today, as `quotaUsed` returned it.
    package init(
        rules: [SamplingRule], seed: String, drop: [UInt8], startingAt start: Int = 0, quotaUsed: [String: Int] = [:]
    ) {
        var names = FieldNames()
        var ordinals: [String: Int] = [:]
        // Two rules of one kind are independent, and a rule of another kind put before them changes nothing.
        func key(_ kind: String, salt: [UInt8] = []) -> KeyedHash {
            let ordinal = ordinals[kind, default: 0]
            ordinals[kind] = ordinal + 1
            return KeyedHash(seed: seed, purpose: "\(kind) \(ordinal)", salt: salt)
        }
        steps = rules.map { rule in
            switch rule {
            case .percent(let percent, let by):
                .share(Share(percent: percent, key: key("percent"), field: names.index(by), keepsTheShare: true))
            case .holdout(let percent, let by):
                .share(Share(percent: percent, key: key("holdout"), field: names.index(by), keepsTheShare: false))
            case .every(let n):
                .every(max(1, n))
            case .quota(let limit, let per, let by):
                .quota(limit: limit, perDay: per == .day, field: by.map { names.index($0) })
            case .random(let take):
                .random(take: take, key: key("random", salt: drop))
            case .command: .command
            case .among(let field, let values):
                .among(field: names.index(field), Set(values.map { Array($0.utf8)[...] }))
            }
        }
        fallback = Fallback(
            phone: names.index("phone1"), email: names.index("email"), id: names.index("id"),
            key: KeyedHash(seed: seed, purpose: "record", salt: drop))
        fields = names.names
        seen = Array(repeating: 0, count: rules.count)
        used = Array(repeating: [:], count: rules.count)
        for (key, count) in quotaUsed {
            guard let colon = key.firstIndex(of: ":"), let rule = Int(key[..<colon]), steps.indices.contains(rule),
                case .quota(_, perDay: true, _) = steps[rule]
            else { continue }
            used[rule][Array(key[colon...].utf8.dropFirst())[...]] = count
        }
        resume = min(start, steps.count)
        aimAtBorder()
    }

    /// The positions of `fields` in a drop's schema; nil where it lacks one.
    package func columns(in schema: Schema) -> [Int?] { fields.map { schema.position(named: $0) } }

    /// For each contact of a segment what the first rule asks about it, if that is one of `percent` or `holdout`; nil
    /// under other rules. It depends on no other contact, so it can be found on another thread.
    package func hashes(of segment: ContactSegment, columns: [Int?]) -> [UInt64]? {
        guard case .share(let share)? = steps.first else { return nil }
        return (0..<segment.count).map { hash(for: share, $0, of: segment, columns) }
    }

    /// Decides about contacts of a segment, the next ones in record order. `columns` are those of the drop's schema,
    /// and `hashes` what was found about all contacts of the segment already.
    ///
    /// It goes rule by rule, not contact by contact: no rule depends on what another one counts, and each is a short
    /// loop.
    package mutating func decide(
        _ contacts: [Int], of segment: ContactSegment, columns: [Int?], hashes: [UInt64]? = nil
    ) -> SamplingDecision {
        var decision = SamplingDecision(keeping: contacts, rules: steps.count)
        if let drawn { decision.apply(resume - 1) { Self.contains(drawn, segment.record(at: $0)) } }
        for rule in resume..<steps.count {
            switch steps[rule] {
            case .share(let share):
                if rule == 0, let hashes {
                    decision.apply(rule) { share.keeps(hashes[$0]) }
                } else {
                    decision.apply(rule) { share.keeps(hash(for: share, $0, of: segment, columns)) }
                }
            case .every(let n):
                var place = seen[rule]
                decision.apply(rule) { _ in
                    defer { place = place + 1 == n ? 0 : place + 1 }
                    return place == 0
                }
                seen[rule] = place
            case .quota(let limit, _, let field):
                decision.apply(rule) { index in
                    let stratum = field.map { Self.value($0, index, of: segment, columns) } ?? []
                    return takeFromQuota(rule, limit: limit, stratum: stratum)
                }
            case .random(_, let key):
                for index in decision.kept {
                    let record = segment.record(at: index)
                    draw.offer(hash: key.value(of: UInt64(record)), record: record)
                }
                return waiting(decision)
            case .command: return waiting(decision)
            case .among(let field, let values):
                decision.apply(rule) { values.contains(Self.value(field, $0, of: segment, columns)) }
            }
        }
        return decision
    }

    /// This pass ends here for those that are kept so far.
    private mutating func waiting(_ decision: SamplingDecision) -> SamplingDecision {
        var decision = decision
        if !decision.kept.isEmpty { isReached = true }
        decision.wait()
        return decision
    }

    /// Ends a pass. True if contacts are undecided and another pass is needed.
    package mutating func finishPass() -> Bool {
        guard let rule = border, isReached, case .random = steps[rule] else { return false }
        drawn = draw.records()
        resume = rule + 1
        aimAtBorder()
        return true
    }

    /// The `command` rule whose program must be asked about the contacts still undecided after the last pass.
    package var waitsForProgram: Int? {
        guard let rule = border, isReached, case .command = steps[rule] else { return nil }
        return rule
    }

    /// What the daily quotas have used, including earlier batches: `<rule index>:<stratum>` to a count.
    package var quotaUsed: [String: Int] {
        var result: [String: Int] = [:]
        for (rule, step) in steps.enumerated() {
            guard case .quota(_, perDay: true, _) = step else { continue }
            for (stratum, count) in used[rule] { result["\(rule):\(String(decoding: stratum, as: UTF8.self))"] = count }
        }
        return result
    }

    private mutating func aimAtBorder() {
        isReached = false
        border = nil
        for rule in resume..<steps.count {
            switch steps[rule] {
            case .share, .every, .quota, .among: continue
            case .random(let take, _): draw = SmallestHashes(limit: take)
            case .command: break
            }
            border = rule
            return
        }
    }

    private mutating func takeFromQuota(_ rule: Int, limit: Int, stratum: ArraySlice<UInt8>) -> Bool {
        // By index: assigning by key would replace the stored key with the caller's slice and keep its buffer alive.
        if let place = used[rule].index(forKey: stratum) {
            guard used[rule].values[place] < limit else { return false }
            used[rule].values[place] += 1
            return true
        }
        guard limit > 0 else { return false }
        used[rule][Array(stratum)[...]] = 1
        return true
    }

    /// The hash that stands for the person: a hash of the rule's field; if that is empty, of the recipient (contract
    /// §4); without a recipient, of the record.
    private func hash(for share: Share, _ index: Int, of segment: ContactSegment, _ columns: [Int?]) -> UInt64 {
        func hash(_ field: Int) -> UInt64? {
            guard let column = columns[field] else { return nil }
            let range = segment.range(at: index, column: column)
            if range.isEmpty { return nil }
            return share.key.value(of: segment.bytes.span.extracting(range), foldingCase: field == fallback.email)
        }
        return hash(share.field) ?? hash(fallback.phone) ?? hash(fallback.email) ?? hash(fallback.id)
            ?? share.key.value(of: fallback.key.value(of: UInt64(segment.record(at: index))))
    }

    /// A contact's value of a field; empty if the drop or the contact has none.
    private static func value(
        _ field: Int, _ index: Int, of segment: ContactSegment, _ columns: [Int?]
    ) -> ArraySlice<UInt8> {
        columns[field].map { segment.value(at: index, column: $0) } ?? []
    }

    private static func contains(_ records: [UInt32], _ record: UInt32) -> Bool {
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle] < record { low = middle + 1 } else { high = middle }
        }
        return low < records.count && records[low] == record
    }

    private enum Step: Sendable {
        case share(Share)
        case every(Int)
        case quota(limit: Int, perDay: Bool, field: Int?)
        case random(take: Int, key: KeyedHash)
        case among(field: Int, Set<ArraySlice<UInt8>>)
        case command
    }

    /// The people whose hash is in the lowest part of the range; a larger share contains every smaller one.
    private struct Share: Sendable {
        let key: KeyedHash
        let field: Int
        let keepsTheShare: Bool
        private let end: UInt64

        init(percent: Double, key: KeyedHash, field: Int, keepsTheShare: Bool) {
            self.key = key
            self.field = field
            self.keepsTheShare = keepsTheShare
            // 53 bits, which a Double holds exactly: the same limit on every machine.
            end = UInt64(min(max(percent, 0), 100) / 100 * 0x1p53)
        }

        func keeps(_ hash: UInt64) -> Bool { (hash >> 11 < end) == keepsTheShare }
    }

    /// What identifies a contact whose own field is empty.
    private struct Fallback: Sendable {
        let phone: Int
        let email: Int
        let id: Int
        let key: KeyedHash
    }

    private struct FieldNames {
        private(set) var names: [String] = []

        mutating func index(_ name: String) -> Int {
            if let index = names.firstIndex(of: name) { return index }
            names.append(name)
            return names.count - 1
        }
    }
}
