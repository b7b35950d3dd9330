/// Text for terminals and logs: names and reasons come from others' files, and may hold what steers a terminal (ESC,
/// C1) or turns the text around it (bidirectional controls).
extension String {
    /// In one line, with control and format characters replaced.
    package var plain: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.isUnseen ? "\u{FFFD}" : $0 }))
    }

    /// The same, but lines stay lines.
    package var plainLines: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.isUnseen && $0 != "\n" ? "\u{FFFD}" : $0 }))
    }
}

extension Unicode.Scalar {
    /// Whether it shows nothing of its own, and acts instead.
    var isUnseen: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        case _: false
        }
    }
}
