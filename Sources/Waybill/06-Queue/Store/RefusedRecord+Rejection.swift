extension RefusedRecord {
    init(_ rejection: Rejection, isDuplicate: Bool) {
        let codes = rejection.violations.map(\.code)
        self.init(
            record: rejection.number, isDuplicate: isDuplicate, id: rejection.id, address: rejection.address,
            code: codes[0], reason: codes.count == 1 ? codes[0] : codes.joined(separator: " "),
            fingerprint: rejection.fingerprint)
    }

    static func of(_ rejected: [Rejection], _ repeated: [Rejection]) -> [RefusedRecord] {
        rejected.map { RefusedRecord($0, isDuplicate: false) } + repeated.map { RefusedRecord($0, isDuplicate: true) }
    }
}
