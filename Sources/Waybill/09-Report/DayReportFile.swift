/// The row files of an end-of-day report.
package enum DayReportFile: String, CaseIterable, Codable, Sendable {
    case progress, success, failure, skipped, attempts

    /// `<campaign>.progress.csv.gz` and so on.
    package func fileName(campaign: String) -> String { "\(campaign).\(rawValue).csv.gz" }

    /// Its place among all.
    var place: Int {
        switch self {
        case .progress: 0
        case .success: 1
        case .failure: 2
        case .skipped: 3
        case .attempts: 4
        }
    }

    /// The first line of the file.
    package var header: [UInt8] {
        switch self {
        case .progress, .success, .failure, .skipped: ContactRow.header
        case .attempts: AttemptRow.header
        }
    }
}

/// The state of a record in the contact files: a contact's, or one of the two words that only these files use.
package enum ReportedState: Hashable, Sendable {
    case contact(ContactState)
    case rejected
    case duplicate

    package var label: String {
        switch self {
        case .contact(let state): state.label
        case .rejected: "Rejected"
        case .duplicate: "Duplicate"
        }
    }

    /// The one file that holds it.
    package var file: DayReportFile {
        switch self {
        case .rejected: .failure
        case .duplicate: .skipped
        case .contact(let state):
            switch state.total {
            case .open: .progress
            case .success: .success
            case .failure: .failure
            case .skipped: .skipped
            }
        }
    }
}
