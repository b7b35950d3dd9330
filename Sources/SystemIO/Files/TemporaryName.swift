import Glibc

/// Names for files that are being written: hidden, in the folder of the final name, and never somebody else's.
enum TemporaryName {
    /// The longest file name on Linux, in bytes.
    static let longestName = 255

    /// Creates a new file beside `path` and returns its descriptor (read and write) and its path.
    static func create(beside path: String, mode: UInt32) throws(SystemError) -> (Int32, String) {
        while true {
            let candidate = make(beside: path, random: UInt64.random(in: .min ... .max))
            do throws(SystemError) {
                let descriptor = try SystemCalls.open(
                    candidate, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode, doing: "create")
                return (descriptor, candidate)
            } catch {
                if error.code != EEXIST { throw error }
            }
        }
    }

    /// `.NAME.RANDOM.tmp`, with NAME cut at a character so that the whole is not too long.
    static func make(beside path: String, random: UInt64) -> String {
        let folder = Files.folder(of: path)
        let ending = ".\(String(random, radix: 36)).tmp"
        let room = longestName - 1 - ending.utf8.count
        var kept = ""
        var used = 0
        for character in Files.name(of: path) {
            let size = character.utf8.count
            if used + size > room { break }
            used += size
            kept.append(character)
        }
        return "\(folder)/.\(kept)\(ending)"
    }
}
