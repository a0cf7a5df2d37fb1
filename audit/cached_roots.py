"""The cache of subtree roots, read in its order beside the tree that is built anew."""

from collections.abc import Iterator

from audit.models import AuditSubtree

PAGE = 1000


class CachedRoots:
    """Tells of each root, in the order in which the tree reaches them, whether another one is cached for it.

    What is not cached agrees with everything.
    """

    def __init__(self, *, using: str) -> None:
        self._blocks = _Row(_rows(0, AuditSubtree.WIDE, using=using))
        self._wide = _Row(_rows(AuditSubtree.WIDE, None, using=using))

    def contradicts(self, number: int, root: bytes) -> bool:
        """Whether the cache has another root under this number."""
        row = self._wide if number >= AuditSubtree.WIDE else self._blocks
        cached = row.at(number)
        return cached is not None and cached != root


class _Row:
    """One pass through rows that come with rising numbers."""

    def __init__(self, rows: Iterator[tuple[int, bytes]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def at(self, number: int) -> bytes | None:
        while self._next is not None and self._next[0] < number:
            self._next = next(self._rows, None)
        return self._next[1] if self._next is not None and self._next[0] == number else None


def _rows(begin: int, end: int | None, *, using: str) -> Iterator[tuple[int, bytes]]:
    rows = AuditSubtree.objects.using(using).order_by("number")
    if end is not None:
        rows = rows.filter(number__lt=end)
    while page := list(rows.filter(number__gte=begin)[:PAGE]):
        yield from ((row.number, bytes(row.root)) for row in page)
        begin = page[-1].number + 1
