#!/usr/bin/env python3
"""Check the hand-kept zone files beside this script: formats, zones, needless corrections, overlays, regions, postcodes.

Needs PyPI phonenumbers (the version of the tables) and the host's tz database. Run by hand; exit status 1 on problems."""
import argparse
import functools
import os
import re
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as published
from phonenumbers.tzdata import TIMEZONE_DATA

ZONES = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z_/-]+(\+[A-Z][A-Za-z]+/[A-Za-z_/-]+)*")
# Area codes that cover the same ground.
OVERLAYS = """850 448|270 364|812 930|208 986|541 458|418 581 367 273|709 879|306 639 474|204 431 584
403 587 825 368 780|250 604 236 257 672 778|402 531|423 729|689 407 321|334 483|902 782|506 428|705 249 683
505 575"""
E, C, M, P = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
# All zones kept anywhere in a state or province, by law or in practice, one name an offset. Names that end in ~ are
# companions for old databases only (see the corrections' reasons).
STATES = {}
for states, zones in (
        ("CT DE DC GA ME MD MA NH NJ NY NC OH PA RI SC VT VA WV", E),
        ("AR IL IA LA MN MS MO WI", C), ("CO MT NM UT WY", M), ("CA WA", P),
        ("AL FL IN KY MI TN", f"{E} {C}"), ("KS NE ND OK SD TX", f"{C} {M}"), ("NV OR ID", f"{M} {P}"),
        ("AZ", f"America/Phoenix {M}"), ("HI", "Pacific/Honolulu Pacific/Wake"),
        ("AK", "America/Adak America/Anchorage Pacific/Honolulu"), ("PR", "America/Puerto_Rico"),
        ("VI", "America/St_Thomas"), ("GU", "Pacific/Guam"), ("MP", "Pacific/Saipan"), ("AS", "Pacific/Pago_Pago")):
    STATES.update({"US-" + s: zones.split() for s in states.split()})
for state, zones in {
        "AB": "America/Edmonton America/Regina~", "MB": "America/Winnipeg America/Atikokan~",
        "BC": "America/Vancouver America/Edmonton America/Dawson_Creek America/Regina~", "NB": "America/Moncton",
        "NL": "America/St_Johns America/Goose_Bay", "NS": "America/Halifax", "PE": "America/Halifax",
        "ON": "America/Toronto America/Winnipeg America/Atikokan",
        "QC": "America/Toronto America/Halifax America/Blanc-Sablon", "YT": "America/Whitehorse",
        "SK": "America/Regina America/Edmonton America/Winnipeg America/Atikokan~", "NT": "America/Edmonton America/Inuvik",
        "NU": "America/Iqaluit America/Rankin_Inlet America/Cambridge_Bay America/Atikokan"}.items():
    STATES["CA-" + state] = zones.split()

problems = []


def problem(text):
    problems.append(text)
    print("PROBLEM", text)


def rows(folder, name, fields):
    """Data lines of a file as tuples; complains about shape, order and repetition."""
    result = []
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if line.startswith("#"):
                continue
            parts = tuple(line.split("\t"))
            if len(parts) != fields or any(not p or p != p.strip() for p in parts):
                problem(f"{name}:{number}: not {fields} fields")
                continue
            result.append(parts)
    if result != sorted(result):
        problem(f"{name}: not sorted")
    return result


def check_keys(name, keys):
    for key in {k for k in keys if keys.count(k) > 1}:
        problem(f"{name}: {key} occurs twice")


def check_zones(where, text):
    if not ZONES.fullmatch(text):
        problem(f"{where}: bad list {text}")
        return []
    names = text.split("+")
    if names != sorted(set(names)):
        problem(f"{where}: list not sorted or with repetitions: {text}")
    for name in names:
        try:
            ZoneInfo(name)
        except Exception:
            problem(f"{where}: no zone {name} on this host")
            return []
    return names


@functools.lru_cache(None)
def clock(name):
    """The offsets of every hour of two years: zones with the same value are the same for contact hours."""
    zone = ZoneInfo(name)
    start = datetime(2026, 12, 1, tzinfo=timezone.utc)
    return tuple(zone.utcoffset((start + timedelta(hours=h)).astimezone(zone)) for h in range(24 * 730))


def clocks(names):
    return frozenset(clock(n) for n in names if n != "Etc/Unknown")


def beneath(prefix, corrections):
    """All zones any number under a prefix can get: from corrections, else from the published table."""
    result = {z for c, zones in corrections.items() if c.startswith(prefix) for z in zones}
    own = max((c for c in corrections if prefix.startswith(c)), key=len, default=None)
    if own:
        result |= set(corrections[own])
    else:
        longest = max((p for p in TIMEZONE_DATA if prefix.startswith(p)), key=len, default=None)
        if longest and len(longest) > 1:
            result |= set(TIMEZONE_DATA[longest])
        for p, zones in TIMEZONE_DATA.items():
            if p.startswith(prefix) and not any(p.startswith(c) for c in corrections):
                result |= set(zones)
    return result


