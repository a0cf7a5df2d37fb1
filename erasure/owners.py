"""Who can have a request: officers who can sign in. What somebody else has is nobody's work."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from erasure.models import PrivacyRequest

#: How addresses say whose requests are meant; anybody else is named by their staff id.
ME, OTHERS, NOBODY = "me", "others", "nobody"


def possible_owners() -> QuerySet[Any]:
    """The people who may look after requests, and can sign in: by name.

    The account of the command line is none of them: what it filed is to be taken over by somebody.
    """
    may = Q(groups__permissions__codename="file_request") | Q(is_superuser=True)
    people = get_user_model().objects.filter(may, is_active=True, is_staff=True)
    signing_in = people.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return signing_in.distinct().order_by("first_name", "last_name", "username")


def without_owner() -> QuerySet[PrivacyRequest]:
    """The open requests of those who were deactivated, or may not look after requests any more."""
    gone = get_user_model().objects.exclude(pk__in=possible_owners().values("pk"))
    # By their keys: the index over open requests by owner finds the rows, where a subquery would be joined.
    return PrivacyRequest.objects.filter(outcome="", owner__in=list(gone.values_list("pk", flat=True)))


def ever_owners() -> QuerySet[Any]:
    """Everybody who has or had a request, and who could have one: by name."""
    has_one = Exists(PrivacyRequest.objects.filter(owner=OuterRef("pk")))
    people = get_user_model().objects.filter(Q(has_one) | Q(pk__in=possible_owners().values("pk")))
    return people.order_by("first_name", "last_name", "username")


def open_requests_of(person: Any) -> QuerySet[PrivacyRequest]:
    """What this person has and has not answered, the nearest date first."""
    return PrivacyRequest.objects.filter(outcome="", owner=person).order_by("due_on", "pk")


@dataclass(frozen=True)
class LeftBehind:
    """Somebody who cannot look after requests, and what they left: how many, how many of them overdue."""

    person: Any
    count: int
    overdue: int
    first_due_on: date


def left_behind(today: date) -> list[LeftBehind]:
    """Whoever left open requests behind, the nearest date first."""
    rows = without_owner().order_by().values("owner")
    counted = rows.annotate(
        count=Count("pk"), overdue=Count("pk", Q(due_on__lt=today)), nearest=Min("due_on")
    )
    facts = list(counted.values_list("owner", "count", "overdue", "nearest"))
    people = get_user_model().objects.in_bulk([owner for owner, *_rest in facts])
    found = [LeftBehind(people[owner], *rest) for owner, *rest in facts]
    return sorted(found, key=lambda one: (one.first_due_on, one.person.pk))
