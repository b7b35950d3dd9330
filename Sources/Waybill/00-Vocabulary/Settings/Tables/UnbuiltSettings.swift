/// The settings that are known but not built: their only list. Each says what is missing when somebody sets it.
///
/// A warning, since going on without it harms nobody; what promises protection that does not exist would be an error.
enum UnbuiltSettings {
    static let archive = Setting<Configuration>.group(
        "archive", \.self,
        [.notBuilt("compress", .flag, harmless: false, "the archive stays uncompressed", .warning)])

    /// Kinds of transports that are to come: naming one is an error, which says what there is.
    static let transportKinds = ["smpp"]
}
