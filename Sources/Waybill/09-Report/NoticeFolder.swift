import SystemIO

/// The notice of one batch while it is being written: `<batch>.part` until the verdicts are durable (contract §5).
///
/// The folder is created with the first rejected record. After each part of the drop its files can be read, complete up
/// to the last line end.
package final class NoticeFolder {
    /// The folder's final path.
    package let path: String
    private let partPath: String
    /// Nil until there is something to report.
    private var refused: RefusedFiles<AppendingFile>?
    private let errorsForm: ErrorsFile.Form
    /// Everything added, counted, with the first examples for the page.
    package private(set) var tally = ViolationTally()
    /// How many of the reported records are in the file of rejected records.
    private var returned = 0
    /// Whether what cannot be written is thrown by `finish` only.
    private let isPatient: Bool
    private var failure: (any Error)?
    /// Whether an interrupted reading may have left something.
    private var hasRemains = false
    /// The drop's columns as far as known; the notice uses their names.
    package var columns = Schema()

    /// - Parameter isPatient: for a drop whose effects must not wait for what is said of it: what cannot be written is
    ///   thrown by `finish` only.
    package init(path: String, errors form: ErrorsFile.Form = .csv, isPatient: Bool = false) {
        self.path = path
        errorsForm = form
        self.isPatient = isPatient
        partPath = path + ".part"
        // Left by an interrupted reading; it is written again from the beginning. A drop without a notice does not
        // need it.
        do { try Files.removeTree(partPath) } catch { hasRemains = true }
    }

    package var isBegun: Bool { refused != nil || failure != nil }

    /// Adds the violations of one record to `errors.csv`.
    ///
    /// - Parameters:
    ///   - rows: as for `RefusedFiles`.
    ///   - isReturned: whether it is in the file of rejected records, which has the same order.
    package func add(
        record: UInt32, line: UInt64, byte: UInt64, id: [UInt8] = [], _ violations: [Violation], rows: [UInt8] = [],
        isReturned: Bool
    ) throws {
        if isReturned { returned += 1 }
        for violation in violations {
            tally.add(record: record, line: line, id: id, returned: isReturned ? returned : nil, violation)
        }
        try attempt { try $0.add(record: record, line: line, byte: byte, violations, rows: rows) }
    }

    /// Adds one record's original bytes to the rejects file.
    package func addRejected(
        _ original: [UInt8], lineEnd: [UInt8], kind: DropKind, leading: [UInt8], encoding: TextEncoding
    ) throws {
        try attempt {
            try $0.addRejected(original, lineEnd: lineEnd, kind: kind, leading: leading, encoding: encoding)
        }
    }

    private func attempt(_ body: (inout RefusedFiles<AppendingFile>) throws -> Void) throws {
        if failure != nil { return }
        do {
            try begin()
            if refused != nil { try body(&refused!) }
        } catch {
            guard isPatient else { throw error }
            failure = error
        }
    }

    /// Lets readers see what was added.
    package func flush() throws {
        guard let open = refused?.files else { return }
        try attempt { _ in for file in open { try file.flush() } }
    }

    /// The files that are being written.
    package var files: [String] { refused?.files.map(\.path) ?? [] }

    /// Ends the files and writes the pages. They are durable on return, still under the `.part` name.
    package func finish(
        _ acknowledgement: Acknowledgement, refusal: RefusedDrop?, at moment: LocalMoment, folder: String,
        trailing: [UInt8]
    ) throws {
        if let failure { throw failure }
        try begin()
        let notice = Notice(
            acknowledgement, refusal: refusal, finishedAt: moment, folder: folder, rejectsFile: refused?.rejectsName,
            rowsAbove: refused?.rowsAbove ?? 0, columns: columns, tally: tally)
        try refused?.finish(trailing: trailing)
        // The folder does not have its name yet, so its files need no temporary names.
        let page = try AppendingFile(path: partPath + "/" + NoticePage.fileName, mode: OutboxRights.file)
        try page.write(NoticePage.bytes(notice))
        let text = try AppendingFile(path: partPath + "/" + NoticeText.fileName, mode: OutboxRights.file)
        try text.write(NoticeText.bytes(notice))
        let files = (refused?.files ?? []) + [page, text]
        try Files.sync(files, folders: [partPath])
        for file in files { try file.close() }
    }

    /// Renames a finished notice to its name; does nothing if it has it. The name is durable once the folder above it
    /// is synced.
    package static func publish(_ path: String) throws {
        guard try Files.exists(path + ".part") else { return }
        try Files.removeTree(path)
        try Files.rename(path + ".part", to: path, replacing: false)
    }

    /// Removes an unfinished notice.
    package func discard() throws {
        for file in refused?.files ?? [] { try file.close() }
        try Files.removeTree(partPath)
    }

    private func begin() throws {
        guard refused == nil else { return }
        if hasRemains { try Files.removeTree(partPath) }
        hasRemains = false
        try Files.createFolder(Files.folder(of: path), mode: OutboxRights.folder)
        try Files.createFolder(partPath, mode: OutboxRights.folder, durably: false)
        refused = try RefusedFiles(errors: errorsForm) { [partPath] in
            try AppendingFile(path: partPath + "/" + $0, mode: OutboxRights.file)
        }
    }
}
