"""The lines to ask about, in groups.

A group is a list of cells (region x type x way of writing, label x digit
count, ...), visited in turn so that none stays empty. Each has a function that
makes a (region, text) for a cell.
"""
from __future__ import annotations

import functools
import random
from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Tuple

import phonenumbers
from phonenumbers import NumberParseException, timezone

from number_characters import DASHES, FORBIDDEN, POOLS, digits, spaced
from number_regions import (BY_NAME, CODES, HOMES, ODD_REGIONS, REGIONS, Home,
                            any_number, draw, nsn_of)
from number_writings import (DECORATIONS, KEYPAD, LABELS, PLAIN, VANITY, WAYS,
                             abroad, extension_text, plain)

Line = Tuple[str, str]  # region and text


def region_for(rng: random.Random, home: Home) -> str:
    """The default region: mostly the home's own, at times another or none."""
    roll = rng.random()
    if roll < 0.76:
        return home.region or rng.choice(["ZZ", rng.choice(REGIONS)])
    return rng.choice(REGIONS) if roll < 0.9 else rng.choice(ODD_REGIONS)


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


def make_extension(rng: random.Random, cell: tuple) -> Line:
    """A number with one label and one count of extension digits."""
    home, nsn = any_number(rng)
    region = region_for(rng, home)
    return region, extension_text(rng, cell[0], cell[1], plain(rng, home, nsn, region))


def make_vanity(rng: random.Random, cell: tuple) -> Line:
    """A number whose last digits are spelt."""
    home, nsn = any_number(rng)
    region = region_for(rng, home)
    head, tail = nsn[:max(3, len(nsn) - cell[1])], nsn[max(3, len(nsn) - cell[1]):]
    word = "".join(rng.choice(KEYPAD.get(c, "OIQZ")) for c in tail)
    lead = rng.choice(["", "", home.code, home.code + "-", "+" + home.code, home.meta.national_prefix or ""])
    return region, VANITY[cell[0]](rng, lead + head + rng.choice(["", "-", " "]) + word)


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


# ---- the groups

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
