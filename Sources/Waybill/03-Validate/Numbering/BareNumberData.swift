// Made by Sources/Generate/bare_numbers.py from phonenumbers 9.0.43: change that, not this.

extension BareNumbers {
    /// Region, lengths of its fixed lines, `/`, lengths of its mobiles, of numbers written at home without a prefix.
    static let data = """
        AC5/5 AD6/6,9 AG10/10 AI10/10 AO9/9 AS10/10 AW7/7 BB10/10 BF8/8 BH8/8 BI8/8 BJ10/10 BM10/10 BN7/7 BO8/8 BQ7/7 \
        BR10/10,11 BS10/10 BT7/8 BW7/8 BZ7/7 CA10/10 CF8/8 CG9/9 CI10/10 CK5/5 CL9/9 CM9/9 CN/11 CO8,10/10 CR8/8 CV7/7 \
        CW8/8 CY8/8 CZ9/9 DJ8/8 DK8/8 DM10/10 DO10/10 EE7/7,8 ES9/9 FJ7/7 FK5/5 FM7/7 FO6/6 GD10/10 GE/9 GI8/8 GL6/6 \
        GM7,9/7,9 GN8/9 GQ9/9 GR10/10 GT8/8 GU10/10 GW9/9 GY7/7 HK8/8 HN8/8 HT8/8 IO7/7 IS7/7,9 IT/9,10 JM10/10 \
        KI5,8/8 KM7/7 KN10/10 KW8/8 KY10/10 LC10/10 LI7/7,9 LS8/8 LU/9 LV8/8 MC8/ MH7/7 ML8/8 MN/8 MO8/8 MP10/10 MR8/8 \
        MS10/10 MT8/8 MU7,8/8 MV7/7 MX10/10 MZ8/9 NC6/6 NE8/8 NF6/6 NI8/8 NO8/8 NP/10 NR7/7 NU4/4,7 OM8/8 PA7/7,8 PE/9 \
        PF8/8 PG7/8 PL7,9/9 PR10/10 PT9/9 PW7/7 QA8/8 RW8,9/ SB5/5,7 SC7/7 SG8/8 SH5/5 SJ8/8 SM10/8 SN9/9 SO6,7/ SR6/7 \
        ST7/7 SV8/8 SX10/10 SZ8/8 TA4/ TC10/10 TD8/8 TG8/8 TJ9/9 TL7/8 TN8/8 TO5/7 TT10/10 TV5/6,7 US10/10 UY8/ UZ9/9 \
        VA/9,10 VC10/10 VG10/10 VI10/10 VU5/7 WF6/6 WS5,6/7,10
        """
}
