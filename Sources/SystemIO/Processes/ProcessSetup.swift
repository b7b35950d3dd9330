import CShims

/// What a process settles once, at its beginning.
package enum ProcessSetup {
    /// Makes writing to a closed pipe an error (EPIPE) of the write instead of the end of the process.
    package static func ignoreBrokenPipe() { waybill_ignore_broken_pipe() }
}
