import CShims

/// What a process sets once, at its start.
package enum ProcessSetup {
    /// Makes writing to a closed pipe fail (EPIPE) instead of ending the process.
    package static func ignoreBrokenPipe() { waybill_ignore_broken_pipe() }

    /// For a program that has secrets in memory and hears whatever servers say: see `waybill_confine`. Call it before
    /// anything else is opened.
    package static func confine() { waybill_confine() }
}
