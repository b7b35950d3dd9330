import Foundation
import SystemIO
import WebIO

/// Gives events to the servers that listen (`events.webhooks`): as a batch of CloudEvents (JSON format, §4), one call
/// at a time for each, in their order. What is not answered with 2xx is given again, after 1, 2, 4 … 60 s, or when the
/// server asks for it: so each gets everything at least once, and knows by its `id` what it has.
final class WebhookDesk {
    private let context: WorkContext
    private let bell: Bell
    private let answers = Tray<(name: String, outcome: WebOutcome)>()
    private var underWay: [String: Int64] = [:]
    private var arrived: [(name: String, outcome: WebOutcome)] = []
    private var failures: [String: Backoff] = [:]
    /// Those that have something before them.
    private var waiting: Set<String> = []

    /// Bytes of a call, beside what its first row has.
    private static let mostBytes = 256 << 10

    init(_ context: WorkContext, bell: Bell) {
        self.context = context
        self.bell = bell
    }

    private var hooks: [String: EventSettings.Webhook] { context.configuration.events.webhooks }

    var states: [(name: String, pause: Backoff?)] {
        hooks.keys.sorted().map { name in (name, failures[name].flatMap { $0.isDue(at: context.now) ? nil : $0 }) }
    }

    /// Whether an answer is awaited, or something can be given now.
    var isBusy: Bool {
        !underWay.isEmpty || waiting.contains { failures[$0].map { $0.isDue(at: context.now) } ?? true }
    }

    func enrol(_ told: inout [String: Int64], behind written: Int64) {
        for name in hooks.keys where told[name] == nil { told[name] = written }
        for name in told.keys where hooks[name] == nil { told[name] = nil }
    }

    func wait(milliseconds: Int64) { arrived += answers.take(milliseconds: milliseconds) }

    /// - Parameters:
    ///   - told: up to which row each has been told.
    ///   - written: the last one that may be told.
    func tell(_ told: inout [String: Int64], written: Int64, _ row: (Int64) throws -> [UInt8]?) throws {
        wait(milliseconds: 0)
        for (name, outcome) in arrived {
            guard let last = underWay.removeValue(forKey: name) else { continue }
            if take(outcome, name) { told[name] = last }
        }
        arrived = []
        waiting = []
        for (name, hook) in hooks.sorted(by: { $0.key < $1.key }) where underWay[name] == nil {
            guard var last = told[name], last < written else { continue }
            waiting.insert(name)
            if let failure = failures[name], !failure.isDue(at: context.now) { continue }
            var lines: [ArraySlice<UInt8>] = []
            var bytes = 0
            while last < written, bytes < Self.mostBytes {
                last += 1
                let wanted = Self.lines(try row(last) ?? [], wantedBy: hook)
                lines += wanted
                bytes += wanted.reduce(0) { $0 + $1.count }
            }
            if lines.isEmpty {
                told[name] = last
                if last == written { waiting.remove(name) }
            } else {
                begin(name, hook, lines, last)
            }
        }
    }

    private func begin(
        _ name: String, _ hook: EventSettings.Webhook, _ lines: [ArraySlice<UInt8>], _ last: Int64
    ) {
        let secret: HTTPSecret.Header?
        do {
            secret = try HTTPSecret.header(hook.http, in: context.workspace.sources, at: context.now)
        } catch {
            return fail(name, "\(error)", lasting: true)
        }
        guard let url = WebCall.address(hook.http.url) else {
            return fail(name, "its url is no address", lasting: true)
        }
        var headers = hook.http.headers.map { (name: $0.key, value: $0.value) }
        headers.append(("Content-Type", "application/cloudevents-batch+json; charset=utf-8"))
        headers.append(("User-Agent", "waybill"))
        if let secret { headers.append((secret.name, secret.value)) }
        underWay[name] = last
        let body = Array("[".utf8) + lines.joined(separator: Array(",".utf8)) + Array("]".utf8)
        let call = WebCall(
            url: url, method: HTTPSettings.Method.post.rawValue, headers: headers, body: body,
            timeout: Int(hook.timeout.milliseconds), most: 1 << 20)
        WebClient.begin(call) { [answers, bell] outcome in
            answers.put((name, outcome))
            bell.ring()
        }
    }

    /// True when the server has it.
    private func take(_ outcome: WebOutcome, _ name: String) -> Bool {
        switch outcome {
        case .answered(200...299, _, _):
            if failures.removeValue(forKey: name)?.isOpen == true {
                context.log.info("webhook.answers", ["webhook": .text(name)])
            }
            return true
        case .answered(let status, let headers, _):
            let rest = RetryAfter.milliseconds(headers, now: context.now)
            fail(name, "it answers \(status)", resting: rest, lasting: [401, 403, 404, 405, 410].contains(status))
        case .notSent(let words), .unknown(let words): fail(name, words)
        }
        return false
    }

    private func fail(_ name: String, _ words: String, resting rest: Int64? = nil, lasting isLasting: Bool = false) {
        let reason = HoldReason.transport(name: "webhook \(name)", problem: words)
        if failures[name]?.reason != reason {
            context.log.warning("webhook.failed", ["webhook": .text(name), "reason": .text(words)])
        }
        let (earlier, chance) = (failures[name], Double.random(in: 0..<1))
        failures[name] =
            rest.map { rest in
                Backoff(
                    resting: TimeSpan(milliseconds: rest), after: earlier, at: context.now, chance: chance,
                    reason: reason, isLasting: isLasting)
            } ?? Backoff(after: earlier, at: context.now, chance: chance, reason: reason, isLasting: isLasting)
    }

    /// What of a row is asked for, without line ends.
    private static func lines(_ row: [UInt8], wantedBy hook: EventSettings.Webhook) -> [ArraySlice<UInt8>] {
        let all = row.split(separator: 0x0A)
        if hook.campaigns.isEmpty, hook.kinds.isEmpty { return all }
        return all.filter { line in
            guard let head = try? JSONDecoder().decode(Head.self, from: Data(line)) else { return true }
            let isOfCampaign = head.campaign.map { hook.campaigns.isEmpty || hook.campaigns.contains($0) } ?? true
            return isOfCampaign
                && (hook.kinds.isEmpty || hook.kinds.contains { EventLine.typePrefix + $0.rawValue == head.type })
        }
    }

    private struct Head: Decodable {
        let type: String
        let campaign: String?
    }
}
