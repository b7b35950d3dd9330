import SystemIO

/// Every message of a rehearsal as CSV (contract §2): `at,local,zone,channel,reference,address`, in the order in which
/// they leave.
///
/// `at` is UTC with milliseconds; the addresses are plain, so only the owner may read the file.
package final class SendingsFile {
    private let file: DurableFileWriter

    package init(path: String) throws {
        file = try DurableFileWriter(path: path, mode: 0o600)
        try file.write(Array("at,local,zone,channel,reference,address\n".utf8))
    }

    package func append(_ sending: Sending, zone: Zone, called name: String) throws {
        let local = sending.at.iso8601(offset: zone.offset(at: sending.at))
        var bytes = Array("\(sending.at),\(local),\(name),\(sending.channel),\(sending.reference),".utf8)
        ReportCells.append(cell: sending.address, to: &bytes)
        bytes.append(CSVText.lineEnd)
        try file.write(bytes)
    }

    /// The file exists from then on.
    package func commit() throws { try file.commit() }

    /// No file is left, not even a partial one.
    package func discard() { file.discard() }
}
