/// The members of a small JSON object that others write as a side-car or a command, exactly as written: Foundation
/// takes the last of two equal keys, and `true` for 1.
struct JSONMembers {
    private let members: [JSON5Member]

    /// No members unless the bytes are an object.
    init(_ bytes: [UInt8]) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: mark) ? Array(bytes.dropFirst(3)) : bytes
        if case .object(let members)? = (try? JSON5Reader.read(text))?.content {
            self.members = members
        } else {
            members = []
        }
    }

    /// The first key that occurs twice: nobody can tell which of the two is meant.
    var keyTwice: String? {
        var seen: Set<String> = []
        return members.first { !seen.insert($0.key).inserted }?.key
    }

    func isFlag(_ key: String) -> Bool {
        members.contains { member in
            guard member.key == key, case .boolean = member.value.content else { return false }
            return true
        }
    }
}
