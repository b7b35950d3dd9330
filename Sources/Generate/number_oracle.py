#!/usr/bin/env python3
"""Compare Waybill's phone-number judge with the PyPI package `phonenumbers`.

  compare   writes lines of many kinds, asks a program about each, and counts
            every answer that differs from the one `phonenumbers` gives
  fixture   writes a small table of lines and expected answers for unit tests
  answer    prints the expected answer for one number

A program reads lines `REGION<TAB>TEXT` and writes one JSON object per line.
Lines are made in groups; a group is a list of cells (region x type x way of
writing, label x digit count, ...), visited in turn so that none stays empty.
"""
from __future__ import annotations

import argparse
import copy
import functools
import json
import multiprocessing
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
import zlib
from collections import Counter
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import phonenumbers
from phonenumbers import (NumberParseException, PhoneMetadata, PhoneNumberFormat,
                          PhoneNumberType, phonenumberutil, re_util, timezone)

try:
    import re._parser as regex_parser  # Python 3.11 and later
except ImportError:
    import sre_parse as regex_parser  # type: ignore[no-redef]

Answer = Dict[str, Any]
BATCH = 20_000  # lines per run of the program
CORE = ("protocol", "parsed", "error", "e164", "valid", "type", "region", "zones")
FORMATS = ("international", "national", "extension")
ERRORS = {getattr(NumberParseException, name): name for name in (
    "INVALID_COUNTRY_CODE", "NOT_A_NUMBER", "TOO_SHORT_AFTER_IDD", "TOO_SHORT_NSN", "TOO_LONG")}
TYPES = ("general_desc", "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost",
         "personal_number", "voip", "pager", "uan", "voicemail", "no_international_dialling")
ODD_REGIONS = ("ZZ", "AQ", "XX")  # none, and two the metadata does not know
# What would break a reader of lines, apart from the surrogates.
FORBIDDEN = {ord(c): None for c in "\0\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"}


# ---- the expected answer

def expected(region: str, text: str) -> Answer:
    """What `phonenumbers` says; exceptions other than a refusal pass through."""
    answer: Answer = {"input": text, "parsed": False, "error": None, "e164": None,
                      "international": None, "national": None, "extension": None,
                      "valid": False, "type": "UNKNOWN", "region": None, "zones": []}
    try:
        number = phonenumbers.parse(text, None if region == "ZZ" else region)
    except NumberParseException as refusal:
        answer["error"] = ERRORS[refusal.error_type]
        return answer
    answer.update(
        parsed=True,
        e164=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        international=phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        national=phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
        extension=number.extension or None,
        valid=phonenumbers.is_valid_number(number),
        type=PhoneNumberType.to_string(phonenumbers.number_type(number)),
        region=phonenumbers.region_code_for_number(number),
        zones=list(timezone.time_zones_for_number(number)))
    return answer


# ---- random strings matching the metadata's regular expressions

@functools.lru_cache(maxsize=None)
def nodes_of(pattern: str) -> tuple:
    """The pattern as nested tuples, from Python's own parse of it."""
    return simplify(regex_parser.parse(pattern))


def simplify(tree: Any) -> tuple:
    """Reduce a parse tree to five kinds of node; anything else is an error."""
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


# ---- numbers and their ways of writing

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


re_util.enable_pattern_cache()
HOMES = load_homes()
BY_NAME = {home.name: home for home in HOMES}
REGIONS = [home.name for home in HOMES if home.region]
CODES = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
ZEROS = [n for n in range(0x80, 0x110000)
         if unicodedata.category(chr(n)) == "Nd" and unicodedata.digit(chr(n)) == 0]
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d"
GAPS = " " * 8 + DASHES + "./()[]~\u00a0\u00ad\u200b\u2060\u3000\uff0e\uff0f\uff5e\u2053\u223c"


def digits(rng: random.Random, count: int) -> str:
    """Random ASCII digits."""
    return "".join(rng.choices("0123456789", k=count))


def in_script(text: str, zero: int) -> str:
    """The text with its ASCII digits written in another script."""
    return text.translate({48 + n: zero + n for n in range(10)})


def spaced(rng: random.Random, text: str) -> str:
    """The text with a separator after some of its characters."""
    return "".join(c + (rng.choice(GAPS) if rng.random() < 0.2 else "") for c in text)


def nsn_of(rng: random.Random, home: Home, kind: Optional[str] = None) -> str:
    """A national number matching one of the home's patterns."""
    return draw(home.patterns[kind or rng.choice(list(home.patterns))], rng)[0]


def any_number(rng: random.Random) -> Tuple[Home, str]:
    """A number of a random home and type."""
    home = rng.choice(HOMES)
    return home, nsn_of(rng, home)


def region_for(rng: random.Random, home: Home) -> str:
    """The default region: mostly the home's own, at times another or none."""
    roll = rng.random()
    if roll < 0.76:
        return home.region or rng.choice(["ZZ", rng.choice(REGIONS)])
    return rng.choice(REGIONS) if roll < 0.9 else rng.choice(ODD_REGIONS)