def check_corrections(folder):
    name = "zone_corrections.txt"
    lines = rows(folder, name, 4)
    check_keys(name, [line[0] for line in lines])
    corrections = {}
    for prefix, zones, _, _ in lines:
        if not prefix.isdigit():
            problem(f"{name}: prefix {prefix}")
        corrections[prefix] = check_zones(f"{name} {prefix}", zones)
    reasons = {line[0]: line[2] for line in lines}
    examples = rows(folder, "zone_corrections_examples.txt", 2)
    check_keys("examples", [e[0] for e in examples])
    differs, seen = set(), set()
    for text, zones in examples:
        number = phonenumbers.parse(text)
        if not phonenumbers.is_valid_number(number) or phonenumbers.format_number(number, 0) != text:
            problem(f"example {text} is not valid E.164")
        prefix = max((c for c in corrections if text[1:].startswith(c)), key=len, default="")
        if corrections.get(prefix) != check_zones(text, zones):
            problem(f"example {text}: zones are not those of correction {prefix or 'none'}")
        seen.add(prefix)
        if clocks(published.time_zones_for_number(number)) != clocks(corrections.get(prefix, [])):
            differs.add(prefix)
    for prefix in corrections:
        if prefix not in seen:
            problem(f"correction {prefix} has no example")
        elif prefix not in differs and "tz before" not in reasons[prefix]:
            problem(f"correction {prefix} changes nothing for its examples")
        longer = max((c for c in corrections if c != prefix and prefix.startswith(c)), key=len, default=None)
        if longer and clocks(corrections[longer]) == clocks(corrections[prefix]):
            problem(f"correction {prefix} repeats {longer}")
    return corrections, len(examples)


def check_aliases(folder, corrections, postcodes):
    name = "zone_aliases.txt"
    lines = rows(folder, name, 2)
    check_keys(name, [line[0] for line in lines])
    used = {z for zones in TIMEZONE_DATA.values() for z in zones}
    used |= {z for zones in corrections.values() for z in zones} | postcodes
    aliases = dict(lines)
    for old, current in lines:
        check_zones(f"{name} {old}", current)
        if old not in used:
            problem(f"{name}: {old} is in no table")
        if current in aliases:
            problem(f"{name}: {current} is itself a link")
        elif clock(old) != clock(current):
            problem(f"{name}: {old} and {current} differ on this host")
    with open("/usr/share/zoneinfo/tzdata.zi", encoding="utf-8") as file:
        links = {line.split()[2] for line in file if line.startswith("L ")}
    for zone in sorted(used & links - aliases.keys()):
        problem(f"{name}: {zone} is a link on this host and has no line")
    return len(lines)


def area_codes():
    patterns = [re.compile(phonenumbers.PhoneMetadata.metadata_for_region(r).fixed_line.national_number_pattern)
                for r in ("US", "CA")]
    return {str(a) for a in range(200, 1000)
            if any(p.fullmatch(f"{a}{x}4567") for p in patterns for x in range(200, 1000))}


def check_regions(folder, corrections):
    name = "north_american_regions.txt"
    lines = rows(folder, name, 2)
    check_keys(name, [line[0] for line in lines])
    regions = dict(lines)
    for code in sorted(area_codes() - regions.keys()):
        problem(f"{name}: area code {code} has no region")
    for code, text in lines:
        states = text.split("+")
        if not re.fullmatch("[2-9][0-9]{2}", code) or any(s not in STATES for s in states):
            problem(f"{name}: {code} {text}")
            continue
        known = clocks(z.rstrip("~") for s in states for z in STATES[s])
        for zone in sorted(beneath("1" + code, corrections)):
            if clock(zone) not in known:
                problem(f"area code {code}: {zone} is no zone of {text}")
    for group in OVERLAYS.replace("\n", "|").split("|"):
        lists = {code: clocks(beneath("1" + code, corrections)) for code in group.split()
                 if beneath("1" + code, corrections)}
        if len(set(lists.values())) > 1:
            problem(f"overlays {group}: their zones differ")
    for code in sorted(regions):
        finer = {clocks(TIMEZONE_DATA[p]) for p in TIMEZONE_DATA if p.startswith("1" + code)}
        if len(finer) > 1 and "1" + code not in corrections:
            problem(f"area code {code}: finer prefixes differ and there is no correction")
    return len(lines)


def check_postcodes(folder):
    name = "postcode_zones.txt"
    lines = rows(folder, name, 4)
    spans, zones = {}, set()
    for country, first, last, text in lines:
        where = f"{name} {country} {first}-{last}"
        if not re.fullmatch("[A-Z]{2}", country) or len(first) != len(last) or first > last:
            problem(f"{where}: bad range")
        if not re.fullmatch("[0-9A-Z]+", first + last):
            problem(f"{where}: bad characters")
        zones |= set(check_zones(where, text))
        spans.setdefault(country, []).append((first + "0" * (8 - len(first)), last + "Z" * (8 - len(last)), where))
    for ranges in spans.values():
        ranges.sort()
        for (_, end, one), (start, _, two) in zip(ranges, ranges[1:]):
            if start <= end:
                problem(f"{one} overlaps {two}")
    return zones, len(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default=os.path.dirname(os.path.abspath(__file__)), help="where the files are")
    folder = parser.parse_args().folder
    corrections, examples = check_corrections(folder)
    postcode_zones, postcodes = check_postcodes(folder)
    regions = check_regions(folder, corrections)
    aliases = check_aliases(folder, corrections, postcode_zones)
    print(f"phonenumbers {phonenumbers.__version__}: {len(corrections)} corrections, {examples} examples, "
          f"{aliases} aliases, {regions} area codes, {postcodes} postcode ranges, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
