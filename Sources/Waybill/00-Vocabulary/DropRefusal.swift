/// Why a drop is refused whole.
package enum DropRefusal: Error, CaseIterable, Sendable {
    case empty, noValidRecords, unknownFormat, noCampaign, missingPhone, duplicateHeader, unknownHeader, countMismatch
    case correctsUnknown, repeatsUnknown, modeUnknown, checksumMismatch, tooManyRejects, tooLarge, bomb, truncated,
        changed,
        notAFile, unreadable

    package var code: Code {
        switch self {
        case .empty: .dropEmpty
        case .noValidRecords: .dropNoValidRecords
        case .unknownFormat: .dropUnknownFormat
        case .noCampaign: .dropNoCampaign
        case .correctsUnknown: .dropCorrectsUnknown
        case .repeatsUnknown: .dropRepeatsUnknown
        case .modeUnknown: .dropModeUnknown
        case .missingPhone: .headerMissingPhone
        case .duplicateHeader: .headerDuplicate
        case .unknownHeader: .headerUnknown
        case .countMismatch: .dropCountMismatch
        case .checksumMismatch: .dropChecksumMismatch
        case .tooManyRejects: .dropTooManyRejects
        case .tooLarge: .dropTooLarge
        case .bomb: .dropBomb
        case .truncated: .dropTruncated
        case .changed: .dropChanged
        case .notAFile: .dropNotAFile
        case .unreadable: .dropUnreadable
        }
    }

    /// The code as users see it.
    package var rawValue: String { code.rawValue }

    /// Whether the header is at fault, so no record can be judged by itself.
    package var isOfHeader: Bool { rawValue.hasPrefix("header.") }
}

/// A drop refused whole: the code, and a sentence that says what was found and what to do.
package struct RefusedDrop: Error, Hashable, Sendable {
    package let code: DropRefusal
    package let detail: String

    package init(_ code: DropRefusal, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}
