/// A file that takes bytes, whichever name it has meanwhile.
package protocol FileBeingWritten {
    func write(_ bytes: [UInt8]) throws(SystemError)
}

extension AppendingFile: FileBeingWritten {}
extension DurableFileWriter: FileBeingWritten {}
