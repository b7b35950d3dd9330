#!/usr/bin/env python3
"""Generates the numbering-plan table that Waybill is built with.

    python3 -m pip install phonenumbers==VERSION
    python3 Sources/Generate/numbering_plan.py

reads the numbering-plan metadata and the time-zone prefixes of the PyPI package `phonenumbers`, the corrections and North
American areas beside this script and the time zone database of this machine, and writes
Sources/Waybill/03-Validate/Numbering/NumberingPlanData.swift. The layout is read by NumberingPlanReader.swift, and drawn there.
"""

from __future__ import annotations

import argparse
import base64
import collections
import pathlib
import re
import sys
from typing import Dict, List, Tuple

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers.tzdata import TIMEZONE_DATA

from automaton import PatternSet, Pool, PrefixRule
from plan_table import metadata_of, write

HERE = pathlib.Path(__file__).resolve().parent
OUTPUT = HERE.parent / "Waybill" / "03-Validate" / "Numbering" / "NumberingPlanData.swift"

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
        self.states = read_table("north_american_regions.txt", 2)
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
