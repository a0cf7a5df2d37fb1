"""Answered requests at which CXone said something afterwards that somebody has to look at."""

from django.db.models import QuerySet

from erasure.attention.groups import Todo, TodoGroup, masked_of
from erasure.attention.needs import Need
from erasure.choices import ATTENTION_LINES, Attention, RequestStage
from erasure.models import PrivacyRequest, Submission


def marked_after_answer() -> QuerySet[PrivacyRequest]:
    """The answered requests of which a submission is marked: what the person was told may not hold."""
    marked = Submission.objects.exclude(attention="").values("request")
    return PrivacyRequest.objects.filter(pk__in=marked).exclude(outcome="")


def to_be_looked_at(*, shown: int, owner: int | None = None) -> TodoGroup | None:
    """Those as a group, the latest answer first; None when there are none. `owner` asks for one's."""
    rows = marked_after_answer().order_by("-answered_on", "pk")
    if owner is not None:
        rows = rows.filter(owner=owner)
    if not (count := rows.count()):
        return None
    first = rows.defer("note", "salt", "answer_note").select_related("subject")[:shown]
    todos = [_to_look_at(request) for request in first.prefetch_related("subject__identifiers")]
    return TodoGroup(Need.MARKED, count, todos)


def _to_look_at(request: PrivacyRequest) -> Todo:
    flag = request.submissions.exclude(attention="").values_list("attention", flat=True).order_by("number")
    return Todo(
        request=request,
        stage=RequestStage.ANSWERED,
        sentence=str(ATTENTION_LINES[Attention(flag[0])]),
        masked=masked_of(request),
    )
