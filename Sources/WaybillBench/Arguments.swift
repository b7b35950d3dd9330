/// The command line after the subcommand: `--name value` or `--name=value`, and flags.
struct Arguments {
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    private var values: [String: String] = [:]
    private var flags: Set<String> = []

    /// Parses the words; `valued` and `flags` are the known names, without their dashes.
    init(_ words: some Sequence<String>, valued: Set<String>, flags known: Set<String>) throws {
        var words = Array(words)[...]
        while let word = words.popFirst() {
            guard word.hasPrefix("--") else {
                throw Mistake(description: "\"\(word)\" is no option; see waybill-bench help")
            }
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            if known.contains(name), parts.count == 1 {
                flags.insert(name)
            } else if valued.contains(name) {
                guard let value = parts.count == 2 ? String(parts[1]) : words.popFirst() else {
                    throw Mistake(description: "--\(name) needs a value; see waybill-bench help")
                }
                values[name] = value
            } else {
                let names = (valued.union(known)).sorted().map { "--" + $0 }.joined(separator: ", ")
                throw Mistake(description: "--\(name) is unknown here; there are \(names)")
            }
        }
    }

    func has(_ flag: String) -> Bool { flags.contains(flag) }

    func text(_ name: String) -> String? { values[name] }

    func required(_ name: String) throws -> String {
        guard let value = values[name] else {
            throw Mistake(description: "--\(name) is needed; see waybill-bench help")
        }
        return value
    }

    /// A whole number, whose digits may be grouped with `_`.
    func number(_ name: String, default fallback: Int, atLeast least: Int = 1) throws -> Int {
        guard let value = values[name] else { return fallback }
        guard let number = Int(value.filter { $0 != "_" }), number >= least else {
            throw Mistake(description: "--\(name) must be a whole number of at least \(least), not \"\(value)\"")
        }
        return number
    }

    /// Known words, separated by commas.
    func words<Word: RawRepresentable<String> & CaseIterable>(_ name: String, default fallback: [Word]) throws -> [Word]
    {
        guard let value = values[name] else { return fallback }
        return try value.split(separator: ",").map { part in
            guard let word = Word(rawValue: String(part)) else {
                let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
                throw Mistake(description: "--\(name) takes \(known), not \"\(part)\"")
            }
            return word
        }
    }

    /// Whole numbers, separated by commas.
    func numbers(_ name: String, default fallback: [Int]) throws -> [Int] {
        guard let value = values[name] else { return fallback }
        return try value.split(separator: ",").map { part in
            guard let number = Int(part.filter { $0 != "_" }), number > 0 else {
                throw Mistake(description: "--\(name) must be whole numbers with commas between, not \"\(value)\"")
            }
            return number
        }
    }

    /// Per cent in thousandths: `2` and `0.5` give 2,000 and 500.
    func thousandthsOfPercent(_ name: String, default fallback: Int) throws -> Int {
        guard let value = values[name] else { return fallback }
        guard let percent = Double(value), percent >= 0, percent <= 100 else {
            throw Mistake(description: "--\(name) must be a percentage from 0 to 100, not \"\(value)\"")
        }
        return Int((percent * 1_000).rounded())
    }

    func form() throws -> RowForm {
        guard let value = values["format"] else { return .csv }
        guard let form = RowForm(rawValue: value) else {
            throw Mistake(description: "--format must be csv, jsonl or json, not \"\(value)\"")
        }
        return form
    }
}
