/// The messages of a parcel, with their values by name.
struct HTTPRows {
    /// In the order of the parcel; only what calls have places for.
    let rows: [[FoldedName: String]]
    private let shared: [FoldedName: String]
    private let until: [Timestamp?]
    private let longest: TimeSpan?
    /// Whether it is mails that travel, whose subjects go before the transport's own.
    private let areMails: Bool

    /// - Parameters:
    ///   - load: in JSON Lines.
    ///   - validity: for how long messages are valid, where the carrier is told so.
    init(_ load: ParcelLoad, _ settings: HTTPSettings, validity: TransportSettings.Validity?) throws {
        var names = settings.names
        // `digits` is made of it.
        names.insert(Self.address)
        var lines = HTTPLines(names)
        rows = try lines.rows(load.bytes)
        var shared: [FoldedName: String] = [:]
        for (name, value) in settings.values { shared[FoldedName(name)] = value }
        shared[FoldedName("campaign")] = load.campaign
        shared[FoldedName("batch")] = load.batch.description
        shared[FoldedName("parcel")] = load.parcel.description
        shared[FoldedName("step")] = load.step
        self.shared = shared
        until = validity == nil ? [] : load.until
        longest = validity?.maximum
        areMails = load.channel == Channel.email.name
    }

    /// Places of the time for which a message is valid.
    enum Validity: String, CaseIterable {
        case seconds = "validity"
        case milliseconds = "validityms"
        case moment = "validuntil"

        var isNumber: Bool {
            switch self {
            case .seconds, .milliseconds: true
            case .moment: false
            }
        }

        static let byName = Dictionary(uniqueKeysWithValues: allCases.map { (FoldedName($0.rawValue), $0) })
    }

    /// The value at a place in the call that carries these messages; nil: none. The transport's own values override a
    /// contact's, so no drop can say who the sender is; but for the subject of a mail. Its sender is the campaign's:
    /// no contact's column of that name is in its line.
    func value(_ name: FoldedName, _ places: [Int], at now: Timestamp) -> String? {
        if let kind = Validity.byName[name] { return validity(kind, places, at: now) }
        if areMails, name == Self.subject || name == HTTPSettings.sender, let place = places.first,
            let value = rows[place][name]
        {
            return value
        }
        if let value = shared[name] { return value.isEmpty ? nil : value }
        if name == Self.digits, let place = places.first {
            return rows[place][Self.address].map { $0.hasPrefix("+") ? String($0.dropFirst()) : $0 }
        }
        guard let place = places.first, let value = rows[place][name], !value.isEmpty else { return nil }
        return value
    }

    /// A number without its plus, as some carriers want it.
    private static let digits = FoldedName("digits")
    private static let address = FoldedName("address")
    private static let subject = FoldedName("subject")

    func hasValue(_ name: FoldedName, _ place: Int) -> Bool {
        shared[name].map { !$0.isEmpty } ?? !(rows[place][name] ?? "").isEmpty
    }

    /// How long the shortest of some messages is valid; nil where it has no end.
    func validity(of places: [Int], at now: Timestamp) -> TimeSpan? {
        let ends = places.compactMap { $0 < until.count ? until[$0] : nil }
        let own = ends.min().map { TimeSpan(milliseconds: $0.milliseconds - now.milliseconds) }
        return [own, longest].compactMap(\.self).min()
    }

    private func validity(_ kind: Validity, _ places: [Int], at now: Timestamp) -> String? {
        guard let span = validity(of: places, at: now) else { return nil }
        switch kind {
        case .seconds: return String(span.milliseconds / 1_000)
        case .milliseconds: return String(span.milliseconds)
        case .moment: return now.adding(span).description
        }
    }

    /// What must be equal for all messages of a call: the values at the places that it has once.
    func shared(_ names: [FoldedName], _ place: Int) -> [String] {
        names.map { rows[place][$0 == Self.digits ? Self.address : $0] ?? "" }
    }
}
