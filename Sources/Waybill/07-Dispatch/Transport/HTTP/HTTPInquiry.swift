import SystemIO
import WebIO

/// Asks a server which messages of a parcel it knows of, where calls had no answer and cannot be made again.
struct HTTPInquiry {
    let transport: TransportSettings
    let folder: String
    let load: ParcelLoad
    let stop: StopSign
    let lanes: HTTPLanes

    /// The most pages of one answer, and bytes of one page.
    private static let most = (pages: 50, bytes: 64 << 20)

    /// The references that the server tells of, in lower case; nil where it did not answer to the end, or asked not to
    /// be asked so soon.
    ///
    /// - Parameter since: when the first of the calls began.
    func ask(_ events: HTTPSettings.Events, since: Timestamp, at now: Timestamp) throws -> Set<String>? {
        guard lanes.mayAsk(at: stop.sinceBoot()),
            var resource = events.resource.map({ self.resource($0, since: since) })
        else { return nil }
        var known: Set<String> = []
        for _ in 0..<Self.most.pages {
            guard let page = try read(resource, at: now),
                case .array(let entries)? = HTTPAnswers.find(events.list, in: page)?.content
            else { return nil }
            known.formUnion(entries.compactMap { HTTPAnswers.text(events.reference, in: $0)?.lowercased() })
            guard let next = events.next.flatMap({ Self.next($0, in: page) }) else { return known }
            // One that leads elsewhere is not followed, and nobody knows what it would tell.
            let own = next.hasPrefix(transport.http.url) ? String(next.dropFirst(transport.http.url.count)) : next
            guard own.hasPrefix("/") else { return nil }
            resource = own
        }
        return nil
    }

    private func resource(_ text: PlaceText, since: Timestamp) -> String {
        let early = since.adding(TimeSpan(milliseconds: -120_000)).iso8601(offset: 0).prefix(16)
        let values = [
            "batch": load.batch.description, "parcel": load.parcel.description, "campaign": load.campaign,
            "since": String(early),
        ]
        return HTTPBodyWriter.resource(text) { name in
            values.first { FoldedName($0.key) == name }?.value
        }
    }

    /// Nil on the last page.
    private static func next(_ path: String, in page: JSON5Value) -> String? {
        var text = HTTPAnswers.text(path, in: page)
        if case .array(let links)? = HTTPAnswers.find(path, in: page)?.content {
            text = links.first { HTTPAnswers.text("rel", in: $0) == "next" }.flatMap {
                HTTPAnswers.text("href", in: $0)
            }
        }
        return text
    }

    private func read(_ resource: String, at now: Timestamp) throws -> JSON5Value? {
        guard let url = WebCall.address(transport.http.url + resource) else {
            throw TransportProblem("\(transport.http.url)\(resource) is no web address")
        }
        var headers = transport.http.headers.map { (name: $0.key, value: $0.value) }
        headers.append(("Accept", "application/json"))
        headers.append(("User-Agent", "waybill"))
        if let secret = try HTTPSecret.header(transport.http, in: folder, at: now) {
            headers.append((secret.name, secret.value))
        }
        let call = WebCall(
            url: url, method: "GET", headers: headers, body: [], timeout: Int(transport.timeout.milliseconds),
            most: Self.most.bytes)
        let answers = Tray<WebOutcome>()
        WebClient.begin(call) { [answers] outcome in answers.put(outcome) }
        while !stop.isRaised(for: TimeSpan(milliseconds: 0)) {
            guard let outcome = answers.take(milliseconds: 100).first else { continue }
            guard case .answered(200, _, let body) = outcome else {
                if case .answered(_, let headers, _) = outcome {
                    RetryAfter.milliseconds(headers, now: now).map { lanes.restAsking(until: stop.sinceBoot() + $0) }
                }
                return nil
            }
            return try? JSON5Reader.read(body)
        }
        return nil
    }
}

extension HTTPFlight {
    /// What became of calls that cannot be made again, as far as the server tells. A message that it knows of has left.
    /// Where it knows some of a call and not the others once it should have told of all, nobody can say what became of
    /// those; where it knows none, asked twice, the configuration decides whether they are sent again.
    static func outcomes(
        of begun: HTTPJournal.Begun, known: Set<String>, silentSince: Timestamp?, _ settings: HTTPSettings,
        at now: Timestamp
    ) -> [UInt32: MessageOutcome] {
        guard let events = settings.events else { return [:] }
        let told = begun.references.map { known.contains($0.description.lowercased()) }
        let rest: MessageOutcome
        if begun.at.adding(events.after) > now {
            rest = .unknown
        } else if told.contains(true) || isForgotten(begun, events, at: now) {
            rest = .lost
        } else if let silentSince, silentSince.adding(Self.betweenQuestions) <= now {
            rest = settings.resendsAfterSilence ? .later : .lost
        } else {
            rest = .unknown
        }
        return Dictionary(
            zip(begun.references, told).map { ($0.record, $1 ? .accepted : rest) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Whether the server may not tell of a call any more: then silence says nothing of it.
    static func isForgotten(_ begun: HTTPJournal.Begun, _ events: HTTPSettings.Events, at now: Timestamp) -> Bool {
        begun.at.adding(events.keeps) <= now.adding(margin)
    }

    /// How far apart two questions are that found nothing.
    private static let betweenQuestions = TimeSpan.minutes(1)
}
