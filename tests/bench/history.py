"""What an audited update costs over the bare one, and what django-simple-history costs for the same model.

All three go to the same table of the same database. Each history has a transaction around update and record:
without one, django-simple-history could lose the record of an update that was committed.
"""

from collections.abc import Callable, Iterator
from functools import partial

import simple_history
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection, transaction

from tests.bench import one_append
from tests.bench.figures import Figures, seconds, summed_up
from tests.bench.two_databases import SEALED

IN_A_ROUND = 200


def overheads(rounds: int) -> Iterator[Figures]:
    """Seconds over the bare update: 1 is as dear as django-simple-history, 0.5 half as dear."""
    simple_history.register(Group)
    with connection.schema_editor() as editor:
        editor.create_model(Group.history.model)
    group = Group.objects.create(name="told of")
    pairs = [_round(group, turned=number % 2 == 1) for number in range(rounds)]
    name = "overhead of an audited update, of that of django-simple-history"
    ratios = [ours / theirs for ours, theirs in pairs]
    yield {**summed_up(name, pairs=pairs, ratios=ratios), "wanted": "at most 1"}


def _round(group: Group, *, turned: bool) -> tuple[float, float]:
    """Seconds over the bare update, ours and theirs; all three by turns, so that a disturbance meets all."""
    ways: dict[str, Callable[[Group, int], None]] = {
        "bare": _update,
        "sealed": lambda group, number: one_append.sealed(group, number=number),
        "history": _update,
    }
    taken = dict.fromkeys(ways, 0.0)
    order = list(reversed(ways)) if turned else list(ways)
    for number in range(IN_A_ROUND):
        for name in order:
            settings.SIMPLE_HISTORY_ENABLED = name == "history"
            taken[name] += seconds(partial(ways[name], group, number))
    bare = taken["bare"]
    return (taken["sealed"] - bare) / IN_A_ROUND, (taken["history"] - bare) / IN_A_ROUND


def _update(group: Group, number: int) -> None:
    with transaction.atomic(using=SEALED):
        one_append.rename(group, number=number, using=SEALED)
