"""The words of a mail: what happened, to what, since when, and where to look. It holds no personal data.

Names on the staff may stand in it; of whom a request is, nothing may.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from erasure.choices import NoticeKind
from erasure.models import Notice
from erasure.notice_mail.kinds import LEADS, PAGES

#: So many stand in a mail one by one.
NAMED = 10


@dataclass(frozen=True)
class Line:
    """One thing that happened: what people call it, when, and the address of its page, if there is one."""

    about: str
    when: str
    link: str


def mail_about(kind: NoticeKind, taken: Sequence[Notice]) -> EmailMessage:
    """One mail that tells one person of all of these. Raises NoReverseMatch for a page that is not there."""
    notices = _once_each(taken)
    lines = [_line(kind, notice) for notice in notices[:NAMED]]
    more = len(notices) - len(lines)
    context = {
        "lead": LEADS[kind],
        "lines": lines,
        "more": f"{more:,}" if more else "",
        "list_link": _list_link(kind) if more else "",
        "home": _address("index"),
        "organisation": settings.ORGANISATION,
    }
    others = f" and {len(notices) - 1:,} more" if len(notices) > 1 else ""
    return EmailMessage(
        subject=f"{kind.label}: {_called(kind, notices[0])}{others}",
        body=render_to_string("erasure/notice_mail.txt", context),
        to=[taken[0].to.email],
        # Keeps answers of absence away (RFC 3834).
        headers={"Auto-Submitted": "auto-generated"},
    )


def _once_each(taken: Sequence[Notice]) -> list[Notice]:
    """In the order of their references, PR-2026-000042/2 before /10; what happened twice, the last time."""
    by_time = sorted(taken, key=lambda notice: (notice.made_at, notice.pk))
    last = {(notice.about, notice.target): notice for notice in by_time}
    return sorted(last.values(), key=_in_order)


def _in_order(notice: Notice) -> tuple[list[tuple[bool, int, str]], datetime]:
    parts = re.findall(r"[0-9]+|[^0-9]+", notice.about)
    numbers_first = [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]
    return numbers_first, notice.made_at


def _line(kind: NoticeKind, notice: Notice) -> Line:
    when = date_format(timezone.localtime(notice.made_at, timezone.get_default_timezone()), "j M Y, H:i")
    when = f"{when} ({settings.TIME_ZONE})"
    if kind is NoticeKind.ROLES_GRANTED:
        return Line(_grant_words(notice), when, "")
    page, _list = PAGES[kind]
    return Line(notice.about, when, _address(page, notice.target))


def _list_link(kind: NoticeKind) -> str:
    if kind is NoticeKind.ROLES_GRANTED:
        return _address("index")
    _page, (name, query) = PAGES[kind]
    return _address(name) + (f"?{urlencode(query)}" if query else "")


def _called(kind: NoticeKind, notice: Notice) -> str:
    """What the subject line calls it."""
    return _name_of(_grant(notice)[0]) if kind is NoticeKind.ROLES_GRANTED else notice.about


def _grant_words(notice: Notice) -> str:
    given_to, given_by = map(_name_of, _grant(notice))
    noun = "roles" if "," in notice.about else "role"
    return f"{given_to} was given the {noun} {notice.about} by {given_by}"


def _grant(notice: Notice) -> tuple[str, str]:
    """The staff ids of who was given a role and of who gave it."""
    given_to, _slash, given_by = notice.target.partition("/")
    return given_to, given_by


def _name_of(staff_id: str) -> str:
    person: Any = get_user_model().objects.filter(staff_id=staff_id).first()
    # A name with a line break in it must not keep this mail from going.
    return " ".join(person.shown_name.split()) if person else staff_id


def _address(name: str, *words: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(f'admin:{name}', args=words)}"
