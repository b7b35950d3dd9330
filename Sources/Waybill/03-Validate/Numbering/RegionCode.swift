/// Two letters that name a country or territory (ISO 3166-1 alpha-2).
package struct RegionCode: Hashable, Sendable, CustomStringConvertible {
    /// 26 × first letter + second letter, 0 ..< 676.
    package let index: UInt16

    /// Nil unless the bytes are two ASCII letters, in either case.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == 2 else { return nil }
        let first = (bytes[0] | 0x20) &- 0x61
        let second = (bytes[1] | 0x20) &- 0x61
        guard first < 26, second < 26 else { return nil }
        index = UInt16(first) * 26 + UInt16(second)
    }

    package init?(_ text: some StringProtocol) {
        self.init(Array(text.utf8).span)
    }

    /// Whether the code is assigned; `XK` (Kosovo), which is user-assigned but in general use, counts too.
    package var isAssigned: Bool { Self.assigned[Int(index)] }

    package var description: String {
        String(decoding: [0x41 + UInt8(index / 26), 0x41 + UInt8(index % 26)], as: UTF8.self)
    }

    private static let assigned: [Bool] = {
        var assigned = Array(repeating: false, count: 676)
        for code in codes.split(separator: " ") {
            if let region = RegionCode(code) { assigned[Int(region.index)] = true }
        }
        return assigned
    }()

    private static let codes = """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
        CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO \
        FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE \
        JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO \
        MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW \
        PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM \
        TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
        """
}