def formatted(home: Home, nsn: str, style: int) -> str:
    """The library's own way of writing the number, or the bare digits."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(f"+{home.code}{nsn}"), style)
    except NumberParseException:
        return nsn


def abroad(rng: random.Random, region: str) -> str:
    """An international prefix as dialled from the region."""
    home = BY_NAME.get(region)
    return draw(home.meta.international_prefix, rng)[0] if home and home.region else "00"


def trunk(rng: random.Random, home: Home) -> str:
    """A random match of the regular expression for national prefixes."""
    pattern = home.meta.national_prefix_for_parsing
    return draw(pattern, rng)[0] if pattern else rng.choice(["", "0", "1"])


def with_extension(rng: random.Random, home: Home, nsn: str, region: str) -> str:
    """The number in a random way, with an extension behind it."""
    return extension_text(rng, rng.choice(LABELS), rng.randint(1, 7), plain(rng, home, nsn, region))


Way = Callable[[random.Random, Home, str, str], str]
PLAIN: Dict[str, Way] = {
    "e164": lambda rng, home, nsn, region: f"+{home.code}{nsn}",
    "00": lambda rng, home, nsn, region: f"00{home.code}{nsn}",
    "idd": lambda rng, home, nsn, region: f"{abroad(rng, region)}{home.code}{nsn}",
    "digits": lambda rng, home, nsn, region: nsn,
    "trunk": lambda rng, home, nsn, region: (home.meta.national_prefix or "0") + nsn,
    "parsing-prefix": lambda rng, home, nsn, region: trunk(rng, home) + nsn,
    "no-plus": lambda rng, home, nsn, region: home.code + nsn,
    "national": lambda rng, home, nsn, region: formatted(home, nsn, PhoneNumberFormat.NATIONAL),
    "international": lambda rng, home, nsn, region:
        formatted(home, nsn, PhoneNumberFormat.INTERNATIONAL),
    "rfc3966": lambda rng, home, nsn, region: formatted(home, nsn, PhoneNumberFormat.RFC3966),
    "(0)": lambda rng, home, nsn, region:
        f"+{home.code}{rng.choice(['', ' '])}({home.meta.national_prefix or 0})"
        f"{rng.choice(['', ' '])}{spaced(rng, nsn)}",
}


def plain(rng: random.Random, home: Home, nsn: str, region: str) -> str:
    """The number in one of the ways that need nothing else."""
    return PLAIN[rng.choice(list(PLAIN))](rng, home, nsn, region)


WAYS: Dict[str, Way] = dict(PLAIN)
WAYS["extension"] = with_extension
WAYS["script"] = lambda rng, home, nsn, region: in_script(
    plain(rng, home, nsn, region), rng.choice([0xff10, 0x660, 0x6f0, rng.choice(ZEROS)]))


# ---- the groups: each has cells, and makes a (region, text) for a cell

Line = Tuple[str, str]


def make_pattern(rng: random.Random, cell: tuple) -> Line:
    """A matching number in one way of writing."""
    home = BY_NAME[cell[0]]
    region = region_for(rng, home)
    return region, WAYS[cell[2]](rng, home, nsn_of(rng, home, cell[1]), region)


def make_boundary(rng: random.Random, cell: tuple) -> Line:
    """A matching number with one digit changed, lost or gained."""
    home = BY_NAME[cell[0]]
    nsn = nsn_of(rng, home, cell[1])
    if cell[2] == "shorter":
        place = rng.choice([len(nsn) - 1, rng.randrange(len(nsn))])
        nsn = nsn[:place] + nsn[place + 1:]
    elif cell[2] == "longer":
        place = rng.choice([len(nsn), rng.randint(0, len(nsn))])
        nsn = nsn[:place] + digits(rng, 1) + nsn[place:]
    else:
        place = int(cell[2]) % len(nsn)
        nsn = nsn[:place] + digits(rng, 1) + nsn[place + 1:]
    region = region_for(rng, home)
    way = rng.choice(["e164", "e164", "e164", "digits", "trunk", "parsing-prefix", "no-plus"])
    return region, PLAIN[way](rng, home, nsn, region)


def make_prefix(rng: random.Random, cell: tuple) -> Line:
    """Random digits behind a calling code, assigned or not."""
    region = rng.choice(["ZZ", rng.choice(REGIONS)])
    lead = rng.choice(["+", "+", "+", "00", abroad(rng, region), ""])
    return region, lead + str(cell[0]) + digits(rng, cell[1])


def make_national(rng: random.Random, cell: tuple) -> Line:
    """Random digits in a region."""
    text = digits(rng, cell[1])
    if rng.random() < 0.15:
        text = abroad(rng, cell[0]) + text
    return cell[0], spaced(rng, text) if rng.random() < 0.2 else text


def make_zone(rng: random.Random, cell: tuple) -> Line:
    """A number behind one prefix of the time-zone table, valid if a few draws find one."""
    code = next(cell[0][:size] for size in (1, 2, 3) if int(cell[0][:size]) in CODES)
    lengths = sorted({n for name in CODES[int(code)] if name in BY_NAME
                      for n in BY_NAME[name].meta.general_desc.possible_length} or range(6, 13))
    for _ in range(8):
        text = f"+{cell[0]}{digits(rng, max(0, rng.choice(lengths) + len(code) - len(cell[0])))}"
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(text)):
                break
        except NumberParseException:
            pass
    return rng.choice(["ZZ", rng.choice(REGIONS)]), text


def make_format(rng: random.Random, cell: tuple) -> Line:
    """Digits that ask for one formatting rule, whether they are a valid number or not."""
    home = BY_NAME[cell[0]]
    rule = getattr(home.meta, cell[1])[cell[2]]
    lead = draw(rule.leading_digits_pattern[-1], rng)[0] if rule.leading_digits_pattern else ""
    nsn = lead + draw(rule.pattern, rng)[0][len(lead):]
    region = region_for(rng, home)
    return region, PLAIN[rng.choice(["e164", "e164", "digits", "trunk"])](rng, home, nsn, region)


def make_transform(rng: random.Random, cell: tuple) -> Line:
    """A match of a region's prefix expression before other digits."""
    home, way = BY_NAME[cell[0]], cell[1]
    pattern = home.meta.national_prefix_for_parsing
    match, ended = draw(pattern, rng)
    while ended and way not in ("alone", "code alone") and rng.random() < 0.7:
        match, ended = draw(pattern, rng)
    if way == "mutant" and match:
        place = rng.randrange(len(match))
        match = match[:place] + digits(rng, 1) + match[place + 1:]
    if way.startswith("code"):
        match = rng.choice(["+", ""]) + home.code + match
    elif way == "trunk":
        match = (home.meta.national_prefix or "0") + match
    elif way == "twice":
        match += draw(pattern, rng)[0]
    rest = "" if way.endswith("alone") else (
        digits(rng, rng.randint(1, 11)) if way == "random" else nsn_of(rng, home))
    if way == "overlay":  # as long as the number, so that both readings may be possible
        rest = rest[len(match):]
    return home.region if rng.random() < 0.95 else rng.choice(REGIONS), match + rest


