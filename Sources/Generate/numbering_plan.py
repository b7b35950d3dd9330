#!/usr/bin/env python3
"""Generates the numbering-plan table that Waybill is built with.

    python3 -m pip install phonenumbers==VERSION
    python3 Sources/Generate/numbering_plan.py

reads the numbering-plan metadata and the time-zone prefixes of the PyPI package `phonenumbers`, the corrections and North
American areas beside this script and the time zone database of this machine, and writes
Sources/Waybill/3-Validate/Numbering/NumberingPlanData.swift. The layout is read by NumberingPlan+Reading.swift, and drawn there.
"""

from __future__ import annotations

import argparse
import base64
import collections
import pathlib
import re
import sys
from typing import Dict, List, Optional, Tuple

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
from phonenumbers.tzdata import TIMEZONE_DATA

from automaton import PatternSet, Pool, PrefixRule

HERE = pathlib.Path(__file__).resolve().parent
OUTPUT = HERE.parent / "Waybill" / "3-Validate" / "Numbering" / "NumberingPlanData.swift"

#: In the order in which a number's type is decided; the numbers are those of NumberType in Swift.
SPECIAL_TYPES = [
    (3, "premium_rate"),
    (4, "toll_free"),
    (5, "shared_cost"),
    (6, "voip"),
    (7, "personal_number"),
    (8, "pager"),
    (9, "uan"),
    (10, "voicemail"),
]
UNKNOWN, FIXED, MOBILE, FIXED_OR_MOBILE = 0, 1, 2, 11
#: Calling codes whose mobile numbers belong to a place (phonenumberutil's geographical mobile countries).
GEOGRAPHIC_MOBILE = phonenumbers.phonenumberutil._GEO_MOBILE_COUNTRIES


class Numbered:
    """Things by number, each kept once, numbered as they come."""

    def __init__(self, *first) -> None:
        self.items: List = []
        self._numbers: Dict = {}
        for item in first:
            self.number(item)

    def number(self, item) -> int:
        if item not in self._numbers:
            self._numbers[item] = len(self.items)
            self.items.append(item)
        return self._numbers[item]


class Writer:
    """Bytes: integers as LEB128, texts with their length in front."""

    def __init__(self) -> None:
        self.bytes = bytearray()

    def integer(self, value: int) -> None:
        while value >= 0x80:
            self.bytes.append(value & 0x7F | 0x80)
            value >>= 7
        self.bytes.append(value)

    def text(self, text: str) -> None:
        self.integer(len(text))
        self.bytes += text.encode("ascii")


class BitWriter:
    """Bits, the first in the highest place of a byte."""

    def __init__(self) -> None:
        self._bits: List[int] = []

    def bits(self, value: int, count: int) -> None:
        self._bits.extend(value >> place & 1 for place in range(count - 1, -1, -1))

    def golomb(self, value: int, order: int) -> None:
        """An exponential Golomb code: short for small values."""
        value += 1 << order
        self.bits(0, value.bit_length() - 1 - order)
        self.bits(value, value.bit_length())

    def bytes(self) -> bytes:
        padded = self._bits + [0] * (-len(self._bits) % 8)
        return bytes(int("".join(map(str, padded[at : at + 8])), 2) for at in range(0, len(padded), 8))


def metadata_of(code: int, region: str):
    return PhoneMetadata.metadata_for_region_or_calling_code(code, region)


