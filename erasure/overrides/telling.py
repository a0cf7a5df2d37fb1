"""Who is told of an override: those who can decide on it, who asked, and who placed the holds in question."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from erasure import holds, notices
from erasure.choices import NoticeKind
from erasure.models import Override, PrivacyRequest

MAY_DECIDE = "decide_override"


def had_filed(request: PrivacyRequest, user: Any) -> bool:
    """Whether this person filed any part of the request."""
    return request.submissions.filter(filed_by=user.pk).exists()


def who_can_decide(override: Override) -> list[Any]:
    """The reviewers whom nothing keeps from deciding on it, by name."""
    request = override.submission.request
    barred = {hold.placed_by_id for hold in holds.named(override.holds)}
    barred |= {request.filed_by_id, *request.submissions.values_list("filed_by", flat=True)}
    barred |= set(Override.objects.filter(submission__request=request).values_list("asked_by", flat=True))
    return [person for person in notices.people_who_may(MAY_DECIDE) if person.pk not in barred]


def tell(people: Collection[int | None], kind: NoticeKind, override: Override, *, now: datetime) -> None:
    """Note that these people are to be told; the mail names the submission and leads to the override."""
    notices.tell(people, kind, about=str(override.submission), target=str(override.pk), now=now)


def tell_owners(override: Override, kind: NoticeKind, *, now: datetime) -> None:
    """Tell whoever placed the holds in question."""
    tell([hold.placed_by_id for hold in holds.named(override.holds)], kind, override, now=now)
