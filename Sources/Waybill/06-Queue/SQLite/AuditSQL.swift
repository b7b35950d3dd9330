/// The SQLite store's statements about the audit chain.
enum AuditSQL {
    static let insert = """
        INSERT INTO audit (id, at, kind, subject, source, record, content, keys, hash)
        VALUES (:id, :at, :kind, :subject, :source, :record, :content, :keys, :hash)
        """
    static let end = "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1"
    static let after = """
        SELECT id, at, kind, subject, source, record, content, keys, hash FROM audit WHERE id > :after ORDER BY id
        """
    static let ofKindAtMoment = """
        SELECT id, at, kind, subject, source, record, content, keys, hash FROM audit
        WHERE kind = :kind AND subject = :subject AND at = :at ORDER BY id DESC LIMIT 1
        """
    static let lastKind = "SELECT kind FROM audit ORDER BY id DESC LIMIT 1"
    static let anyBatch = "SELECT 1 FROM batch LIMIT 1"
    static let hashOf = "SELECT hash FROM audit WHERE id = :id"
    /// The rows about people, oldest first.
    static let suppressionChanges = """
        SELECT at, source, kind, content, keys FROM audit
        WHERE kind IN (\(SuppressionChange.allCases.map { "'\($0.kind.rawValue)'" }.joined(separator: ", "))) ORDER BY id
        """
}
