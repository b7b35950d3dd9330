import SystemIO

/// Proposes a first configuration for a sender's files from one of them, without asking what the file itself shows.
package struct SampleLook {
    /// The proposed name of the campaign.
    package let campaign: String
    package let pattern: String
    package private(set) var encoding: TextEncoding?
    /// Whether the first line is a header although none of its names is known.
    private var isHeader = false
    package private(set) var columns: [Campaign.ColumnName] = []
    /// Settings that the refusal itself names, as they stand in the configuration.
    private var skipLines = 0
    private var parted: [String] = []
    /// A column that may be the sender's own key although values of it come twice; only the user knows.
    package private(set) var key: String?
    package private(set) var require: [String] = [Field.phone1.label]
    /// The regions in which most numbers without a country would be valid, the best first, with the count of accepted
    /// records for each. Only the user can choose among them.
    package private(set) var regions: [(region: String, accepted: Int)] = []
    /// Whether records are rejected for their numbers, which are read as dialled in the default region.
    package var rejectsNumbers: Bool {
        outcome.acknowledgement.rejectsByCode.contains { $0.code.hasPrefix("phone") }
    }
    /// The result of checking the file with the proposed configuration.
    package private(set) var outcome: DropCheckRun.Outcome

    private let path: String
    private let target: String
    private let timezone: String
    private let spillFolder: String
    private let now: () -> Timestamp

    /// The regions that are tried.
    private static let tried = [
        "US", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "AT", "CH", "PL", "CZ", "SE", "DK", "NO", "FI", "PT", "IE",
        "GR",
        "AU", "NZ", "IN", "SG", "HK", "JP", "BR", "MX", "ZA",
    ]

    /// - Parameters:
    ///   - path: the file; `target` is where its bytes are, if it is a link.
    ///   - timezone: the machine's, as an IANA name.
    package init(
        path: String, target: String, timezone: String, spillFolder: String, now: @escaping () -> Timestamp
    ) throws {
        self.path = path
        self.target = target
        self.timezone = timezone
        self.spillFolder = spillFolder
        self.now = now
        (campaign, pattern) = Self.names(Files.name(of: path))
        outcome = DropCheckRun.Outcome(
            acknowledgement: Acknowledgement(
                batch: BatchID(rawValue: 0), drop: "", sha256: "", campaign: "", status: .rejected, startedAt: now(),
                finishedAt: now()), tally: ViolationTally(), gaps: [])
        outcome = try check()
        try findEncoding()
        try followRefusal()
        try findHeader()
        try findColumns()
        if !columns.contains(where: { $0.column == Field.id.label }) { key = outcome.columns.key }
        try findRegions()
    }

    /// `crm-export` and `CRM_export_*.csv` for `CRM_export_20261124.csv`: the digits change from file to file.
    static func names(_ file: String) -> (campaign: String, pattern: String) {
        var name = file
        if name.lowercased().hasSuffix(".gz") { name = String(name.dropLast(3)) }
        let stem = name.prefix { $0 != "." }
        var words: [String] = []
        for part in stem.split(whereSeparator: { !$0.isASCII || !($0.isLetter || $0.isNumber) }) {
            let word = String(part.lowercased().drop { $0.isNumber })
            let letters = String(word.reversed().drop { $0.isNumber }.reversed())
            if !letters.isEmpty { words.append(letters) }
        }
        let campaign = words.joined(separator: "-")
        var pattern = ""
        for character in stem where !(character.isNumber && pattern.hasSuffix("*")) {
            pattern.append(character.isNumber ? "*" : "*?".contains(character) ? "?" : character)
        }
        return (campaign.isEmpty || campaign == "default" ? "contacts" : String(campaign.prefix(40)), pattern + ".*")
    }

    // MARK: Inspection

    private func check(region: String? = nil) throws -> DropCheckRun.Outcome {
        let text = configuration(region: region, comments: false)
        let (configuration, _) = ConfigurationReader.read(Array(text.utf8))
        return try DropCheckRun(
            path: path, target: target, campaign: campaign, configuration: configuration, store: nil,
            spillFolder: spillFolder, now: now
        ).run(into: nil, onProgress: { _, _ in })
    }

    /// In nearly every file written by an office program, bytes that are not UTF-8 are Windows-1252.
    private mutating func findEncoding() throws {
        let damaged = "row." + Problem.invalidEncoding.rawValue
        let isDamaged =
            outcome.acknowledgement.rejectsByCode.contains { $0.code == damaged }
            || outcome.acknowledgement.reason?.contains("encoding") == true
        guard isDamaged else { return }
        let before = outcome
        encoding = .windows1252
        outcome = try check()
        if outcome.acknowledgement.rejectsByCode.contains(where: { $0.code == damaged })
            || outcome.acknowledgement.accepted < before.acknowledgement.accepted
        {
            (encoding, outcome) = (nil, before)
        }
    }

    /// What a refusal says would mend it, and nobody has to decide: lines above the header, two columns for one field,
    /// a number in a file without a header.
    private mutating func followRefusal() throws {
        for _ in 0..<10 {
            let before = (skipLines, parted, outcome)
            guard let reason = outcome.acknowledgement.reason else { return }
            if let number = reason.firstMatch(of: /`skipLines: ([0-9]+)`/).flatMap({ Int($0.1) }), skipLines == 0 {
                skipLines = number
            } else if let column = reason.hasPrefix("header.duplicate: ")
                ? reason.firstMatch(of: /columns: \{ (.+) \},/)
                : reason.firstMatch(of: /columns: \{("#[0-9]+": "[a-z0-9]+")\}/)
            {
                parted.append(String(column.1))
            } else {
                return
            }
            outcome = try check()
            // Of something else, or no better.
            if outcome.acknowledgement.reason == reason || outcome.acknowledgement.campaign.isEmpty {
                (skipLines, parted, outcome) = before
                return
            }
        }
    }

    /// A first line with only unknown names is not recognised as a header.
    private mutating func findHeader() throws {
        guard outcome.columns.isEmpty, outcome.acknowledgement.reason != nil else { return }
        let before = outcome
        isHeader = true
        outcome = try check()
        // A number or an address is no name: the file has no header, and this is its first record.
        let isRecord = outcome.columns.contains {
            CSVCandidate.looksLikePhone(Array($0.name.utf8)[...]) || $0.name.contains("@")
        }
        if isRecord || outcome.columns.suggestions.isEmpty { (isHeader, outcome) = (false, before) }
    }

    private mutating func findColumns() throws {
        let found = outcome.columns.suggestions
        let isKnown = Set(outcome.columns.compactMap(\.field))
        columns = found + [outcome.columns.likelyKey].compactMap(\.self)
        let fields = Set(found.map(\.column)).union(isKnown.map(\.label))
        if !fields.contains(Field.phone1.label) {
            require = fields.contains(Field.email.label) ? [Field.email.label] : [Field.phone1.label]
        }
        if !columns.isEmpty || require != [Field.phone1.label] { outcome = try check() }
    }

    /// If records are rejected for their numbers, finds regions in which more of them would be valid.
    private mutating func findRegions() throws {
        guard rejectsNumbers, (try FileStatus.of(target)?.size ?? 0) <= 64 << 20 else { return }
        let least = outcome.acknowledgement.accepted
        for region in Self.tried where region != "US" {
            let accepted = try check(region: region).acknowledgement.accepted
            if accepted > least { regions.append((region, accepted)) }
        }
        regions.sort { $0.accepted != $1.accepted ? $0.accepted > $1.accepted : $0.region < $1.region }
    }

    // MARK: The configuration

    /// The text of `waybill.json5`.
    package var text: String { configuration(region: nil, comments: true) }

    private func configuration(region: String?, comments: Bool) -> String {
        let quoted = Campaign.ColumnName.quoted
        var lines = ["{"]
        func note(_ text: String, _ indent: Int) {
            if comments { lines.append(String(repeating: " ", count: indent) + "// " + text) }
        }
        note(
            "Made by \"waybill init\". Every setting that is not here has its default; \"waybill config show\" prints",
            2)
        note("them all, and \"waybill config check\" looks for mistakes.", 2)
        if comments { lines.append("") }
        note("The clock of campaigns that name no other.", 2)
        lines.append("  timezone: \(quoted(timezone)),")
        if comments { lines.append("") }
        if let region {
            lines.append("  region: \(quoted(region)),")
        } else if comments {
            note(
                "Where numbers without a country code are dialled. A wrong region makes other people's numbers of them,",
                2)
            note(
                "so it is not guessed: take one of these if it is right, or have the numbers sent with + and country.",
                2)
            if regions.isEmpty {
                note("region: \"US\",", 2)
            } else {
                for (region, accepted) in regions.prefix(3) {
                    note("region: \(quoted(region)), // \(accepted.grouped) of the sample's records are good then", 2)
                }
            }
            lines.append("")
        }
        lines.append("  campaigns: {")
        lines.append("    \(quoted(campaign)): {")
        note("Drops in inbox/\(campaign)/ are this campaign's, and those in inbox/ whose names fit.", 6)
        lines.append("      drops: [\(quoted(pattern))],")
        if let encoding { lines.append("      encoding: \(quoted(encoding.rawValue)),") }
        if skipLines > 0 { lines.append("      skipLines: \(skipLines),") }
        if isHeader { lines.append("      header: true,") }
        let mapped = columns.map(\.setting) + parted
        if !mapped.isEmpty {
            note("The sender's names for our columns.", 6)
            lines.append("      columns: { \(mapped.joined(separator: ", ")) },")
        }
        if let key {
            note(
                "If \(quoted(key)) is the sender's own key of a person, add \(quoted(key)): \"id\" to `columns`: by it later",
                6)
            note("files change or cancel records, and \"waybill explain\" finds them.", 6)
        }
        if require != [Field.phone1.label] {
            note("What every record must have.", 6)
            lines.append("      require: [\(require.map(quoted).joined(separator: ", "))],")
        }
        if comments { lines += Self.examples }
        lines.append("    },")
        lines.append("  },")
        if comments { lines += Self.policies }
        return lines.joined(separator: "\n") + "\n}\n"
    }

    private static let examples = [
        "      // When people may be contacted: a name in policies, below. Without one everything is handed over at once.",
        "      // policy: \"daytime\",",
        "      // errors.csv of notices for Excel instead of for scripts.",
        "      // spreadsheet: true,",
    ]

    private static let policies = [
        "", "  // policies: {", "  //   daytime: {", "  //     zone: \"recipient\",",
        "  //     windows: [{ days: [\"mon-sat\"], from: \"09:00\", to: \"20:00\" }],", "  //   },", "  // },",
    ]

    /// The text of a configuration without a sample.
    package static func text(timezone: String) -> String {
        """
        {
          // Made by "waybill init". Every setting that is not here has its default; "waybill config show" prints
          // them all, and "waybill config check" looks for mistakes.

          // The clock of campaigns that name no other.
          timezone: \(Campaign.ColumnName.quoted(timezone)),

          // Where numbers without a country code are dialled.
          // region: "US",

          campaigns: {
            default: {
              // The sender's names for our columns, as in { "Mobil": "phone1" }; "waybill check FILE" proposes them.
              columns: {},
        \(examples.joined(separator: "\n"))
            },
          },
        \(policies.joined(separator: "\n"))
        }

        """
    }
}
