/// One thing wrong with one record: what a line of `errors.csv` says.
package struct Violation: Hashable, Sendable {
    /// What the violation is about: a column, a date, or the record as a whole (`row`).
    package enum Subject: Hashable, Sendable {
        case field(Field)
        case row
        /// The record is valid, but its drop is refused whole.
        case drop(DropRefusal)
        /// A column that is not one of our fields, with the code of the problem: a column of a receipts or replies
        /// drop, or a sender's own column that the campaign requires.
        case column(String, code: Code)

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

        /// The prefix with `N` for a column's number, as in the list of codes.
        var family: String {
            switch self {
            case .field(let field) where field.isPhone: "phoneN"
            case .field(let field) where field.isParameter: "paramN"
            case .field, .row, .drop, .column: prefix
            }
        }
    }

    /// The code of a record whose recipient was accepted before, in the same drop or in the one that it corrects.
    package static let duplicateCode = "row." + Problem.duplicate.rawValue
    package static let consentMissingCode = "consent." + Problem.missing.rawValue
    /// That of a record that is taken, and means somebody whose id is written differently.
    package static let otherWritingCode = "id." + Problem.otherWriting.rawValue
    package static let alreadyAcceptedCode = "row." + Problem.alreadyAccepted.rawValue

    package let subject: Subject
    package let problem: Problem
    /// The sender's value as it was written, decoded to UTF-8; empty when the violation is about the whole record.
    package let value: [UInt8]
    /// What is wrong, in a sentence.
    package let message: String
    /// What the sender has to do, in a sentence; never empty, and never about our configuration.
    package let remedy: String
    /// What can be set instead, in a sentence for whoever configures Waybill; empty if nothing can.
    package let setting: String

    package init(
        _ subject: Subject, _ problem: Problem, value: [UInt8] = [], message: String, hint: String,
        setting: String = ""
    ) {
        self.subject = subject
        self.problem = problem
        self.value = value
        self.message = message
        remedy = hint
        self.setting = setting
    }

    /// What to do about it, for either reader: the `hint` column of `errors.csv`.
    package var hint: String { setting.isEmpty ? remedy : remedy + " " + setting }

    /// `phone1.invalid`, `row.stray-quote`, …: one of `Code.all`.
    package var code: String {
        switch subject {
        case .field, .row: subject.prefix + "." + problem.rawValue
        case .drop(let refusal): refusal.rawValue
        case .column(_, let code): code.rawValue
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