# {n} the number, {c} its calling code, {d} its national digits, {m} another
# number, {r} one to four digits, {s} a dash, {x} a random phone-context.
DECORATIONS = (
    "{n}", "Tel: {n}", "Tel.:{n} (home)", " {n} ", "({n})", "[{n}]", "\uff08{n}\uff09", "{n}.", "{n}/",
    "{n}#", "{n}##", "{n}*", "*{n}", "**{d}", "*{r}#{n}", "{n}_", "_{n}_", "{n}-", "{n}~", "~{n}",
    "{n};", "{n},", "{n},,", "++{n}", "+ {n}", "+{s}{n}", "\uff0b{c}{d}", "+\uff0b{c}{d}", "+{c}+{d}",
    "+{c}{s}{d}", "{c}{s}{d}", "+0{c}{d}", "+00{c}{d}", "00+{c}{d}", "+{c}0{d}", "+{r}{d}", "+",
    "{n}/x{r}", "{n} /  x{r}", "{n}\\x{r}", "{n} x{r}/x{r}", "{n}/{m}", "{n} / {m}", "{n}, {m}",
    "{n} or {m}", "{n}{m}", "0xx{d}", "xx{d}", "0 xx {d}", "+{c}xx{d}", "{n}x", "{n} x", "{n} ext",
    "\u00ad{n}\u00ad", "\u200b{n}\u200b", "{n}\u200e", "\u202a{n}\u202c", "\u2060{n}", "+{c}\u00ad{d}",
    "+{c}\u200b{d}", "+{c}~{d}", "+{c}\u2053\u223c\uff5e{d}", "+{c}\u30fc{d}", "+{c}'{d}", "+{c}_{d}",
    "+{c}:{d}", "({c}){d}", "+({c}){d}", "(+{c}){d}", "+{c}({d}", "+{c}){d}", "+{c}[{d}]", "+{c}//{d}",
    "tel:{n}", "TEL:{n}", "tel:+{c}{d};ext={r}", "tel:{d};ext={r};isub={r}", "{n};isub={r}",
    ";isub={r}{n}", "{n};ISUB={r}", "{n};isub={r};phone-context=+{c}", "{n};isub=",
    "{n};ext={r};phone-context=+{c}", "tel:{d};phone-context=+{c}", "tel:{d};phone-context=+{c};ext={r}",
    "{d};phone-context=+{c}", "{d};phone-context=+{c}{r}", "{d};phone-context=+{c}-",
    "{d};phone-context=+-.({c})", "{d};phone-context=+", "{d};phone-context=", "{d};phone-context=;ext={r}",
    "{d};phone-context=\uff0b{c}", "{d};phone-context={c}", "tel:{d};phone-context=example.com",
    "tel:{d};phone-context=www.EX-AMPLE.co.uk.", "{d};phone-context=-a.b", "{d};phone-context=a-.b",
    "{d};phone-context=a..b", "{d};phone-context=.a", "{d};phone-context=1", "{d};phone-context=1.a1",
    "{d};phone-context=a.1", "{d};phone-context=a_b", "{d};phone-context=b\u00fc.de",
    "{d};phone-context=\u0661.a\u0662", "{d};phone-context=+\uff11{c}", "{d};phone-context=+{c}#",
    "{d};Phone-Context=+{c}", "{d};phone-context=+{c};phone-context=+1", "Tel:{d};phone-context=+{c}",
    "call tel:{d};phone-context=+{c}", ";phone-context=+{c}tel:{d}", "tel:;phone-context=+{c}{d}",
    "tel:+{c}{d};phone-context=+{c}", "tel:({d});phone-context=a.b", "x{d};phone-context=a.b",
    "tel:{n};phone-context=a.b", "tel:{n} ;phone-context=+{c}", "{n};phone-context={x}",
    "tel:{d};phone-context={x}", "{d};phone-context={x};isub={r}", "{d} phone-context=+{c}", "no number",
    "{r}", "1{s}2", "12", "1", "+1", "0", "00", "000", "\u0661\u0662", "1a2b3c4d5e", "", " ", "+ +", "#", "*")


