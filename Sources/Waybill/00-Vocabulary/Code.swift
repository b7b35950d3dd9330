/// What is wrong with a record; `Violation` joins it with the field it is about.
package enum Problem: String, CaseIterable, Sendable {
    case missing
    case tooLong = "too-long"
    case invalid
    case impossibleLength = "impossible-length"
    case unknownCountry = "unknown-country"
    case unknown
    case tooFewFields = "too-few-fields"
    case tooManyFields = "too-many-fields"
    case unterminatedQuote = "unterminated-quote"
    case strayQuote = "stray-quote"
    case tooLarge = "too-large"
    case invalidEncoding = "invalid-encoding"
    case controlCharacter = "control-character"
    case notAnObject = "not-an-object"
    case invalidJSON = "invalid-json"
    case duplicate
    case alreadyAccepted = "already-accepted"
}

/// One thing wrong with one record: what a line of `errors.csv` says.
package struct Violation: Hashable, Sendable {
    /// What the violation is about: a column, a date, or the record as a whole (`row`).
    package enum Subject: Hashable, Sendable {
        case field(Field)
        case row
        /// The record is good, but its drop is refused whole.
        case drop(DropRefusal)
        /// A column that is no field of ours, with the code of what is wrong with it: of a receipts or replies drop, or a
        /// sender's own one that the campaign requires.
        case column(String, code: String)

        /// The word before the dot of the code. The four date columns share `date`, as in `date.invalid`.
        package var prefix: String {
            switch self {
            case .row: "row"
            case .drop: "drop"
            case .column(let name, _): name
            case .field(.callbackat), .field(.notbefore), .field(.expiresat), .field(.consentat): "date"
            case .field(let field): field.label
            }
        }
    }

    package let subject: Subject
    package let problem: Problem
    /// The sender's value as it stood, decoded to UTF-8; empty when the record as a whole is meant.
    package let value: [UInt8]
    /// What is wrong, in a sentence.
    package let message: String
    /// What to do about it, in a sentence; never empty.
    package let hint: String

    package init(
        _ subject: Subject, _ problem: Problem, value: [UInt8] = [], message: String, hint: String
    ) {
        self.subject = subject
        self.problem = problem
        self.value = value
        self.message = message
        self.hint = hint
    }

    /// `phone1.invalid`, `row.stray-quote`, …: stable, scripts depend on it.
    package var code: String {
        switch subject {
        case .field, .row: subject.prefix + "." + problem.rawValue
        case .drop(let refusal): refusal.rawValue
        case .column(_, let code): code
        }
    }

    /// The `field` column of `errors.csv`: the column's own name, empty for the whole record.
    package var field: String {
        switch subject {
        case .field(let field): field.label
        case .column(let name, _): name
        case .row, .drop: ""
        }
    }
}

/// Why a drop is refused whole; the raw value is the code users see.
package enum DropRefusal: String, Error, CaseIterable, Sendable {
    case empty = "drop.empty"
    case noValidRecords = "drop.no-valid-records"
    case unknownFormat = "drop.unknown-format"
    case noCampaign = "drop.no-campaign"
    case missingPhone = "header.missing-phone"
    case duplicateHeader = "header.duplicate"
    case unknownHeader = "header.unknown"
    case countMismatch = "drop.count-mismatch"
    case checksumMismatch = "drop.checksum-mismatch"
    case tooManyRejects = "drop.too-many-rejects"
    case tooLarge = "drop.too-large"
    case bomb = "drop.bomb"
    case truncated = "drop.truncated"
    case notAFile = "drop.not-a-file"
    case unreadable = "drop.unreadable"

    /// Whether the column names are at fault, so that no record can be judged by itself.
    package var isOfHeader: Bool { rawValue.hasPrefix("header.") }
}

/// A drop refused whole: the code and a sentence that says what was found and what to do.
package struct RefusedDrop: Error, Hashable, Sendable {
    package let code: DropRefusal
    package let detail: String

    package init(_ code: DropRefusal, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}
