/// One value of the configuration with its path. Its readers report what is wrong with it, then return nil.
struct ConfigurationSetting {
    let value: JSON5Value
    let path: String
    let reading: ConfigurationReading

    func report(_ message: String, severity: ConfigurationProblem.Severity = .error) {
        reading.report(message, at: value.position, path: path, severity: severity)
    }

    /// Reports that the value is of another kind than `wanted`.
    func mismatch<T>(_ wanted: String) -> T? {
        let found: String
        switch value.content {
        case .number(let number): found = "the number \(JSON5Reader.quoted(number.text).dropFirst().dropLast())"
        case .boolean(let flag): found = "\(flag)"
        case .null, .string, .array, .object: found = value.noun
        }
        report("expected \(wanted), found \(found)")
        return nil
    }

    /// Reports that a text is not what it should be.
    func wrong<T>(_ text: String, _ wanted: String, near: String? = nil) -> T? {
        report("\(JSON5Reader.quoted(text)) is not \(wanted)" + (near.map { ", did you mean \"\($0)\"?" } ?? ""))
        return nil
    }

    /// Reports that Waybill cannot do yet what the setting asks for.
    func reportNotBuilt(_ words: String, _ severity: ConfigurationProblem.Severity) {
        report("is read but not carried out in this version: \(words)", severity: severity)
    }

    // MARK: Plain values

    /// A text; an empty one is a problem too.
    func text(_ wanted: String = "a text in quotes") -> String? {
        guard case .string(let text) = value.content else { return mismatch(wanted) }
        guard !text.isEmpty else { return wrong(text, wanted) }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            report("this text has a control character: remove it")
            return nil
        }
        return text
    }

    func boolean() -> Bool? {
        guard case .boolean(let flag) = value.content else { return mismatch("true or false") }
        return flag
    }

    /// A whole number within bounds.
    func integer(_ bounds: ClosedRange<Int>) -> Int? {
        let wanted = "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
        guard case .number(let number) = value.content else { return mismatch(wanted) }
        guard let integer = number.integer, let result = Int(exactly: integer), bounds.contains(result) else {
            return mismatch(wanted)
        }
        return result
    }

    /// Per cent, 0 … 100, not necessarily whole.
    func percent() -> Double? {
        let wanted = "a number from 0 to 100"
        guard case .number(let number) = value.content, number.value >= 0, number.value <= 100 else {
            return mismatch(wanted)
        }
        // −0 would be written back as 0.
        return number.value == 0 ? 0 : number.value
    }

    /// One of an enumeration's words.
    func choice<T: CaseIterable & RawRepresentable>(_: T.Type = T.self) -> T? where T.RawValue == String {
        choice(
            among: Dictionary(uniqueKeysWithValues: T.allCases.map { ($0.rawValue, $0) }), T.allCases.map(\.rawValue))
    }

    /// One of several words; `order` is how the message lists them.
    func choice<T>(among meanings: [String: T], _ order: [String]) -> T? {
        let all = order.map { "\"\($0)\"" }.joined(separator: ", ")
        guard case .string(let word) = value.content else { return mismatch("one of \(all)") }
        if let meaning = meanings[word] { return meaning }
        report(
            "unknown value \(JSON5Reader.quoted(word)), "
                + (NearestName.of(word, in: order).map { "did you mean \"\($0)\"?" } ?? "it can be \(all)"))
        return nil
    }

    /// `auto`, or one of some words.
    func auto<T>(_ words: [(String, T)], ignoresCase: Bool) -> AutoOr<T>? {
        let order = ["auto"] + words.map(\.0)
        if ignoresCase, case .string(let text) = value.content,
            let word = words.first(where: { FoldedName($0.0) == FoldedName(text) })
        {
            return .set(word.1)
        }
        var meanings: [String: AutoOr<T>] = ["auto": .auto]
        for (word, meaning) in words { meanings[word] = .set(meaning) }
        return choice(among: meanings, order)
    }

    // MARK: Lists and objects

    /// A list. The result has each element that was read without a problem, so all wrong ones are reported.
    func list<T>(_ wanted: String, _ read: (ConfigurationSetting) -> T?) -> [T]? {
        guard case .array(let values) = value.content else { return mismatch(wanted) }
        return values.enumerated().compactMap { position, value in
            read(
                ConfigurationSetting(
                    value: value, path: ConfigurationPath.joined(path, position: position), reading: reading))
        }
    }

    func section(_ wanted: String = "an object in braces") -> ConfigurationSection? {
        guard case .object(let members) = value.content else { return mismatch(wanted) }
        return ConfigurationSection(members: members, path: path, reading: reading)
    }
}