def make_decorated(rng: random.Random, cell: tuple) -> Line:
    """A number with something around or inside it."""
    home, nsn = any_number(rng)
    region = region_for(rng, home)
    other_home, other = any_number(rng)
    context = "".join(rng.choices("+-.()aZ019\uff11\u0664\u00e9 *#;=", k=rng.randint(0, 7)))
    text = cell[0].format(n=PLAIN[cell[1]](rng, home, nsn, region), c=home.code, d=nsn,
                          m=plain(rng, other_home, other, region), s=rng.choice(DASHES) * rng.choice([1, 2]),
                          r=digits(rng, rng.randint(1, 4)), x=rng.choice(["", "+"]) + context)
    return region, text


LABELS = (
    ";ext=", "ext", "ext.", "xt", "xtn", "extn", "extensi", "extensio", "extension", "extensi\u00f3",
    "extensi\u00f3n", "extensio\u0301", "extensio\u0301n", "extens", "extensin", "extensionn",
    "\uff45\uff58\uff54", "\uff45\uff58\uff54\uff4e", "\uff58\uff54", "\uff58\uff54\uff4e", "e\uff58t",
    "\u0434\u043e\u0431", "anexo", "dob", "x", "\uff58", "#", "\uff03", "~", "\uff5e", "int",
    "\uff49\uff4e\uff54", "int.", ",,", ",", ",,,", ";", ";;", "- ", "-", " - -", "*", "ramal", ";ext",
    ";ext:", "; ext=", "\u1c81\u043e\u0431", "\u0434\u1c82\u0431", "extens\u0130on", "e\u212at", "\u0131nt",
    "\u0130nt", "exten\u017fion", "e\u1e8bt", "ext:", "ext.:", "x.", "x:", "ext\uff0e", "extension ,-", ",x",
    ";x", "\u00a0x", "p", "w")


def extension_text(rng: random.Random, label: str, count: int, number: str) -> str:
    """The number, a label, and that many digits, with random frills."""
    roll = rng.random()
    if roll < 0.2:
        label = label.upper()
    elif roll < 0.35:
        label = "".join(rng.choice([c, c.upper(), c.swapcase()]) for c in label)
    if rng.random() < 0.6:  # what most labels allow
        before, after = rng.choice(["", " ", "  "]), rng.choice(["", "", " ", ".", ": "])
        behind = rng.choice(["", "", "#"])
    else:
        before = rng.choice(["", " ", "\u00a0", ",", ", ", "\u3000", "-", ".", "/"])
        after = rng.choice(["", " ", ".", ":", ". ", " - ", ",", "\u00a0", "\uff0e", "- ", ":-", ".:"])
        behind = rng.choice(["", "#", "##", " #", ".", " "])
    number += before + label + after + digits(rng, count) + behind
    if rng.random() < 0.06:
        number += rng.choice(["", " ", "/", "/x", "\\ x"]) + rng.choice(LABELS) + digits(rng, rng.randint(0, 9))
    if rng.random() < 0.05:
        head, tail = number[:-count or None], number[len(number) - count:]
        number = head + in_script(tail, rng.choice([0xff10, 0x660, rng.choice(ZEROS)]))
    return number


def make_extension(rng: random.Random, cell: tuple) -> Line:
    """A number with one label and one count of extension digits."""
    home, nsn = any_number(rng)
    region = region_for(rng, home)
    return region, extension_text(rng, cell[0], cell[1], plain(rng, home, nsn, region))


KEYPAD = {"2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ"}
FOLDING = "\u017f\u212a\u0130\u0131\u00df\u1e9e" \
    "\ufb05\u03bc\u00b5\u212b\u1c81\u1c82\u01c5\u0307\u0345\u1e8a\u1e8b\u00d3\u00f3"
