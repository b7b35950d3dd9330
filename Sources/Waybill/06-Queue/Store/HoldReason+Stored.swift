/// Hold reasons as the store keeps them: the kind in a column of its own, and the details as one text. In it, each
/// detail follows a unit separator (U+001F); record separators (U+001E) separate the members of a list.
///
/// Older stores have words instead, which begin with no separator.
extension HoldReason {
    static let separator: Character = "\u{1F}"
    private static let inner: Character = "\u{1E}"

    /// The details; empty if there are none.
    var stored: String {
        if case .legacy(_, let words) = self { return words }
        return Self.joined(fields)
    }

    /// Reads a row. Details that cannot be read are shown as they are, and hold the parcel too; an unknown kind is
    /// damage.
    init(kind rawKind: Int, stored text: String) throws(StoreProblem) {
        guard let kind = Kind(rawValue: rawKind) else {
            throw .damaged(what: "something waits for the unknown kind \(rawKind) of reason")
        }
        let isWords = !text.isEmpty && text.first != Self.separator
        self = (isWords ? nil : Self(kind, Self.fields(of: text))) ?? .legacy(kind, text)
    }

    static func joined(_ fields: [String]) -> String {
        fields.map { "\(separator)" + $0.filter { $0 != separator } }.joined()
    }

    static func fields(of text: String) -> [String] {
        text.split(separator: separator, omittingEmptySubsequences: false).dropFirst().map(String.init)
    }

