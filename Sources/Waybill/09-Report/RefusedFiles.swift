import SystemIO

/// The refused records of a drop, written while it is read: `errors.csv`, and the rejected records in the drop's own
/// form once that is known.
struct RefusedFiles<File: FileBeingWritten> {
    private let open: (_ name: String) throws -> File
    private let errors: File
    private let errorsForm: ErrorsFile.Form
    private var rejects: File?
    private var form: RejectsFile?

    /// Begins `errors.csv`; `open` creates a file by name.
    init(errors form: ErrorsFile.Form, open: @escaping (_ name: String) throws -> File) throws {
        self.open = open
        errorsForm = form
        errors = try open(ErrorsFile.fileName)
        try errors.write(ErrorsFile.header(form))
    }

    var files: [File] { [rejects, errors].compactMap { $0 } }
    /// Nil while there are none.
    var rejectsName: String? { form?.fileName }
    /// The rows of a table that stand before the first rejected record.
    var rowsAbove: Int { form?.rowsAbove ?? 0 }

    /// Adds the violations of one record to `errors.csv`.
    ///
    /// - Parameter rows: what is to be added, if that was written already, in the form `csv`.
    func add(record: UInt32, line: UInt64, byte: UInt64, _ violations: [Violation], rows: [UInt8] = []) throws {
        let isWritten = errorsForm == .csv && !rows.isEmpty
        try errors.write(
            isWritten
                ? rows : ErrorsFile.rows(record: record, line: line, byte: byte, violations, as: errorsForm))
    }

    /// Adds one record's original bytes to the rejects file, which begins with the first one.
    mutating func addRejected(
        _ original: [UInt8], lineEnd: [UInt8], kind: DropKind, leading: [UInt8], encoding: TextEncoding
    ) throws {
        try beginRejects(kind: kind, leading: leading, encoding: encoding)
        var bytes: [UInt8] = []
        form?.append(original[...], lineEnd: lineEnd, to: &bytes)
        try rejects?.write(bytes)
    }

    /// Begins the rejects file, if it is not begun.
    mutating func beginRejects(kind: DropKind, leading: [UInt8], encoding: TextEncoding) throws {
        guard form == nil else { return }
        let file = RejectsFile(kind: kind, leading: leading, encoding: encoding)
        rejects = try open(file.fileName)
        form = file
    }

    /// Ends the files; `trailing` closes the wrapper of a JSON drop.
    mutating func finish(trailing: [UInt8]) throws {
        var bytes: [UInt8] = []
        form?.finish(trailing: trailing, to: &bytes)
        try rejects?.write(bytes)
    }
}