VANITY: Dict[str, Callable[[random.Random, str], str]] = {
    "upper": lambda rng, text: text,
    "lower": lambda rng, text: text.lower(),
    "mixed": lambda rng, text: "".join(rng.choice([c, c.lower()]) for c in text),
    "spaced": spaced,
    "full-width letters": lambda rng, text: "".join(chr(ord(c) + 0xfee0) if c.isalpha() else c for c in text),
    "full-width digits": lambda rng, text: in_script(text, 0xff10),
    "one other digit": lambda rng, text: text[:-1] + in_script("5", rng.choice(ZEROS)),
    "non-ASCII letter": lambda rng, text: text + rng.choice("\u00e9\u00d1\u0416\u03a9\u4e2d\u00aa"),
    "folding letter": lambda rng, text: text[:-1] + rng.choice(FOLDING) + text[-1:],
    "extension": lambda rng, text: f"{text} {rng.choice(['x', 'ext', '#', 'int', ',,', ';ext='])}{digits(rng, 3)}",
    "letters first": lambda rng, text: "FLOWERS " + text,
    "trailing word": lambda rng, text: text + rng.choice([" home", " (work)", " a", " ab", "abc", " x", "\u200bABC"]),
    "plus": lambda rng, text: rng.choice(["+", "++", "\uff0b"]) + text,
    "x among them": lambda rng, text: text[:-2] + rng.choice(["x", "X", "xx", "xX x"]) + text[-2:],
}


def make_vanity(rng: random.Random, cell: tuple) -> Line:
    """A number whose last digits are spelt."""
    home, nsn = any_number(rng)
    region = region_for(rng, home)
    head, tail = nsn[:max(3, len(nsn) - cell[1])], nsn[max(3, len(nsn) - cell[1]):]
    word = "".join(rng.choice(KEYPAD.get(c, "OIQZ")) for c in tail)
    lead = rng.choice(["", "", home.code, home.code + "-", "+" + home.code, home.meta.national_prefix or ""])
    return region, VANITY[cell[0]](rng, lead + head + rng.choice(["", "-", " "]) + word)


def load_pools() -> Dict[str, List[int]]:
    """Scalars by general category and by block, of those this Python's Unicode tables assign."""
    pools: Dict[str, List[int]] = {}
    for scalar in range(0x80, 0x110000):
        category = unicodedata.category(chr(scalar))
        if category not in ("Cs", "Cn", "Co") and scalar not in FORBIDDEN:
            pools.setdefault(category, []).append(scalar)
    known = {scalar for pool in pools.values() for scalar in pool}
    for first in (0x80, 0x100, 0x180, 0x1e00, 0x2000, 0x2050, 0x2070, 0x20a0, 0x2100, 0x2150, 0x2460, 0x24b0,
                  0x2e80, 0x3000, 0x3040, 0x30a0, 0xfe00, 0xff00, 0xff80, 0x10140, 0x1d400, 0x1d7c0, 0x1f100,
                  0x1f600, 0xe0000, 0x0300, 0x0370, 0x0400, 0x0600, 0x0660, 0x0900):
        pools[f"U+{first:04X}"] = [n for n in range(first, first + 0x80) if n in known]
    pools["folding"] = [ord(c) for c in FOLDING]
    pools["digit variants"] = [n for n in known if unicodedata.digit(chr(n), None) is not None]
    pools["private"] = list(range(0xe000, 0xe080)) + [0xf0000, 0x10fffd]
    return {name: sorted(pool) for name, pool in pools.items()}


PLACES = ("before", "behind", "inside", "for a digit", "in a label", "around an extension", "alone")


def make_unicode(rng: random.Random, cell: tuple) -> Line:
    """A number with scalars of one pool somewhere."""
    home, nsn = any_number(rng)
    region = region_for(rng, home)
    text = plain(rng, home, nsn, region)
    odd = "".join(map(chr, rng.choices(POOLS[cell[0]], k=rng.choice([1, 1, 1, 2, 3]))))
    at = rng.randrange(len(text))
    if cell[1] == "before":
        text = odd + text
    elif cell[1] == "behind":
        text += rng.choice(["", " ", "_", "."]) + odd + rng.choice(["", "", " ", "_", "#", "."])
    elif cell[1] == "inside":
        text = text[:at] + odd + text[at:]
    elif cell[1] == "for a digit":
        text = text[:at] + odd[0] + text[at + 1:]
    elif cell[1] == "alone":
        text = "".join(rng.choice([odd, c]) for c in text[:12])
    elif cell[1] == "in a label":
        label = rng.choice(LABELS)
        at = rng.randrange(len(label))
        text = f"{text} {label[:at]}{odd[0]}{label[at + rng.choice([0, 1]):]}{digits(rng, rng.randint(1, 5))}"
    else:
        label, number = rng.choice(LABELS), digits(rng, rng.randint(1, 5))
        text += rng.choice([f"{odd}{label}{number}", f" {label}{odd}{number}", f" {label}{number}{odd}"])
    return region, text


ALPHABETS: Dict[str, Sequence[str]] = {
    "all": list("0123456789+x#;,.-()/~* eExXtTnNsioO=:_\uff0b\uff11\u0663\u00a0") + [
        "ext", "tel:", ";phone-context=", ";isub=", ";ext=", "int", "anexo", "\u0434\u043e\u0431"],
    "digits mostly": list("0123456789" * 12 + "xX#,;-. ()*"),
    "separators mostly": list("019 -,x#.;~*()/ ") + ["ext", " x", ",,", "- "],
}