class Plan:
    """Everything the table holds."""

    def __init__(self) -> None:
        self.pool = Pool()
        self.regions: List[Tuple[int, str]] = [
            (code, region) for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()) for region in regions
        ]
        self.region_number = {key: number for number, key in enumerate(self.regions)}
        self.classes = Numbered((UNKNOWN, -1))
        self.prefix_outcomes: Numbered = Numbered(None)
        self.zone_lists = Numbered(())
        self.zone_answers = Numbered(((), (), False))
        self.masks = Numbered("")
        self.format_sets = Numbered(())
        self.roots: Dict[Tuple[str, object], int] = {}
        self.corrections = read_corrections()
        self.aliases = dict(read_table("zone_aliases.txt", 2))
        self.countries_of_zone = read_countries_of_zones()
        self.postcodes = collections.defaultdict(list)
        for country, first, last, zones in read_table("postcode_zones.txt", 4):
            self.postcodes[country].append((first, last, self.zone_lists.number(tuple(zones.split("+")))))

    def build(self) -> None:
        for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
            self.roots["class", code] = self.build_classes(code, regions)
        for code, region in self.regions:
            metadata = metadata_of(code, region)
            self.build_prefixes(metadata)
            pattern = metadata.general_desc.national_number_pattern
            if ("general", pattern) not in self.roots:
                patterns = PatternSet()
                patterns.add(pattern)
                self.roots["general", pattern] = self.pool.build(
                    patterns.start(),
                    patterns.step,
                    lambda state, depth: int(bool(PatternSet.matching(state))),
                    PatternSet.is_settled,
                )
        for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
            self.roots["zones", code] = self.build_zones(str(code), (), (), False)
            self.roots["format", code] = self.build_formats(metadata_of(code, regions[0]))

    def build_classes(self, code: int, regions) -> int:
        """The type and region of each national number of a calling code."""
        patterns = PatternSet()
        plans = []
        for region in regions:
            metadata = metadata_of(code, region)

            def described(name: str):
                desc = getattr(metadata, name)
                if desc is None or not desc.national_number_pattern:
                    return None
                return patterns.add(desc.national_number_pattern), desc.possible_length

            # Leading digits tell regions apart only where several share the code.
            leads = len(regions) > 1 and metadata.leading_digits is not None
            plans.append(
                (
                    self.region_number[code, region],
                    patterns.add(metadata.leading_digits, prefix=True) if leads else None,
                    described("general_desc"),
                    [(number, described(name)) for number, name in SPECIAL_TYPES],
                    described("fixed_line"),
                    described("mobile"),
                    metadata.same_mobile_and_fixed_line_pattern,
                )
            )

        def label(state, depth: int) -> int:
            matching = PatternSet.matching(state)

            def fits(desc) -> bool:
                return desc is not None and desc[0] in matching and (not desc[1] or depth in desc[1])

            def type_in(plan) -> int:
                _, _, general, special, fixed, mobile, same = plan
                if not fits(general):
                    return UNKNOWN
                for number, desc in special:
                    if fits(desc):
                        return number
                if fits(fixed):
                    return FIXED_OR_MOBILE if same or fits(mobile) else FIXED
                return MOBILE if not same and fits(mobile) else UNKNOWN

            if len(plans) == 1:
                return self.classes.number((type_in(plans[0]), -1))
            for plan in plans:
                kind = type_in(plan)
                if plan[1] in matching if plan[1] is not None else kind != UNKNOWN:
                    return self.classes.number((kind, plan[0]))
            return self.classes.number((UNKNOWN, -2))

        return self.pool.build(patterns.start(), patterns.step, label, PatternSet.is_settled)

    def build_prefixes(self, metadata) -> None:
        """What is dialled before international and national numbers."""
        international = metadata.international_prefix
        if international and ("international", international) not in self.roots:
            self.roots["international", international] = PrefixRule(international).build(
                self.pool, lambda match: self.prefix_outcomes.number(match and (match[0], None))
            )
        national, transform = metadata.national_prefix_for_parsing, metadata.national_prefix_transform_rule
        if not national or ("national", national, transform) in self.roots:
            return
        groups = re.compile(national).groups
        inserted, _, group = (transform or "").partition("\\")

        def label(match) -> int:
            if match is None:
                return 0
            saved = dict(match[1])
            if not transform or 2 * groups + 1 not in saved:
                return self.prefix_outcomes.number((match[0], None))
            start, end = saved.get(2 * int(group), 0), saved.get(2 * int(group) + 1, 0)
            return self.prefix_outcomes.number((match[0], (inserted, start, end)))

        self.roots["national", national, transform] = PrefixRule(national).build(self.pool, label)

    def build_zones(self, prefix: str, published, corrected, is_corrected: bool) -> int:
        published = TIMEZONE_DATA.get(prefix, published)
        if prefix in self.corrections:
            corrected, is_corrected = self.corrections[prefix], True
        zones = tuple(corrected) if is_corrected else tuple(published)
        label = self.zone_answers.number((tuple(published), zones, is_corrected))
        self.zone_lists.number(tuple(published))
        self.zone_lists.number(zones)
        if not any(key != prefix and key.startswith(prefix) for key in (*TIMEZONE_DATA, *self.corrections)):
            return self.pool.constant(label)
        edges = tuple(self.build_zones(prefix + digit, published, corrected, is_corrected) for digit in "0123456789")
        return self.pool.node(label, edges)

    def build_formats(self, metadata) -> int:
        """How national numbers are written. A label is a set: for each length the way nationally and internationally."""
        patterns = PatternSet()

        def rules(formats):
            return [
                (patterns.add(rule.leading_digits_pattern[-1], prefix=True) if rule.leading_digits_pattern else None, rule)
                for rule in formats
            ]

        national = rules(metadata.number_format)
        international = rules(metadata.intl_number_format) if metadata.intl_number_format else national

        def mask(rules, matching, length: int, is_national: bool) -> int:
            for leading, rule in rules:
                if leading is None or leading in matching:
                    found = re.compile(rule.pattern).fullmatch("1" * length)
                    if found:
                        return self.masks.number(mask_of(rule, found, is_national))
            return 0

        def label(state, depth: int) -> int:
            matching = PatternSet.matching(state)
            ways = []
            for length in range(2, 18):
                pair = mask(national, matching, length, True), mask(international, matching, length, False)
                if pair != (0, 0):
                    ways.append((length, *pair))
            return self.format_sets.number(tuple(ways))

        return self.pool.build(patterns.start(), patterns.step, label, PatternSet.is_settled)

    def zones_of_country(self, code: int, region: str) -> Tuple[str, ...]:
        """The zones of a shared calling code's list that lie in one of its regions."""
        published = self.corrections.get(str(code)) or TIMEZONE_DATA.get(str(code)) or TIMEZONE_DATA.get(str(code)[:1], ())
        if len(COUNTRY_CODE_TO_REGION_CODE[code]) > 1:
            own = tuple(zone for zone in published if region in self.countries_of(zone))
            if own:
                return own
        return tuple(published)

    def countries_of(self, zone: str) -> List[str]:
        return self.countries_of_zone.get(zone) or self.countries_of_zone.get(self.aliases.get(zone, zone), [])


