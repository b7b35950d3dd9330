import Foundation
import SystemIO
import WebIO

/// Tells subscribers what concerns them: what is grave at once, and gathered, so that nobody is told more than once a
/// minute; what is not with the day.
///
/// What a subscriber was told is written down when it was taken; what was not taken is told again.
final class SubscriberDesk {
    private let context: WorkContext
    private let bell: Bell
    private let answers = Tray<(subscriber: Subscriber, outcome: SMTPPost.Outcome)>()
    private var gathered: [Subscriber: Gathering] = [:]
    private var underWay: [Subscriber: Int64] = [:]
    private var failures: [Subscriber: Backoff] = [:]
    private var arrived: [(subscriber: Subscriber, outcome: SMTPPost.Outcome)] = []

    /// What waits for a subscriber.
    private struct Gathering {
        /// The last row that was looked at.
        var scanned: Int64
        var count = 0
        var items: [AlertText.Item] = []
        var lines: [String] = []
        /// Milliseconds since 1970 before which nothing is told.
        var from: Int64 = 0
    }

    static let pause = TimeSpan.minutes(1)

    init(_ context: WorkContext, bell: Bell) {
        self.context = context
        self.bell = bell
    }

    /// Those of all campaigns, with what each wants.
    private var wishes: [Subscriber: [(campaign: String, level: OutgoingEvent.Level)]] {
        var wishes: [Subscriber: [(campaign: String, level: OutgoingEvent.Level)]] = [:]
        for campaign in context.configuration.campaigns {
            for level in OutgoingEvent.Level.allCases {
                for subscriber in campaign.subscribers.of(level) {
                    if case .mail = subscriber, context.configuration.notifier == nil { continue }
                    wishes[subscriber, default: []].append((campaign.name, level))
                }
            }
        }
        return wishes
    }

    /// Of one who could not be told, and is tried again.
    var pause: Backoff? { failures.values.max { $0.next < $1.next } }

    /// Whether an answer is awaited, or something can be told now.
    var isBusy: Bool {
        !underWay.isEmpty || gathered.contains { $0.value.count > 0 && mayTell($0.key, $0.value) }
    }

    private func mayTell(_ subscriber: Subscriber, _ gathering: Gathering) -> Bool {
        let now = context.now
        if let failure = failures[subscriber], !failure.isDue(at: now) { return false }
        // Also of a clock that was set back.
        return gathering.from <= now.milliseconds || gathering.from > now.adding(Self.pause).milliseconds
    }

    func enrol(_ told: inout [String: EventsTold.Subscription], behind written: Int64) {
        let names = Set(wishes.keys.map(\.text))
        for name in names where told[name] == nil { told[name] = EventsTold.Subscription(last: written, at: 0) }
        for name in told.keys where !names.contains(name) { told[name] = nil }
    }

    func wait(milliseconds: Int64) { arrived += answers.take(milliseconds: milliseconds) }

    func tell(
        _ told: inout [String: EventsTold.Subscription], written: Int64, _ row: (Int64) throws -> [UInt8]?
    ) throws {
        wait(milliseconds: 0)
        for (subscriber, outcome) in arrived {
            guard let last = underWay.removeValue(forKey: subscriber) else { continue }
            if take(outcome, subscriber) {
                told[subscriber.text] = EventsTold.Subscription(last: last, at: context.now.milliseconds)
            }
        }
        arrived = []
        let wishes = wishes
        gathered = gathered.filter { wishes[$0.key] != nil }
        for (subscriber, wanted) in wishes.sorted(by: { $0.key.text < $1.key.text })
        where underWay[subscriber] == nil {
            guard let known = told[subscriber.text] else { continue }
            var gathering = gathered[subscriber] ?? Gathering(scanned: known.last)
            if gathering.count == 0 { gathering = Gathering(scanned: known.last) }
            gathering.from = known.at + Self.pause.milliseconds
            while gathering.scanned < written {
                gathering.scanned += 1
                for line in try row(gathering.scanned)?.split(separator: 0x0A) ?? [] { note(line, wanted, &gathering) }
            }
            gathered[subscriber] = gathering
            if gathering.count == 0 {
                told[subscriber.text] = EventsTold.Subscription(last: written, at: known.at)
            } else if mayTell(subscriber, gathering) {
                begin(subscriber, gathering, behind: known.last)
            }
        }
    }

    // MARK: - What is told

    private struct Event: Decodable {
        struct Content: Decodable {
            let text: String?
            let notice: String?
            let problems: [String]?
        }

        let type: String
        let time: String
        let severity: OutgoingEvent.Level
        let campaign: String?
        let data: Content
    }

