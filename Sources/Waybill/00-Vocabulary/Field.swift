/// A column that Waybill knows; everything else a sender writes is an attribute.
///
/// The raw value is kept in stored schemas: append only, never renumber.
package enum Field: UInt8, CaseIterable, Codable, Sendable {
    case phone1 = 0
    case phone2, phone3, phone4, phone5
    case param1, param2, param3, param4, param5, param6, param7, param8, param9, param10, param11, param12
    case email, id, name, firstname, lastname, language, country, timezone, postcode, priority, message
    case callbackat, notbefore, expiresat, agent, skill, consent, consentat
    case state
    case action

    /// The column's own name, as `accepted.csv` and `errors.csv` write it.
    package var label: String { Self.labels[Int(rawValue)] }

    /// The names of the cases, written once more: to ask for them by reflection takes a millisecond of each command.
    private static let labels = """
        phone1 phone2 phone3 phone4 phone5 \
        param1 param2 param3 param4 param5 param6 param7 param8 param9 param10 param11 param12 \
        email id name firstname lastname language country timezone postcode priority message \
        callbackat notbefore expiresat agent skill consent consentat state action
        """.split(separator: " ").map(String.init)

    package var isPhone: Bool { rawValue <= Field.phone5.rawValue }
    package var isParameter: Bool { rawValue >= Field.param1.rawValue && rawValue <= Field.param12.rawValue }

    package static let phones: [Field] = [.phone1, .phone2, .phone3, .phone4, .phone5]
}