def mask_of(rule, found: re.Match, is_national: bool) -> str:
    """A way of writing: # for a digit, _ for one left out, other characters as they are."""
    way = rule.format
    if is_national and rule.national_prefix_formatting_rule:
        way = re.sub(r"\\\d", lambda group: rule.national_prefix_formatting_rule.replace("\\1", group[0]), way, count=1)
    if re.search(r"[^\\()d{},0-9]", rule.pattern):
        raise ValueError(f"a way of writing that depends on digits: {rule.pattern}")
    mask, position = "", 0
    for part in re.findall(r"\\\d|[^\\]", way):
        if part[0] != "\\":
            mask += part
            continue
        start, end = found.span(int(part[1]))
        if start < position:
            raise ValueError(f"digits out of order: {way}")
        mask += "_" * (start - position) + "#" * (end - start)
        position = end
    if position != found.end():
        raise ValueError(f"digits left over: {rule.pattern} {way}")
    return mask


def read_table(name: str, columns: int) -> List[List[str]]:
    path = HERE / name
    rows = []
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            row = line.split("\t")
            if len(row) < columns:
                sys.exit(f"{path}: too few columns: {line}")
            rows.append(row[:columns])
    return rows


def read_corrections() -> Dict[str, Tuple[str, ...]]:
    return {prefix: tuple(zones.split("+")) for prefix, zones in read_table("zone_corrections.txt", 2)}


