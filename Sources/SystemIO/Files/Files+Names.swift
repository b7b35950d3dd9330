import Glibc

/// Names that are not text, and files that consist only of a name.
extension Files {
    /// Renames a file whose name is not valid UTF-8: each invalid byte becomes `%` and two hexadecimal digits, and
    /// what becomes too long loses its middle.
    ///
    /// Returns the new name; EEXIST if it is taken.
    package static func renameReadably(_ name: [UInt8], in folder: String) throws(SystemError) -> String {
        let readable = readable(name)
        let target = folder + "/" + readable
        // The rename could replace a file, so it is checked first; only this program gives files such names.
        if try exists(target) {
            throw SystemError(operation: "rename to \(readable) in", path: folder, code: EEXIST)
        }
        try SystemCalls.rename(name, in: folder, to: target)
        return readable
    }

    /// The name as text: valid UTF-8 unchanged, other bytes as `%` and two hexadecimal digits; without its middle if
    /// that is too long.
    package static func readable(_ name: [UInt8]) -> String {
        var text = ""
        var rest = name[...]
        while let first = rest.first {
            let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
            if let valid = String(validating: rest.prefix(length), as: UTF8.self), rest.count >= length {
                text += valid
                rest = rest.dropFirst(length)
            } else {
                let digits = String(first, radix: 16, uppercase: true)
                text += "%" + digits
                rest = rest.dropFirst()
            }
        }
        return shortened(text)
    }

    /// A file name of at most 255 bytes. A longer name loses its middle, so both ends stay recognisable.
    package static func shortened(_ name: String) -> String {
        guard name.utf8.count > 255 else { return name }
        func end(_ characters: some Sequence<Character>) -> [Character] {
            var size = 0
            return Array(
                characters.prefix { character in
                    size += character.utf8.count
                    return size <= 120
                })
        }
        return String(end(name)) + "…" + String(end(name.reversed()).reversed())
    }

    /// Creates an empty file (0600); an existing file is fine. ENOENT if its folder does not exist.
    package static func createEmpty(_ path: String) throws(SystemError) {
        SystemCalls.release(
            try SystemCalls.open(path, O_WRONLY | O_CREAT | O_NOFOLLOW, mode: 0o600, doing: "create"))
    }

    /// Sets a file's times to now, by the clock of its file system.
    package static func touch(_ path: String) throws(SystemError) { try SystemCalls.touch(path) }
}
