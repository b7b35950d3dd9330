/// When Waybill did not run, when a campaign was paused, and when people spoke or were listed. All moments are
/// milliseconds.
struct OracleHistory {
    /// How certain it is that somebody does not want to be contacted.
    enum Certainty { case no, maybe, yes }

    enum Word { case stop, start, unsubscribed }

    struct Listing {
        var from: Int
        var until: Int
        var campaign: String
        var channel: String
        /// The named list that it is on; empty for none.
        var list = ""

        func holds(at moment: Int) -> Bool { from <= moment && moment < until }
    }

    private(set) var outages: [(from: Int, to: Int)] = []
    private(set) var pauses: [String: [(from: Int, to: Int)]] = [:]
    /// By campaign, its pauses and all outages.
    private var idleSpans: [String: [(from: Int, to: Int)]] = [:]
    /// By number or e-mail address, in order.
    private(set) var words: [String: [(at: Int, word: Word)]] = [:]
    private(set) var listings: [String: [Listing]] = [:]
    /// When each named list came.
    private(set) var arrivals: [String: [Int]] = [:]
    /// By campaign, when a list that it needs was missing or too old.
    private(set) var listless: [String: [(from: Int, to: Int)]] = [:]

    init(_ scenario: PolicyScenario) {
        outages = scenario.outages.map { (from: $0.from * 1_000, to: $0.to * 1_000) }.sorted { $0.from < $1.from }
        let byTime = scenario.orders.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
        var pausedSince: [String: Int] = [:]
        // No step uses this channel, so the name says nothing: such a listing holds for all channels.
        let used = Set(["sms", "email", "voice"] + scenario.campaigns.flatMap { $0.steps.map(\.channel) })
        for (_, entry) in byTime {
            let moment = taken(entry.at * 1_000)
            switch entry.order {
            case .stop: break
            case .start(let number): words[number, default: []].append((moment, .start))
            case .list(let number, let campaign, let channel, let expires):
                let until = expires == 0 ? Int.max : expires * 1_000
                guard until > moment else { continue }
                listings[number, default: []].append(
                    Listing(
                        from: moment, until: until, campaign: campaign, channel: used.contains(channel) ? channel : ""))
            case .unlist(let number):
                let cut = (listings[number] ?? []).map { listing in
                    var shorter = listing
                    shorter.until = min(listing.until, moment)
                    return shorter
                }
                if !cut.isEmpty { listings[number] = cut }
            case .named(let list, let numbers, let isWhole): come(list, numbers, isWhole: isWhole, at: moment)
            case .consent: break
            case .pause(let campaign):
                if pausedSince[campaign] == nil { pausedSince[campaign] = moment }
            case .resume(let campaign):
                guard let since = pausedSince.removeValue(forKey: campaign), moment > since else { continue }
                pauses[campaign, default: []].append((since, moment))
            }
        }
        for (campaign, since) in pausedSince { pauses[campaign, default: []].append((since, Int.max)) }
        idleSpans = pauses.mapValues { $0 + outages }
    }

    private mutating func come(_ list: String, _ numbers: [String], isWhole: Bool, at moment: Int) {
        arrivals[list, default: []].append(moment)
        for number in isWhole ? Set(listings.keys).subtracting(numbers).sorted() : [] {
            listings[number] = listings[number]?.map { listing in
                var shorter = listing
                if listing.list == list { shorter.until = min(listing.until, moment) }
                return shorter
            }
        }
        for number in numbers {
            let isOn = (listings[number] ?? []).contains { $0.list == list && $0.holds(at: moment) }
            if isOn { continue }
            listings[number, default: []].append(
                Listing(from: moment, until: Int.max, campaign: "", channel: "", list: list))
        }
    }

    /// Nothing of a campaign leaves while a list that it needs has not come, or came longer ago than so many
    /// milliseconds.
    mutating func need(_ list: String, age: Int?, by campaign: String, from start: Int) {
        var spans: [(from: Int, to: Int)] = []
        var since = start
        for moment in arrivals[list] ?? [] {
            if since < moment { spans.append((since, moment)) }
            since = age.map { moment + $0 + 1 } ?? Int.max
        }
        if since < Int.max { spans.append((since, Int.max)) }
        listless[campaign, default: []] += spans
        pauses[campaign, default: []] += spans
        idleSpans[campaign] = (pauses[campaign] ?? []) + outages
    }

    /// The number says stop to everything.
    mutating func stop(_ number: String, at moment: Int) { insert(.stop, of: number, at: moment) }

    private mutating func insert(_ word: Word, of address: String, at moment: Int) {
        var list = words[address] ?? []
        // What came earlier at the same moment stays before it.
        let place = list.firstIndex { $0.at > moment } ?? list.count
        list.insert((moment, word), at: place)
        words[address] = list
    }

    /// When Waybill takes what arrives at a moment: then, or when it runs again.
    func taken(_ moment: Int) -> Int {
        var result = moment
        for outage in outages where outage.from <= result && result < outage.to { result = outage.to }
        return result
    }

    /// An unsubscription or complaint: the address of the send said stop.
    mutating func unsubscribe(_ address: String, at moment: Int) {
        insert(.unsubscribed, of: address, at: moment)
    }

    /// Whether an address has said stop by a moment, that moment included. The contract does not say whether START also
    /// takes back an unsubscription.
    func hasStopped(_ address: String, by moment: Int) -> Certainty {
        guard let list = words[address] else { return .no }
        var saidStop = false
        var unsubscribed = Certainty.no
        for entry in list where entry.at <= moment {
            switch entry.word {
            case .stop: saidStop = true
            case .unsubscribed: unsubscribed = .yes
            case .start:
                saidStop = false
                if unsubscribed == .yes { unsubscribed = .maybe }
            }
        }
        return saidStop ? .yes : unsubscribed
    }

    /// The listings of a number that count for a campaign.
    func listings(of number: String, campaign: String) -> [Listing] {
        guard let list = listings[number] else { return [] }
        return list.filter { ($0.campaign.isEmpty || $0.campaign == campaign) && $0.until > $0.from }
    }

    func isOut(_ moment: Int) -> Bool { outages.contains { $0.from <= moment && moment < $0.to } }

    func isPaused(_ campaign: String, _ moment: Int) -> Bool {
        (pauses[campaign] ?? []).contains { $0.from <= moment && moment < $0.to }
    }

    /// Until when no message of a campaign can leave, if none can at this moment; nil: messages can leave.
    func idle(_ campaign: String, at moment: Int) -> Int? {
        for span in idleSpans[campaign] ?? outages where span.from <= moment && moment < span.to { return span.to }
        return nil
    }

    /// True if Waybill ran and the campaign was not paused at any time in [from, to].
    func runs(_ campaign: String, from: Int, to: Int) -> Bool {
        for outage in outages where outage.from <= to && from < outage.to { return false }
        for pause in pauses[campaign] ?? [] where pause.from <= to && from < pause.to { return false }
        return true
    }
}