def make_fuzz(rng: random.Random, cell: tuple) -> Line:
    """A random string of pieces that matter, of an exact length."""
    text = rng.choice(["", "", "+", "0"])
    if cell[1] > 100 and rng.random() < 0.5:
        text += digits(rng, rng.randint(3, 12)) + rng.choice(" -.,x#~(") * (cell[1] - 20)
    while len(text) < cell[1]:
        text += rng.choice(ALPHABETS[cell[0]])
    return rng.choice(["ZZ", "AQ", "US", "US", rng.choice(REGIONS), rng.choice(REGIONS)]), text[:cell[1]]


class Group(NamedTuple):
    """A share of each hundred lines, the cells, and what fills one."""
    share: int
    cells: List[tuple]
    make: Callable[[random.Random, tuple], Line]


def load_groups() -> Dict[str, Group]:
    """All groups; shares add up to a hundred."""
    kinds = [(home.name, kind) for home in HOMES for kind in home.patterns]
    # Regions whose prefix expression is more than the prefix itself.
    prefixed = [name for name in REGIONS if BY_NAME[name].meta.national_prefix_for_parsing
                not in (None, BY_NAME[name].meta.national_prefix)]
    rules = [(home.name, table, at) for home in HOMES for table in ("number_format", "intl_number_format")
             for at in range(len(getattr(home.meta, table)))]
    changes = ["shorter", "longer"] + [str(place) for place in range(12)]
    starts = ("alone", "random", "valid", "mutant", "overlay", "code", "code alone", "trunk", "twice")
    def cross(*axes: Sequence[Any]) -> List[tuple]:
        cells: List[tuple] = [()]
        for axis in axes:
            cells = [cell + (value if isinstance(value, tuple) else (value,)) for cell in cells for value in axis]
        return cells
    return {
        "pattern": Group(34, cross(kinds, list(WAYS)), make_pattern),
        "boundary": Group(13, cross(kinds, changes), make_boundary),
        "prefix": Group(8, cross(range(1, 1000), range(1, 19)), make_prefix),
        "national": Group(6, cross(REGIONS + list(ODD_REGIONS), range(1, 21)), make_national),
        "transform": Group(7, cross(prefixed, starts), make_transform),
        "zone": Group(2, cross(sorted(timezone.TIMEZONE_DATA)), make_zone),
        "format": Group(2, rules, make_format),
        "decorated": Group(8, cross(DECORATIONS, ("e164", "digits", "national", "international")), make_decorated),
        "extension": Group(8, cross(LABELS, range(23)), make_extension),
        "vanity": Group(3, cross(list(VANITY), range(1, 9)), make_vanity),
        "unicode": Group(5, cross(sorted(POOLS), PLACES), make_unicode),
        "fuzz": Group(4, cross(list(ALPHABETS), list(range(41)) + list(range(249, 254))), make_fuzz),
    }


POOLS = load_pools()
GROUPS = load_groups()
ROTA = [name for name, group in GROUPS.items() for _ in range(group.share)]  # a hundred lines


@functools.lru_cache(maxsize=None)
def order_of(name: str, seed: str) -> List[int]:
    """The order in which a group's cells are visited."""
    order = list(range(len(GROUPS[name].cells)))
    random.Random(f"{seed} {name}").shuffle(order)
    return order


def line_at(index: int, seed: str, rng: random.Random) -> Tuple[str, int, str, str]:
    """Line number `index` of a run: its group, its cell, region and text."""
    name = ROTA[index % len(ROTA)]
    turn = index // len(ROTA) * GROUPS[name].share + index % len(ROTA) - ROTA.index(name)
    order = order_of(name, seed)
    cell = order[turn % len(order)]
    region, text = GROUPS[name].make(rng, GROUPS[name].cells[cell])
    return name, cell, region or "ZZ", text.translate(FORBIDDEN)


# ---- planted faults: each spoils the expected answers of some lines

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


# ---- comparing

class Miss(NamedTuple):
    """One field of one line in which the program differs."""
    group: str
    region: str
    text: str
    field: str
    wanted: Any
    got: Any


class Outcome:
    """What a batch, or a whole run, came to."""
    def __init__(self) -> None:
        self.counts: Counter = Counter()  # by (group, what): lines, parsed, valid, and fields that differ
        self.lines: Counter = Counter()  # by (group, cell)
        self.bad: Counter = Counter()  # by (group, cell), lines with a difference
        self.met: Counter = Counter()  # by error, type and region expected
        self.planted: Counter = Counter()  # by fault
        self.caught: Counter = Counter()  # by (fault, group, cell)
        self.misses: List[Miss] = []
        self.skipped: List[str] = []

    def add(self, other: "Outcome") -> None:
        """Take another outcome in."""
        for name in ("counts", "met", "lines", "bad", "planted", "caught"):
            getattr(self, name).update(getattr(other, name))
        self.misses += other.misses[:max(0, 2000 - len(self.misses))]
        self.skipped += other.skipped


class Job(NamedTuple):
    """Which lines to make, and the program to ask."""
    program: str
    seed: str
    first: int
    last: int
    plant: bool


