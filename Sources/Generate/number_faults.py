"""Planted faults: each spoils the expected answers of some lines, which a comparison must report."""
from __future__ import annotations

import copy
import re
import zlib
from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple

from phonenumbers import PhoneMetadata, phonenumberutil

from number_answers import Answer, expected


class Fault(NamedTuple):
    """One line in `every` of those it touches gets the spoilt answer."""
    every: int
    spoil: Callable[[str, tuple, str, Answer], Optional[Answer]]


def without_anexo(group: str, cell: tuple, region: str, answer: Answer) -> Optional[Answer]:
    """The answer when the library does not know the label "anexo"."""
    if group != "extension" or cell[0] != "anexo":
        return None
    names = ("_EXTN_PATTERN", "_VALID_PHONE_NUMBER_PATTERN")
    kept = [getattr(phonenumberutil, name) for name in names]
    for name, pattern in zip(names, kept):
        setattr(phonenumberutil, name, re.compile(pattern.pattern.replace("|anexo", ""), pattern.flags))
    try:
        return expected(region, answer["input"])
    finally:
        for name, pattern in zip(names, kept):
            setattr(phonenumberutil, name, pattern)


def without_transform(group: str, cell: tuple, region: str, answer: Answer) -> Optional[Answer]:
    """The answer when Argentina's prefix transform is forgotten."""
    if group != "transform" or cell[0] != "AR":
        return None
    whole = PhoneMetadata.metadata_for_region("AR")
    lacking = copy.copy(whole)
    lacking._mutable = True
    lacking.national_prefix_transform_rule = None
    PhoneMetadata._region_metadata["AR"] = lacking
    try:
        return expected(region, answer["input"])
    finally:
        PhoneMetadata._region_metadata["AR"] = whole


def changed(field: str, value: Callable[[Answer], Any], where: Callable[[str, tuple, Answer], bool]
            ) -> Callable[[str, tuple, str, Answer], Optional[Answer]]:
    """A fault that sets one field wherever the condition holds."""
    def spoil(group: str, cell: tuple, region: str, answer: Answer) -> Optional[Answer]:
        return {**answer, field: value(answer)} if where(group, cell, answer) else None
    return spoil


def is_a(region: str, kind: str) -> Callable[[str, tuple, Answer], bool]:
    """Whether the answer is of this region and type."""
    return lambda group, cell, answer: answer["region"] == region and answer["type"] == kind


FAULTS: Dict[str, Fault] = {
    "valid flipped for mobiles of DE": Fault(2, changed("valid", lambda a: False, is_a("DE", "MOBILE"))),
    "type of VOIP in GB": Fault(1, changed("type", lambda a: "PAGER", is_a("GB", "VOIP"))),
    "region JM given as US": Fault(3, changed("region", lambda a: "US", lambda g, c, a: a["region"] == "JM")),
    "zones of prefix +618": Fault(1, changed(
        "zones", lambda a: ["Australia/Sydney"],
        lambda g, c, a: (a["e164"] or "").startswith("+618") and len(a["zones"]) == 1 and a["region"] == "AU")),
    "label anexo unknown": Fault(1, without_anexo),
    "transform of AR forgotten": Fault(1, without_transform),
    "ninth digit after x lost": Fault(1, changed(
        "extension", lambda a: a["extension"] and a["extension"][:8],
        lambda g, c, a: g == "extension" and c == ("x", 9))),
    "error name after IDD": Fault(4, changed(
        "error", lambda a: "TOO_SHORT_NSN", lambda g, c, a: a["error"] == "TOO_SHORT_AFTER_IDD")),
    "national prefix of FR left out": Fault(5, changed(
        "national", lambda a: a["national"].lstrip("0"), is_a("FR", "FIXED_LINE"))),
    "Italian zero lost": Fault(2, changed(
        "e164", lambda a: a["e164"].replace("+390", "+39"), is_a("IT", "FIXED_LINE"))),
    "a refusal in fuzz of length 20 accepted": Fault(3, changed(
        "parsed", lambda a: not a["parsed"], lambda g, c, a: g == "fuzz" and c[1] == 20)),
}


def plant(group: str, cell: tuple, region: str, answer: Answer) -> Tuple[Answer, Optional[str]]:
    """The answer, spoilt by the first fault that changes it, and that fault's name."""
    for name, fault in FAULTS.items():
        if zlib.crc32(answer["input"].encode()) % fault.every == 0:
            spoilt = fault.spoil(group, cell, region, answer)
            if spoilt is not None and spoilt != answer:
                return spoilt, name
    return answer, None