    private var fields: [String] {
        switch self {
        case .due, .unknownZone, .neverOpen, .legacy: []
        case .hours(let hours, let until):
            [
                hours.channel.name, String(hours.weekday),
                hours.spans.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: "\(Self.inner)"),
                hours.rules.joined(separator: "\(Self.inner)"), hours.place.zone, String(hours.place.zones),
                Self.text(until),
            ]
        case .holiday(let holiday, let until):
            [
                holiday.list, holiday.day.description, holiday.place.zone, String(holiday.place.zones),
                Self.text(until),
            ]
        case .zonesNeverMeet(let count, let first, let last): [String(count), first, last]
        case .noWindow(let channel): [channel.name]
        case .noHours(let channel, let rules): [channel.name, rules.joined(separator: "\(Self.inner)")]
        case .blackout(let moment), .policyStarts(let moment), .policyEnded(let moment), .callback(let moment),
            .notBefore(let moment), .expired(let moment):
            [Self.text(moment)]
        case .cap(let cap):
            [
                String(cap.limit), Self.text(cap.within), cap.channels.map(\.name).joined(separator: "\(Self.inner)"),
                Self.text(cap.by), cap.over.rawValue, cap.counts.rawValue, cap.then.rawValue,
            ] + (cap.law.map { [$0.name] } ?? [])
        case .rate(let limit): [String(limit.most), limit.span.rawValue] + Self.texts(limit.holder)
        case .noCampaign(let name): [name]
        case .noTransport(let name, let channel): [name, channel.name, ""]
        case .consent(let rule, let lack): lack == .unknown ? [rule] : [rule, lack.rawValue]
        case .unsettled(let why): [why]
        case .damaged(let what): [what]
        case .template(let name, let problem), .account(let name, let problem), .transport(let name, let problem):
            [name, problem]
        case .program(let rule, let label, let fault): [String(rule), label, fault]
        case .list(let drop, let batch, let problem): [drop, batch, problem]
        case .unread(let place, let problem): [place, problem]
        case .noStep(let step, let campaign): [step, campaign]
        case .abandonment(let calls):
            [calls.rule, String(calls.abandoned), String(calls.answered), calls.limit, calls.until.description]
        case .stopped(let campaign, let outcome, let count, let all, let code):
            [campaign, outcome, String(count), String(all), code]
        case .budget(let campaign, let segments, let span): [campaign, String(segments), span.rawValue]
        case .approval(let batch, let reason): [batch, reason]
        case .pace(.capacity, let until): ["capacity", Self.text(until)]
        case .pace(.ramp(let most), let until): [String(most), Self.text(until)]
        case .pace(.spread, let until): ["spread", Self.text(until)]
        }
    }

    private init?(_ kind: Kind, _ fields: [String]) {
        func read(_ count: Int, _ make: () -> HoldReason?) -> HoldReason? { fields.count == count ? make() : nil }
        func readMoment(_ make: (LocalMoment) -> HoldReason) -> HoldReason? {
            read(1) { Self.moment(fields[0]).map(make) }
        }
        let found: HoldReason?
        switch kind {
        case .due: found = read(0) { .due }
        case .hours: found = read(7) { Self.hours(fields) }
        case .holiday: found = read(5) { Self.holiday(fields) }
        case .blackout: found = readMoment { .blackout(until: $0) }
        case .zone:
            found =
                read(0) { .unknownZone }
                ?? read(3) { Int(fields[0]).map { .zonesNeverMeet(count: $0, first: fields[1], last: fields[2]) } }
        case .window:
            found =
                read(0) { .neverOpen } ?? read(1) { .noWindow(channel: Channel(fields[0])) }
                ?? read(2) { .noHours(channel: Channel(fields[0]), rules: Self.list(fields[1])) }
        case .policyStart: found = readMoment { .policyStarts($0) }
        case .policyEnd: found = readMoment { .policyEnded($0) }
        case .callback: found = readMoment { .callback($0) }
        case .notBefore: found = readMoment { .notBefore($0) }
        case .expired: found = readMoment { .expired($0) }
        case .cap: found = (7...8).contains(fields.count) ? Self.cap(fields).map { HoldReason.cap($0) } : nil
        case .rate: found = read(4) { Self.limit(fields).map { .rate($0) } }
        case .campaign: found = read(1) { .noCampaign(fields[0]) }
        case .template: found = read(2) { .template(name: fields[0], problem: fields[1]) }
        case .account: found = read(2) { .account(name: fields[0], problem: fields[1]) }
        case .transport:
            found =
                read(2) { .transport(name: fields[0], problem: fields[1]) }
                ?? read(3) { .noTransport(fields[0], channel: Channel(fields[1])) }
        case .program:
            found = read(3) { Int(fields[0]).map { .program(rule: $0, label: fields[1], fault: fields[2]) } }
        case .unsettled: found = read(1) { .unsettled(fields[0]) }
        case .damaged: found = read(1) { .damaged(fields[0]) }
        case .list: found = read(3) { .list(drop: fields[0], batch: fields[1], problem: fields[2]) }
        case .unread: found = read(2) { .unread(place: fields[0], problem: fields[1]) }
        case .step: found = read(2) { .noStep(fields[0], campaign: fields[1]) }
        case .stopped: found = read(5) { Self.stop(fields) }
        case .budget: found = read(3) { Self.budget(fields) }
        case .pace: found = read(2) { Self.pace(fields) }
        case .approval: found = read(2) { .approval(batch: fields[0], reason: fields[1]) }
        case .consent:
            found =
                read(1) { .consent(rule: fields[0]) }
                ?? read(2) { ConsentLack(rawValue: fields[1]).map { .consent(rule: fields[0], lack: $0) } }
        case .abandonment: found = read(5) { Self.abandonment(fields) }
        case .other: found = nil
        }
        guard let found else { return nil }
        self = found
    }

    // MARK: - Details

    private static func abandonment(_ fields: [String]) -> HoldReason? {
        guard let abandoned = Int(fields[1]), let answered = Int(fields[2]), let until = CalendarDay(fields[4]) else {
            return nil
        }
        return .abandonment(
            Abandonment(rule: fields[0], abandoned: abandoned, answered: answered, limit: fields[3], until: until))
    }

    private static func list(_ text: String) -> [String] { text.split(separator: inner).map(String.init) }

    private static func span(_ text: String) -> Range<Int>? {
        let bounds = text.split(separator: "-").compactMap { Int($0) }
        return bounds.count == 2 && bounds[0] <= bounds[1] ? bounds[0]..<bounds[1] : nil
    }

    private static func hours(_ fields: [String]) -> HoldReason? {
        guard let weekday = Int(fields[1]), (0...6).contains(weekday), let place = place(fields[4], fields[5])
        else { return nil }
        let hours = ClosedHours(
            channel: Channel(fields[0]), weekday: weekday, spans: list(fields[2]).compactMap(span),
            rules: list(fields[3]), place: place)
        return .hours(hours, until: moment(fields[6]))
    }

    private static func holiday(_ fields: [String]) -> HoldReason? {
        guard let day = CalendarDay(fields[1]), let place = place(fields[2], fields[3]) else { return nil }
        return .holiday(Holiday(list: fields[0], day: day, place: place), until: moment(fields[4]))
    }

    private static func budget(_ fields: [String]) -> HoldReason? {
        guard let segments = Int(fields[1]), let span = TextBudget.Span(rawValue: fields[2]) else { return nil }
        return .budget(campaign: fields[0], segments: segments, per: span)
    }

    private static func stop(_ fields: [String]) -> HoldReason? {
        guard let count = Int(fields[2]), let all = Int(fields[3]) else { return nil }
        return .stopped(campaign: fields[0], outcome: fields[1], count: count, of: all, code: fields[4])
    }

    private static func pace(_ fields: [String]) -> HoldReason? {
        guard let until = moment(fields[1]) else { return nil }
        if fields[0] == "capacity" { return .pace(.capacity, until: until) }
        if fields[0] == "spread" { return .pace(.spread, until: until) }
        return Int(fields[0]).map { .pace(.ramp($0), until: until) }
    }

    private static func limit(_ fields: [String]) -> RateLimit? {
        guard let most = Int(fields[0]), let span = RateLimit.Span(rawValue: fields[1]),
            let holder = holder(fields[2], fields[3])
        else { return nil }
        return RateLimit(most: most, span: span, holder: holder)
    }

    private static func place(_ zone: String, _ zones: String) -> Place? {
        Int(zones).map { Place(zone: zone, zones: $0) }
    }

    /// Milliseconds since the epoch, and the seconds by which the clock is ahead of UTC.
    private static func text(_ moment: LocalMoment?) -> String {
        moment.map { "\($0.at.milliseconds),\($0.offset)" } ?? ""
    }

    private static func moment(_ text: String) -> LocalMoment? {
        let parts = text.split(separator: ",")
        guard parts.count == 2, let at = Int64(parts[0]), let offset = Int32(parts[1]) else { return nil }
        return LocalMoment(Timestamp(milliseconds: at), offset: Int(offset))
    }

    private static func text(_ period: Policy.CapPeriod) -> String {
        switch period {
        case .rolling(let span): String(span.milliseconds)
        case .day: "day"
        }
    }

    private static func text(_ subject: Policy.CapSubject) -> String {
        switch subject {
        case .address: ""
        case .column(let name): name
        }
    }

    private static func cap(_ fields: [String]) -> Policy.Cap? {
        let span = Int64(fields[1]).map { Policy.CapPeriod.rolling(TimeSpan(milliseconds: $0)) }
        guard let limit = Int(fields[0]), let within = fields[1] == "day" ? .day : span,
            let over = Policy.CapScope(rawValue: fields[4]), let counts = Policy.Counted(rawValue: fields[5]),
            let then = Policy.CapAction(rawValue: fields[6])
        else { return nil }
        var cap = Policy.Cap(limit: limit, within: within)
        cap.channels = list(fields[2]).map { Channel($0) }
        cap.by = fields[3].isEmpty ? .address : .column(fields[3])
        (cap.over, cap.counts, cap.then) = (over, counts, then)
        if fields.count == 8 { cap.law = Policy.Law(name: fields[7]) }
        return cap
    }

    private static func texts(_ holder: RateHolder) -> [String] {
        switch holder {
        case .policy(let name): ["policy", name]
        case .campaign(let name): ["campaign", name]
        case .transport(let name): ["transport", name]
        case .account(let name): ["account", name]
        }
    }

    private static func holder(_ kind: String, _ name: String) -> RateHolder? {
        switch kind {
        case "policy": .policy(name)
        case "campaign": .campaign(name)
        case "transport": .transport(name)
        case "account": .account(name)
        case _: nil
        }
    }
}