def replies_of(program: str, lines: Sequence[Line]) -> Tuple[List[bytes], str]:
    """The program's lines for these, and what was wrong with the run as a whole."""
    with tempfile.TemporaryFile() as source:
        source.write("".join(f"{region}\t{text}\n" for region, text in lines).encode())
        source.seek(0)
        done = subprocess.run(shlex.split(program), stdin=source, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
    replies = done.stdout.split(b"\n")
    if replies[-1] == b"":
        replies.pop()
    trouble = [f"exit status {done.returncode}: {done.stderr[-300:]!r}"] if done.returncode else []
    if len(replies) != len(lines):
        trouble.append(f"{len(replies)} lines for {len(lines)}; the next would have answered "
                       f"{lines[len(replies)] if len(replies) < len(lines) else 'nothing'}")
    return replies, "; ".join(trouble)


def differences(answer: Answer, reply: bytes) -> List[Tuple[str, Any, Any]]:
    """Every field in which the reply is not the answer."""
    try:
        got = json.loads(reply)
    except ValueError:
        return [("protocol", "JSON", reply[:200])]
    if not isinstance(got, dict) or got.get("input") != answer["input"]:
        return [("protocol", answer["input"], got)]
    return [(field, answer[field], got.get(field, "(absent)")) for field in CORE[1:] + FORMATS
            if type(got.get(field)) is not type(answer[field]) or got.get(field, 0) != answer[field]]


def run_job(job: Job) -> Outcome:
    """Make a batch of lines, ask the program, and compare."""
    rng = random.Random(f"{job.seed} {job.first}")
    outcome = Outcome()
    asked: List[Tuple[str, int, str, Answer]] = []
    for index in range(job.first, job.last):
        group, cell, region, text = line_at(index, job.seed, rng)
        try:
            asked.append((group, cell, region, expected(region, text)))
        except Exception as error:  # a defect of the package: such a line proves nothing
            outcome.skipped.append(f"{region} {text!r}: {error!r}")
    replies, trouble = replies_of(job.program, [(region, answer["input"]) for _, _, region, answer in asked])
    for number, (group, cell, region, answer) in enumerate(asked):
        outcome.lines[group, cell] += 1
        outcome.counts.update({(group, "lines"): 1, (group, "(parsed)"): answer["parsed"],
                               (group, "(valid)"): answer["valid"]})
        outcome.met.update(("error " + answer["error"],) if answer["error"] else
                           ("type " + answer["type"], "region " + (answer["region"] or "none")))
        fault = None
        if job.plant:
            answer, fault = plant(group, GROUPS[group].cells[cell], region, answer)
        found = [("protocol", "a sound run", trouble)] if trouble else differences(answer, replies[number])
        if fault:
            outcome.planted[fault] += 1
            outcome.caught[fault, group, cell] += bool(found)
        elif found:
            outcome.bad[group, cell] += 1
            outcome.counts.update((group, field) for field, _, _ in found)
            if len(outcome.misses) < (1 if trouble else 500):
                outcome.misses += [Miss(group, region, answer["input"], *miss) for miss in found]
    return outcome


def cell_name(group: str, cell: int) -> str:
    """A fine stratum in words."""
    return "/".join([group] + [str(part) for part in GROUPS[group].cells[cell]])


def compare(options: argparse.Namespace) -> int:
    """The subcommand `compare`."""
    if not shutil.which((shlex.split(options.program) or [""])[0]):
        print(f"no such program: {options.program}", file=sys.stderr)
        return 2
    seed = options.seed or str(int.from_bytes(os.urandom(6), "big"))
    started = time.monotonic()
    head = (f"seed {seed}, {options.lines} lines, phonenumbers {phonenumbers.__version__}, "
            f"Python {sys.version.split()[0]} with Unicode {unicodedata.unidata_version}")
    print(head, flush=True)
    total = Outcome()
    with multiprocessing.Pool(options.jobs) as pool:
        for outcome in pool.imap(run_job, [
                Job(options.program, seed, first, min(first + BATCH, options.lines), options.plant)
                for first in range(0, options.lines, BATCH)]):
            total.add(outcome)
    text, status = report(total, options.plant)
    print(text + f"\n{time.monotonic() - started:.0f} s")
    if options.report:
        with open(options.report, "w", encoding="utf-8") as out:
            out.write(f"{head}\n{report(total, options.plant, everything=True)[0]}\n")
    return status


def report(total: Outcome, planted: bool, everything: bool = False) -> Tuple[str, int]:
    """The outcome in words, and the exit status it calls for."""
    columns = ("lines", "(parsed)", "(valid)") + CORE + FORMATS
    widths = [max(7, len(column) + 1) for column in columns]
    rows = [f"{'group':<10}" + "".join(f"{name:>{width}}" for name, width in zip(columns, widths))]
    for group in list(GROUPS) + ["all"]:
        sums = [sum(n for (name, what), n in total.counts.items() if what == column and group in (name, "all"))
                for column in columns]
        rows.append(f"{group:<10}" + "".join(f"{n:>{width}}" for n, width in zip(sums, widths)))
    cells = sum(len(group.cells) for group in GROUPS.values())
    least = min(total.lines.values(), default=0) if len(total.lines) == cells else 0
    rows.append(f"{cells} fine strata, {len(total.lines)} met, {len(total.bad)} with a disagreement; "
                f"the smallest had {least} lines")
    for what in ("error", "type"):
        rows.append(", ".join(f"{key} {n}" for key, n in total.met.most_common() if key.startswith(what)))
    regions = [f"{key[7:]} {n}" for key, n in total.met.most_common() if key.startswith("region")]
    rows.append(f"{len(regions)} regions, the rarest {', '.join(regions[-6:])}")
    if total.skipped:
        rows.append(f"{len(total.skipped)} lines skipped, the package itself failing, such as {total.skipped[0]}")
    for (group, cell), count in total.bad.most_common(None if everything else 60):
        rows.append(f"  bad: {cell_name(group, cell)}: {count} of {total.lines[group, cell]} lines")
    for miss in total.misses[:None if everything else 20]:
        rows.append(f"  {miss.group} {miss.region} {miss.text!r} {miss.field}: "
                    f"expected {miss.wanted!r}, got {miss.got!r}")
    status = 1 if total.bad or not total.lines else 0
    for fault in FAULTS if planted else ():
        where = {key: n for key, n in total.caught.items() if key[0] == fault and n}
        if total.planted[fault] and sum(where.values()) == total.planted[fault]:
            _, group, cell = max(where, key=lambda key: where[key])
            rows.append(f"planted fault {fault}: caught in stratum {cell_name(group, cell)} "
                        f"({total.planted[fault]} lines in {len(where)} strata)")
        else:
            status = 1
            rows.append(f"planted fault {fault}: MISSED, {sum(where.values())} of {total.planted[fault]} lines")
    rows.append("everything agrees" if not total.bad and not planted else
                f"{sum(total.bad.values())} lines disagree" + (" besides the planted ones" if planted else ""))
    return "\n".join(rows), status


# ---- the fixture, and one answer

def fixture(options: argparse.Namespace) -> int:
    """The subcommand `fixture`: every region and type once, then the groups in turn."""
    rng = random.Random(f"fixture {options.seed}")
    kinds = [(home.name, kind) for home in HOMES for kind in home.patterns]
    made = [make_pattern(rng, kind + (list(WAYS)[at % len(WAYS)],)) for at, kind in enumerate(kinds)]
    rest = [name for name, group in GROUPS.items() if name != "pattern" for _ in range(max(2, group.share // 2))]
    used: Counter = Counter()
    for turn in range(max(0, options.lines - len(made))):
        name = rest[turn % len(rest)]
        cells = order_of(name, str(options.seed))
        made.append(GROUPS[name].make(rng, GROUPS[name].cells[cells[used[name] % len(cells)]]))
        used[name] += 1
    rows = [f"# phonenumbers {phonenumbers.__version__}, seed {options.seed}; derived from the metadata of "
            "libphonenumber, Apache-2.0; made by number_oracle.py fixture"]
    for region, text in made:
        answer = expected(region or "ZZ", text.translate(FORBIDDEN))
        rows.append("\t".join([
            region or "ZZ", answer["input"], answer["error"] or "", answer["e164"] or "", str(int(answer["valid"])),
            answer["type"], answer["region"] or "", "+".join(answer["zones"]), answer["international"] or "",
            answer["national"] or "", answer["extension"] or ""]))
    content = ("\n".join(rows) + "\n").encode()
    with open(options.output, "wb") as out:
        out.write(content)
    print(f"{len(made)} lines, {len(content)} bytes")
    return 0


def answer_one(options: argparse.Namespace) -> int:
    """The subcommand `answer`."""
    print(json.dumps(expected(options.region, options.text), ensure_ascii=False))
    return 0


def main() -> int:
    """Read the command line and do as it says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    sub = commands.add_parser("compare", help="compare a program with phonenumbers; exit status 1 if they differ")
    sub.add_argument("--program", required=True, help='command line to run, such as "waybill number -"')
    sub.add_argument("--lines", type=int, default=1_000_000, help="how many lines to ask (default: a million)")
    sub.add_argument("--seed", help="any word; the same one gives the same lines (default: drawn and printed)")
    sub.add_argument("--jobs", type=int, default=2, help="processes, each running the program (default: 2)")
    sub.add_argument("--plant", action="store_true", help="spoil known expected answers, which must be reported")
    sub.add_argument("--report", metavar="FILE", help="also write the outcome there, with every bad stratum")
    sub.set_defaults(run=compare)
    sub = commands.add_parser("fixture", help="write a table of lines and expected answers")
    sub.add_argument("--lines", type=int, default=4000, help="how many lines (default: 4000)")
    sub.add_argument("--seed", default="1", help="any word (default: 1)")
    sub.add_argument("output", metavar="OUTPUT.tsv")
    sub.set_defaults(run=fixture)
    sub = commands.add_parser("answer", help="print the expected answer for one number")
    sub.add_argument("region", metavar="REGION", help="two letters, ZZ for none")
    sub.add_argument("text", metavar="TEXT")
    sub.set_defaults(run=answer_one)
    options = parser.parse_args()
    return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
