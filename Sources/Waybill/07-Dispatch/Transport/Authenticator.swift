import SystemIO

/// HMAC with SHA-256 (RFC 2104).
enum Authenticator {
    static func sum(_ message: [UInt8], _ key: [UInt8]) -> [UInt8] {
        let block = 64
        var padded = key.count > block ? SHA256.hash(key) : key
        padded += [UInt8](repeating: 0, count: block - padded.count)
        let inner = SHA256.hash(padded.map { $0 ^ 0x36 } + message)
        return SHA256.hash(padded.map { $0 ^ 0x5C } + inner)
    }
}
