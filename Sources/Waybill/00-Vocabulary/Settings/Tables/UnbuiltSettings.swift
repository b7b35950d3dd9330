/// The settings that are known but not built: their only list. Each says what is missing when somebody sets it.
///
/// A warning where going on without it harms nobody; an error where it promises protection that does not exist.
enum UnbuiltSettings {
    static let residency = Setting<Campaign>.notBuilt(
        "residency", .orNull(.text()), harmless: nil, "where data lies is not checked", .error)

    /// Kinds of transports that are to come: naming one is an error, which says what there is.
    static let transportKinds = ["smpp"]
}
