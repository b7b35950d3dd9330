/// What a batch belongs to: how its drops are read and checked, and which sampling, policy and strategy apply.
package struct Campaign: Sendable, Equatable {
    package var name: String
    /// What the drop that is being read asks for: no setting of the campaign.
    package var mode = DropMode.add
    /// Name patterns (`*`, `?`) of drops that lie directly in an inbox; the first match in file order wins.
    package var drops: [String] = []
    package var ready = Readiness.auto
    package var quiet = TimeSpan.seconds(1)
    /// What is appended to a drop's name to make its marker.
    package var marker = ".done"
    package var format = AutoOr<DropKind>.auto
    package var delimiter = AutoOr<UInt8>.auto
    package var header = AutoOr<Bool>.auto
    package var encoding = AutoOr<TextEncoding>.auto
    package var skipLines = 0
    package var trailer: Trailer?
    /// The sender's name (compared without case, spaces, `_`, `-`) to our column's, in file order.
    package var columns: [ColumnName] = []
    package var quotes = QuoteRule.strict
    /// What a record must have.
    package var require: [Requirement] = ["phone1"]
    package var phones = PhoneOrder.asWritten
    /// Nil: ISO 8601.
    package var dates: DateFormat?
    package var unknownColumns = UnknownColumns.keep
    package var duplicates = DuplicateRule.reject
    /// In Unicode scalars.
    package var paramMaxLength = 40
    package var numbers = NumberRule()
    package var consentWords = ConsentWords()
    package var rejectLimit: RejectLimit?
    /// Whether `errors.csv` is written for a spreadsheet rather than for scripts.
    package var spreadsheet = false
    /// Nil: the workspace's.
    package var region: String?
    /// Nil: the workspace's.
    package var timezone: String?
    package var sampling: [SamplingRule] = []
    package var seed = "waybill"
    package var policy: String?
    /// The named do-not-contact lists that must be there before anything leaves.
    package var lists: [String] = []
    /// What people subscribe to, and leave again, with this campaign and all others of the same `list`. Nil: what they
    /// say counts for everything.
    package var list: String?
    /// The kind of contact over a channel, where the channel's name does not say it. Without an entry, all kinds the
    /// channel allows.
    package var kinds: [Channel: ContactKind] = [:]
    /// Nil: any purpose, so the rules of all purposes hold.
    package var purpose: ContactPurpose?
    package var strategy: String?
    /// Channel to the name of a transport.
    package var transports: [Channel: String] = [.sms: "folder", .email: "folder", .voice: "folder"]
    /// For everything the campaign sends.
    package var rate = Rate()
    package var stopWhen = StopRule()
    package var budget = TextBudget()
    /// To numbers of these regions alone (ISO 3166 alpha-2) anything goes; empty: to all.
    package var countries: [String] = []
    /// Where what it sends has to stay, as transports name their `region`. Nil: the workspace's.
    package var residency: String?
    /// Whether quotes, dashes and the like of text messages are written as plain ones where that makes them shorter.
    package var smart = false
    /// By name.
    package var templates: [String: TemplateFiles] = [:]
    /// The sender by channel; for mails, a mailbox.
    package var from: [Channel: String] = [:]
    package var mail = MailSettings()
    package var pace = Pace()
    /// When its drops come and how large they are; nil: nobody knows.
    package var expect: Expectation?
    /// The list that it sends again and again; nil: it sends what is dropped.
    package var repeats: Recurrence?
    /// Batches with more contacts than this wait until somebody approves them; nil: none does.
    package var approveAbove: Int?
    /// Whom it tells of what happens.
    package var subscribers = Subscribers()
    /// `stop`, `start`, `help`: further words that mean the same; no list is empty.
    package var keywords: [String: [String]] = [:]

    /// Nil: there are no links.
    package var link: LinkSettings?
    /// How addresses stand in the files of tokens.
    package var outbound = Outbound.plain
    /// What is answered to a `stop`, `start` or `help`; nothing where there is no text.
    package var answers: [String: String] = [:]
    /// For how long after a message a reply can be an answer to it; nil: for ever.
    package var conversation: TimeSpan?

    package init(name: String) {
        self.name = name
        if name == "default" { drops = ["*"] }
    }

    /// The mailbox that mails over a channel come from; nil where none is named.
    package func sender(over channel: Channel) -> Mailbox? { from[channel].flatMap { Mailbox($0) } }

    /// The name of the transport that carries a channel.
    package func transport(of channel: Channel) -> String { transports[channel] ?? "folder" }

    /// The kinds that its contacts over a channel can be.
    package func kinds(of channel: Channel) -> [ContactKind] { kinds[channel].map { [$0] } ?? channel.possibleKinds }

    /// Whether a rule of its sampling counts across drops.
    package var hasQuota: Bool { sampling.contains { $0.isQuota } }

    package enum Outbound: String, CaseIterable, Sendable { case plain, hash }

    package enum Readiness: String, CaseIterable, Sendable {
        /// Structurally whole, unchanged for the quiet time, and not open for writing anywhere.
        case auto
        /// The same, even while somebody has the file open.
        case quiet
        case marker, sidecar
    }
    package enum QuoteRule: String, CaseIterable, Sendable { case strict, lenient }
    package enum UnknownColumns: String, CaseIterable, Sendable { case keep, ignore, reject }
    package enum DuplicateRule: String, CaseIterable, Sendable { case reject, keep }

    /// Columns of which a record must have one.
    package struct Requirement: Hashable, Sendable, ExpressibleByStringLiteral {
        package let names: [String]

        package init(_ names: [String]) { self.names = names }
        package init(stringLiteral name: String) { names = [name] }

        /// The one column that every record must have; nil where a choice of columns is enough.
        package var only: String? { names.count == 1 ? names[0] : nil }
    }

    package enum PhoneOrder: String, CaseIterable, Sendable {
        /// Each number stays in its column.
        case asWritten = "as-written"
        /// Numbers move up into empty columns.
        case firstFilled = "first-filled"
    }

    package struct ColumnName: Hashable, Codable, Sendable {
        package let sender: String
        package let column: String
        package init(sender: String, column: String) {
            self.sender = sender
            self.column = column
        }
    }

    /// The last record of files that end with a count, as `{starts: "T", count: 2}`.
    package struct Trailer: Hashable, Sendable {
        package var starts: String
        /// The field that holds the number of records, from 1.
        package var count: Int?
        /// Whether a file may lack it: rejected records are handed back without the trailer of their drop.
        package var isOptional = false
        package init(starts: String, count: Int?) {
            self.starts = starts
            self.count = count
        }
    }

    package struct NumberRule: Hashable, Sendable {
        package var check = NumberCheck.plan
        package var accept: [String] = ["any"]
        package var vanity = false
        package var bare = BareDigits.refuse
        package init(check: NumberCheck = .plan) { self.check = check }
    }

    /// How to read digits without `+` that may be a national number of the region or a number of another country.
    package enum BareDigits: String, CaseIterable, Sendable {
        /// Numbers of the region.
        case national
        /// E.164 without the plus.
        case international
        /// Neither: the record is rejected with both readings.
        case refuse
    }

    package enum NumberCheck: String, CaseIterable, Sendable { case plan, possible, syntax }

    /// How many rejected records refuse a drop whole.
    package enum RejectLimit: Hashable, Sendable {
        case count(Int)
        /// Per cent of the records received, 0 … 100.
        case percent(Double)

        /// Whether so many of all are more than it allows.
        package func isPassed(by count: Int, of total: Int) -> Bool {
            switch self {
            case .count(let most): count > most
            case .percent(let most): Double(count) * 100 > most * Double(total)
            }
        }
    }
}
