"""The groups of open requests: how many are in each, and the most pressing of them with what to do."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from erasure import owners
from erasure.attention.facts import Facts
from erasure.attention.needs import IN_NO_HURRY, NEED_WORDS, Need, need_column
from erasure.attention.sentences import sentence_of
from erasure.choices import Look, RequestStage
from erasure.models import PrivacyRequest
from erasure.models.subjects import in_order
from erasure.stages import Part, stage_of


@dataclass(frozen=True)
class Todo:
    """One request and what to do about it."""

    request: PrivacyRequest
    stage: RequestStage
    sentence: str
    masked: str
    #: The day on which its identifiers are shredded, where that is why it needs somebody.
    shredded_on: date | None = None


@dataclass(frozen=True)
class TodoGroup:
    """The requests with one need: how many there are, and the most pressing of them."""

    need: Need
    count: int
    todos: list[Todo] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The group's name."""
        return str(NEED_WORDS[self.need][0])

    @property
    def look(self) -> Look:
        """The group's tone and icon."""
        return NEED_WORDS[self.need][1]

    def terms(self, *, mine: bool) -> dict[str, str]:
        """What narrows the list of requests to exactly this group: the reader's own, or everybody's."""
        if self.need == Need.WITHOUT_OWNER:
            return {"owner": owners.NOBODY}
        afterwards = {
            Need.UNCERTIFIED: {"certificate": "to_be_taken"},
            Need.MARKED: {"marked": "after_answer"},
        }
        terms = afterwards.get(self.need, {"need": self.need.value})
        return {**terms, "owner": owners.ME} if mine else terms


@dataclass(frozen=True)
class Counts:
    """How many open requests are in each group: those of one person, and everybody's."""

    mine: Counter[Need]
    everybodys: Counter[Need]

    @staticmethod
    def pressing(counted: Counter[Need]) -> int:
        """How many need somebody now, and neither move by themselves nor wait for the person."""
        return sum(count for need, count in counted.items() if need not in IN_NO_HURRY)


def counts(today: date, *, owner: Any) -> Counts:
    """All groups counted, in one query."""
    rows = (
        _open(today)
        .order_by()
        .values("need")
        .annotate(everybodys=Count("pk"), mine=Count("pk", Q(owner=owner)))
        .values_list("need", "mine", "everybodys")
    )
    found = [(Need(need), mine, everybodys) for need, mine, everybodys in rows]
    return Counts(
        mine=Counter({need: mine for need, mine, _all in found if mine}),
        everybodys=Counter({need: everybodys for need, _mine, everybodys in found}),
    )


def needing_somebody(today: date, *, shown: int, owner: int | None = None) -> list[TodoGroup]:
    """The groups that are not empty, in order, each with its first `shown`; of one owner, or of everybody."""
    requests = _open(today) if owner is None else _open(today).filter(owner=owner)
    # Picked here and not by a window: databases compute the column anew wherever a window names it.
    sizes: Counter[Need] = Counter()
    found: list[tuple[int, Need]] = []
    for pk, word in requests.order_by("due_on", "pk").values_list("pk", "need"):
        need = Need(word)
        sizes[need] += 1
        if sizes[need] <= shown:
            found.append((pk, need))
    groups = {need: TodoGroup(need, size) for need, size in sizes.items()}
    for (_pk, need), todo in zip(found, _todos(found, today), strict=True):
        groups[need].todos.append(todo)
    return [groups[need] for need in Need if need in groups]


def to_be_handed_over(today: date, *, shown: int) -> TodoGroup | None:
    """The open requests that nobody at work has, the nearest date first; None when there are none."""
    rows = owners.without_owner()
    if not (count := rows.count()):
        return None
    needs = rows.annotate(need=need_column(today)).order_by("due_on", "pk").values_list("pk", "need")
    first = [(pk, Need(need)) for pk, need in needs[:shown]]
    return TodoGroup(Need.WITHOUT_OWNER, count, _todos(first, today))


def masked_of(request: PrivacyRequest) -> str:
    """The person's first identifier, as lists show it."""
    identifiers = in_order(request.subject.identifiers.all())
    return identifiers[0].masked if identifiers else ""


def _open(today: date) -> "QuerySet[Any]":
    return PrivacyRequest.objects.filter(outcome="").annotate(need=need_column(today))


def _todos(found: Sequence[tuple[int, Need]], today: date) -> list[Todo]:
    facts = Facts.of([pk for pk, _need in found])
    return [_todo(facts, pk, need, today) for pk, need in found]


def _todo(facts: Facts, pk: int, need: Need, today: date) -> Todo:
    request, parts = facts.requests[pk], facts.parts.get(pk, ())
    stage = stage_of([Part(part.status, part.attention) for part in parts], answered=False)
    return Todo(
        request=request,
        stage=stage,
        sentence=sentence_of(need, stage, request, facts, today=today),
        masked=masked_of(request),
    )
