/// What is known but not built: its only list.
enum UnbuiltSettings {
    /// Kinds of transports that are to come: naming one is an error, which says what there is.
    static let transportKinds = ["smpp"]
}
