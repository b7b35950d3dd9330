import Foundation

/// Values that the stages keep under a name: the key of hashed addresses, the summaries of days, what side-cars say
/// about a batch.
package protocol Settings {
    func setting(_ key: SettingKey) throws -> [UInt8]?

    func set(_ key: SettingKey, to value: [UInt8]) throws

    var decoded: DecodedSettings { get }

    /// Changes nothing if there is no such value.
    func removeSetting(_ key: SettingKey) throws

    /// The names of the lists with a name that came.
    func namedLists() throws -> [String]
}

extension Store {
    /// Distinguishes this store from others: random, made once, durably and in a transaction of its own.
    package func identity() throws -> String {
        if let known = try setting(.identity) { return String(decoding: known, as: UTF8.self) }
        let digits = (0..<4).map { _ in
            let part = String(UInt32.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 8 - part.count) + part
        }
        let made = digits.joined()
        try durably { try set(.identity, to: Array(made.utf8)) }
        return made
    }

    /// Whether an inbox was on a share when it was last opened.
    package func isShare(_ inbox: String) throws -> Bool {
        // A damaged mark counts as a mark.
        do { return try setting(.share(inbox: inbox)) != nil } catch is StoreProblem { return true }
    }

    package func noteShare(_ inbox: String) throws { try set(.share(inbox: inbox), to: [1]) }

    package func forgetShare(_ inbox: String) throws { try removeSetting(.share(inbox: inbox)) }

    /// Whether an inbox's folder was there before.
    package func isKnown(inbox: String) throws -> Bool {
        // A damaged mark counts as a mark.
        do { return try setting(.inbox(inbox)) != nil } catch is StoreProblem { return true }
    }

    package func note(inbox: String) throws { try set(.inbox(inbox), to: [1]) }

    // MARK: Holds

    /// Files that were reported as holding campaigns, each with its mark (`InboxScan.Word`), by path: nothing waits for
    /// them again.
    package func toldWords() throws -> [String: String] {
        guard let kept = try setting(.toldWords) else { return [:] }
        // If the value is damaged, they are waited for once more.
        return (try? JSONDecoder().decode([String: String].self, from: Data(kept))) ?? [:]
    }

    package func setToldWords(_ words: [String: String]) throws {
        if words.isEmpty { return try removeSetting(.toldWords) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try set(.toldWords, to: Array(try encoder.encode(words)))
    }

    /// Whether somebody accepted that nothing waits for this inbox, which does not answer.
    package func isAccepted(inbox path: String) throws -> Bool { try setting(.accepted(inbox: path)) != nil }

    package func accept(inbox path: String) throws { try set(.accepted(inbox: path), to: [1]) }

    /// Called when the inbox answers again.
    package func withdrawAcceptance(ofInbox path: String) throws { try removeSetting(.accepted(inbox: path)) }

    /// The latest time the clock is known to have shown.
    package func latestMoment() throws -> Timestamp? {
        try setting(.latestMoment).flatMap { Int64(String(decoding: $0, as: UTF8.self)) }.map(
            Timestamp.init(milliseconds:))
    }

    package func setLatestMoment(_ moment: Timestamp) throws {
        try set(.latestMoment, to: Array(String(moment.milliseconds).utf8))
    }

    // MARK: Bounds

    /// Keeps the bounds that a drop's side-car gave all its contacts, as long as the contacts are kept.
    package func setBounds(_ bounds: ContactBounds, of batch: BatchID) throws {
        guard bounds != ContactBounds() else { return }
        let text = [bounds.notBefore, bounds.expiresAt].map { $0.map { String($0.milliseconds) } ?? "" }
        try set(.bounds(batch), to: Array(text.joined(separator: ",").utf8))
    }

    /// Empty if the side-car gave none. Bounds that cannot be read are damage: without them, contacts would be sent too
    /// late.
    package func bounds(of batch: BatchID) throws -> ContactBounds {
        guard let kept = try setting(.bounds(batch)) else { return ContactBounds() }
        let moments = try String(decoding: kept, as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false)
            .map { text -> Timestamp? in
                if text.isEmpty { return nil }
                guard let milliseconds = Int64(text) else {
                    throw StoreProblem.damaged(what: "the bounds of batch \(batch)")
                }
                return Timestamp(milliseconds: milliseconds)
            }
        guard moments.count == 2 else { throw StoreProblem.damaged(what: "the bounds of batch \(batch)") }
        return ContactBounds(notBefore: moments[0], expiresAt: moments[1])
    }

    func forgetBounds(of batch: BatchID) throws { try removeSetting(.bounds(batch)) }
}

extension Settings {
    /// How many outcomes of batches and departures of parcels it has known, and more after it was restored.
    func steps() throws -> Int64 {
        try setting(.steps).flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0
    }

    func setSteps(_ steps: Int64) throws { try set(.steps, to: Array(String(steps).utf8)) }
}

extension Settings {
    /// Up to which number parcels may be known elsewhere, so that none is given; 0 in a store that was never restored.
    func reservedParcels() throws -> ParcelID {
        guard let kept = try setting(.reservedParcels) else { return ParcelID(rawValue: 0) }
        guard let number = UInt32(String(decoding: kept, as: UTF8.self)) else {
            throw StoreProblem.damaged(what: "which numbers of parcels were given before it was restored")
        }
        return ParcelID(rawValue: number)
    }
}
