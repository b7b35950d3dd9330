/// A process that wrote something, as others can look for it.
package struct ProcessOrigin: Sendable, Equatable {
    package let process: ProcessIdentity
    /// In a container numbers are other processes', also where it has the name of its host.
    package let namespace: String?

    package init(process: ProcessIdentity, namespace: String?) {
        self.process = process
        self.namespace = namespace
    }

    package static let current = ProcessOrigin(process: .current, namespace: ProcessIdentity.namespace)

    /// Whether the process still runs; nil if that is not visible from here.
    package func isAlive() -> Bool? { namespace == ProcessIdentity.namespace ? process.isAlive() : nil }
}
