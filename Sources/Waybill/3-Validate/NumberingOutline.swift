/// The calling codes of the world: how long their national numbers are, and how each region dials.
///
/// Calling codes are those assigned by ITU-T (E.164 list of assigned country codes). Lengths are of national significant
/// numbers, from the shortest to the longest in use, special and toll-free numbers included; they are wide rather than narrow.
package struct NumberingOutline: Sendable {
    /// What one calling code allows.
    struct CallingCode: Sendable {
        let code: UInt64
        let codeDigits: Int
        let shortest: Int
        let longest: Int
        /// What is dialled before a national number within the country, longest first; empty where nothing is.
        let trunks: [Prefix]
        /// Whether no national number begins with 0, because 0 is what is dialled before it.
        let isZeroTrunk: Bool
    }

    /// Digits that are dialled before a number.
    struct Prefix: Sendable {
        let value: UInt64
        let digits: Int

        init(_ text: some StringProtocol) {
            value = UInt64(text) ?? 0
            digits = text.count
        }

        /// What most of the world dials before an international number (ITU-T E.164 §8).
        static let doubleZero = Prefix("00")
    }

    static let world = NumberingOutline()

    private(set) var codes: [CallingCode] = []
    /// By the first three digits of an international number: 1 + the index in `codes`, 0 where nothing is assigned.
    private(set) var byLeadingDigits: [UInt16] = Array(repeating: 0, count: 1_000)
    /// By `RegionCode.index`: 1 + the index in `codes`, 0 for a region without one.
    private var byRegion: [UInt16] = Array(repeating: 0, count: 676)
    /// By `RegionCode.index`: what is dialled before an international number, other than 00.
    private var internationalPrefixes: [[Prefix]] = Array(repeating: [], count: 676)

    private init() {
        for line in Self.plans.split(separator: "\n") {
            let words = line.split(separator: " ")
            let range = words[2].split(separator: "-").compactMap { Int($0) }
            guard let code = UInt64(words[0]), let shortest = range.first, let longest = range.last else { continue }
            let trunks = words[1] == "." ? [] : words[1].split(separator: "|").map { Prefix($0) }
            codes.append(
                CallingCode(
                    code: code, codeDigits: words[0].count, shortest: shortest, longest: longest, trunks: trunks,
                    isZeroTrunk: trunks.contains { $0.value == 0 && $0.digits == 1 }))
            let index = UInt16(codes.count)
            let span = [1, 100, 10, 1][words[0].count]
            let first = Int(code) * span
            for leading in first..<first + span { byLeadingDigits[leading] = index }
            for region in words.dropFirst(3).compactMap({ RegionCode($0) }) { byRegion[Int(region.index)] = index }
        }
        for line in Self.prefixes.split(separator: "\n") {
            let words = line.split(separator: " ")
            for region in words.dropFirst().compactMap({ RegionCode($0) }) {
                internationalPrefixes[Int(region.index)] = words[0].split(separator: "|").map { Prefix($0) }
            }
        }
        for index in byRegion.indices where byRegion[index] == 1 {
            internationalPrefixes[index] = [Prefix("011")]
        }
    }

    func code(of region: RegionCode) -> CallingCode? {
        let index = Int(byRegion[Int(region.index)])
        return index == 0 ? nil : codes[index - 1]
    }

    func internationalPrefixes(of region: RegionCode) -> [Prefix] { internationalPrefixes[Int(region.index)] }

    /// Calling code, trunk prefixes (`.` none), length of national numbers, regions.
    private static let plans = """
        1 1 10-10 US CA AG AI AS BB BM BS DM DO GD GU JM KN KY LC MP MS PR SX TC TT UM VC VG VI
        7 8 10-10 RU KZ
        20 0 8-10 EG
        211 0 9-9 SS
        212 0 9-9 MA EH
        213 0 8-9 DZ
        216 . 8-8 TN
        218 0 8-9 LY
        220 . 7-7 GM
        221 . 9-9 SN
        222 . 8-8 MR
        223 . 8-8 ML
        224 . 8-9 GN
        225 . 8-10 CI
        226 . 8-8 BF
        227 . 8-8 NE
        228 . 8-8 TG
        229 . 8-10 BJ
        230 . 7-10 MU
        231 0 7-9 LR
        232 0 8-8 SL
        233 0 8-9 GH
        234 0 7-13 NG
        235 . 8-8 TD
        236 . 8-8 CF
        237 . 8-9 CM
        238 . 7-7 CV
        239 . 7-7 ST
        240 . 9-9 GQ
        241 . 6-8 GA
        242 . 9-9 CG
        243 0 7-10 CD
        244 . 9-9 AO
        245 . 7-9 GW
        246 . 7-7 IO
        247 . 4-6
        248 . 7-7 SC
        249 0 9-9 SD
        250 0 8-9 RW
        251 0 9-9 ET
        252 0 6-9 SO
        253 . 8-8 DJ
        254 0 7-10 KE
        255 0 7-9 TZ
        256 0 9-9 UG
        257 . 8-8 BI
        258 . 8-9 MZ
        260 0 9-9 ZM
        261 0 7-10 MG
        262 0 9-9 RE YT TF
        263 0 5-10 ZW
        264 0 8-9 NA
        265 0 7-9 MW
        266 . 8-8 LS
        267 . 7-10 BW
        268 . 8-9 SZ
        269 . 7-7 KM
        27 0 5-10 ZA
        290 . 4-5 SH
        291 0 7-7 ER
        297 . 7-7 AW
        298 . 6-6 FO
        299 . 6-6 GL
        30 . 10-12 GR
        31 0 5-11 NL
        32 0 8-9 BE
        33 0 9-9 FR
        34 . 9-9 ES
        350 . 8-8 GI
        351 . 9-9 PT
        352 . 4-11 LU
        353 0 7-10 IE
        354 . 7-9 IS
        355 0 6-9 AL
        356 . 8-8 MT
        357 . 8-8 CY
        358 0 5-12 FI AX
        359 0 6-12 BG
        36 06 8-9 HU
        370 8|0 8-8 LT
        371 . 8-8 LV
        372 . 7-10 EE
        373 0 8-8 MD
        374 0 8-8 AM
        375 80|8|0 6-11 BY
        376 . 6-9 AD
        377 0 8-9 MC
        378 . 6-10 SM
        380 0 9-10 UA
        381 0 6-12 RS
        382 0 8-10 ME
        383 0 8-12 XK
        385 0 6-9 HR
        386 0 5-8 SI
        387 0 8-9 BA
        389 0 8-8 MK
        39 . 6-12 IT VA
        40 0 6-9 RO
        41 0 9-12 CH
        420 . 9-12 CZ
        421 0 6-9 SK
        423 0 7-9 LI
        43 0 4-13 AT
        44 0 7-10 GB GG IM JE
        45 . 8-8 DK
        46 0 6-12 SE
        47 . 5-8 NO SJ BV
        48 . 6-10 PL
        49 0 4-13 DE
        500 . 5-5 FK GS
        501 . 7-11 BZ
        502 . 8-11 GT
        503 . 7-11 SV
        504 . 8-11 HN
        505 . 8-8 NI
        506 . 8-10 CR
        507 . 7-11 PA
        508 0 6-9 PM
        509 . 8-8 HT
        51 0 8-9 PE
        52 01 10-11 MX
        53 0 6-10 CU
        54 0 10-11 AR
        55 0 8-11 BR
        56 . 9-11 CL
        57 0 8-11 CO
        58 0 10-10 VE
        590 0 9-9 GP BL MF
        591 0 8-9 BO
        592 . 7-7 GY
        593 0 8-11 EC
        594 0 9-9 GF
        595 0 6-11 PY
        596 0 9-9 MQ
        597 . 6-7 SR
        598 0 4-13 UY
        599 . 7-8 CW BQ
        60 0 8-10 MY
        61 0 5-12 AU CC CX
        62 0 7-13 ID
        63 0 6-13 PH
        64 0 5-10 NZ PN
        65 . 8-11 SG
        66 0 8-13 TH
        670 . 7-8 TL
        672 . 5-6 NF AQ HM
        673 . 7-7 BN
        674 . 7-7 NR
        675 . 7-8 PG
        676 . 5-7 TO
        677 . 5-7 SB
        678 . 5-7 VU
        679 . 7-11 FJ
        680 . 7-7 PW
        681 . 6-9 WF
        682 . 5-5 CK
        683 . 4-7 NU
        685 . 5-10 WS
        686 0 5-8 KI
        687 . 6-6 NC
        688 . 5-7 TV
        689 . 6-9 PF
        690 . 4-7 TK
        691 . 7-7 FM
        692 1 7-7 MH
        800 . 8-8
        808 . 8-8
        81 0 8-13 JP
        82 0 5-13 KR
        84 0 7-10 VN
        850 0 6-10 KP
        852 . 5-11 HK
        853 . 7-8 MO
        855 0 8-10 KH
        856 0 8-10 LA
        86 0 7-12 CN
        870 . 9-12
        878 . 12-12
        880 0 6-10 BD
        881 . 8-10
        882 . 7-12
        883 . 9-12
        886 0 7-11 TW
        90 0 7-13 TR
        91 0 8-13 IN
        92 0 8-12 PK
        93 0 9-9 AF
        94 0 9-9 LK
        95 0 6-10 MM
        960 . 7-10 MV
        961 0 7-8 LB
        962 0 8-9 JO
        963 0 8-9 SY
        964 0 8-10 IQ
        965 . 7-8 KW
        966 0 8-10 SA
        967 0 7-9 YE
        968 . 7-9 OM
        970 0 8-10 PS
        971 0 5-12 AE
        972 0 7-12 IL
        973 . 8-8 BH
        974 . 7-11 QA
        975 . 7-8 BT
        976 0 8-10 MN
        977 0 8-11 NP
        979 . 9-9
        98 0 4-10 IR
        992 . 9-9 TJ
        993 8 8-8 TM
        994 0 9-9 AZ
        995 0 8-9 GE
        996 0 9-10 KG
        998 . 9-9 UZ
        """

    /// International prefixes other than 00, and where they are dialled; North America's 011 is added in code.
    private static let prefixes = """
        0011 AU CC CX
        010 JP
        001|002|005|008 KR
        001|002|008 SG
        001 HK KH MN TH GY
        001|007|008 ID
        002 TW
        000 KE TZ UG
        009 NG
        119 CU
        810 RU KZ BY TM TJ UZ
        012|013|014|018 IL
        990|994|999 FI AX
        1230|1200 CL
        """
}