    private func note(
        _ line: ArraySlice<UInt8>, _ wanted: [(campaign: String, level: OutgoingEvent.Level)],
        _ gathering: inout Gathering
    ) {
        guard let event = try? JSONDecoder().decode(Event.self, from: Data(line)) else { return }
        let isDay = event.type == EventLine.typePrefix + OutgoingEvent.Kind.dayClosed.rawValue
        let isWanted = wanted.contains { wish in
            guard event.campaign.map({ $0 == wish.campaign }) ?? true else { return false }
            switch wish.level {
            case .failure, .error, .debug: return event.severity == wish.level
            // With the day.
            case .warning: return isDay && event.data.problems?.isEmpty == false
            case .information: return isDay
            }
        }
        guard isWanted else { return }
        gathering.count += 1
        guard gathering.items.count < AlertText.shown else { return }
        gathering.lines.append(String(decoding: line, as: UTF8.self))
        gathering.items.append(
            AlertText.Item(
                at: Timestamp(iso8601: Array(event.time.utf8)[...]) ?? context.now, level: event.severity,
                campaign: event.campaign ?? "", text: event.data.text ?? event.type,
                more: event.data.problems ?? event.data.notice.map(notice) ?? [],
                place: event.data.problems == nil ? event.data.notice.map { $0 + "/" + NoticeText.fileName } : nil))
    }

    /// What the sender is told of a drop, as a mail would have it.
    private func notice(_ folder: String) -> [String] {
        let path = context.workspace.path(folder) + "/" + NoticeText.fileName
        guard let bytes = try? Files.read(path, limit: 16 << 10) else { return [] }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.drop { !$0.isEmpty }.dropFirst().map(String.init)
    }

    // MARK: - How it is told

    private func begin(_ subscriber: Subscriber, _ gathering: Gathering, behind last: Int64) {
        let text = AlertText(
            gathering.items, of: gathering.count, file: context.configuration.outbox + "/events/" + EventLine.fileName,
            sender: "Waybill in \(context.workspace.root) on \(ProcessIdentity.current.host)")
        underWay[subscriber] = gathering.scanned
        switch subscriber {
        case .mail(let reader):
            send(text, to: reader, id: "\(context.letters.current)-\(last + 1)-\(gathering.scanned)", subscriber)
        case .web(let url): post(text, gathering.lines, to: url, of: gathering.count, subscriber)
        case .file(let path): answers.put((subscriber, append(text, to: context.workspace.path(path))))
        }
    }

    private func send(_ text: AlertText, to reader: Mailbox, id: String, _ subscriber: Subscriber) {
        guard let (name, transport, sender) = context.configuration.notifier else { return }
        let mail = text.mail(from: sender, to: reader, id: id, at: context.now)
        let (folder, answers, bell) = (context.workspace.sources, answers, bell)
        _ = Worker.start(name: "mail") {
            let outcome = SMTPPost.send(mail, from: sender, to: reader, by: name, transport, in: folder)
            answers.put((subscriber, outcome))
            bell.ring()
        }
    }

    private func post(
        _ text: AlertText, _ lines: [String], to url: String, of count: Int, _ subscriber: Subscriber
    ) {
        guard let address = WebCall.address(url) else {
            return answers.put((subscriber, .later("it is no web address")))
        }
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("text", text.subject + "\n\n" + text.body)
            json.member("count", count)
            json.member("events", array: lines) { $0.raw($1) }
        }
        let call = WebCall(
            url: address, method: HTTPSettings.Method.post.rawValue,
            headers: [("Content-Type", "application/json; charset=utf-8"), ("User-Agent", "waybill")],
            body: json.line(), timeout: 10_000, most: 1 << 20)
        WebClient.begin(call) { [answers, bell] outcome in
            let said: SMTPPost.Outcome =
                switch outcome {
                case .answered(200...299, _, _): .taken
                case .answered(let status, _, _): .later("it answers \(status)")
                case .notSent(let words), .unknown(let words): .later(words)
                }
            answers.put((subscriber, said))
            bell.ring()
        }
    }

    private func append(_ text: AlertText, to path: String) -> SMTPPost.Outcome {
        do throws(SystemError) {
            try Files.createFolder(Files.folder(of: path))
            let file: AppendingFile
            if try Files.exists(path) {
                file = try AppendingFile(existing: path)
            } else {
                file = try AppendingFile(path: path, mode: OutboxRights.file, isNew: true)
            }
            try file.write(Array(text.body.utf8))
            try file.sync()
            try file.close()
            return .taken
        } catch {
            return .later("\(error)")
        }
    }

    /// True when it has been told, or never can be.
    private func take(_ outcome: SMTPPost.Outcome, _ subscriber: Subscriber) -> Bool {
        switch outcome {
        case .taken: break
        case .refused(let words):
            // Whoever it is: the log names no address.
            context.log.warning("subscriber.refused", ["reason": .text(words)])
        case .later(let words):
            let reason = HoldReason.transport(name: "to a subscriber", problem: words)
            if failures[subscriber]?.reason != reason {
                context.log.warning("subscriber.untold", ["reason": .text(words)])
            }
            failures[subscriber] = Backoff(
                after: failures[subscriber], at: context.now, chance: .random(in: 0..<1), reason: reason)
            return false
        }
        failures[subscriber] = nil
        gathered[subscriber] = nil
        return true
    }
}
