#!/usr/bin/env python3
"""Which numbers are written at home without anything in front of them: writes BareNumberData.swift.

A type of number (fixed, mobile) of a region is such a type when libphonenumber writes random numbers of it nationally with
their own digits only, and they have at most two lengths: with more lengths, digits say too little of whose number they are.
Run by hand; needs the PyPI package `phonenumbers`.
"""
from __future__ import annotations

import random
from pathlib import Path
from typing import List

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat

from number_regions import HOMES, Home, draw

OUTPUT = Path(__file__).resolve().parent.parent / "Waybill" / "03-Validate" / "Numbering" / "BareNumberData.swift"
SAMPLES = 1_000
MOST_LENGTHS = 2


def lengths(home: Home, kind: str, rng: random.Random) -> List[int]:
    """The lengths of a type that is written bare; none when it is not, or has too many."""
    desc = getattr(home.meta, kind)
    if desc is None or not desc.national_number_pattern:
        return []
    seen = set()
    for _ in range(SAMPLES):
        digits, _ = draw(desc.national_number_pattern, rng)
        if len(digits) not in desc.possible_length:
            continue
        zeros = len(digits) - len(digits.lstrip("0"))
        number = PhoneNumber(country_code=int(home.code), national_number=int(digits),
                             italian_leading_zero=zeros > 0 or None,
                             number_of_leading_zeros=zeros if zeros > 1 else None)
        if not phonenumbers.is_valid_number(number):
            continue
        written = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        if "".join(c for c in written if c.isdigit()) != digits:
            return []
        seen.add(len(digits))
    return sorted(seen) if len(seen) <= MOST_LENGTHS else []


def main() -> None:
    rng = random.Random(1)
    entries = []
    for home in HOMES:
        if home.region is None:
            continue
        fixed, mobile = (",".join(map(str, lengths(home, kind, rng))) for kind in ("fixed_line", "mobile"))
        if fixed or mobile:
            entries.append(f"{home.region}{fixed}/{mobile}")
    lines: List[str] = []
    for entry in entries:
        if lines and len(lines[-1]) + len(entry) < 110:
            lines[-1] += " " + entry
        else:
            lines.append(entry)
    body = " \\\n".join("        " + line for line in lines)
    OUTPUT.write_text(f'''// Made by Sources/Generate/bare_numbers.py from phonenumbers {phonenumbers.__version__}: change that, not this.

extension BareNumbers {{
    /// Region, lengths of its fixed lines, `/`, lengths of its mobiles: those that are written at home as they are.
    static let data = """
{body}
        """
}}
''', encoding="utf-8")


if __name__ == "__main__":
    main()
