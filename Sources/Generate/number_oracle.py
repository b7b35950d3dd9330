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
import json
import multiprocessing
import os
import random
import shlex
import shutil
import sys
import time
import unicodedata
from collections import Counter

import phonenumbers

from number_answers import expected
from number_characters import FORBIDDEN
from number_comparison import Job, Outcome, report, run_job
from number_lines import GROUPS, make_pattern, order_of
from number_regions import HOMES
from number_writings import WAYS

BATCH = 20_000  # lines per run of the program


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
