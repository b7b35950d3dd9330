"""Ways of writing a number: layouts, decorations, extensions, letters."""
from __future__ import annotations

import random
from typing import Callable, Dict

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from number_characters import FOLDING, ZEROS, digits, in_script, spaced
from number_regions import BY_NAME, Home, draw

Way = Callable[[random.Random, Home, str, str], str]


# ---- layouts

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


# ---- decorations

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


# ---- extensions

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


def with_extension(rng: random.Random, home: Home, nsn: str, region: str) -> str:
    """The number in a random way, with an extension behind it."""
    return extension_text(rng, rng.choice(LABELS), rng.randint(1, 7), plain(rng, home, nsn, region))


# ---- letters

KEYPAD = {"2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ"}
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


# ---- every way of writing a number whole

WAYS: Dict[str, Way] = dict(PLAIN)
WAYS["extension"] = with_extension
WAYS["script"] = lambda rng, home, nsn, region: in_script(
    plain(rng, home, nsn, region), rng.choice([0xff10, 0x660, 0x6f0, rng.choice(ZEROS)]))
