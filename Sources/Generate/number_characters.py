"""Characters to write numbers with: digits of every script, separators, and pools of odd ones."""
from __future__ import annotations

import random
import unicodedata
from typing import Dict, List

# What would break a reader of lines, apart from the surrogates.
FORBIDDEN = {ord(c): None for c in "\0\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"}
ZEROS = [n for n in range(0x80, 0x110000)
         if unicodedata.category(chr(n)) == "Nd" and unicodedata.digit(chr(n)) == 0]
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d"
GAPS = " " * 8 + DASHES + "./()[]~\u00a0\u00ad\u200b\u2060\u3000\uff0e\uff0f\uff5e\u2053\u223c"
FOLDING = "\u017f\u212a\u0130\u0131\u00df\u1e9e" \
    "\ufb05\u03bc\u00b5\u212b\u1c81\u1c82\u01c5\u0307\u0345\u1e8a\u1e8b\u00d3\u00f3"


def digits(rng: random.Random, count: int) -> str:
    """Random ASCII digits."""
    return "".join(rng.choices("0123456789", k=count))


def in_script(text: str, zero: int) -> str:
    """The text with its ASCII digits written in another script."""
    return text.translate({48 + n: zero + n for n in range(10)})


def spaced(rng: random.Random, text: str) -> str:
    """The text with a separator after some of its characters."""
    return "".join(c + (rng.choice(GAPS) if rng.random() < 0.2 else "") for c in text)


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


POOLS = load_pools()
