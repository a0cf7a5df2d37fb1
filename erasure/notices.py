"""Who is told what by mail. A notice is stored in the transaction that makes it true; `notice_mail` sends it.

A notice names the request, the hold or the person on the staff, and a page: nothing about whom a request is.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import QuerySet

from audit import outgoing_mail
from erasure.choices import NoticeKind
from erasure.models import Notice

#: About what operators do with people. Each goes to the address of the moment in which it was made, whatever
#: becomes of that and of the account: otherwise those who are watched could silence those who watch.
ABOUT_OPERATORS = frozenset({NoticeKind.ROLES_GRANTED, NoticeKind.ROLES_ENDED, NoticeKind.ADDRESS_CHANGED})


def people_who_may(permission: str) -> QuerySet[Any]:
    """The people whose role gives them this permission, such as `decide_override`, and who can sign in.

    Whoever was invited and has chosen no password yet can do nothing so far.
    """
    people = get_user_model().objects.filter(is_active=True, groups__permissions__codename=permission)
    signing_in = people.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return signing_in.distinct().order_by("username")


def tell(
    people: Collection[int | None], kind: NoticeKind, *, about: str, target: str, now: datetime
) -> list[Notice]:
    """Note that these people, by their keys, are to be told; nobody twice, and None is nobody.

    Whoever has no address or has been deactivated is left out when the mail is written, since both may change
    until then; what is about operators has its address from now on.
    """
    if not outgoing_mail.is_set_up():
        return []
    keys = sorted({key for key in people if key is not None})
    addresses = _addresses(keys) if kind in ABOUT_OPERATORS else {}
    return Notice.objects.bulk_create(
        Notice(
            to_id=key,
            kind=kind,
            about=about,
            target=target,
            address=addresses.get(key, ""),
            made_at=now,
            next_attempt_at=now,
        )
        for key in keys
    )


def address_changed(person_key: int, now: datetime) -> None:
    """What the mail server refused to take for somebody's old address is tried with the new one.

    What was given up meanwhile is too old to be told, and says nothing about the new address. What has an
    address of its own keeps it.
    """
    refused = Notice.objects.filter(to_id=person_key, address="", sent_at__isnull=True, error_code="refused")
    refused.filter(next_attempt_at__isnull=True).delete()
    refused.update(next_attempt_at=now, error_code="")


def _addresses(keys: Collection[int]) -> dict[int, str]:
    return dict(get_user_model().objects.filter(pk__in=keys).values_list("pk", "email"))
