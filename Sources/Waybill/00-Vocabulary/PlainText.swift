/// Text for terminals and logs. Names and reasons come from other people's files, and may contain terminal escapes
/// (ESC, C1) or bidirectional controls, which reorder the text around them.
extension String {
    /// On one line, with control and format characters replaced.
    package var plain: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.isUnseen ? "\u{FFFD}" : $0 }))
    }

    /// The same, but lines stay lines.
    package var plainLines: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.isUnseen && $0 != "\n" ? "\u{FFFD}" : $0 }))
    }
}

extension Unicode.Scalar {
    /// Whether it is invisible, but acts on its surroundings.
    var isUnseen: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        case _: false
        }
    }
}
