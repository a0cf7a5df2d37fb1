"""Who is told what by mail. A notice is stored in the transaction that makes it true; `notice_mail` sends it.

A notice names the request, the hold or the person on the staff, and a page: nothing about whom a request is.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from erasure.choices import NoticeKind
from erasure.models import Notice


def mail_is_set_up() -> bool:
    """Whether mail can leave at all. Without a way out nothing is stored: nobody would ever read it."""
    return settings.EMAIL_DELIVERY == "console" or bool(settings.EMAIL_HOST)


def people_who_may(permission: str) -> QuerySet[Any]:
    """The active people whose role gives them this permission, such as `decide_override`."""
    people = get_user_model().objects.filter(is_active=True, groups__permissions__codename=permission)
    return people.distinct().order_by("username")


def tell(
    people: Collection[int | None], kind: NoticeKind, *, about: str, target: str, now: datetime
) -> list[Notice]:
    """Note that these people, by their keys, are to be told; nobody twice, and None is nobody.

    Whoever has no address or has been deactivated is left out when the mail is written, since both may change
    until then.
    """
    if not mail_is_set_up():
        return []
    return Notice.objects.bulk_create(
        Notice(to_id=key, kind=kind, about=about, target=target, made_at=now, next_attempt_at=now)
        for key in sorted({key for key in people if key is not None})
    )


def can_be_told() -> Q:
    """The condition that a person can be told anything."""
    return Q(is_active=True) & ~Q(email="")
