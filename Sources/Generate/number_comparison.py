"""Comparing a program's answers with the expected ones in batches, and the report on it.

The program reads lines `REGION<TAB>TEXT` and writes one JSON object per line.
"""
from __future__ import annotations

import json
import random
import shlex
import subprocess
import tempfile
from collections import Counter
from typing import Any, List, NamedTuple, Sequence, Tuple

from number_answers import CORE, FORMATS, Answer, expected
from number_faults import FAULTS, plant
from number_lines import GROUPS, Line, line_at


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
