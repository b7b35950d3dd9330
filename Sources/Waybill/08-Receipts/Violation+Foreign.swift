extension Violation {
    /// - Parameter line: of the row.
    static func foreignText(line: UInt64) -> Violation {
        Violation(
            .row, .invalidEncoding,
            message: "The row (line \(line)) is not valid in UTF-8; it was read as Windows-1252.",
            hint: "Write the file in UTF-8.")
    }
}
