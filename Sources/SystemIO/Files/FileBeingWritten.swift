/// A file that accepts bytes, whatever its name is meanwhile.
package protocol FileBeingWritten {
    func write(_ bytes: [UInt8]) throws(SystemError)
}

extension AppendingFile: FileBeingWritten {}
extension DurableFileWriter: FileBeingWritten {}
