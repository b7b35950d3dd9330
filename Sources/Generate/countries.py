#!/usr/bin/env python3
"""What countries are called: writes CountryNameData.swift.

Codes and names are facts of ISO 3166-1 as Debian's package iso-codes has them (short, official and common names), and the
everyday English names below. Run by hand: needs /usr/share/iso-codes.
"""
from __future__ import annotations

import json
from pathlib import Path
from typing import List

SOURCE = Path("/usr/share/iso-codes/json/iso_3166-1.json")
OUTPUT = Path(__file__).resolve().parent.parent / "Waybill" / "03-Validate" / "Numbering" / "CountryNameData.swift"

EVERYDAY = {
    "BN": ["Brunei"], "CD": ["DR Congo", "Democratic Republic of the Congo"], "CG": ["Republic of the Congo"],
    "CI": ["Ivory Coast"], "CV": ["Cape Verde"], "CZ": ["Czech Republic"], "FK": ["Falkland Islands"],
    "FM": ["Micronesia"], "GB": ["Great Britain", "England", "Scotland", "Wales", "Northern Ireland"],
    "IR": ["Iran"], "KP": ["North Korea"], "KR": ["South Korea", "Republic of Korea"], "LA": ["Laos"], "MD": ["Moldova"],
    "MK": ["Macedonia"], "MM": ["Burma"], "NL": ["Holland", "The Netherlands"], "PS": ["Palestine"], "RU": ["Russia"],
    "SY": ["Syria"], "SZ": ["Swaziland"], "TL": ["East Timor"], "TR": ["Turkey"], "TW": ["Taiwan"], "TZ": ["Tanzania"],
    "US": ["United States of America"], "VA": ["Vatican", "Vatican City"], "VE": ["Venezuela"], "VN": ["Vietnam"],
    "XK": ["Kosovo"],
}


def main() -> None:
    entries = {}
    for country in json.loads(SOURCE.read_text(encoding="utf-8"))["3166-1"]:
        names = [country["alpha_3"], country["name"]]
        names += [country[key] for key in ("official_name", "common_name") if key in country]
        entries[country["alpha_2"]] = names
    entries.setdefault("XK", ["XKX"])
    for code, names in EVERYDAY.items():
        entries[code] += names
    lines: List[str] = []
    for code in sorted(entries):
        names = list(dict.fromkeys(entries[code]))
        lines.append("        " + "=".join([code] + names))
    body = "\n".join(lines)
    OUTPUT.write_text(f'''// Made by Sources/Generate/countries.py from ISO 3166-1: change that, not this.

extension CountryNames {{
    /// A country a line: alpha-2, alpha-3, and its English names, parted by `=`.
    static let data = """
{body}
        """
}}
''', encoding="utf-8")


if __name__ == "__main__":
    main()
