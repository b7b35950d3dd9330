"""Automata over decimal digits, built from the regular expressions of numbering plans.

All automata live in one pool of shared nodes. A node has ten edges and the label of a number that ends there. An edge
leads to a node or, where further digits make no difference but by their count, to a leaf: a tuple of labels by the number
of digits that still follow (0 … 17). Every language here is finite, or constant after finitely many digits.
"""

from __future__ import annotations

from typing import Callable, Dict, FrozenSet, List, Optional, Tuple

try:
    import re._constants as sre  # Python 3.11 and later
    import re._parser as parser
except ImportError:  # pragma: no cover
    import sre_constants as sre
    import sre_parse as parser

#: A leaf answers for this many lengths of what remains; national numbers have at most 17 digits.
LEAF_LENGTHS = 18

Digits = FrozenSet[int]
Instruction = Tuple[str, object, object]


def digits_of_set(items) -> Digits:
    """The decimal digits in a character class."""
    found = set()
    for kind, value in items:
        if kind is sre.LITERAL:
            found.add(value - 48)
        elif kind is sre.RANGE:
            found.update(range(value[0] - 48, value[1] - 47))
        elif kind is sre.CATEGORY and value is sre.CATEGORY_DIGIT:
            found.update(range(10))
        else:
            raise ValueError(f"character class with {kind}")
    return frozenset(found)


def compile_pattern(pattern: str) -> List[Instruction]:
    """A pattern as a program: ("digit", set, next), ("split", first, second), ("save", slot, next), ("end", None, next),
    ("match", None, None). Of two branches the first has priority, as in Perl's regular expressions."""
    program: List[Instruction] = []

    def emit(kind: str, first=None, second=None) -> int:
        program.append((kind, first, second))
        return len(program) - 1

    def sequence(items, following: int) -> int:
        for item in reversed(list(items)):
            following = single(item, following)
        return following

    def single(item, following: int) -> int:
        kind, value = item
        if kind is sre.LITERAL:
            return emit("digit", frozenset([value - 48]), following)
        if kind is sre.IN:
            return emit("digit", digits_of_set(value), following)
        if kind is sre.BRANCH:
            entries = [sequence(branch, following) for branch in value[1]]
            entry = entries[-1]
            for earlier in reversed(entries[:-1]):
                entry = emit("split", earlier, entry)
            return entry
        if kind is sre.SUBPATTERN:
            group, content = value[0], value[-1]
            if group is None:
                return sequence(content, following)
            closing = emit("save", 2 * group + 1, following)
            return emit("save", 2 * group, sequence(content, closing))
        if kind is sre.MAX_REPEAT:
            least, most, content = value
            if most > 20:
                raise ValueError(f"unbounded repetition in {pattern}")
            entry = following
            for _ in range(most - least):
                entry = emit("split", sequence(content, entry), following)
            for _ in range(least):
                entry = sequence(content, entry)
            return entry
        if kind is sre.AT and value is sre.AT_END:
            return emit("end", None, following)
        raise ValueError(f"{kind} in {pattern}")

    start = sequence(parser.parse(pattern), emit("match"))
    emit("split", start, start)  # The entry is the last instruction.
    return program


class Pool:
    """Nodes and leaves, each kept once."""

    def __init__(self) -> None:
        self.nodes: List[Tuple[int, Tuple[int, ...]]] = []
        self.leaves: List[Tuple[int, ...]] = []
        self._node_ids: Dict[Tuple[int, Tuple[int, ...]], int] = {}
        self._leaf_ids: Dict[Tuple[int, ...], int] = {}

    # Leaves have negative references: leaf i is -1 - i.
    def leaf(self, labels: Tuple[int, ...]) -> int:
        labels = labels[:LEAF_LENGTHS]
        if labels not in self._leaf_ids:
            self._leaf_ids[labels] = len(self.leaves)
            self.leaves.append(labels)
        return -1 - self._leaf_ids[labels]

    def constant(self, label: int) -> int:
        return self.leaf((label,) * LEAF_LENGTHS)

    def node(self, label: int, edges: Tuple[int, ...]) -> int:
        """The node with these edges, or the leaf that says the same."""
        if edges[0] < 0 and len(set(edges)) == 1:
            labels = (label,) + self.leaves[-1 - edges[0]]
            # Labels by length are kept in bytes.
            if len(set(labels)) == 1 or max(labels) < 256:
                return self.leaf(labels)
        key = (label, edges)
        if key not in self._node_ids:
            self._node_ids[key] = len(self.nodes)
            self.nodes.append(key)
        return self._node_ids[key]

    def build(self, state, step: Callable, label: Callable, is_final: Callable, depth: int = 0, memo=None) -> int:
        """The automaton of an abstract state: `step(state, digit)`, `label(state, depth)`, `is_final(state)` where no
        further digit changes the label."""
        memo = {} if memo is None else memo
        key = (state, depth)
        if key not in memo:
            if is_final(state):
                memo[key] = self.constant(label(state, depth))
            else:
                edges = tuple(
                    self.build(step(state, digit), step, label, is_final, depth + 1, memo) for digit in range(10)
                )
                memo[key] = self.node(label(state, depth), edges)
        return memo[key]


