import Waybill

/// What reading a configuration promises: every place is in the text, and what is accepted is written so that it reads
/// back.
enum ConfigurationPromises {
    static func check(_ text: [UInt8]) throws(BrokenPromise) {
        try checkTree(of: text)
        let (configuration, problems) = ConfigurationReader.read(text)
        let widths = widths(of: text)
        for problem in problems {
            try BrokenPromise.unless(
                problem.line >= 1 && problem.line <= widths.count && problem.column >= 1
                    && problem.column <= widths[problem.line - 1] + 1, "\(problem) is not in the text")
        }
        guard problems.allSatisfy({ $0.severity == .warning }) else { return }
        let written = ConfigurationWriter.text(of: configuration)
        let (again, newProblems) = ConfigurationReader.read(Array(written.utf8))
        for problem in newProblems where problem.severity == .error {
            throw BrokenPromise("what is written is not accepted: \(problem) in \(written)")
        }
        try BrokenPromise.unless(again == configuration, "what is written reads back as another: \(written)")
        try BrokenPromise.unless(ConfigurationWriter.text(of: again) == written, "it is written otherwise: \(written)")
        for campaign in configuration.campaigns {
            let fingerprint = ConfigurationWriter.fingerprint(of: campaign, in: configuration)
            try BrokenPromise.unless(fingerprint.utf8.count == 8, "\(fingerprint) is no fingerprint")
        }
    }

    private static func checkTree(of text: [UInt8]) throws(BrokenPromise) {
        let result = Result { () throws(JSON5Error) in try JSON5Reader.read(text) }
        switch result {
        case .failure(let error):
            try BrokenPromise.unless((0...text.count).contains(error.position.offset), "\(error) is not in the text")
        case .success(let root):
            var offset = -1
            try check(root, of: text, behind: &offset)
        }
    }

    /// Values and keys begin in the order of the text, and never inside a character.
    private static func check(
        _ value: JSON5Value, of text: [UInt8], behind offset: inout Int
    ) throws(BrokenPromise) {
        try check(value.position, of: text, behind: &offset)
        switch value.content {
        case .object(let members):
            for member in members {
                try check(member.position, of: text, behind: &offset)
                try check(member.value, of: text, behind: &offset)
            }
        case .array(let values):
            for value in values { try check(value, of: text, behind: &offset) }
        case .null, .boolean, .number, .string:
            break
        }
    }

    private static func check(
        _ position: JSON5Position, of text: [UInt8], behind offset: inout Int
    ) throws(BrokenPromise) {
        try BrokenPromise.unless(
            position.offset > offset && position.offset < text.count && text[position.offset] & 0xC0 != 0x80,
            "a value at \(position) follows one at byte \(offset)")
        offset = position.offset
    }

    /// How many Unicode scalars each line has; a text that is not UTF-8 has as many as it may.
    private static func widths(of text: [UInt8]) -> [Int] {
        var widths = [0]
        var last: UInt8 = 0
        for byte in text {
            switch byte {
            case 0x0A where last == 0x0D: break
            case 0x0A, 0x0D: widths.append(0)
            default: widths[widths.count - 1] += byte & 0xC0 == 0x80 ? 0 : 1
            }
            last = byte
        }
        return widths
    }
}
