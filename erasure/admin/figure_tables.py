"""Tables of figures: a row for each regulation and type, a column for each figure, and the list of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from erasure.admin.list_links import Cell, counted, of_figure
from erasure.choices import Regulation, RequestType
from erasure.metrics.figures import Counts, Figure, Group
from erasure.metrics.periods import Period
from erasure.refusal_grounds import refusal_ground
from erasure.regulations import regulations_on


@dataclass(frozen=True)
class Column:
    """One figure of a table; `side` says whether its list is one of receipts or of answers."""

    figure: Figure
    header: str
    side: str


@dataclass(frozen=True)
class Line:
    """One row: what it is about, and its numbers in the order of the columns."""

    name: str
    cells: Sequence[Cell]
    group: Group | None = None


def groups(found: Iterable[Group]) -> list[Group]:
    """Every regulation in force with both types, and any other that has requests, in their order."""
    in_force = {Group(rule.regulation, str(type_)) for rule in regulations_on() for type_ in RequestType}
    order = list(Regulation.values)
    types = list(RequestType.values)
    return sorted(in_force | set(found), key=lambda one: (order.index(one.regulation), types.index(one.type)))


def group_name(group: Group) -> str:
    """The regulation and the type in words."""
    return f"{Regulation(group.regulation).label}: {RequestType(group.type).label}"


def line(
    name: str, counts: Counts, columns: Sequence[Column], period: Period, group: Group | None = None
) -> Line:
    """The numbers of one group, or of all together, each with its list."""
    cells = [
        counted(counts[column.figure], **of_figure(column.figure, column.side, period, group))
        for column in columns
    ]
    return Line(name, cells, group)


def ground_name(code: str) -> str:
    """A ground of refusal in words; a code that no list has stays as it is."""
    laws = [rule.regulation for rule in regulations_on()]
    found = (ground for law in laws if (ground := refusal_ground(law, code)) is not None)
    return next((str(ground.label) for ground in found), code)
