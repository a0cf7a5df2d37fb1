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
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.words import numbered
from erasure.choices import NoticeKind
from erasure.models import Notice
from erasure.notice_mail.kinds import LEADS, PAGES
from erasure.notices import ABOUT_OPERATORS

#: So many stand in a mail one by one.
NAMED = 10


@dataclass(frozen=True)
class Line:
    """One thing that happened: what people call it, when, and the address of its page, if there is one."""

    about: str
    when: str
    link: str


def mail_about(kind: NoticeKind, taken: Sequence[Notice], *, address: str) -> EmailMessage:
    """One mail that tells one person, at this address and in their language, of all of these.

    Raises NoReverseMatch for a page that is not there.
    """
    with translation.override(taken[0].to.language or settings.LANGUAGE_CODE):
        return _mail(kind, _once_each(taken), address=address)


def _mail(kind: NoticeKind, notices: Sequence[Notice], *, address: str) -> EmailMessage:
    lines = [_line(kind, notice) for notice in notices[:NAMED]]
    more = len(notices) - len(lines)
    context = {
        "lead": LEADS[kind],
        "lines": lines,
        "more": numbered(more) if more else "",
        "list_link": _list_link(kind) if more else "",
        "home": _address("index"),
        "organisation": settings.ORGANISATION,
    }
    others = _(" and %(count)s more") % {"count": numbered(len(notices) - 1)} if len(notices) > 1 else ""
    return EmailMessage(
        subject=f"{kind.label}: {_called(kind, notices[0])}{others}",
        body=render_to_string("erasure/notice_mail.txt", context),
        to=[address],
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
    when = date_format(
        timezone.localtime(notice.made_at, timezone.get_default_timezone()), "SHORT_DATETIME_FORMAT"
    )
    when = f"{when} ({settings.TIME_ZONE})"
    if kind in ABOUT_OPERATORS:
        return Line(_words_about_operator(kind, notice), when, "")
    page, _list = PAGES[kind]
    return Line(notice.about, when, _address(page, notice.target))


def _list_link(kind: NoticeKind) -> str:
    if kind in ABOUT_OPERATORS:
        return _address("index")
    _page, (name, query) = PAGES[kind]
    return _address(name) + (f"?{urlencode(query)}" if query else "")


def _called(kind: NoticeKind, notice: Notice) -> str:
    """What the subject line calls it."""
    return _person_and_operator(notice)[0] if kind in ABOUT_OPERATORS else notice.about


def _words_about_operator(kind: NoticeKind, notice: Notice) -> str:
    person, operator = _person_and_operator(notice)
    if kind is NoticeKind.ADDRESS_CHANGED:
        was = (
            _("The address of %(person)s was removed by %(operator)s")
            if notice.about == "removed"
            else _("The address of %(person)s was changed by %(operator)s")
        )
        return was % {"person": person, "operator": operator}
    roles = notice.about.split(", ")
    words = (
        ngettext(
            "%(operator)s ended the role %(roles)s of %(person)s",
            "%(operator)s ended the roles %(roles)s of %(person)s",
            len(roles),
        )
        if kind is NoticeKind.ROLES_ENDED
        else ngettext(
            "%(person)s was given the role %(roles)s by %(operator)s",
            "%(person)s was given the roles %(roles)s by %(operator)s",
            len(roles),
        )
    )
    return words % {"person": person, "operator": operator, "roles": ", ".join(map(_, roles))}


def _person_and_operator(notice: Notice) -> tuple[str, str]:
    """The names of whose account was changed and of who changed it."""
    person, _slash, operator = notice.target.partition("/")
    return _name_of(person), _name_of(operator)


def _name_of(staff_id: str) -> str:
    person: Any = get_user_model().objects.filter(staff_id=staff_id).first()
    # A name with a line break in it must not keep this mail from going.
    return " ".join(person.shown_name.split()) if person else staff_id


def _address(name: str, *words: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(f'admin:{name}', args=words)}"
