"""Regions and calling codes with their number patterns, and random numbers that match them."""
from __future__ import annotations

import functools
import random
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import phonenumbers
from phonenumbers import PhoneMetadata

try:
    import re._parser as regex_parser  # Python 3.11 and later
except ImportError:
    import sre_parse as regex_parser  # type: ignore[no-redef]

TYPES = ("general_desc", "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost",
         "personal_number", "voip", "pager", "uan", "voicemail", "no_international_dialling")
ODD_REGIONS = ("ZZ", "AQ", "XX")  # none, and two the metadata does not know


# ---- regions

class Home(NamedTuple):
    """A region, or a calling code that belongs to none."""
    name: str
    region: Optional[str]
    code: str
    meta: Any
    patterns: Dict[str, str]


def load_homes() -> List[Home]:
    """Every region and non-geographic code, in a fixed order."""
    found = [(name, name, PhoneMetadata.metadata_for_region(name))
             for name in sorted(phonenumbers.SUPPORTED_REGIONS)]
    found += [(str(code), None, PhoneMetadata.metadata_for_nongeo_region(code))
              for code in sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS)]
    homes = []
    for name, region, meta in found:
        descs = {kind: getattr(meta, kind) for kind in TYPES}
        homes.append(Home(name, region, str(meta.country_code), meta, {
            kind: desc.national_number_pattern for kind, desc in descs.items()
            if desc is not None and desc.national_number_pattern}))
    return homes


HOMES = load_homes()
BY_NAME = {home.name: home for home in HOMES}
REGIONS = [home.name for home in HOMES if home.region]
CODES = phonenumbers.COUNTRY_CODE_TO_REGION_CODE


# ---- random strings matching the metadata's regular expressions

@functools.lru_cache(maxsize=None)
def nodes_of(pattern: str) -> tuple:
    """The pattern as nested tuples, from Python's own parse of it."""
    return simplify(regex_parser.parse(pattern))


def simplify(tree: Any) -> tuple:
    """Reduce a parse tree to four kinds of node; anything else is an error."""
    nodes: List[tuple] = []
    for op, value in tree:
        name = str(op)
        if name == "LITERAL":
            nodes.append(("set", chr(value)))
        elif name == "IN":
            members = ""
            for kind, item in value:
                if str(kind) == "LITERAL":
                    members += chr(item)
                elif str(kind) == "RANGE":
                    members += "".join(map(chr, range(item[0], item[1] + 1)))
                elif str(item) == "CATEGORY_DIGIT":
                    members += "0123456789"
                else:
                    raise ValueError(f"class member {kind} {item}")
            nodes.append(("set", members))
        elif name == "BRANCH":
            nodes.append(("any", [simplify(branch) for branch in value[1]]))
        elif name == "MAX_REPEAT":
            nodes.append(("repeat", int(value[0]), int(value[1]), simplify(value[2])))
        elif name == "SUBPATTERN":
            nodes.append(("any", [simplify(value[3])]))
        elif name == "AT" and str(value) == "AT_END":
            nodes.append(("end",))
        else:
            raise ValueError(f"regular expression node {name} {value}")
    return tuple(nodes)


def draw(pattern: str, rng: random.Random) -> Tuple[str, bool]:
    """A random match, and whether the branch taken demands the text's end."""
    out: List[str] = []
    ended = emit(nodes_of(pattern), rng, out)
    return "".join(out), ended


def emit(nodes: tuple, rng: random.Random, out: List[str]) -> bool:
    """Append a random match of the nodes; True when a `$` was passed."""
    ended = False
    for node in nodes:
        if node[0] == "set":
            out.append(rng.choice(node[1]))
        elif node[0] == "any":
            ended |= emit(rng.choice(node[1]), rng, out)
        elif node[0] == "repeat":
            for _ in range(rng.randint(node[1], node[2])):
                ended |= emit(node[3], rng, out)
        else:
            ended = True
    return ended


def nsn_of(rng: random.Random, home: Home, kind: Optional[str] = None) -> str:
    """A national number matching one of the home's patterns."""
    return draw(home.patterns[kind or rng.choice(list(home.patterns))], rng)[0]


def any_number(rng: random.Random) -> Tuple[Home, str]:
    """A number of a random home and type."""
    home = rng.choice(HOMES)
    return home, nsn_of(rng, home)
