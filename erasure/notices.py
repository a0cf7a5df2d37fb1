"""Who is told what by mail. A notice is stored in the transaction that makes it true; `notice_mail` sends it.

A notice names the request, the hold or the person on the staff, and a page: nothing about whom a request is.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from audit import outgoing_mail
from erasure.choices import NoticeKind
from erasure.models import Notice


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
    if not outgoing_mail.is_set_up():
        return []
    return Notice.objects.bulk_create(
        Notice(to_id=key, kind=kind, about=about, target=target, made_at=now, next_attempt_at=now)
        for key in sorted({key for key in people if key is not None})
    )


def address_changed(person_key: int, now: datetime) -> None:
    """What the mail server refused to take for somebody's old address is tried with the new one.

    What was given up meanwhile is too old to be told, and says nothing about the new address.
    """
    refused = Notice.objects.filter(to_id=person_key, sent_at__isnull=True, error_code="refused")
    refused.filter(next_attempt_at__isnull=True).delete()
    refused.update(next_attempt_at=now, error_code="")
