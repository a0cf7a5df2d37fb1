"""The details of a cascade: which linked entities were reached, and how many records of each.

Their shape varies with the tenant and the category (contract, "Status"). The names and nestings below are
understood; of anything else nothing is said here, and the body is kept whole for whoever wants to look.
"""

from collections.abc import Iterator

from erasure.outbound.errors import UnreadableAnswer
from erasure.outbound.strict_json import count_of, read_object, storable

MOST_ROWS = 200
LONGEST_ENTITY = 100

_CASCADE_NAMES = (
    "cascade",
    "cascadeDetails",
    "cascadeResults",
    "linkedEntities",
    "entities",
    "details",
    "results",
    "breakdown",
)
_ENTITY_NAMES = ("entity", "entityType", "entityName", "linkedEntity", "name", "type", "category", "table")
_COUNT_NAMES = (
    "records",
    "recordsAffected",
    "recordsDeleted",
    "recordsRemoved",
    "recordCount",
    "deleted",
    "removed",
    "affected",
    "count",
    "total",
)


def cascade_rows(body: str) -> list[tuple[str, int]]:
    """The (entity, records) pairs understood from a status body, in its order; [] for unknown shapes."""
    try:
        fields = read_object(body.encode("utf-8", "replace")).fields
    except UnreadableAnswer:
        return []
    for name in _CASCADE_NAMES:
        if rows := list(_rows(fields.get(name), depth=0)):
            return rows[:MOST_ROWS]
    return []


def _rows(value: object, *, depth: int) -> Iterator[tuple[str, int]]:
    """Rows of a list of objects, or of an object that maps entities to counts, one nesting down."""
    if isinstance(value, list):
        for item in value:
            yield from _row(item)
    elif isinstance(value, dict):
        inner = next((value[name] for name in _CASCADE_NAMES if name in value), None)
        if inner is not None and depth == 0:
            yield from _rows(inner, depth=1)
        else:
            yield from _mapped_rows(value)


def _row(item: object) -> Iterator[tuple[str, int]]:
    if not isinstance(item, dict):
        return
    entity = next((item[name] for name in _ENTITY_NAMES if isinstance(item.get(name), str)), "")
    yield from _pair(entity, _counted(item))


def _mapped_rows(entities: dict[str, object]) -> Iterator[tuple[str, int]]:
    for entity, value in entities.items():
        yield from _pair(entity, _counted(value) if isinstance(value, dict) else count_of(value))


def _pair(entity: str, records: int | None) -> Iterator[tuple[str, int]]:
    name = storable(entity, LONGEST_ENTITY).strip()
    if name and records is not None:
        yield name, records


def _counted(item: dict[str, object]) -> int | None:
    """The first count in an object, be it a number or a list of the records themselves."""
    for name in _COUNT_NAMES:
        value = item.get(name)
        count = len(value) if isinstance(value, list) else count_of(value)
        if count is not None:
            return count
    return None
