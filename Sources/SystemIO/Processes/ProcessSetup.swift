import CShims

/// What a process sets once, at its start.
package enum ProcessSetup {
    /// Makes writing to a closed pipe fail (EPIPE) instead of ending the process.
    package static func ignoreBrokenPipe() { waybill_ignore_broken_pipe() }
}
