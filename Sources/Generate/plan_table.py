"""Writes numbering plans as the bytes that NumberingPlanReader.swift reads, and draws the layout of."""

from __future__ import annotations

import collections
import re
from typing import Dict, List, Optional, Tuple

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from automaton import Pool

#: Calling codes whose mobile numbers belong to a place (phonenumberutil's geographical mobile countries).
GEOGRAPHIC_MOBILE = phonenumbers.phonenumberutil._GEO_MOBILE_COUNTRIES


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


def write(plan) -> bytes:
    """The table of a numbering_plan.Plan."""
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
    for area, state in plan.states:
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
    """Nodes, children first. Of each: its label, for the digits 1 … 9 whether the edge is another than that of the digit
    before, and then the edge for 0 and these others: one seen in this node, or a new one. A new one is a node, by distance,
    or a leaf, by how recently it was referred to."""
    recent: List[int] = []
    newest = -1
    for number, (label, edges) in enumerate(pool.nodes):
        bits.golomb(label, 0)
        seen: List[int] = []
        for digit in range(1, 10):
            bits.bits(edges[digit] != edges[digit - 1], 1)
        for digit, edge in enumerate(edges):
            if digit > 0:
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