def read_countries_of_zones() -> Dict[str, List[str]]:
    found: Dict[str, List[str]] = collections.defaultdict(list)
    for line in pathlib.Path("/usr/share/zoneinfo/zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found[zone].append(country)
    return found


def write(plan: Plan) -> bytes:
    out = Writer()
    out.text(phonenumbers.__version__)

    # Zones by name, the names of today for old ones, and the lists of them that are answers.
    zones = sorted({zone for zones in plan.zone_lists.items for zone in zones} | set(plan.aliases.values()))
    number_of_zone = {zone: number for number, zone in enumerate(zones)}
    countries = {key: plan.zones_of_country(*key) for key in plan.regions}
    for own in countries.values():
        plan.zone_lists.number(own)
    out.integer(len(zones))
    for zone in zones:
        out.text(zone)
        out.integer(number_of_zone[plan.aliases.get(zone, zone)])
    out.integer(len(plan.zone_lists.items))
    for listed in plan.zone_lists.items:
        out.integer(len(listed))
        for zone in listed:
            out.integer(number_of_zone[zone])
    out.integer(len(plan.zone_answers.items))
    for published, call, is_corrected in plan.zone_answers.items:
        out.integer(plan.zone_lists.number(published))
        out.integer(plan.zone_lists.number(call) * 2 + is_corrected)

    # What classes, prefixes and formats mean.
    out.integer(len(plan.classes.items))
    for kind, region in plan.classes.items:
        out.integer(kind)
        out.integer(region + 2)
    out.integer(len(plan.prefix_outcomes.items) - 1)
    for length, transform in plan.prefix_outcomes.items[1:]:
        inserted, start, end = transform or ("", 0, 0)
        out.integer(length * 2 + (transform is not None))
        out.text(inserted)
        out.integer(start)
        out.integer(end)
    out.integer(len(plan.masks.items))
    for mask in plan.masks.items:
        # a … q: so many digits.
        out.text(re.sub("#+", lambda digits: chr(0x60 + len(digits[0])), mask))
    out.integer(len(plan.format_sets.items))
    for ways in plan.format_sets.items:
        out.integer(len(ways))
        for way in ways:
            for value in way:
                out.integer(value)

    pool = plan.pool

    def reference(root: Optional[int]) -> int:
        """0: none; else 1 + the node, or 1 + nodes + the leaf."""
        if root is None:
            return 0
        return 1 + root if root >= 0 else 1 + len(pool.nodes) - 1 - root

    out.integer(len(plan.regions))
    for code, region in plan.regions:
        metadata = metadata_of(code, region)
        general = metadata.general_desc
        out.text(region)
        out.integer(code)
        out.integer(sum(1 << length for length in general.possible_length))
        out.integer(sum(1 << length for length in general.possible_length_local_only))
        out.integer(reference(plan.roots["general", general.national_number_pattern]))
        out.integer(reference(plan.roots.get(("international", metadata.international_prefix))))
        rule = ("national", metadata.national_prefix_for_parsing, metadata.national_prefix_transform_rule)
        out.integer(reference(plan.roots.get(rule)))
        out.integer(plan.zone_lists.number(countries[code, region]))
    out.integer(len(COUNTRY_CODE_TO_REGION_CODE))
    for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
        out.integer(code)
        out.integer(plan.region_number[code, regions[0]] * 2 + (code in GEOGRAPHIC_MOBILE))
        for kind in ("class", "zones", "format"):
            out.integer(reference(plan.roots[kind, code]))
        out.text(metadata_of(code, regions[0]).preferred_extn_prefix or "")

    states = collections.defaultdict(list)
    for area, state in read_table("north_american_regions.txt", 2):
        states[state].append(int(area))
    out.integer(len(states))
    for state, areas in sorted(states.items()):
        out.text(state)
        out.integer(len(areas))
        for area, before in zip(sorted(areas), [0] + sorted(areas)):
            out.integer(area - before)

    out.integer(sum(len(ranges) for ranges in plan.postcodes.values()))
    for country, ranges in sorted(plan.postcodes.items()):
        for first, last, zones in ranges:
            out.text(country + first + last)
            out.integer(zones)

    out.integer(len(pool.leaves))
    out.integer(len(pool.nodes))
    bits = BitWriter()
    write_leaves(pool, bits)
    write_nodes(pool, bits)
    out.bytes += bits.bytes()
    return bytes(out.bytes)


def write_leaves(pool: Pool, bits: BitWriter) -> None:
    """A leaf is constant, or it is an earlier leaf one digit later, with a label for the number that ends here."""
    later: Dict[Tuple[int, ...], int] = {}
    for number, labels in enumerate(pool.leaves):
        is_constant = len(set(labels)) == 1
        bits.bits(not is_constant, 1)
        if is_constant:
            bits.golomb(labels[0], 3)
        else:
            bits.golomb(number - 1 - later[labels[1:]], 2)
            bits.golomb(labels[0], 2)
        later.setdefault(labels[:-1], number)


def write_nodes(pool: Pool, bits: BitWriter) -> None:
    """Nodes, children first. Of each: its label, then for each digit whether its edge is that of the digit before, another
    one seen in this node, or a new one. A new one is a node, by distance, or a leaf, by how recently it was referred to."""
    recent: List[int] = []
    newest = -1
    for number, (label, edges) in enumerate(pool.nodes):
        bits.golomb(label, 0)
        seen: List[int] = []
        for digit, edge in enumerate(edges):
            if digit > 0:
                bits.bits(edge != edges[digit - 1], 1)
                if edge == edges[digit - 1]:
                    continue
                # Seen ones but the last, in order of appearance; then "new".
                others = [other for other in seen if other != edges[digit - 1]]
                choice = others.index(edge) if edge in others else len(others)
                bits.bits(choice, len(others).bit_length())
                if edge in others:
                    continue
            seen.append(edge)
            bits.bits(edge >= 0, 1)
            if edge >= 0:
                bits.golomb(number - 1 - edge, 1)
                continue
            leaf = -1 - edge
            if leaf in recent:
                position = recent.index(leaf)
                bits.golomb(position + 1, 2)
                del recent[position]
            else:
                bits.golomb(0, 2)
                distance = leaf - newest - 1
                bits.golomb(2 * distance if distance >= 0 else -2 * distance - 1, 1)
                newest = leaf
            recent.insert(0, leaf)


def swift(data: bytes) -> str:
    text = base64.b64encode(data).decode()
    width = 400
    lines = "\n".join(f"        {text[at : at + width]}" for at in range(0, len(text), width))
    return f"""\
// swift-format-ignore-file
// Generated by Sources/Generate/numbering_plan.py; do not edit.
//
// Derived from the numbering-plan metadata and the time-zone prefixes of libphonenumber, as published with the PyPI package
// `phonenumbers` {phonenumbers.__version__}: Copyright (C) The Libphonenumber Authors. Licensed under the Apache License, Version 2.0, a copy
// of which is in Sources/Generate/LICENSE-2.0.txt. Changed: compiled into automata, with corrections of time zones.

extension NumberingPlan {{
    /// {len(data):,} bytes in base64 (RFC 4648 §4), with line breaks that do not count.
    static let data: StaticString = \"\"\"
{lines}
        \"\"\"
}}
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--output", type=pathlib.Path, default=OUTPUT)
    output = arguments.parse_args().output
    plan = Plan()
    plan.build()
    data = write(plan)
    source = swift(data)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(source, "utf-8")
    print(f"{output}: {len(source):,} bytes of source for {len(data):,}")
    print(f"{len(plan.pool.nodes):,} nodes, {len(plan.pool.leaves):,} leaves, {len(plan.classes.items)} classes, ", end="")
    print(f"{len(plan.zone_answers.items)} zone answers, {len(plan.format_sets.items)} format sets")


if __name__ == "__main__":
    main()
