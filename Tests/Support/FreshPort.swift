import Glibc
import SystemIO

/// Ports of this machine for servers of tests.
package enum FreshPort {
    private static let given = Mutex<Set<UInt16>>([])

    /// A socket that listens at a port where none of this process has listened before; nil if it cannot.
    ///
    /// The kernel gives a port again once nobody listens there, and who calls a server remembers of its address for how
    /// long it wants to be left alone, and what it offers.
    static func listen() -> (descriptor: Int32, port: UInt16)? {
        // Bound until there is a fresh one, so that none comes twice.
        var known: [Int32] = []
        defer { for descriptor in known { Glibc.close(descriptor) } }
        while let (descriptor, port) = bound() {
            if given.withLock({ $0.insert(port).inserted }) {
                if Glibc.listen(descriptor, 128) == 0 { return (descriptor, port) }
                Glibc.close(descriptor)
                return nil
            }
            known.append(descriptor)
        }
        return nil
    }

    /// One where nobody listens now; nil if there is none.
    package static func free() -> UInt16? {
        guard let (descriptor, port) = listen() else { return nil }
        Glibc.close(descriptor)
        return port
    }

    private static func bound() -> (descriptor: Int32, port: UInt16)? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        // Safe: the address lives for the calls, and its size is given.
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                unsafe bind(descriptor, plain, size) == 0 && getsockname(descriptor, plain, &size) == 0
            }
        }
        if isBound { return (descriptor, UInt16(bigEndian: address.sin_port)) }
        Glibc.close(descriptor)
        return nil
    }
}