extension HoldReason.Kind {
    /// For SQL: the kinds whose reasons are reported separately.
    static let toldOneByOne = allCases.filter(\.isOfConfiguration).map { "\($0.rawValue)" }.joined(separator: ", ")

    /// Gives parcels of a store up to version 4, which kept words without a kind, the kind for their words.
    static let fromWordsOfVersion4 = """
        UPDATE parcel SET hold = CASE
        \(wordsOfVersion4.map { "  WHEN reason LIKE '\($0.pattern)' THEN \($0.kind.rawValue)" }.joined(separator: "\n"))
          ELSE \(HoldReason.Kind.other.rawValue) END
        WHERE status IN (1, 5) AND reason <> '';
        """

    /// The kind for those words; the first match counts.
    private static let wordsOfVersion4: [(pattern: String, kind: HoldReason.Kind)] = [
        ("rate of %", .rate), ("the cap of %", .cap), ("no window%", .window), ("the rules of %", .window),
        ("outside %", .hours), ("no % hours on %", .hours), ("holiday %", .holiday), ("blackout %", .blackout),
        ("time zone unknown", .zone), ("the contact can be in %", .zone), ("policy starts %", .policyStart),
        ("policy ended %", .policyEnd), ("callback at %", .callback), ("not before %", .notBefore),
        ("expired %", .expired), ("campaign %", .campaign), ("template %", .template),
        ("the shared file of account %", .account), ("sampling rule %", .program),
    ]
}