class PatternSet:
    """Several patterns read at once. A state is a frozenset of positions; a position is (pattern, instruction).

    A prefix pattern, once matched, stays so: its position is (pattern, "matched")."""

    def __init__(self) -> None:
        self._programs: List[List[Instruction]] = []
        self._is_prefix: List[bool] = []

    def add(self, pattern: str, prefix: bool = False) -> int:
        self._programs.append(compile_pattern(pattern))
        self._is_prefix.append(prefix)
        return len(self._programs) - 1

    def start(self) -> frozenset:
        found = set()
        for number, program in enumerate(self._programs):
            self._enter(number, len(program) - 1, found)
        return frozenset(found)

    def _enter(self, number: int, position: int, found: set) -> None:
        kind, first, second = self._programs[number][position]
        if kind == "split":
            self._enter(number, first, found)
            self._enter(number, second, found)
        elif kind == "save":
            self._enter(number, second, found)
        elif kind == "match":
            found.add((number, "matched" if self._is_prefix[number] else "accepts"))
        elif kind == "digit":
            found.add((number, position))
        else:
            raise ValueError("an end is matched by PrefixRule only")

    def step(self, state: frozenset, digit: int) -> frozenset:
        found: set = set()
        done = {number for number, position in state if position == "matched"}
        for number, position in state:
            if position == "matched":
                found.add((number, position))
            elif position != "accepts" and number not in done:
                _, digits, following = self._programs[number][position]
                if digit in digits:
                    self._enter(number, following, found)
        return frozenset(found)

    @staticmethod
    def matching(state: frozenset) -> set:
        """The numbers of the patterns that match what has been read."""
        return {number for number, position in state if position in ("accepts", "matched")}

    @staticmethod
    def is_settled(state: frozenset) -> bool:
        """Whether no further digit can change what matches, and nothing matches by its full length."""
        return all(position == "matched" for _, position in state)


Thread = Tuple[int, Tuple[Tuple[int, int], ...]]


class PrefixRule:
    """One pattern matched at the beginning of a number, with priorities and groups as Perl has them.

    A state is (threads in order of priority, the best match so far); a match is (length, saved positions)."""

    def __init__(self, pattern: str) -> None:
        self._program = compile_pattern(pattern)

    def start(self):
        return self._close([(len(self._program) - 1, ())], 0, None)

    def _close(self, threads: List[Thread], depth: int, best):
        found: List[Thread] = []
        seen = set()
        for position, saved in threads:
            match = self._enter(position, saved, depth, found, seen)
            if match is not None:
                return (tuple(found), match)
        return (tuple(found), best)

    def _enter(self, position: int, saved, depth: int, found: List[Thread], seen: set):
        if position in seen:
            return None
        seen.add(position)
        kind, first, second = self._program[position]
        if kind == "split":
            match = self._enter(first, saved, depth, found, seen)
            return match if match is not None else self._enter(second, saved, depth, found, seen)
        if kind == "save":
            kept = tuple(pair for pair in saved if pair[0] != first)
            return self._enter(second, kept + ((first, depth),), depth, found, seen)
        if kind == "match":
            return (depth, tuple(sorted(saved)))
        found.append((position, saved))
        return None

    def step(self, state, digit: int, depth: int):
        threads, best = state
        following = [
            (self._program[position][2], saved)
            for position, saved in threads
            if self._program[position][0] == "digit" and digit in self._program[position][1]
        ]
        return self._close(following, depth + 1, best)

    def at_end(self, state, depth: int):
        """The match of a number that ends here; None where there is none."""
        threads, best = state
        for position, saved in threads:
            if self._program[position][0] == "end":
                kind, _, following = self._program[position]
                rest: List[Thread] = []
                match = self._enter(following, saved, depth, rest, set())
                if match is not None:
                    return match
        return best

    def build(self, pool: Pool, label: Callable[[Optional[tuple]], int]) -> int:
        memo: Dict[tuple, int] = {}

        def visit(state, depth: int) -> int:
            key = (state, depth)
            if key not in memo:
                end = label(self.at_end(state, depth))
                if not state[0]:
                    memo[key] = pool.constant(end)
                else:
                    edges = tuple(visit(self.step(state, digit, depth), depth + 1) for digit in range(10))
                    memo[key] = pool.node(end, edges)
            return memo[key]

        return visit(self.start(), 0)
