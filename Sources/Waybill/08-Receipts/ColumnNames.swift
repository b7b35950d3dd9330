/// The names of columns in results and lists: ours, people's own, and those in providers' exports. Names are compared
/// folded; earlier ones take precedence. `Waybill.docc/Results.md` lists them.
enum ColumnNames {
    private static let phones = ["phone", "mobile phone", "mobile", "cell", "cell phone", "telephone", "tel"]

    /// Columns of numbers and addresses, wherever they stand.
    static let people =
        phones + phones.map { $0 + " number" } + (1...5).map { "phone\($0)" }
        + ["number", "msisdn", "email", "email address", "mail", "recipient"]

    /// What a name has in it that seems to be of numbers or addresses, in languages that lists come in.
    static func seemsOfPeople(_ name: FoldedName) -> Bool {
        let words = [
            "phone", "fone", "telef", "téléph", "teleph", "mobil", "móvil", "movil", "cell", "celular", "handy",
            "msisdn", "rufnummer", "mail", "correo",
        ]
        return words.contains { name.text.contains($0) }
    }

    /// Where a message went: a dialler says which of a contact's numbers it called.
    static let destination =
        [
            "address", "dialled number", "dialed number", "phone number", "msisdn", "to", "to number",
            "recipient address",
        ]
        + ["recipient number", "recipient email", "rcpt to", "destination", "destination address"]
        + ["destination number", "called number", "called"] + people

    /// Who wrote.
    static let sender =
        ["from", "from number", "from address", "sender", "sender number", "source", "source number", "source address"]
        + ["originator", "user number"] + people

    /// The number or mailbox that somebody wrote to.
    static let writtenTo = ["to", "to number", "destination", "destination number", "notify number"]

    /// When somebody wrote.
    static let writtenAt = moment + ["date received"]

    /// What happened. `type` may be the message's type, so a status takes precedence.
    static let event = [
        "event", "result", "call result", "disposition", "outcome", "call outcome", "event type", "event name",
        "status", "message status",
        "delivery status", "sms status", "call status", "dlr status", "status name", "state", "type",
    ]

    /// When it happened. A stop counts from this time, so it must not be when the message was sent or the record
    /// written.
    static let moment = [
        "at", "call time", "dial time", "timestamp", "event time", "event timestamp", "status time", "status timestamp",
        "status datetime", "occurred at", "received at", "done at", "completed at", "message timestamp", "bounced at",
    ]

    /// Whose a reply is, by the sender's own key. What else a provider calls `id` is no contact's.
    static let account = ["account number", "account", "customer id", "contact id", "external id", "id"]

    static let text = ["text", "body", "message", "message body", "message text", "content", "reply"]

    static let detail = [
        "detail", "details", "reason", "bounce reason", "failure reason", "error message", "error text", "error",
        "diagnostic code", "description", "response", "error code",
    ]

    /// By what code a provider says why.
    static let codes =
        ["code", "err code", "error name", "reason code", "failure code", "status code", "status description"]
        + bounceKind

    /// What it calls a bounce, in a word or by a number.
    static let bounceKind = ["bounce classification", "bounce class", "bounce category", "bounce type"]

    /// Whether consent is given or taken back.
    static let consentAction = ["action", "consent"]

    /// When it was.
    static let consentMoment = ["at", "given at", "granted at", "revoked at", "consent at"] + moment

    static let proof = ["proof", "evidence"]

    /// Who wrote it down.
    static let recorder = ["by", "recorded by"]

    static let topic = ["list", "topic"]

    /// Nested values, as providers write them in JSON. They take precedence over values beside them.
    enum Nested {
        private static let kinds = ["message_event", "track_event", "gen_event", "unsubscribe_event"].map {
            "msys.\($0)."
        }

        private static func each(_ names: String...) -> [String] { kinds.flatMap { kind in names.map { kind + $0 } } }

        static let reference =
            each("rcpt_meta.reference") + ["rcpt_meta.reference", "data.metadata.reference", "metadata.reference"]
        static let destination = each("rcpt_to") + ["data.to", "data.recipient"]
        static let event = each("type") + ["status.groupName"]
        static let moment = each("timestamp")
        static let detail =
            each("raw_reason", "reason")
            + [
                "data.error.description", "data.error.code", "data.bounce_description", "error.description",
                "status.description",
            ]

        /// Everything that says why, of which `detail` is what is shown.
        static let reason =
            detail + ["status.name", "error.name", "error.code", "data.error.name", "delivery-status.description"]
            + ["delivery-status.message"] + bounceKind

        static let bounceKind = each("bounce_class") + ["data.bounce_class", "data.bounce_type"]

        /// What somebody wrote.
        static let sender = ["data.from"]
        static let text = ["data.text", "data.body", "data.subject"]
        static let writtenAt = ["data.timestamp"]

        /// What SparkPost wraps around each event; it is empty when SparkPost only tests whether the receiver is there.
        static let wrapper = "msys"

        static let all = reference + destination + event + moment + reason + sender + text + writtenAt
    }

    /// Where a provider returns what was sent with a message. Other values there are the provider's own.
    static let givenBack = [
        "client reference", "client ref", "client message id", "custom id", "external id", "envelope id", "message id",
    ]
}
