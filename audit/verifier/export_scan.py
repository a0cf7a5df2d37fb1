"""One run over the lines of an export: their hashes, the roots at the sizes asked for, and what is amiss.

Standard library only. The file is read in stretches of whole lines. Each is hashed, and where wanted checked,
by itself, in this process or another, and the results are joined in their order, so that the findings are
the same however many processes there are, and memory does not grow with the file.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from audit.log_format import Frontier
from audit.verifier.key_trust import ROTATED, Rotation, rotation_of
from audit.verifier.line_check import LineCheck, LineError, read_line
from audit.verifier.tree_range import Subtree, TreeRange
from audit.verifier.verdicts import UnusableError

# A line of the log is some hundred bytes long. A longer one than this is none of its lines.
STRETCH_BYTES = 2 * 1024 * 1024
# Below these, starting processes takes longer than they save.
PARALLEL_FROM_BYTES = 24 * 1024 * 1024
PARALLEL_HASHING_FROM_BYTES = 20 * PARALLEL_FROM_BYTES
ROTATION_MARK = f'"act":"{ROTATED}"'.encode()

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Wanted:
    """What a run is to find: roots at these sizes, leaves at these places, and, if strict, bad lines."""

    sizes: frozenset[int] = frozenset()
    leaves: frozenset[int] = frozenset()
    strict: bool = True


@dataclass(frozen=True)
class Stretch:
    """Whole lines of a file: where they begin, in bytes and as events, and where they end."""

    path: Path
    offset: int
    length: int
    first: int
    end: int
    wanted: Wanted


@dataclass
class Findings:
    """What was found in one stretch. The tree is given in parts, cut at the sizes asked for."""

    length: int
    parts: list[tuple[int, list[Subtree]]] = field(default_factory=list)
    leaves: dict[int, bytes] = field(default_factory=dict)
    rotations: list[Rotation] = field(default_factory=list)
    check: LineCheck = field(default_factory=LineCheck)
    defect: tuple[int, str] | None = None


@dataclass
class Scan:
    """What was found in the whole file. `size` is that of the log after its last complete line.

    `defect` is the number of the first bad event and what is bad about it; `unfinished` says that bytes
    without an LF follow the last line, `overlong` that the next line is longer than any of the log.
    """

    base: int
    tree: TreeRange
    roots: dict[int, bytes]
    leaves: dict[int, bytes] = field(default_factory=dict)
    rotations: list[Rotation] = field(default_factory=list)
    check: LineCheck = field(default_factory=LineCheck)
    defect: tuple[int, str] | None = None
    unfinished: bool = False
    overlong: bool = False

    @property
    def size(self) -> int:
        """The number of events before the export and in it."""
        return self.tree.end

    def take(self, found: Findings) -> None:
        """Go on with the findings of the next stretch."""
        for size, subtrees in found.parts:
            self.tree.join(subtrees)
            self.roots[size] = self.tree.root()
        self.leaves.update(found.leaves)
        self.rotations += found.rotations
        self.check.follow(found.check)
        self.defect = self.defect or found.defect


def scan(
    path: Path, *, frontier: Frontier, wanted: Wanted, processes: int = 1, progress: Progress | None = None
) -> Scan:
    """Read the whole file once. Raises UnusableError when it cannot be read or changes meanwhile."""
    base = frontier.size
    tree = TreeRange.of_frontier(frontier)
    result = Scan(base, tree, {base: tree.root()}, check=LineCheck(base))
    try:
        worth_it = PARALLEL_FROM_BYTES if wanted.strict else PARALLEL_HASHING_FROM_BYTES
        if path.stat().st_size < worth_it:
            processes = 1
        for found in _in_order(_stretches(path, result, wanted), processes):
            result.take(found)
            if progress:
                progress(found.length)
    except OSError as error:
        raise UnusableError(f"{path} cannot be read ({error.strerror or error}).") from None
    result.roots[result.size] = result.tree.root()
    return result


def _in_order(stretches: Iterable[Stretch], processes: int) -> Iterator[Findings]:
    if processes == 1:
        yield from map(examine, stretches)
        return
    waiting: deque[Future[Findings]] = deque()
    # A new interpreter for each, on every system: a copy of this process could hold another thread's locks.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=fresh, initializer=_leave_interrupts_alone) as pool:
        for stretch in stretches:
            waiting.append(pool.submit(examine, stretch))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _leave_interrupts_alone() -> None:
    """Ctrl-C goes to every process of the terminal; the first one ends the others itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _stretches(path: Path, result: Scan, wanted: Wanted) -> Iterator[Stretch]:
    """Cut the file at line ends, and note in `result` how it ends."""
    offset, first = 0, result.base
    with path.open("rb") as file:
        while block := file.read(STRETCH_BYTES):
            length = block.rfind(b"\n") + 1
            if not length:
                result.overlong = len(block) == STRETCH_BYTES
                result.unfinished = not result.overlong
                return
            end = first + block.count(b"\n", 0, length)
            yield Stretch(path, offset, length, first, end, _wanted_between(wanted, first, end))
            offset, first = offset + length, end
            file.seek(offset)


def _wanted_between(wanted: Wanted, first: int, end: int) -> Wanted:
    return Wanted(
        frozenset(size for size in wanted.sizes if first < size <= end),
        frozenset(place for place in wanted.leaves if first <= place < end),
        wanted.strict,
    )


def examine(stretch: Stretch) -> Findings:
    """Hash the lines of a stretch and, where wanted, check each. Raises UnusableError if the file changed."""
    with stretch.path.open("rb") as file:
        file.seek(stretch.offset)
        block = file.read(stretch.length)
    lines = block.split(b"\n")
    if lines.pop() or len(lines) != stretch.end - stretch.first:
        raise UnusableError(f"{stretch.path} changed while it was read. Check a copy that nobody writes to.")
    found = Findings(len(block), check=LineCheck(stretch.first))
    _hash(lines, stretch, found)
    if ROTATION_MARK in block:
        found.rotations = list(_rotations(lines, stretch.first))
    # How the log begins is of interest in every case; whether that is right, only to the strict check.
    _check(lines if stretch.wanted.strict else lines[: stretch.first == 0], found)
    if not stretch.wanted.strict:
        found.defect = None
    return found


def _hash(lines: list[bytes], stretch: Stretch, found: Findings) -> None:
    leaves = [sha256(b"\x00" + line).digest() for line in lines]
    found.leaves = {place: leaves[place - stretch.first] for place in stretch.wanted.leaves}
    start = stretch.first
    for cut in sorted({*stretch.wanted.sizes, stretch.end}):
        part = TreeRange.empty(start)
        part.extend(leaves[start - stretch.first : cut - stretch.first])
        found.parts.append((cut, part.subtrees))
        start = cut


def _rotations(lines: Iterable[bytes], first: int) -> Iterator[Rotation]:
    for seq, line in enumerate(lines, start=first):
        if ROTATION_MARK in line and (rotation := _rotation(line, seq)):
            yield rotation


def _rotation(line: bytes, seq: int) -> Rotation | None:
    try:
        return rotation_of(read_line(line), seq=seq)
    except LineError:
        return None


def _check(lines: Iterable[bytes], found: Findings) -> None:
    try:
        for line in lines:
            found.check.pass_over(line)
    except LineError as error:
        found.defect = (found.check.next_seq, str(error))


def processors() -> int:
    """How many processes can run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
